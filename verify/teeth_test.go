package verify_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/verify"
)

// mutant is an action with a planted bug. Nil functions leave it as it is.
type mutant struct {
	*action.TwoFlavour
	value   func(u *gauge.Field, s float64) float64
	force   func(f, before *gauge.Algebra, u *gauge.Field)
	refresh func(s rng.Stream, v float64) float64
}

func (m mutant) Value(u *gauge.Field) (float64, error) {
	s, err := m.TwoFlavour.Value(u)
	if m.value != nil {
		s = m.value(u, s)
	}
	return s, err
}

func (m mutant) AddForce(f *gauge.Algebra, c float64, u *gauge.Field) error {
	before := gauge.NewAlgebra(f.Geometry(), f.Group())
	before.Copy(f)
	err := m.TwoFlavour.AddForce(f, c, u)
	if m.force != nil {
		m.force(f, before, u)
	}
	return err
}

func (m mutant) Refresh(u *gauge.Field, s rng.Stream) (float64, error) {
	v, err := m.TwoFlavour.Refresh(u, s)
	if m.refresh != nil {
		v = m.refresh(s, v)
	}
	return v, err
}

var theory = verify.Case{Group: "SU(3)", Extents: []int{4, 2, 4}, Boundary: []int{1, 1, -1}, Mass: 0.5, Roughness: 0.4, Seed: 1}

func quarks(t *testing.T) (*action.TwoFlavour, *gauge.Field) {
	t.Helper()
	geo := theory.Geometry()
	d, err := dirac.NewStaggered(geo, theory.GaugeGroup(), theory.Mass, theory.Boundary)
	require.NoError(t, err)
	a, err := action.NewTwoFlavour(d, lattice.Even, action.Tolerances{Action: 1e-12, Force: 1e-12, MaxIterations: 1000})
	require.NoError(t, err)
	_, err = a.Refresh(theory.Links(geo, "heat bath"), theory.Stream("phi"))
	require.NoError(t, err)
	return a, theory.Links(geo, "links")
}

// laws are those of a pseudofermion action.
var laws = []func(a action.Pseudofermion, u *gauge.Field) []verify.Result{
	func(a action.Pseudofermion, u *gauge.Field) []verify.Result { return verify.Force(a, u, rng.New(1)) },
	func(a action.Pseudofermion, u *gauge.Field) []verify.Result {
		return verify.ForceOrder(a, u, rng.New(2))
	},
	func(a action.Pseudofermion, u *gauge.Field) []verify.Result {
		return verify.ForceAdds(a, u, rng.New(3))
	},
	func(a action.Pseudofermion, u *gauge.Field) []verify.Result {
		return verify.Purity(a, u, theory.Links(u.Geometry(), "other"))
	},
	func(a action.Pseudofermion, u *gauge.Field) []verify.Result {
		return verify.Covariance(a, u, rng.New(4), 1e-10)
	},
	func(a action.Pseudofermion, u *gauge.Field) []verify.Result {
		return verify.Refresh(a, u, rng.New(5), 300, 1e-10)
	},
}

