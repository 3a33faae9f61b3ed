package group_test

import (
	"testing"

	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/rng"
)

// Sizes: small is a momentum step, large costs five squarings.
var benchSizes = []struct {
	name string
	size float64
}{{"small", 0.3}, {"large", 20}}

func BenchmarkExp(b *testing.B) {
	for _, g := range groups {
		for _, c := range benchSizes {
			b.Run(g.String()+"/"+c.name, func(b *testing.B) {
				s := rng.New(1).Site(0)
				x, m := vector(g, "generic", c.size, &s), g.NewMatrix()
				for b.Loop() {
					g.Exp(m, x)
				}
			})
		}
	}
}

func BenchmarkDExp(b *testing.B) {
	for _, g := range groups {
		for _, c := range benchSizes {
			b.Run(g.String()+"/"+c.name, func(b *testing.B) {
				s := rng.New(1).Site(0)
				x, y := vector(g, "generic", c.size, &s), vector(g, "generic", 1, &s)
				dst := make([]float64, g.Dim())
				for b.Loop() {
					g.DExp(dst, x, y)
				}
			})
		}
	}
}

func BenchmarkMul(b *testing.B) {
	for _, g := range groups {
		b.Run(g.String(), func(b *testing.B) {
			s := rng.New(1).Site(0)
			x, y, z := g.NewMatrix(), g.NewMatrix(), g.NewMatrix()
			g.Haar(x, &s)
			g.Haar(y, &s)
			for b.Loop() {
				group.Mul(z, x, y)
			}
		})
	}
}

func BenchmarkHaar(b *testing.B) {
	for _, g := range groups {
		b.Run(g.String(), func(b *testing.B) {
			s := rng.New(1).Site(0)
			m := g.NewMatrix()
			for b.Loop() {
				g.Haar(m, &s)
			}
		})
	}
}

func BenchmarkProject(b *testing.B) {
	for _, g := range groups {
		b.Run(g.String(), func(b *testing.B) {
			s := rng.New(1).Site(0)
			m, start := g.NewMatrix(), g.NewMatrix()
			g.Haar(start, &s)
			for i := range start {
				start[i] += complex(0.1*s.Normal(), 0.1*s.Normal())
			}
			for b.Loop() {
				copy(m, start)
				if err := g.Project(m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
