package fermion_test

import (
	"math"
	"math/cmplx"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/verify"
)

// Every operation in single precision against the same in double precision, from
// fields that hold the same numbers: each component is off by some roundings of
// 2^-24 of the size of what it was made of, sums by as many as they have terms.
func TestSinglePrecision(t *testing.T) {
	verify.Run(t, verify.Domain{Even: true, Volume: 96}, func(c verify.Case) (results []verify.Result) {
		geo, g := c.Geometry(), c.GaugeGroup()
		u := c.Links(geo, "links")
		rounded := gauge.NewSingle(geo, g)
		rounded.Round(u)
		f, h := fermion.NewField(geo, g, 2), fermion.NewField(geo, g, 2)
		f.Gaussian(c.Stream("f"), lattice.All)
		h.Gaussian(c.Stream("h"), lattice.All)
		w := fermion.NewSites(geo, func(x []int) float64 { return 1 + float64(x[0]%3) })
		sf, sh := f.LikeIn(lattice.Float32), f.LikeIn(lattice.Float32)
		sf.Copy(f, lattice.All)
		sh.Copy(h, lattice.All)
		const unit = 0x1p-24
		terms := float64(4 * g.N())
		compare := func(law string) {
			worst := 0.0
			a, b := verify.Vector(f), verify.Vector(sf)
			for i := range a {
				worst = math.Max(worst, cmplx.Abs(a[i]-b[i]))
			}
			// components are below 6, operations below have factors up to 3
			results = append(results, verify.Result{Law: law, Measured: worst, Bound: 40 * unit * 6 * terms * 8, Because: "roundings of single precision"})
			sf.Copy(f, lattice.All)
		}
		sum := func(law string, double, single float64) {
			size := f.Norm2(lattice.All) + h.Norm2(lattice.All)
			results = append(results, verify.Result{Law: law, Measured: math.Abs(double - single), Bound: 8 * unit * size, Because: "a sum in single precision within a chunk"})
		}
		compare("Copy")
		for _, s := range []lattice.Subset{lattice.All, lattice.Even, lattice.Odd} {
			f.Axpy(-1.5, h, s)
			sf.Axpy(-1.5, sh, s)
			compare("Axpy")
			f.Xpay(h, -.5, s)
			sf.Xpay(sh, -.5, s)
			compare("Xpay")
			f.Caxpy(.5-1i, h, s)
			sf.Caxpy(.5-1i, sh, s)
			compare("Caxpy")
			f.Cxpay(h, -.5+.25i, s)
			sf.Cxpay(sh, -.5+.25i, s)
			compare("Cxpay")
			f.Scale(.75, s)
			sf.Scale(.75, s)
			compare("Scale")
			sum("AxpyNorm2", f.AxpyNorm2(.25, h, s), sf.AxpyNorm2(.25, sh, s))
			compare("AxpyNorm2")
			p, sp := h.Like(), sh.Like()
			p.Copy(h, lattice.All)
			sp.Copy(sh, lattice.All)
			f.AxpyXpay(.5, p, h, -.25, s)
			sf.AxpyXpay(.5, sp, sh, -.25, s)
			compare("AxpyXpay")
			f.Copy(p, s)
			sf.Copy(sp, s)
			compare("AxpyXpay, p")
			f.MulSites(w, s)
			sf.MulSites(w, s)
			compare("MulSites")
			for mu := range geo.Dims() {
				f.AddHop(.5, u, h, mu, 1, s)
				sf.AddHop(.5, rounded, sh, mu, 1, s)
				compare("AddHop forward")
				f.AddHop(-.5, u, h, mu, -1, s)
				sf.AddHop(-.5, rounded, sh, mu, -1, s)
				compare("AddHop backward")
			}
			sum("ReDot", f.ReDot(h, s), sf.ReDot(sh, s))
			sum("Dot, imaginary", imag(f.Dot(h, s)), imag(sf.Dot(sh, s)))
			f.Axpy(2, h, s)
			before := f.Like()
			before.Copy(f, lattice.All)
			f.Axpy(-2, sh, s) // of another precision
			before.Axpy(-2, h, s)
			sf.Copy(before, lattice.All)
			compare("Axpy of single")
		}
		f.Gaussian(c.Stream("g"), lattice.All)
		sf.Gaussian(c.Stream("g"), lattice.All)
		compare("Gaussian")
		f.Z2(c.Stream("z"), lattice.Even)
		sf.Z2(c.Stream("z"), lattice.Even)
		compare("Z2")
		return results
	})
}

// Fields and links of different precision do not mix, and what exists in double
// precision only says so.
func TestPrecisionsApart(t *testing.T) {
	geo := verify.Case{Extents: []int{4, 4}}.Geometry()
	g := verify.Groups()[2]
	f := fermion.NewField(geo, g, 1)
	single := f.LikeIn(lattice.Float32)
	u := gauge.NewField(geo, g)
	for name, do := range map[string]func(){
		"Axpy":      func() { single.Axpy(1, f, lattice.All) },
		"Copy":      func() { f.Copy(single, lattice.All) },
		"AddHop":    func() { single.AddHop(1, u, single.Like(), 0, 1, lattice.All) },
		"Transform": func() { single.Transform(gauge.NewTransformation(geo, g), lattice.All) },
		"AddForce":  func() { fermion.AddForce(gauge.NewAlgebra(geo, g), 1, u, single, single, 0, lattice.All) },
		"Drift":     func() { gauge.NewSingle(geo, g).Drift(1, gauge.NewAlgebra(geo, g)) },
		"Round":     func() { u.Round(u) },
	} {
		assert.Panics(t, do, name)
	}
	assert.Equal(t, lattice.Float32, single.Precision())
	assert.Equal(t, lattice.Float32, single.Like().Precision())
	assert.Equal(t, lattice.Float64, single.LikeIn(lattice.Float64).Precision())
}
