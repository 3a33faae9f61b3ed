package verify

import (
	"fmt"
	"hash/fnv"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/prop"
)

// TB is what a run tells its findings to; *testing.T is one.
type TB interface {
	Helper()
	Name() string
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
}

// Environment variables that repeat a run: the master seed of all cases, or one
// case to try instead of the drawn ones.
const (
	SeedVariable = "SLHMC_VERIFY_SEED"
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
	d = d.defaults()
	if testing.Testing() && testing.Short() {
		d.Cases, d.Volume = (d.Cases+3)/4, (d.Volume+1)/2
	}
	if text := os.Getenv(CaseVariable); text != "" {
		c, err := ParseCase(text)
		if err != nil {
			t.Errorf("%v", err)
			return
		}
		for _, r := range attempt(law, c) {
			if t.Logf("%v", r); !r.OK() {
				t.Errorf("%v", r)
			}
		}
		return
	}
	master := int64(1)
	if text := os.Getenv(SeedVariable); text != "" {
		var err error
		if master, err = strconv.ParseInt(text, 10, 64); err != nil {
			t.Errorf("verify: %s: %v", SeedVariable, err)
			return
		}
	}
	h := fnv.New64a()
	h.Write([]byte(t.Name())) // a hash returns no error
	parameters := gopter.DefaultTestParametersWithSeed(master ^ int64(h.Sum64()>>1))
	parameters.MinSuccessfulTests = d.Cases

	var smallest Case
	checks, closest := 0, Result{Bound: 1}
	outcome := prop.ForAll(func(c Case) string {
		results := attempt(law, c)
		if len(results) == 0 {
			smallest = c
			return "the law has checked nothing"
		}
		for _, r := range results {
			if !r.OK() {
				smallest = c
				return r.String()
			}
			checks++
			if r.Bound > 0 && r.Measured/r.Bound > closest.Measured/closest.Bound {
				closest = r
			}
		}
		return ""
	}, d.generator).Check(parameters)
	if !outcome.Passed() {
		reason := strings.Join(outcome.Labels, "; ")
		t.Errorf("%s\nafter %d cases of seed %d (%s=%d); the smallest: %v\nrepeat it: %s='%v' go test %s -run '^%s$'",
			reason, outcome.Succeeded, master, SeedVariable, master, smallest, CaseVariable, smallest, testPackage(), pattern(t.Name()))
		return
	}
	t.Logf("%d checks in %d cases, the closest at %.3f of its bound: %v", checks, outcome.Succeeded, closest.Measured/closest.Bound, closest)
}

// attempt returns the results of the law, a panic being one that is not OK.
func attempt(law func(Case) []Result, c Case) (results []Result) {
	defer func() {
		if p := recover(); p != nil {
			results = failed("no panic", fmt.Errorf("%v\n%s", p, debug.Stack()))
		}
	}()
	return law(c)
}

// testPackage returns the import path of the test that called Run, ./... if
// none did.
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
