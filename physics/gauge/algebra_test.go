package gauge_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/mathext"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/verify"
)

func components(f *gauge.Algebra) []float64 {
	v := make([]float64, f.Geometry().Volume()*f.Geometry().Dims()*f.Group().Dim())
	verify.GatherAlgebra(v, f)
	return v
}

// The linear algebra of algebra fields against plain loops over At.
func TestAlgebra(t *testing.T) {
	verify.Run(t, verify.Domain{}, func(c verify.Case) []verify.Result {
		geo, g := c.Geometry(), c.GaugeGroup()
		f, h := gauge.NewAlgebra(geo, g), gauge.NewAlgebra(geo, g)
		f.Gaussian(c.Stream("f"))
		h.Gaussian(c.Stream("h"))
		x, y := components(f), components(h)
		dot, size := 0.0, 0.0
		for i := range x {
			dot += x[i] * y[i]
			size += math.Abs(x[i] * y[i])
		}
		results := []verify.Result{{
			Law: "Dot", Measured: math.Abs(f.Dot(h) - dot), Bound: verify.Roundoff * float64(len(x)) * size, Because: "a plain sum",
		}}
		check := func(law string, want func(x, y float64) float64) {
			wrong := 0
			for i, v := range components(f) {
				if math.Abs(v-want(x[i], y[i])) > 2*verify.Roundoff*(math.Abs(x[i])+math.Abs(y[i])) {
					wrong++
				}
			}
			results = append(results, verify.Result{Law: law, Measured: float64(wrong), Because: "two roundings each"})
		}
		f.Add(-0.3, h)
		check("Add", func(x, y float64) float64 { return x - 0.3*y })
		f.Copy(h)
		check("Copy", func(_, y float64) float64 { return y })
		f.Scale(1.7)
		check("Scale", func(_, y float64) float64 { return 1.7 * y })
		f.Zero()
		check("Zero", func(_, _ float64) float64 { return 0 })
		coordinates := make([]int, geo.Dims())
		for site := range geo.Volume() {
			geo.Coordinates(coordinates, site)
			for mu := range coordinates {
				k := (site*geo.Dims() + mu) * g.Dim()
				f.Set(coordinates, mu, x[k:k+g.Dim()])
			}
		}
		check("Set", func(x, _ float64) float64 { return x })
		return results
	})
}

// Momenta are independent normal numbers: sum (P^a)^2 is chi-squared, its parts
// per direction and component too, and neighbours are uncorrelated. Each of the
// probabilities may leave [1e-8, 1-1e-8], some 50 of them: 1e-6 false alarms.
func TestGaussianMomenta(t *testing.T) {
	const p = 1e-8
	for _, g := range verify.Groups() {
		geo := verify.Case{Extents: []int{6, 5, 4}}.Geometry()
		f := gauge.NewAlgebra(geo, g)
		f.Gaussian(rng.New(1).Child("momenta"))
		x, n := components(f), geo.Dims()*g.Dim()
		for k := range n {
			sum, square, product := 0.0, 0.0, 0.0
			for i := k; i < len(x); i += n {
				sum += x[i]
				square += x[i] * x[i]
				product += x[i] * x[(i+n)%len(x)]
			}
			v := float64(geo.Volume())
			q := mathext.GammaIncReg(v/2, square/2)
			assert.True(t, p/2 < q && q < 1-p/2, "%v component %d: sum of squares %v of %v", g, k, square, v)
			// normal deviates beyond 6.0: 2e-9
			assert.Less(t, math.Abs(sum)/math.Sqrt(v), 6.0, "%v component %d: sum", g, k)
			assert.Less(t, math.Abs(product)/math.Sqrt(v), 6.0, "%v component %d: correlation", g, k)
		}
		q := mathext.GammaIncReg(float64(len(x))/2, f.Norm2()/2)
		assert.True(t, p < q && q < 1-p, "%v: kinetic term %v of %d", g, f.Norm2(), len(x))
	}
}

// Momenta are the numbers of the site, whatever the layout.
func TestMomentaOfSites(t *testing.T) {
	for _, extents := range [][]int{{4, 4, 4, 4}, {3, 5}, {6, 4, 2}} {
		geo := verify.Case{Extents: extents}.Geometry()
		f := gauge.NewAlgebra(geo, group.SU3)
		f.Gaussian(rng.New(5).At(3))
		x, n := components(f), geo.Dims()*8
		for site := range geo.Volume() {
			r := rng.New(5).At(3).Site(uint64(site))
			for k := range n {
				assert.Equal(t, r.Normal(), x[site*n+k])
			}
		}
	}
}
