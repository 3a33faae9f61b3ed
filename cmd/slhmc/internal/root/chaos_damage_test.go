//go:build chaos

package root

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/summary"
	"github.com/slhmc/slhmc/internal/rundir"
)

// damages change the bytes of a file; nil removes it. other is the same file of another run.
var damages = []struct {
	name string
	do   func(b, other []byte, random *rand.Rand) []byte
}{
	{"a bit", func(b, _ []byte, random *rand.Rand) []byte {
		if len(b) > 0 {
			b[random.IntN(len(b))] ^= 1 << random.IntN(8)
		}
		return b
	}},
	{"cut", func(b, _ []byte, random *rand.Rand) []byte { return b[:random.IntN(len(b)+1)] }},
	{"removed", func([]byte, []byte, *rand.Rand) []byte { return nil }},
	{"emptied", func(b, _ []byte, _ *rand.Rand) []byte { return b[:0] }},
	{"zeros", func(b, _ []byte, random *rand.Rand) []byte {
		clear(b[random.IntN(len(b)+1):])
		return b
	}},
	{"appended", func(b, _ []byte, random *rand.Rand) []byte {
		return append(b, b[random.IntN(len(b)+1):]...)
	}},
	{"lines exchanged", func(b, _ []byte, random *rand.Rand) []byte {
		lines := bytes.SplitAfter(b, []byte("\n"))
		i, j := random.IntN(len(lines)), random.IntN(len(lines))
		lines[i], lines[j] = lines[j], lines[i]
		return bytes.Join(lines, nil)
	}},
	{"a line lost", func(b, _ []byte, random *rand.Rand) []byte {
		lines := bytes.SplitAfter(b, []byte("\n"))
		i := random.IntN(len(lines))
		return bytes.Join(slices.Delete(lines, i, i+1), nil)
	}},
	{"of another run", func(_, other []byte, _ *rand.Rand) []byte { return other }},
}

// TestChaosDamage damages one file of a run that was killed, and resumes it. The run ends as one that was left alone, or it is
// refused with one line; never is the result another one without a word. Files of which nothing depends end nothing.
// Saved links and the configuration may stay as they were damaged: links tell it by their checksum when they are
// read, and a configuration that is accepted means the same.
func TestChaosDamage(t *testing.T) {
	replay(t)
	dir := harness.Scratch(t)
	v := victims[0]
	took := v.whole(t, dir)
	whole := filepath.Join(dir, "whole")
	broken := interrupted(t, v, dir, "broken", took/2)
	v.args = append(slices.Clone(v.args), "--seed", "7")
	other := interrupted(t, v, dir, "other", took/2)

	var mutex sync.Mutex
	count := map[string]map[string]int{}
	var cases [][2]string
	names := contents(t, broken)
	for _, name := range []string{rundir.TimingsFile, summary.MachineFile, "lock"} {
		names[name] = ""
	}
	for name := range names {
		for _, d := range damages {
			for range 5 {
				cases = append(cases, [2]string{name, d.name})
			}
		}
	}
	slices.SortFunc(cases, func(a, b [2]string) int { return strings.Compare(a[0]+a[1], b[0]+b[1]) })
	parallel(len(cases), func(i int, random *rand.Rand) {
		name, how := cases[i][0], cases[i][1]
		at := filepath.Join(dir, strconv.Itoa(i))
		copyDir(t, broken, at)
		defer os.RemoveAll(at)
		path := filepath.Join(at, name)
		b, err := os.ReadFile(path)
		if err != nil {
			return
		}
		theirs, err := os.ReadFile(filepath.Join(other, name))
		if err != nil {
			theirs = []byte("nothing of the kind\n")
		}
		for _, d := range damages {
			if d.name == how {
				b = d.do(b, theirs, random)
			}
		}
		if b == nil {
			err = os.Remove(path)
		} else {
			err = os.WriteFile(path, b, 0o666)
		}
		if !assert.NoError(t, err) {
			return
		}
		o := harness.Run(t, dir, "run", "--quiet", "--resume", "--out", at)
		kind, result := kindOf(name), "same"
		switch d := differences(t, whole, at); {
		case crashed(o.Stderr):
			result = "CRASHED"
			t.Errorf("%s, %s: %s", name, how, o.Stderr)
		case o.Code == rundir.ExitDone && name != rundir.HistoryFile && slices.Equal(d, []string{"different: " + name}):
			result = "left"
		case o.Code == rundir.ExitDone && slices.Equal(d, []string{"missing: " + name}) && strings.Contains(o.Stderr, name):
			result = "told"
		case o.Code == rundir.ExitDone && len(d) > 0:
			result = "SILENT"
			t.Errorf("%s, %s: exit 0, and %v", name, how, d)
		case o.Code != rundir.ExitDone && (kind == rundir.TimingsFile || kind == summary.MachineFile || kind == "lock" || kind == summary.SummaryFile):
			result = "ENDED by what nothing depends on"
			t.Errorf("%s, %s: exit %d: %s", name, how, o.Code, firstLine(o.Stderr))
		case o.Code != rundir.ExitDone:
			result = "refused"
			assert.NotEmpty(t, strings.TrimSpace(o.Stderr), "%s, %s", name, how)
		}
		mutex.Lock()
		defer mutex.Unlock()
		if count[kind] == nil {
			count[kind] = map[string]int{}
		}
		count[kind][result]++
	})
	for kind, results := range count {
		t.Logf("%-16s %v", kind, results)
	}
}

// kindOf names what a file of a run directory is, by the part before its number.
func kindOf(name string) string {
	if before, _, ok := strings.Cut(name, "-"); ok {
		return before
	}
	return name
}

// interrupted makes a run that was killed when some of it is kept and more is to come.
func interrupted(t *testing.T, v victim, dir, out string, after time.Duration) string {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 1))
	for {
		c := harness.Command(t, dir, v.start(dir, out, random)...)
		require.NoError(t, c.Start())
		timer := time.AfterFunc(after, func() { _ = c.Process.Kill() })
		err := c.Wait()
		timer.Stop()
		at := filepath.Join(dir, out)
		checkpoints, globErr := filepath.Glob(filepath.Join(at, "checkpoint-*"))
		require.NoError(t, globErr)
		saved, globErr := filepath.Glob(filepath.Join(at, "links-*"))
		require.NoError(t, globErr)
		switch {
		case err == nil: // it was faster
			remove(t, at)
			after = after * 4 / 5
		case len(checkpoints) == 2 && len(saved) > 0:
			return at
		}
	}
}
