package kernel

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// precisions runs f for the operations on quark fields of every set and group in
// both precisions; unit is the machine's epsilon of each. Those of single
// precision take and return numbers that are rounded on the way, which counts
// as two more roundings of a product.
func precisions(t *testing.T, f func(t *testing.T, o *Ops, h *Hops[float64], r *rng.Source, unit float64)) {
	each(t, func(t *testing.T, o *Ops, r *rng.Source) {
		f(t, o, &o.Hops, r, eps)
		t.Run("single", func(t *testing.T) { f(t, o, widened(o.Single), r, 0x1p-23) })
	})
}

// wide is a field of double precision that a kernel of single precision works on.
type wide struct {
	to    []Vec
	field []Single
}

// narrow rounds v; a block of guards follows.
func narrow(v []Vec) wide {
	if v == nil {
		return wide{}
	}
	w := wide{v, make([]Single, len(v)+1)}
	Round(w.field[:len(v)], v)
	for l := range lattice.Lanes {
		w.field[len(v)][l] = math.Float32frombits(0x7fc0_0100 + uint32(l))
	}
	return w
}

// done checks the guards and writes back what has changed.
func (w wide) done() {
	for l := range lattice.Lanes {
		if math.Float32bits(w.field[len(w.to)][l]) != 0x7fc0_0100+uint32(l) {
			panic("kernel: written beyond a field of single precision")
		}
	}
	before := narrow(w.to)
	for k := range w.to {
		for l, x := range w.field[k] {
			if math.Float32bits(x) != math.Float32bits(before.field[k][l]) {
				w.to[k][l] = float64(x)
			}
		}
	}
}

func (w wide) in() []Single {
	if w.field == nil {
		return nil
	}
	return w.field[:len(w.to)]
}

func widened(h Hops[float32]) *Hops[float64] {
	var o Hops[float64]
	for dagger := range 2 {
		o.MulVec[dagger] = func(dst, a []Vec, ma int, v []Vec, mv int) {
			d := narrow(dst)
			h.MulVec[dagger](d.in(), narrow(a).in(), ma, narrow(v).in(), mv)
			d.done()
		}
	}
	for dagger := range 2 {
		o.AddMulVec[dagger] = func(dst []Vec, c float64, a []Vec, ma int, v []Vec, mv int) {
			d := narrow(dst)
			h.AddMulVec[dagger](d.in(), float32(c), narrow(a).in(), ma, narrow(v).in(), mv)
			d.done()
		}
	}
	for k := range o.Block {
		o.Block[k] = func(dst, a, src []Vec, re, im float64) {
			d := narrow(dst)
			x := narrow(src).in()
			if &src[0] == &dst[0] {
				x = d.in()
			}
			h.Block[k](d.in(), narrow(a).in(), x, float32(re), float32(im))
			d.done()
		}
	}
	o.Hop = func(dst []Vec, c float64, links []Vec, stride int, src []Vec, nbr []lattice.Entry, dims int, ca float64, add []Vec, lo, hi int) {
		d := narrow(dst)
		a := narrow(add).in()
		if add != nil && &add[0] == &dst[0] {
			a = d.in()
		}
		h.Hop(d.in(), float32(c), narrow(links).in(), stride, narrow(src).in(), nbr, dims, float32(ca), a, lo, hi)
		d.done()
	}
	for k := range o.Wilson {
		o.Wilson[k] = func(dst []Vec, c float64, links []Vec, stride int, src []Vec, nbr []lattice.Entry, ca float64, add []Vec, lo, hi int) {
			d := narrow(dst)
			a := narrow(add).in()
			if add != nil && &add[0] == &dst[0] {
				a = d.in()
			}
			h.Wilson[k](d.in(), float32(c), narrow(links).in(), stride, narrow(src).in(), nbr, float32(ca), a, lo, hi)
			d.done()
		}
	}
	return &o
}

