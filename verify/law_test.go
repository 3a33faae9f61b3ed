package verify_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/sampler"
	"github.com/slhmc/slhmc/verify"
)

// judges are the calls, one for each kind of subject, on what is correct.
var judges = map[string]func(t verify.TB, o ...verify.Option){
	"Action": func(t verify.TB, o ...verify.Option) { verify.Action(t, verify.BuildRectangle, o...) },
	"Pseudofermion": func(t verify.TB, o ...verify.Option) {
		verify.Pseudofermion(t, verify.BuildQuarks(lattice.Even), append(o, verify.Within(verify.Domain{Even: true}))...)
	},
	"Operator": func(t verify.TB, o ...verify.Option) {
		verify.Operator(t, verify.BuildStaggered, append(o, verify.Within(verify.Domain{Even: true}))...)
	},
	"Layer":    func(t verify.TB, o ...verify.Option) { verify.Layer(t, verify.BuildStout(covnet.Shared), o...) },
	"Scheme":   func(t verify.TB, o ...verify.Option) { verify.Scheme(t, sampler.Omelyan2(), o...) },
	"Dynamics": func(t verify.TB, o ...verify.Option) { verify.Dynamics(t, verify.Standard(sampler.Leapfrog()), o...) },
	"Solver":   func(t verify.TB, o ...verify.Option) { verify.Solver(t, verify.BuildCG, o...) },
	"Sampler": func(t verify.TB, o ...verify.Option) {
		verify.Sampler(t, verify.BuildTorus, append(o, verify.Within(verify.Domain{Fixed: &verify.Case{Group: "U(1)", Extents: []int{2, 2}, Boundary: []int{1, 1}, Beta: 1, Mass: 1}}))...)
	},
	"Reader": func(t verify.TB, o ...verify.Option) {
		verify.Reader(t, verify.FormatFiles(format.Encoding{Kind: format.ILDG}), o...)
	},
	"Observable": func(t verify.TB, o ...verify.Option) {
		verify.Observable(t, verify.MeasurePlaquette, verify.TwinPlaquette, 0, o...)
	},
}

// One call judges each kind of subject, and a pattern that matches no law is an
// error.
func TestJudges(t *testing.T) {
	few := verify.With(verify.Suite{Cases: 2, Volume: 16, Draws: 500})
	for name, judge := range judges {
		t.Run(name, func(t *testing.T) { judge(t, few) })
		r := &recorder{}
		judge(r, few, verify.Only(regexp.MustCompile("no such law")))
		require.Len(t, r.errors, 1, name)
		assert.Contains(t, r.errors[0], "no law of TestRecorded/part matches")
	}
}

// A law of several is reported by its name, and repeated by it alone.
func TestJudgeFails(t *testing.T) {
	t.Setenv(verify.SeedVariable, "")
	build := func(c verify.Case, geo *lattice.Geometry) (action.Action, error) {
		a, err := verify.BuildRectangle(c, geo)
		return &buggy{Action: a, force: scaled(2)}, err
	}
	r := &recorder{}
	verify.Action(r, build)
	require.Len(t, r.errors, 2) // force, and its order
	smallest := `{"group":"U(1)","extents":[2,2],"boundary":[1,1],"beta":1,"c1":0,"mass":1,"roughness":0.1,"seed":`
	for k, law := range []string{"force", "force order"} {
		assert.Contains(t, r.errors[k], "TestRecorded/part/"+law+": ")
		assert.Contains(t, r.errors[k], smallest)
		assert.Contains(t, r.errors[k], verify.LawVariable+"='"+law+"' "+verify.CaseVariable+"='{")
	}
	_, c, _ := strings.Cut(r.errors[0], verify.CaseVariable+"='")
	c, _, _ = strings.Cut(c, "'")
	t.Setenv(verify.CaseVariable, c)
	for law, errors := range map[string]int{"force": 1, "pure": 0, "": 2, "none": 1} {
		t.Setenv(verify.LawVariable, law)
		again := &recorder{}
		verify.Action(again, build)
		assert.Len(t, again.errors, errors, law)
	}
	require.NoError(t, os.Unsetenv(verify.CaseVariable))
}

// A subject that supports few cases is not judged by fewer than it should be, and
// one that supports none fails.
func TestCoverage(t *testing.T) {
	tried := 0
	picky := func(c verify.Case, geo *lattice.Geometry) (action.Action, error) {
		if c.Group != "SU(3)" || len(c.Extents) != 2 {
			return nil, verify.ErrUnsupported
		}
		tried++
		return verify.BuildRectangle(c, geo)
	}
	pure := verify.Only(regexp.MustCompile("/pure$"))
	verify.Action(t, picky, pure)
	assert.GreaterOrEqual(t, tried, (verify.Quick().Cases+3)/4)
	r := &recorder{}
	verify.Action(r, func(verify.Case, *lattice.Geometry) (action.Action, error) { return nil, verify.ErrUnsupported }, pure)
	require.Len(t, r.errors, 1)
	assert.Contains(t, r.errors[0], "covered 0 cases")
}

// Dense matrices of a fixed lattice are left out where it is large.
func TestStrict(t *testing.T) {
	for _, extent := range []int{2, 4} {
		fixed := verify.Case{Group: "U(1)", Extents: []int{extent, 4, 4}, Boundary: []int{1, 1, -1}, Mass: 1}
		s := verify.OfOperator("staggered", verify.BuildStaggered, verify.Within(verify.Domain{Fixed: &fixed, Cases: 1}))
		verdicts := verify.Judge([]verify.Subject{s}, 1, nil, verify.Only(regexp.MustCompile("/(determinant|adjoint)$")))
		assert.Len(t, verdicts, map[int]int{2: 2, 4: 1}[extent])
		for _, v := range verdicts {
			assert.True(t, v.OK(), "%v", v)
			assert.Equal(t, 1, v.Cases)
		}
	}
}

// The seams of the mutants raise no alarm while no bug is planted.
func TestSeams(t *testing.T) {
	suite := verify.Quick()
	suite.Cases, suite.Volume, suite.Draws = 2, 32, 100
	if testing.Short() {
		suite.Cases = 1
	}
	subjects := []verify.Subject{
		rectangles(func() buggy { return buggy{} }),
		staggeredQuarks(lattice.Even, exactly, func(verify.Case, *quarks) {}),
		staggeredQuarks(lattice.All, exactly, func(verify.Case, *quarks) {}),
		staggeredHops(func(verify.Case, *hops) {}),
		stoutLayer(func() smear { return smear{} }),
		verify.OfExponential("SU(2) in closed form", closedForm()),
	}
	verdicts := verify.Judge(subjects, 1, nil, verify.With(suite))
	assert.Greater(t, len(verdicts), 40)
	for _, v := range verdicts {
		assert.True(t, v.OK(), "%v", v)
	}
}
