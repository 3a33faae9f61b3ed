package verify_test

import (
	"math"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

func observableMutants() (list []mutant) {
	noise := func(bug string, circular bool, fill verify.Fill) {
		list = append(list, mutant{area: "noise", bug: bug, law: "unbiased", subject: verify.OfNoise("noise", fill, circular)})
	}
	z4 := func(step float64) verify.Fill {
		return func(f *fermion.Field, s rng.Stream) {
			geo := f.Geometry()
			v, x := make([]complex128, f.Group().N()*f.Spins()), make([]int, geo.Dims())
			for site := range geo.Volume() {
				geo.Coordinates(x, site)
				r := s.Site(uint64(site))
				for i := range v {
					phi := step * float64(r.Uint64N(4))
					v[i] = complex(math.Cos(phi), math.Sin(phi))
				}
				f.Set(x, v)
			}
		}
	}
	noise("Z4 noise with phases pi/4 apart", false, z4(math.Pi/4))
	noise("complex noise with <|f|^2> = 2", true, func(f *fermion.Field, s rng.Stream) {
		f.Gaussian(s, lattice.All)
		f.Scale(math.Sqrt2, lattice.All)
	})
	noise("real noise where complex is meant", true, func(f *fermion.Field, s rng.Stream) { f.Z2(s, lattice.All) })
	noise("one number for all colours", false, func(f *fermion.Field, s rng.Stream) {
		geo := f.Geometry()
		v, x := make([]complex128, f.Group().N()*f.Spins()), make([]int, geo.Dims())
		for site := range geo.Volume() {
			geo.Coordinates(x, site)
			r := s.Site(uint64(site / 2)) // and for pairs of sites
			z := complex(r.Normal(), r.Normal()) * complex(math.Sqrt2/2, 0)
			for i := range v {
				v[i] = z
			}
			f.Set(x, v)
		}
	})

	observable := func(law, bug string, measure verify.Measurement) {
		list = append(list, mutant{area: "observable", bug: bug, law: law, subject: verify.OfObservable("pion", measure, verify.TwinPion, 1e-9, verify.Within(verify.Domain{Even: true}))})
	}
	observable("gauge", "pion contracted over the diagonal of colours only", func(c verify.Case, u *gauge.Field) ([]float64, error) {
		n, err := reference.NewNormal(reference.Staggered(verify.Links(u), c.Mass, c.Phases()))
		if err != nil {
			return nil, err
		}
		geo, colours := u.Geometry(), u.Group().N()
		g, x := make([]float64, geo.Extent(geo.Dims()-1)), make([]int, geo.Dims())
		op := reference.Staggered(verify.Links(u), c.Mass, c.Phases())
		for a := range colours {
			b := make([]complex128, geo.Volume()*colours)
			b[a] = 1
			for i, z := range n.Solve(op.ApplyDagger(b)) {
				if i%colours != a {
					continue
				}
				geo.Coordinates(x, i/colours)
				g[x[len(x)-1]] += real(z)*real(z) + imag(z)*imag(z)
			}
		}
		return g, nil
	})
	observable("pure", "pion of unit links", func(c verify.Case, u *gauge.Field) ([]float64, error) {
		return verify.MeasurePion(c, gauge.NewField(u.Geometry(), u.Group()))
	})
	observable("twin", "pion of half the normalisation", func(c verify.Case, u *gauge.Field) ([]float64, error) {
		g, err := verify.MeasurePion(c, u)
		for i := range g {
			g[i] /= 2
		}
		return g, err
	})
	observable("twin", "pion begun one slice late", func(c verify.Case, u *gauge.Field) ([]float64, error) {
		g, err := verify.MeasurePion(c, u)
		if len(g) > 1 {
			g = append(g[1:], g[0])
		}
		return g, err
	})
	return list
}