func widenedLinear(s *Linear[float32]) *Linear[float64] {
	sum := func(x Single) (y Vec) {
		for l := range x {
			y[l] = float64(x[l])
		}
		return y
	}
	return &Linear[float64]{
		Axpy: func(x []Vec, a float64, y []Vec) {
			d := narrow(x)
			s.Axpy(d.in(), float32(a), narrow(y).in())
			d.done()
		},
		Xpay: func(x, y []Vec, a float64) {
			d := narrow(x)
			s.Xpay(d.in(), narrow(y).in(), float32(a))
			d.done()
		},
		Scale: func(x []Vec, a float64) {
			d := narrow(x)
			s.Scale(d.in(), float32(a))
			d.done()
		},
		Triad: func(x, y []Vec, a float64, z []Vec) {
			d := narrow(x)
			s.Triad(d.in(), narrow(y).in(), float32(a), narrow(z).in())
			d.done()
		},
		Step: func(x []Vec, a float64, p, r []Vec, b float64) {
			d, e := narrow(x), narrow(p)
			s.Step(d.in(), float32(a), e.in(), narrow(r).in(), float32(b))
			d.done()
			e.done()
		},
		AxpyNorm: func(x []Vec, a float64, y []Vec) Vec {
			d := narrow(x)
			defer d.done()
			return sum(s.AxpyNorm(d.in(), float32(a), narrow(y).in()))
		},
		Dot: func(x, y []Vec) Vec { return sum(s.Dot(narrow(x).in(), narrow(y).in())) },
		Caxpy: func(x []Vec, a, b float64, y []Vec) {
			d := narrow(x)
			s.Caxpy(d.in(), float32(a), float32(b), narrow(y).in())
			d.done()
		},
		Cxpay: func(x, y []Vec, a, b float64) {
			d := narrow(x)
			s.Cxpay(d.in(), narrow(y).in(), float32(a), float32(b))
			d.done()
		},
		ImDot: func(x, y []Vec) Vec { return sum(s.ImDot(narrow(x).in(), narrow(y).in())) },
	}
}

// Rounding and its inverse, lane by lane.
func TestRound(t *testing.T) {
	r := rng.New(3).Site(0)
	x := random(5, &r)
	y := make([]Single, 5)
	Round(y, x)
	z := random(5, &r)
	w := append([]Vec(nil), z...)
	AddSingle(z, -2, y)
	for k := range x {
		for l := range lattice.Lanes {
			require.Equal(t, float32(x[k][l]), y[k][l])
			require.Equal(t, w[k][l]-2*float64(y[k][l]), z[k][l])
		}
	}
}

func BenchmarkSingle(b *testing.B) {
	for _, l := range []int{4, 8, 16} {
		geo, _ := lattice.New([]int{l, l, l, l})
		for _, s := range Sets() {
			g := groups(b)[2]
			o := s.Ops(g)
			links, x, d := make([]Single, geo.Blocks()*4*o.M), make([]Single, geo.Blocks()*4*o.V), make([]Single, geo.Blocks()*4*o.V)
			run := func(name string, flops float64, f func()) {
				b.Run(fmt.Sprintf("%s/L=%d/%s", name, l, s.Name), func(b *testing.B) {
					for b.Loop() {
						f()
					}
					sites := float64(geo.Volume()) * float64(b.N)
					b.ReportMetric(sites*flops/b.Elapsed().Seconds()/1e9, "GFLOP/s")
					b.ReportMetric(b.Elapsed().Seconds()*1e9/sites, "ns/site")
				})
			}
			run("hop", 570, func() {
				o.Single.Hop(d, .5, links, geo.Blocks(), x, geo.Neighbours(), 4, 0, nil, 0, geo.Blocks())
			})
			run("wilson", 1320, func() {
				o.Single.Wilson[0](d, .5, links, geo.Blocks(), x, geo.Neighbours(), 0, nil, 0, geo.Blocks())
			})
		}
	}
}
