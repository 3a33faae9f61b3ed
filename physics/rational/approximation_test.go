package rational

import (
	"fmt"
	"math"
	"testing"

	"github.com/leanovate/gopter/prop"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Any power, interval and degree: what a multi-shift solver evaluates is the power within the promised error, and the signs are
// the promised ones.
func TestEval(t *testing.T) {
	p := properties(20261128, 60)
	p.Property("Eval is the power within MaxError and RoundOff", prop.ForAll(func(c request) (bool, error) {
		a, err := New(c.power, c.lo, c.hi, c.degree)
		if err != nil {
			return false, err
		}
		if a.Degree() != c.degree || a.Power() != c.power || len(a.Residues()) != c.degree || a.Constant() <= 0 {
			return false, fmt.Errorf("%+v: shape", c)
		}
		for i, b := range a.Shifts() {
			if b <= 0 || a.Residues()[i]*float64(c.power.Num) >= 0 {
				return false, fmt.Errorf("%+v: residue %g, shift %g", c, a.Residues()[i], b)
			}
		}
		for _, x := range grid(c.lo, c.hi, 300) {
			// math.Pow within two units in the last place, the exponent within half of one times log x < 50
			off := math.Abs(a.Eval(x)/math.Pow(x, c.power.Float())-1) - 60e-16
			if bound := a.MaxError() + a.RoundOff(); off > bound {
				return false, fmt.Errorf("%+v: off by %g at %g, bound %g", c, off, x, bound)
			}
		}
		return true, nil
	}, requests()))
	p.TestingRun(t)
}

// RoundOff bounds what double precision loses, and is not idle: the worst point loses a hundredth of it or more.
func TestRoundOff(t *testing.T) {
	for _, c := range []request{
		{Power{-1, 2}, 1e-7, 1, 12},
		{Power{1, 2}, 1e-7, 1, 12}, // loses sqrt(hi/lo) = 3000 units
		{Power{1, 8}, 1e-4, 5, 15},
		{Power{3, 4}, 1e-4, 1, 10},
	} {
		a := must(t)(New(c.power, c.lo, c.hi, c.degree))
		var worst float64
		for _, x := range grid(c.lo, c.hi, 25) {
			e := errorAt(a, x)
			one := a.problem.of(1)
			exact := a.problem.mul(a.problem.add(one, e), c.power.of(a.problem.of(x), uint(a.problem.arithmetic)))
			off, _ := a.problem.quo(a.problem.sub(exact, a.problem.of(a.Eval(x))), c.power.of(a.problem.of(x), uint(a.problem.arithmetic))).Float64()
			worst = max(worst, math.Abs(off))
		}
		assert.LessOrEqual(t, worst, a.RoundOff(), "%+v", c)
		assert.Greater(t, worst, a.RoundOff()/100, "%+v", c)
	}
}

// The inverse is (1 - delta^2) / r, the scaled one s^power r(x/s), and x -> lo hi / x turns one into the other; each with the
// same proof.
func TestInverseAndScaled(t *testing.T) {
	p := properties(20261129, 40)
	p.Property("inverse, scaled, reflected", prop.ForAll(func(c request) (bool, error) {
		a, err := New(c.power, c.lo, c.hi, c.degree)
		if err != nil {
			return false, err
		}
		inverse, err := a.Inverse()
		if err != nil {
			return false, err
		}
		const s = 0.0371
		scaled, err := a.Scaled(s)
		if err != nil {
			return false, err
		}
		direct, err := New(c.power, s*c.lo, s*c.hi, c.degree)
		if err != nil {
			return false, err
		}
		if lo, hi := scaled.Interval(); lo != s*c.lo || hi != s*c.hi {
			return false, fmt.Errorf("%+v: interval [%g, %g]", c, lo, hi)
		}
		delta := a.MaxError()
		// x^power is read from the same Eval, so each side loses its RoundOff; powers of s and lo hi a few units more
		loose := 2*(a.RoundOff()+inverse.RoundOff()) + 1e-14
		for _, x := range grid(c.lo, c.hi, 30) {
			product := a.Eval(x) * inverse.Eval(x)
			if !(math.Abs(product-(1-delta*delta)) <= loose*(1+delta)/(1-delta)) {
				return false, fmt.Errorf("%+v: r(x) times inverse is %g at %g", c, product, x)
			}
			moved := scaled.Eval(s*x) / (math.Pow(s, c.power.Float()) * a.Eval(x))
			if !(math.Abs(moved-1) <= loose/(1-delta)) {
				return false, fmt.Errorf("%+v: scaled is %g of it at %g", c, moved, x)
			}
			reflected := inverse.Eval(x) * math.Pow(c.lo, c.power.Float()) * math.Pow(c.hi, c.power.Float()) / a.Eval(c.lo/x*c.hi)
			if !(math.Abs(reflected-1) <= 10*loose/(1-delta)) {
				return false, fmt.Errorf("%+v: reflected is %g of it at %g", c, reflected, x)
			}
		}
		for i, b := range direct.Shifts() {
			if math.Abs(scaled.Shifts()[i]/b-1) > 1e-14 || math.Abs(scaled.Residues()[i]/direct.Residues()[i]-1) > 1e-14 {
				return false, fmt.Errorf("%+v: scaled and direct differ at pole %d", c, i)
			}
		}
		return scaled.MaxError() == delta && inverse.MaxError() > delta*(1-1e-14) && inverse.MaxError() < delta*(1+1e-14), nil
	}, requests()))
	p.TestingRun(t)
}

// Powers that multiply to one: r^k x = 1 within the product of the errors.
func TestProducts(t *testing.T) {
	for _, c := range []struct {
		factors []Power
		whole   int // the power of x itself
	}{
		{[]Power{{-1, 2}, {-1, 2}}, 1},
		{[]Power{{-1, 4}, {-1, 4}, {-1, 4}, {-1, 4}}, 1},
		{[]Power{{-3, 4}, {-1, 4}}, 1},
		{[]Power{{-1, 4}, {1, 8}, {1, 8}}, 0}, // action between two heat baths
		{[]Power{{-1, 3}, {-1, 3}, {1, 6}, {1, 6}, {1, 3}}, 0},
		{[]Power{{3, 4}, {1, 4}}, -1},
	} {
		var all []*Approximation
		bound := 1.0
		for _, p := range c.factors {
			a := must(t)(New(p, 1e-4, 4, 9))
			all = append(all, a)
			bound *= 1 + a.MaxError() + a.RoundOff()
		}
		for _, x := range grid(1e-4, 4, 500) {
			product := math.Pow(x, float64(c.whole))
			for _, a := range all {
				product *= a.Eval(x)
			}
			require.InDelta(t, 1, product, bound-1+1e-15, "%v at %g", c.factors, x)
		}
	}
}

// More poles and shorter intervals are better, and Within stops at the first degree that suffices.
func TestMonotonic(t *testing.T) {
	for _, p := range []Power{{-1, 4}, {1, 16}} {
		var errors []float64
		for n := 1; n <= 7; n++ {
			errors = append(errors, must(t)(New(p, 1e-5, 1, n)).MaxError())
			if n > 1 {
				assert.Less(t, errors[n-1], errors[n-2])
			}
		}
		for n := 2; n <= 7; n++ {
			assert.Equal(t, n, must(t)(Within(p, 1e-5, 1, errors[n-1])).Degree())
			assert.Equal(t, n, must(t)(Within(p, 1e-5, 1, errors[n-2]*(1-1e-12))).Degree())
		}
		assert.Less(t, must(t)(New(p, 1e-4, 1, 5)).MaxError(), errors[4])
	}
	assert.Equal(t, 1, must(t)(Within(Power{-1, 4}, 0.5, 1, 0.9)).Degree())

	// for 3/4 the expected error of degree 8 is 3 % too small: a bound just above it takes one more
	bound, _ := newNome(math.Sqrt(1e-3)).height(0.75, 8)
	a := must(t)(Within(Power{3, 4}, 1e-3, 1, 1.001*bound))
	assert.Equal(t, 9, a.Degree())
	assert.LessOrEqual(t, a.MaxError(), bound)
}

// What is returned can be changed without harm.
func TestCopies(t *testing.T) {
	a := must(t)(New(Power{-1, 4}, 1e-3, 1, 3))
	want := a.Eval(0.1)
	a.Shifts()[0], a.Residues()[0], a.Certificate().Points[0], a.Certificate().Errors[0] = 7, 7, 7, 7
	assert.Equal(t, want, a.Eval(0.1))
	assert.NotEqual(t, 7.0, a.Certificate().Points[0])
	assert.NotEqual(t, 7.0, a.Certificate().Errors[0])
}

func TestErrors(t *testing.T) {
	p, nan, inf := Power{-1, 4}, math.NaN(), math.Inf(1)
	for want, try := range map[string]func() (*Approximation, error){
		"power 1/0: the denominator":           func() (*Approximation, error) { return New(Power{1, 0}, 1, 2, 3) },
		"power 1/-2: the denominator":          func() (*Approximation, error) { return New(Power{1, -2}, 1, 2, 3) },
		"power 1/1025: the denominator":        func() (*Approximation, error) { return New(Power{1, 1025}, 1, 2, 3) },
		"power 0/3 is constant":                func() (*Approximation, error) { return New(Power{0, 3}, 1, 2, 3) },
		"power 4/4: its size must be below 1":  func() (*Approximation, error) { return New(Power{4, 4}, 1, 2, 3) },
		"power -5/4: its size must be below 1": func() (*Approximation, error) { return New(Power{-5, 4}, 1, 2, 3) },
		"interval [0, 1]":                      func() (*Approximation, error) { return New(p, 0, 1, 3) },
		"interval [-1, 1]":                     func() (*Approximation, error) { return New(p, -1, 1, 3) },
		"interval [NaN, 1]":                    func() (*Approximation, error) { return New(p, nan, 1, 3) },
		"interval [1, NaN]":                    func() (*Approximation, error) { return New(p, 1, nan, 3) },
		"interval [1, +Inf]":                   func() (*Approximation, error) { return New(p, 1, inf, 3) },
		"interval [2, 1]":                      func() (*Approximation, error) { return Within(p, 2, 1, 0.1) },
		"hi/lo = 1.001 must be from":           func() (*Approximation, error) { return New(p, 1, 1.001, 3) },
		"hi/lo = 1e+17 must be from":           func() (*Approximation, error) { return New(p, 1, 1e17, 3) },
		"degree 0: it must be from 1 to 100":   func() (*Approximation, error) { return New(p, 1, 2, 0) },
		"degree 101: it must be":               func() (*Approximation, error) { return New(p, 1, 2, 101) },
		"relative error 0: it must be":         func() (*Approximation, error) { return Within(p, 1, 2, 0) },
		"relative error 1: it must be":         func() (*Approximation, error) { return Within(p, 1, 2, 1) },
		"relative error NaN: it must be":       func() (*Approximation, error) { return Within(p, 1, 2, nan) },
		"needs about degree":                   func() (*Approximation, error) { return Within(p, 1e-8, 1e8, 1e-39) },
		"factor 0 for":                         func() (*Approximation, error) { return must(t)(New(p, 1, 2, 3)).Scaled(0) },
		"factor NaN for":                       func() (*Approximation, error) { return must(t)(New(p, 1, 2, 3)).Scaled(nan) },
		"factor 1e+100 for":                    func() (*Approximation, error) { return must(t)(New(p, 1, 2, 3)).Scaled(1e100) },
	} {
		a, err := try()
		assert.Nil(t, a)
		assert.ErrorContains(t, err, want)
		assert.ErrorContains(t, err, "rational: ")
	}
}

// FuzzNew: any argument gives a proved approximation or an error, no panic.
func FuzzNew(f *testing.F) {
	f.Add(-1, 4, 1e-3, 1.0, 5)
	f.Add(63, 64, 1e-8, 1e8, 1)
	f.Add(1, 0, -1.0, math.NaN(), -7)
	f.Add(1023, 1024, 1e-100, 1e-85, 2)
	f.Fuzz(func(t *testing.T, num, den int, lo, hi float64, degree int) {
		if degree > 12 {
			degree = 1 + degree%12 // large ones are slow, not different
		}
		a, err := New(Power{num, den}, lo, hi, degree)
		if (a == nil) == (err == nil) {
			t.Fatalf("%v, %v", a, err)
		}
		if err != nil {
			return
		}
		if proof := a.Certificate(); proof.Spread > 1e-23 || len(proof.Points) != 2*degree+2 {
			t.Fatalf("%+v", proof)
		}
	})
}
