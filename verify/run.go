package verify

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// TB is what a run tells its findings to; *testing.T is one.
type TB interface {
	Helper()
	Name() string
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
}

// Environment variables that repeat a run: the master seed of all cases, or one
// case to try instead of the drawn ones, with the name of the law where a test
// has several.
const (
	SeedVariable = "SLHMC_VERIFY_SEED"
	LawVariable  = "SLHMC_VERIFY_LAW"
	CaseVariable = "SLHMC_VERIFY_CASE"
)

// Run tries a law on cases of the domain. Every result must be OK, and every
// case must have some. A failure is shrunk and reported with the seed, the
// smallest case and the command that repeats it.
//
// The cases are drawn by a seed of the test's own, made from the master seed
// (1 unless the environment says otherwise) and its name.
func Run(t TB, d Domain, law func(c Case) []Result) {
	t.Helper()
	if d.Cases == 0 {
		d.Cases = 32
	}
	if d.Volume == 0 {
		d.Volume = 128
	}
	test(t, Subject{Name: t.Name(), Domain: d, Laws: []Law{{Check: law}}}, settings{seed: 1})
}

// test judges a subject for a test, a quarter of the cases on half of the volume
// under go test -short.
func test(t TB, s Subject, o settings) {
	t.Helper()
	if text := os.Getenv(CaseVariable); text != "" {
		replay(t, s, text)
		return
	}
	if text := os.Getenv(SeedVariable); text != "" {
		var err error
		if o.seed, err = strconv.ParseInt(text, 10, 64); err != nil {
			t.Errorf("verify: %s: %v", SeedVariable, err)
			return
		}
	}
	if testing.Testing() && testing.Short() {
		d := o.domain(s, Law{})
		o.within.Cases, o.within.Volume, o.within.Draws = (d.Cases+3)/4, (d.Volume+1)/2, (d.Draws+1)/2
	}
	var verdicts []Verdict
	for _, law := range s.Laws {
		if !o.wants(s, law) {
			continue
		}
		v := judge(s, law, o)
		verdicts = append(verdicts, v)
		if v.OK() {
			t.Logf("%v", v)
			continue
		}
		one := ""
		if law.Name != "" {
			one = fmt.Sprintf("%s='%s' ", LawVariable, law.Name)
		}
		if v.Smallest == nil {
			t.Errorf("%v", v)
			continue
		}
		t.Errorf("%v\nafter %d cases of seed %d (%s=%d); the smallest: %v\nrepeat it: %s%s='%v' go test %s -run '^%s$'",
			v, v.After, o.seed, SeedVariable, o.seed, v.Smallest, one, CaseVariable, v.Smallest, testPackage(), pattern(t.Name()))
	}
	switch {
	case len(verdicts) == 0:
		t.Errorf("verify: no law of %s matches %v", s.Name, o.only)
	case idle(verdicts):
		t.Errorf("verify: nothing that matters applies to %s: %s", s.Name, reasons(verdicts))
	}
}

// replay tries one case of the law that the environment names, or of all.
func replay(t TB, s Subject, text string) {
	t.Helper()
	c, err := ParseCase(text)
	if err != nil {
		t.Errorf("%v", err)
		return
	}
	name, tried := os.Getenv(LawVariable), 0
	for _, law := range s.Laws {
		if name != "" && law.Name != name {
			continue
		}
		tried++
		results, err := attempt(law.Check, c)
		if err != nil {
			t.Logf("%s does not apply: %v", fullName(s.Name, law.Name), err)
		}
		for _, r := range results {
			if t.Logf("%v", r); !r.OK() {
				t.Errorf("%v", r)
			}
		}
	}
	if tried == 0 {
		t.Errorf("verify: %s has no law %q", s.Name, name)
	}
}

// testPackage returns the import path of the test that is running, ./... if
// none is.
func testPackage() string {
	pc := make([]uintptr, 32)
	frames := runtime.CallersFrames(pc[:runtime.Callers(2, pc)])
	for {
		f, more := frames.Next()
		if strings.HasSuffix(f.File, "_test.go") {
			slash := strings.LastIndex(f.Function, "/") + 1
			name, _, _ := strings.Cut(f.Function[slash:], ".")
			return f.Function[:slash] + strings.TrimSuffix(name, "_test")
		}
		if !more {
			return "./..."
		}
	}
}

// pattern makes a test's name one for -run.
func pattern(name string) string { return strings.ReplaceAll(name, "/", "$/^") }
