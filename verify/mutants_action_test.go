package verify_test

import (
	"math"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/verify"
)

// buggy is an action with a planted bug. Nil functions leave it as it is.
type buggy struct {
	action.Action
	value func(u *gauge.Field, s float64) float64
	force func(f, before *gauge.Algebra, c float64, u *gauge.Field)
}

func (b *buggy) Value(u *gauge.Field) (float64, error) {
	s, err := b.Action.Value(u)
	if b.value != nil {
		s = b.value(u, s)
	}
	return s, err
}

func (b *buggy) AddForce(f *gauge.Algebra, c float64, u *gauge.Field) error {
	before := gauge.NewAlgebra(f.Geometry(), f.Group())
	before.Copy(f)
	err := b.Action.AddForce(f, c, u)
	if b.force != nil {
		b.force(f, before, c, u)
	}
	return err
}

type forceBug = func(f, before *gauge.Algebra, c float64, u *gauge.Field)

// scaled makes the force k times what it is.
func scaled(k float64) forceBug {
	return func(f, before *gauge.Algebra, _ float64, _ *gauge.Field) {
		f.Add(-1, before)
		f.Scale(k)
		f.Add(1, before)
	}
}

// without leaves out the force of the links for which drop is true.
func without(drop func(geo *lattice.Geometry, x []int, mu int) bool) forceBug {
	return func(f, before *gauge.Algebra, _ float64, _ *gauge.Field) {
		geo := f.Geometry()
		x, c := make([]int, geo.Dims()), make([]float64, f.Group().Dim())
		for site := range geo.Volume() {
			geo.Coordinates(x, site)
			for mu := range x {
				if drop(geo, x, mu) {
					before.At(c, x, mu)
					f.Set(x, mu, c)
				}
			}
		}
	}
}

func rectangles(bug func() buggy) verify.Subject {
	return verify.OfAction("rectangle action", func(c verify.Case, geo *lattice.Geometry) (action.Action, error) {
		a, err := verify.BuildRectangle(c, geo)
		b := bug()
		b.Action = a
		return &b, err
	}, verify.Has(verify.Hypercubic()...), verify.Divided())
}

func origin(x []int) bool {
	for _, n := range x {
		if n != 0 {
			return false
		}
	}
	return true
}