// Correct code passes, and each planted bug is caught by the law that is meant
// for it.
func TestTeeth(t *testing.T) {
	if testing.Short() {
		t.Skip("planted bugs in short mode")
	}
	stale := math.NaN()
	calls := 0
	scale := func(k float64) func(f, before *gauge.Algebra, _ *gauge.Field) {
		return func(f, before *gauge.Algebra, _ *gauge.Field) {
			f.Add(-1, before)
			f.Scale(k)
			f.Add(1, before)
		}
	}
	for name, c := range map[string]struct {
		bug mutant
		law string // that must fail; empty: none
	}{
		"none":                       {mutant{}, ""},
		"force with the wrong sign":  {mutant{force: scale(-1)}, "force = dS/dtau"},
		"force twice too large":      {mutant{force: scale(2)}, "force = dS/dtau"},
		"force off by 1e-7":          {mutant{force: scale(1 + 1e-7)}, "force = dS/dtau"},
		"force off by 1e-3, order":   {mutant{force: scale(1 + 1e-3)}, "error of the central difference"},
		"force zero":                 {mutant{force: func(f, before *gauge.Algebra, _ *gauge.Field) { f.Copy(before) }}, "force = dS/dtau"},
		"force set, not added":       {mutant{force: func(f, before *gauge.Algebra, _ *gauge.Field) { f.Add(-1, before) }}, "AddForce adds c F"},
		"one link without its force": {mutant{force: func(f, _ *gauge.Algebra, _ *gauge.Field) { f.Set([]int{0, 0, 0}, 2, make([]float64, 8)) }}, "force = dS/dtau"},
		"one component turned":       {mutant{force: negateComponent}, "the force is covariant"},
		"links changed":              {mutant{force: func(_, _ *gauge.Algebra, u *gauge.Field) { u.Reunitarize(); u.Raw()[0][0] += 1e-15 }}, "links untouched"},
		"value kept from elsewhere": {mutant{value: func(_ *gauge.Field, s float64) float64 {
			if math.IsNaN(stale) {
				stale = s
			}
			return stale
		}}, "same value after other links"},
		"value depends on history": {mutant{value: func(_ *gauge.Field, s float64) float64 {
			calls++
			return s + 1e-13*float64(calls)
		}}, "same value when asked twice"},
		"value not invariant": {mutant{value: func(u *gauge.Field, s float64) float64 {
			m := u.Group().NewMatrix()
			u.At(m, []int{0, 0, 0}, 0)
			return s + 1e-6*real(m[0])
		}}, "S is gauge invariant"},
		"refresh tells another S":    {mutant{refresh: func(_ rng.Stream, v float64) float64 { return v * (1 + 1e-4) }}, "Refresh returns S of its phi"},
		"heat bath too hot":          {mutant{refresh: func(_ rng.Stream, v float64) float64 { return v * 1.07 }}, "<S> at refresh"},
		"heat bath without spread":   {mutant{refresh: func(_ rng.Stream, v float64) float64 { return 48 + (v-48)/2 }}, "chi-squared"},
		"value is the number of phi": {mutant{value: func(*gauge.Field, float64) float64 { return 48 }}, "same value after other links"},
	} {
		t.Run(name, func(t *testing.T) {
			a, u := quarks(t)
			c.bug.TwoFlavour = a
			caught := false
			for _, law := range laws {
				for _, r := range law(c.bug, u) {
					if c.law == "" {
						assert.True(t, r.OK(), "%v", r)
					}
					caught = caught || strings.Contains(r.Law, c.law) && !r.OK()
				}
				if caught {
					return
				}
			}
			if c.law != "" {
				assert.True(t, caught, "not caught by %q", c.law)
			}
		})
	}
}

// negateComponent turns the sign of one component on all links.
func negateComponent(f, _ *gauge.Algebra, _ *gauge.Field) {
	for k := 0; k < len(f.Raw()); k += 8 {
		for l := range f.Raw()[k] {
			f.Raw()[k][l] *= -1
		}
	}
}

// recorder is a TB that keeps what it is told.
type recorder struct{ errors []string }

func (*recorder) Helper()             {}
func (*recorder) Name() string        { return "TestRecorded/part" }
func (*recorder) Logf(string, ...any) {}
func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

// A failing law is reported with its smallest case and the command that repeats
// it, and that command's case fails alone.
func TestRunShrinks(t *testing.T) {
	law := func(c verify.Case) []verify.Result {
		broken := 0.0
		if c.GaugeGroup().N() >= 2 && c.Extents[0] >= 4 && c.C1 != 0 {
			broken = 1
		}
		return []verify.Result{{Law: "never", Measured: broken, Because: "planted"}}
	}
	t.Setenv(verify.SeedVariable, "1")
	r := &recorder{}
	verify.Run(r, verify.Domain{Cases: 100}, law)
	require.Len(t, r.errors, 1)
	smallest := `{"group":"SU(2)","extents":[4,2],"boundary":[1,1],"beta":1,"c1":-0.08333333333333333,"mass":1,"roughness":0.1,"seed":`
	assert.Contains(t, r.errors[0], "never: measured 1, allowed 0 (planted)")
	assert.Contains(t, r.errors[0], smallest)
	assert.Contains(t, r.errors[0], "' go test github.com/slhmc/slhmc/verify -run '^TestRecorded$/^part$'")
	assert.Contains(t, r.errors[0], verify.SeedVariable+"=1")

	t.Setenv(verify.CaseVariable, smallest+"7}")
	again := &recorder{}
	verify.Run(again, verify.Domain{}, law)
	assert.Len(t, again.errors, 1)
	t.Setenv(verify.CaseVariable, strings.Replace(smallest, "SU(2)", "U(1)", 1)+"7}")
	passes := &recorder{}
	verify.Run(passes, verify.Domain{}, law)
	assert.Empty(t, passes.errors)
}

