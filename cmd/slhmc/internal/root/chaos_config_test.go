//go:build chaos

package root

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/internal/rundir"
)

var (
	phaseLength = regexp.MustCompile(`(?m)^(thermalise|train|hmc|slhmc) = \d+$`)
	unused      = regexp.MustCompile(`(?m)^#([a-z_0-9]+ = )`)
	digits      = regexp.MustCompile(`-?\b\d+(\.\d+)?(e-?\d+)?\b`)
	quoted      = regexp.MustCompile(`"[^"\n]*"`)
)

// mutate changes a configuration in a way that a person might, or nobody would.
func mutate(text string, random *rand.Rand) string {
	pick := func(re *regexp.Regexp) (int, int, bool) {
		all := re.FindAllStringIndex(text, -1)
		if len(all) == 0 {
			return 0, 0, false
		}
		at := all[random.IntN(len(all))]
		return at[0], at[1], true
	}
	lines := strings.SplitAfter(text, "\n")
	line := random.IntN(len(lines))
	switch random.IntN(8) {
	case 0, 1, 2:
		if i, j, ok := pick(digits); ok {
			values := []string{"0", "1", "2", "3", "4", "6", "8", "0.5", "1e-300", "1e300", "-1", "1000000", "9223372036854775807", "nan", "64", "0.1"}
			return text[:i] + values[random.IntN(len(values))] + text[j:]
		}
	case 3:
		i, j, ok := pick(quoted)
		k, l, _ := pick(quoted)
		if ok {
			return text[:i] + text[k:l] + text[j:]
		}
	case 4:
		if i, _, ok := pick(unused); ok {
			return text[:i] + text[i+1:]
		}
	case 5:
		lines[line] = ""
	case 6:
		lines[line] += lines[line]
	case 7:
		other := random.IntN(len(lines))
		lines[line], lines[other] = lines[other], lines[line]
	}
	return strings.Join(lines, "")
}

// TestChaosConfig changes the built-in configurations: what config check accepts, run does not refuse (exit code 2, as for a
// mistake in the configuration), and neither crashes, within 4 GB of address space. A run that takes longer than 10 s
// has begun, which is enough.
func TestChaosConfig(t *testing.T) {
	replay(t)
	dir := harness.Scratch(t)
	var presets []string
	for _, name := range []string{"default", "long", "quenched", "su3", "talk", "u1-2d", "su3-clover-nf2", "su3-staggered-nf2p1"} {
		text := harness.Done(t, dir, "init", "--preset", name).Stdout
		presets = append(presets, phaseLength.ReplaceAllString(text, "$1 = 1"))
	}
	const mutants = 500
	var accepted, ran, stopped, slow, bad atomic.Int64
	parallel(mutants, func(i int, random *rand.Rand) {
		text := presets[random.IntN(len(presets))]
		for range 1 + random.IntN(4) {
			text = mutate(text, random)
		}
		file := strconv.Itoa(i) + ".toml"
		path := filepath.Join(dir, file)
		if !assert.NoError(t, os.WriteFile(path, []byte(text), 0o666)) {
			return
		}
		defer os.RemoveAll(path)
		check := harness.Run(t, dir, "config", "check", file)
		if check.Code != rundir.ExitDone {
			if check.Code != rundir.ExitUsage || crashed(check.Stderr) {
				bad.Add(1)
				t.Errorf("config check of mutant %d: exit %d: %s\n%s", i, check.Code, check.Stderr, text)
			}
			return
		}
		accepted.Add(1)
		out := strconv.Itoa(i)
		defer os.RemoveAll(filepath.Join(dir, out))
		c := harness.Command(t, dir, "run", file, "--quiet", "--workers", "1", "--out", out)
		c.Args = append([]string{"/bin/sh", "-c", `ulimit -v 4000000; exec "$0" "$@"`, c.Path}, c.Args[1:]...)
		c.Path = "/bin/sh"
		timer := time.AfterFunc(10*time.Second, func() {
			if c.Process != nil {
				_ = c.Process.Kill()
			}
		})
		o := harness.Finish(t, c)
		timer.Stop()
		switch {
		case o.Code == -1:
			slow.Add(1)
		case o.Code == rundir.ExitDone:
			ran.Add(1)
		case o.Code == rundir.ExitFailed && !crashed(o.Stderr):
			stopped.Add(1)
		default:
			bad.Add(1)
			t.Errorf("mutant %d is accepted, and run: exit %d: %s\n%s", i, o.Code, firstLine(o.Stderr), changed(presets, text))
		}
	})
	t.Logf("%d mutants: %d accepted, of which %d ran to their end, %d stopped with a message, %d took over 10 s; %d bad",
		mutants, accepted.Load(), ran.Load(), stopped.Load(), slow.Load(), bad.Load())
}

// changed returns the lines that no preset has.
func changed(presets []string, text string) string {
	all := strings.Join(presets, "\n")
	var lines []string
	for line := range strings.Lines(text) {
		if !strings.Contains(all, line) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}
