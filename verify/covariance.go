package verify

import (
	"math"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/rng"
)

// Covariance is [CovarianceWithin] for one accuracy of values and forces.
func Covariance(a action.Action, u *gauge.Field, s rng.Stream, solve float64) []Result {
	return CovarianceWithin(a, u, s, solve, solve)
}

// CovarianceWithin checks that S is gauge invariant and that the force turns with the
// links, F(n) -> G(n) F(n) G(n)^†, along a random walk in the gauge orbit. The
// pseudofermions of a are left turned.
//
// Bounds are those of [Noise], which does not rotate and so cannot hide a
// broken symmetry; solveS and solveF are added as the relative errors that the
// tolerance of a solver may leave in S and F, where an iteration more or less turns with the
// last bit (0 without a solver).
// Not vacuous: a change of the links that is no rotation changes S by far more.
func CovarianceWithin(a action.Action, u *gauge.Field, s rng.Stream, solveS, solveF float64) []Result {
	const invariant, covariant = "S is gauge invariant", "the force is covariant"
	const walk = 2
	noiseS, noiseF, err := Noise(a, u, s.Child("noise"))
	if err != nil {
		return failed(invariant, err)
	}
	s0, f0, err := valueAndForce(a, u)
	if err != nil {
		return failed(invariant, err)
	}
	p := gauge.NewAlgebra(u.Geometry(), u.Group())
	p.Gaussian(s.Child("direction"))
	signal := change(a, u, p, s0, &err)
	if err != nil {
		return failed(invariant, err)
	}
	size := math.Sqrt(f0.Norm2())

	v := gauge.NewField(u.Geometry(), u.Group())
	v.Copy(u)
	t := gauge.NewTransformation(u.Geometry(), u.Group())
	var results []Result
	for k := range walk {
		t.Random(s.Child("rotation").At(uint64(k)))
		v.Transform(t)
		f0.Transform(t)
		if phi, ok := a.(action.Pseudofermion); ok {
			phi.Transform(t)
		}
		s1, f1, err := valueAndForce(a, v)
		if err != nil {
			return failed(invariant, err)
		}
		f1.Add(-1, f0)
		boundS, boundF := margin*noiseS+solveS*math.Abs(s0), margin*noiseF+solveF*size
		results = append(results, Result{
			Law: invariant, Measured: math.Abs(s1 - s0), Bound: boundS,
			Because: "32 x the change of S when links change by round-off, and the tolerance of solves",
			Vacuous: !(boundS < 1e-4*signal),
		}, Result{
			Law: covariant, Measured: math.Sqrt(f1.Norm2()), Bound: boundF,
			Because: "32 x the change of F when links change by round-off, and the tolerance of solves",
			Vacuous: !(boundF < 1e-4*size),
		})
	}
	return results
}

// change returns by how much S changes where links do that are not rotated.
func change(a action.Action, u *gauge.Field, p *gauge.Algebra, s0 float64, err *error) float64 {
	value := along(a, u, p, err)
	return math.Max(math.Abs(value(0.3)-s0), math.Abs(value(-0.3)-s0))
}