// A law that panics, checks nothing, is vacuous or measures NaN fails.
func TestRunRefuses(t *testing.T) {
	for want, law := range map[string]func(verify.Case) []verify.Result{
		"planted panic":               func(verify.Case) []verify.Result { panic("planted panic") },
		"the law has checked nothing": func(verify.Case) []verify.Result { return nil },
		"vacuous":                     func(verify.Case) []verify.Result { return []verify.Result{{Bound: 1, Vacuous: true}} },
		"measured NaN":                func(verify.Case) []verify.Result { return []verify.Result{{Measured: math.NaN(), Bound: 1}} },
		"measured 2, allowed 1 (why)": func(verify.Case) []verify.Result { return []verify.Result{{Measured: 2, Bound: 1, Because: "why"}} },
		"allowed NaN, and never smaller": func(verify.Case) []verify.Result {
			return []verify.Result{{Law: "allowed NaN, and never smaller", Bound: math.NaN()}}
		},
	} {
		r := &recorder{}
		verify.Run(r, verify.Domain{}, law)
		require.Len(t, r.errors, 1, want)
		assert.Contains(t, r.errors[0], want)
	}
	t.Setenv(verify.SeedVariable, "one")
	r := &recorder{}
	verify.Run(r, verify.Domain{}, nil)
	assert.Contains(t, r.errors[0], "SLHMC_VERIFY_SEED")
}

// Cases are what they print, and seeds draw what the domain asks for.
func TestCases(t *testing.T) {
	groups, dims := map[string]int{}, map[int]int{}
	odd, wraps, split := 0, 0, 0
	verify.Run(t, verify.Domain{Cases: 400, Volume: 96}, func(c verify.Case) []verify.Result {
		again, err := verify.ParseCase(c.String())
		require.NoError(t, err)
		groups[c.Group]++
		dims[len(c.Extents)]++
		for _, l := range c.Extents {
			odd += l % 2
			if l == 2 {
				wraps++
			}
		}
		if c.Geometry().ActiveLanes() == lattice.Lanes {
			split++
		}
		same := 1.0
		if again.String() == c.String() && c.Volume() <= 96 {
			same = 0
		}
		return []verify.Result{{Law: "round trip", Measured: same, Because: "exact"}}
	})
	if !testing.Short() {
		assert.Len(t, groups, 4)
		assert.Len(t, dims, 3)
		for _, n := range []int{odd, wraps, split, groups["SU(4)"], dims[4]} {
			assert.Greater(t, n, 20)
		}
	}
	for text, want := range map[string]string{
		`{`:                                 "verify: case",
		`{"group":"SO(3)"}`:                 "unknown gauge group",
		`{"group":"SU(2)","extents":[1,4]}`: "extent 1",
		`{"group":"SU(2)","extents":[2,4],"boundary":[1]}`: "1 boundary phases for 2",
	} {
		_, err := verify.ParseCase(text)
		assert.ErrorContains(t, err, want)
	}
}

// Ridders finds derivatives to near round-off and knows its own error.
func TestRidders(t *testing.T) {
	for name, c := range map[string]struct {
		f    func(float64) float64
		want float64
	}{
		"exp":  {math.Exp, 1},
		"sin":  {func(x float64) float64 { return math.Sin(5*x + 1) }, 5 * math.Cos(1)},
		"pole": {func(x float64) float64 { return 1 / (0.3 + x) }, -1 / 0.09},
		"line": {func(x float64) float64 { return 3*x + 7 }, 3},
	} {
		d, estimate, step := verify.Ridders(c.f, 0.1)
		assert.InDelta(t, c.want, d, 32*(estimate+1e-15/step), name)
		assert.Less(t, estimate, 1e-9*math.Abs(c.want), name)
	}
}
