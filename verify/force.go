package verify

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/rng"
)

// along returns h -> S[exp(i h P) u] for normal P on ALL links: a change of one
// link would miss what is wrong elsewhere. The first error is kept in err.
func along(a action.Action, u *gauge.Field, p *gauge.Algebra, err *error) func(h float64) float64 {
	v := gauge.NewField(u.Geometry(), u.Group())
	return func(h float64) float64 {
		v.Copy(u)
		v.Drift(h, p)
		s, e := a.Value(v)
		if e != nil && *err == nil {
			*err = e
		}
		return s
	}
}

// largest first step of finite differences: the plaquette's phase changes by
// about one.
const firstStep = 0.1

// Force is [ForceWithin] for forces that are exact.
func Force(a action.Action, u *gauge.Field, s rng.Stream) []Result { return ForceWithin(a, u, s, 0) }

// ForceWithin checks that the force is the derivative of the action: F.P against
// dS/dh along U -> exp(i h P) U, P normal on all links, by extrapolated finite
// differences. solve is the relative error that the tolerance of a solver may
// leave in the force.
func ForceWithin(a action.Action, u *gauge.Field, s rng.Stream, solve float64) []Result {
	const law = "force = dS/dtau"
	p := gauge.NewAlgebra(u.Geometry(), u.Group())
	p.Gaussian(s.Child("direction"))
	noise, _, err := Noise(a, u, s.Child("noise"))
	if err != nil {
		return failed(law, err)
	}
	_, f, err := valueAndForce(a, u)
	if err != nil {
		return failed(law, err)
	}
	want, bound, because := slope(along(a, u, p, &err), noise, firstStep)
	if err != nil {
		return failed(law, err)
	}
	size := math.Sqrt(f.Norm2()) // the standard deviation of F.P
	// an error in the force that knows nothing of P is off by its norm in F.P, once
	bound += 8*Roundoff*size*math.Sqrt(p.Norm2()) + normalBound*solve*size
	return []Result{{
		Law: law, Measured: math.Abs(f.Dot(p) - want), Bound: bound,
		Because: because,
		Vacuous: !(bound < 1e-6*size),
	}}
}

// differences are the errors of the central difference over steps from 0.1 to
// 1e-6: they fall as h^2 to where round-off takes over.
func differences(value func(h float64) float64, want float64) Series {
	s := Series{
		Title: "Error of the central difference", XLabel: "step h", YLabel: "|[S(h) - S(-h)]/2h - F.P|", Log: true,
		Note: "falls as h² down to the plateau of round-off: a wrong force would leave it flat from the start",
	}
	for h := firstStep; h > 1e-6; h /= 4 {
		s.X = append(s.X, h)
		s.Y = append(s.Y, math.Abs((value(h)-value(-h))/(2*h)-want))
	}
	return s
}

// ForceOrder checks that the error of the central difference against the force
// falls with the square of the step: a force that is wrong by little leaves an
// error that does not fall. Errors are summed in quadrature over directions.
func ForceOrder(a action.Action, u *gauge.Field, s rng.Stream) []Result {
	const law = "error of the central difference ~ h^2"
	const directions = 4
	const h = 0.02
	noise, _, err := Noise(a, u, s.Child("noise"))
	if err != nil {
		return failed(law, err)
	}
	_, f, err := valueAndForce(a, u)
	if err != nil {
		return failed(law, err)
	}
	var square [2]float64 // of the error, at h and h/2
	p := gauge.NewAlgebra(u.Geometry(), u.Group())
	for k := range directions {
		p.Gaussian(s.Child("direction").At(uint64(k)))
		value := along(a, u, p, &err)
		for i, step := range []float64{h, h / 2} {
			e := (value(step)-value(-step))/(2*step) - f.Dot(p)
			square[i] += e * e
		}
	}
	curve := differences(along(a, u, p, &err), f.Dot(p))
	if err != nil {
		return failed(law, err)
	}
	return []Result{{
		Law:      law,
		Measured: math.Abs(math.Log2(square[0]/square[1])/2 - 2),
		Bound:    0.2,
		Because:  fmt.Sprintf("the next order, h = %g: errors %.2g and %.2g", h, math.Sqrt(square[0]), math.Sqrt(square[1])),
		Vacuous:  !(math.Sqrt(square[1]) > 20*noise/h), // noise would bend the fit by more than the bound
		Series:   []Series{curve},
	}}
}

// ForceAdds checks that AddForce adds c F to what is there.
func ForceAdds(a action.Action, u *gauge.Field, s rng.Stream) []Result {
	const law = "AddForce adds c F"
	const c = -1.7
	_, noise, err := Noise(a, u, s.Child("noise"))
	if err != nil {
		return failed(law, err)
	}
	_, f, err := valueAndForce(a, u)
	if err != nil {
		return failed(law, err)
	}
	start, sum := gauge.NewAlgebra(u.Geometry(), u.Group()), gauge.NewAlgebra(u.Geometry(), u.Group())
	start.Gaussian(s.Child("start"))
	sum.Copy(start)
	if err := a.AddForce(sum, c, u); err != nil {
		return failed(law, err)
	}
	size := math.Sqrt(start.Norm2()) - c*math.Sqrt(f.Norm2())
	sum.Add(-c, f)
	sum.Add(-1, start)
	bound := margin*noise*-c + 8*Roundoff*size
	return []Result{{
		Law: law, Measured: math.Sqrt(sum.Norm2()), Bound: bound,
		Because: "32 x noise of the force, and the rounding of some sums",
		Vacuous: !(bound < 1e-6*math.Sqrt(f.Norm2())),
	}}
}

// Purity checks, bit by bit, that an action leaves the links alone and is a
// function of them: the same again when asked twice, and after it has been used
// on other links.
func Purity(a action.Action, u, other *gauge.Field) []Result {
	const law = "pure"
	before := gauge.NewField(u.Geometry(), u.Group())
	before.Copy(u)
	s0, f0, err := valueAndForce(a, u)
	if err != nil {
		return failed(law, err)
	}
	again := func() (values, forces int, err error) {
		f := gauge.NewAlgebra(u.Geometry(), u.Group())
		if err := a.AddForce(f, 1, u); err != nil { // force first: values must not prepare it
			return 0, 0, err
		}
		s, err := a.Value(u)
		if math.Float64bits(s) != math.Float64bits(s0) {
			values++
		}
		return values, differ(f.Raw(), f0.Raw()), err
	}
	v1, f1, err := again()
	if err != nil {
		return failed(law, err)
	}
	so, _, err := valueAndForce(a, other)
	if err != nil {
		return failed(law, err)
	}
	v2, f2, err := again()
	if err != nil {
		return failed(law, err)
	}
	local := u.Geometry().Blocks() * len(u.Raw()) / u.Geometry().BlocksWithGhosts() // ghosts may be fetched
	return []Result{
		exact("links untouched", differ(u.Raw()[:local], before.Raw()[:local])),
		exact("same value when asked twice", v1),
		exact("same force when asked twice", f1),
		{Law: "same value after other links", Measured: float64(v2), Because: "exact", Vacuous: so == s0},
		exact("same force after other links", f2),
	}
}

// differ counts the numbers of a and b that differ in a bit.
func differ(a, b [][8]float64) (n int) {
	for k := range a {
		for l := range a[k] {
			if math.Float64bits(a[k][l]) != math.Float64bits(b[k][l]) {
				n++
			}
		}
	}
	return n
}