func gaugeMutants() (list []mutant) {
	add := func(law, bug string, b func() buggy) {
		list = append(list, mutant{area: "action", bug: bug, law: law, subject: rectangles(b)})
	}
	force := func(law, bug string, b forceBug) { add(law, bug, func() buggy { return buggy{force: b} }) }
	value := func(law, bug string, b func(u *gauge.Field, s float64) float64) {
		add(law, bug, func() buggy { return buggy{value: b} })
	}
	force("force", "force with the wrong sign", scaled(-1))
	force("force", "force twice too large", scaled(2))
	force("force", "force off by 1e-7", scaled(1+1e-7))
	force("force order", "force off by 1e-3", scaled(1+1e-3))
	force("witness", "force zero", scaled(0))
	force("force", "one link without its force", without(func(_ *lattice.Geometry, x []int, mu int) bool { return mu == 0 && origin(x) }))
	force("force", "one boundary slice without its force", without(func(geo *lattice.Geometry, x []int, _ int) bool { return x[1] == geo.Extent(1)-1 }))
	force("force", "one direction without its force", without(func(_ *lattice.Geometry, _ []int, mu int) bool { return mu == 1 }))
	force("force adds", "force set, not added", func(f, before *gauge.Algebra, _ float64, _ *gauge.Field) { f.Add(-1, before) })
	force("force adds", "coefficient of AddForce ignored", func(f, before *gauge.Algebra, c float64, _ *gauge.Field) {
		f.Add(-1, before)
		f.Scale(1 / c)
		f.Add(1, before)
	})
	force("gauge", "one component turned", func(f, _ *gauge.Algebra, _ float64, _ *gauge.Field) {
		a := len(f.Raw()) / (f.Geometry().Blocks() * f.Geometry().Dims())
		for k := 0; k < len(f.Raw()); k += a {
			for l := range f.Raw()[k] {
				f.Raw()[k][l] *= -1
			}
		}
	})
	add("force", "staples of the conjugated links", func() buggy {
		var other action.Action
		return buggy{force: func(f, before *gauge.Algebra, c float64, u *gauge.Field) {
			if other == nil {
				a, err := gauge.NewRectangleAction(u.Geometry(), u.Group(), 1, 0)
				if err != nil {
					panic(err)
				}
				other = a
			}
			v, m := gauge.NewField(u.Geometry(), u.Group()), u.Group().NewMatrix()
			x := make([]int, u.Geometry().Dims())
			for site := range u.Geometry().Volume() {
				u.Geometry().Coordinates(x, site)
				for mu := range x {
					u.At(m, x, mu)
					for i, z := range m {
						m[i] = complex(real(z), -imag(z))
					}
					v.Set(x, mu, m)
				}
			}
			f.Copy(before)
			if err := other.AddForce(f, c, v); err != nil {
				panic(err)
			}
		}}
	})
	add("pure", "value kept from other links", func() buggy {
		stale := math.NaN()
		return buggy{value: func(_ *gauge.Field, s float64) float64 {
			if math.IsNaN(stale) {
				stale = s
			}
			return stale
		}}
	})
	add("pure", "force kept from other links", func() buggy {
		var stale *gauge.Algebra
		return buggy{force: func(f, before *gauge.Algebra, _ float64, _ *gauge.Field) {
			f.Add(-1, before)
			if stale == nil {
				stale = gauge.NewAlgebra(f.Geometry(), f.Group())
			} else if stale.Norm2() != 0 {
				f.Copy(stale)
			}
			stale.Copy(f)
			f.Add(1, before)
			stale.Scale(1 + 1e-15)
		}}
	})
	add("pure", "value depends on history", func() buggy {
		calls := 0
		return buggy{value: func(_ *gauge.Field, s float64) float64 {
			calls++
			return s + 1e-12*float64(calls)
		}}
	})
	force("pure", "links changed", func(_, _ *gauge.Algebra, _ float64, u *gauge.Field) { u.Raw()[0][0] += 1e-15 })
	value("gauge", "value not invariant by 1e-6", func(u *gauge.Field, s float64) float64 {
		m := u.Group().NewMatrix()
		u.At(m, make([]int, u.Geometry().Dims()), 0)
		return s + 1e-6*real(m[0])
	})
	value("witness", "value not a number", func(*gauge.Field, float64) float64 { return math.NaN() })
	value("witness", "value constant", func(*gauge.Field, float64) float64 { return 12 })
	value("force", "value half of what the force belongs to", func(_ *gauge.Field, s float64) float64 { return s / 2 })
	value("workers", "value depends on the number of workers", func(u *gauge.Field, s float64) float64 {
		return s * (1 + 1e-15*float64(u.Geometry().Workers()))
	})
	value("ranks", "value of one process of two", func(u *gauge.Field, s float64) float64 {
		if u.Geometry().LocalVolume() < u.Geometry().Volume() && u.Geometry().Rank() == 1 {
			return s / 2
		}
		return s
	})
	value("ranks", "value of both processes counted twice", func(u *gauge.Field, s float64) float64 {
		return s * float64(u.Geometry().Volume()/u.Geometry().LocalVolume())
	})
	force("ranks", "no force on the border between processes", without(func(geo *lattice.Geometry, x []int, mu int) bool {
		return geo.Divided(mu) && x[mu] == geo.Extent(mu)/2-1
	}))
	add("symmetries", "a term that is odd under charge conjugation", func() buggy {
		return buggy{value: func(u *gauge.Field, s float64) float64 {
			p, err := gauge.NewLoopSum(u.Geometry(), u.Group(), gauge.Plaquettes(u.Geometry().Dims(), 1))
			if err != nil {
				panic(err)
			}
			return s + 0.01*p.ImTr(u)
		}}
	})
	value("symmetries", "another coupling on one time slice", func(u *gauge.Field, s float64) float64 {
		g, m := u.Group(), make([]complex128, u.Group().N()*u.Group().N())
		line := g.NewMatrix()
		g.Identity(line)
		x := make([]int, u.Geometry().Dims())
		for n := range u.Geometry().Extent(0) { // the winding line through the origin
			x[0] = n
			u.At(m, x, 0)
			next := g.NewMatrix()
			for i := range g.N() {
				for j := range g.N() {
					for k := range g.N() {
						next[i*g.N()+j] += line[i*g.N()+k] * m[k*g.N()+j]
					}
				}
			}
			line = next
		}
		for i := range g.N() {
			s += 1e-3 * real(line[i*g.N()+i])
		}
		return s
	})
	return list
}

// theoryMutants are consistent actions of the wrong theory: no law but the twin,
// or a symmetry, sees them.
func theoryMutants() (list []mutant) {
	add := func(law, bug string, loops func(d int, c verify.Case) []gauge.Loop) {
		list = append(list, mutant{area: "theory", bug: bug, law: law, cases: 24, subject: verify.OfAction("rectangle action",
			func(c verify.Case, geo *lattice.Geometry) (action.Action, error) {
				return gauge.NewAction(geo, c.GaugeGroup(), c.Beta, loops(geo.Dims(), c))
			}, verify.Has(verify.Hypercubic()...), verify.TwinOfAction(verify.TwinRectangle))})
	}
	add("symmetries", "one plane missing", func(d int, _ verify.Case) []gauge.Loop {
		if d == 2 { // nothing would be left
			return gauge.Plaquettes(d, 1)
		}
		return gauge.Plaquettes(d, 1)[1:]
	})
	add("twin", "rectangles of one orientation only", func(d int, c verify.Case) []gauge.Loop {
		r := gauge.Rectangles(d, c.C1)
		return append(gauge.Plaquettes(d, 1-8*c.C1), r[:len(r)/2]...)
	})
	add("twin", "c0 = 1 with rectangles", func(d int, c verify.Case) []gauge.Loop {
		return append(gauge.Plaquettes(d, 1), gauge.Rectangles(d, c.C1)...)
	})
	add("twin", "c1 with the wrong sign", func(d int, c verify.Case) []gauge.Loop {
		return append(gauge.Plaquettes(d, 1-8*c.C1), gauge.Rectangles(d, -c.C1)...)
	})
	add("twin", "each plaquette counted twice", func(d int, c verify.Case) []gauge.Loop {
		return append(gauge.Plaquettes(d, 2*(1-8*c.C1)), gauge.Rectangles(d, c.C1)...)
	})
	return list
}
