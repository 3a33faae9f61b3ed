package verify

import (
	"math"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// margin multiplies measured noise in a bound: the largest of some ten thousand
// deviations is below 5 standard deviations, and a standard deviation that is
// estimated from 6 numbers is too small by a factor 6 in one case of 1e5.
const margin = 32

// jitters is the number of copies that noise is measured on.
const jitters = 6

// Jitter sets v to u with every real number changed by a few units in its last
// place, rms 8 u: as much as a product of a few matrices does.
func Jitter(v, u *gauge.Field, s rng.Stream) {
	v.Copy(u)
	source := s.Site(uint64(u.Geometry().Rank()))
	for k := range v.Raw() {
		for l := range lattice.Lanes {
			v.Raw()[k][l] *= 1 + 8*Roundoff*source.Normal()
		}
	}
	v.Changed()
}

// Noise measures by how much round-off changes an action at u: the
// root-mean-square change of S, and of the force (root of the sum of squares
// over all components), over copies of u that differ by [Jitter]. To both is
// added one rounding of what they are at u and on random links: smooth links
// make large terms cancel, in the jitter too.
func Noise(a action.Action, u *gauge.Field, s rng.Stream) (value, force float64, err error) {
	v := gauge.NewField(u.Geometry(), u.Group())
	s0, f0, err := valueAndForce(a, u)
	if err != nil {
		return 0, 0, err
	}
	for k := range jitters {
		Jitter(v, u, s.At(uint64(k)))
		s1, f1, err := valueAndForce(a, v)
		if err != nil {
			return 0, 0, err
		}
		f1.Add(-1, f0)
		value += (s1 - s0) * (s1 - s0) / jitters
		force += f1.Norm2() / jitters
	}
	v.Hot(s.Child("random"))
	s1, f1, err := valueAndForce(a, v)
	if err != nil {
		return 0, 0, err
	}
	value = math.Sqrt(value) + Roundoff*(math.Abs(s0)+math.Abs(s1))
	force = math.Sqrt(force) + Roundoff*(math.Sqrt(f0.Norm2())+math.Sqrt(f1.Norm2()))
	return value, force, nil
}

func valueAndForce(a action.Action, u *gauge.Field) (float64, *gauge.Algebra, error) {
	f := gauge.NewAlgebra(u.Geometry(), u.Group())
	v, err := a.Value(u)
	if err != nil {
		return 0, nil, err
	}
	return v, f, a.AddForce(f, 1, u)
}
