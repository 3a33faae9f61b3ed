package verify_test

import (
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/verify"
)

// hops is a staggered operator with a planted bug. Nil functions leave it as it
// is; the others take the place of what they are named after.
type hops struct {
	*dirac.Staggered
	bind          func(u *gauge.Field)
	apply, dagger func(dst, src *fermion.Field)
	normal, from  func(dst, src *fermion.Field, s lattice.Subset)
	derivative    func(f *gauge.Algebra, c float64, y, x *fermion.Field)
}

func (d *hops) Bind(u *gauge.Field) {
	if d.bind != nil {
		d.bind(u)
		return
	}
	d.Staggered.Bind(u)
}

func (d *hops) Apply(dst, src *fermion.Field) {
	if d.apply != nil {
		d.apply(dst, src)
		return
	}
	d.Staggered.Apply(dst, src)
}

func (d *hops) ApplyDagger(dst, src *fermion.Field) {
	if d.dagger != nil {
		d.dagger(dst, src)
		return
	}
	d.Staggered.ApplyDagger(dst, src)
}

func (d *hops) ApplyNormal(dst, src *fermion.Field, s lattice.Subset) {
	if d.normal != nil {
		d.normal(dst, src, s)
		return
	}
	d.Staggered.ApplyNormal(dst, src, s)
}

func (d *hops) ApplyFrom(dst, src *fermion.Field, s lattice.Subset) {
	if d.from != nil {
		d.from(dst, src, s)
		return
	}
	d.Staggered.ApplyFrom(dst, src, s)
}

func (d *hops) AddDerivative(f *gauge.Algebra, c float64, y, x *fermion.Field) {
	if d.derivative != nil {
		d.derivative(f, c, y, x)
		return
	}
	d.Staggered.AddDerivative(f, c, y, x)
}

// signed returns u with a sign on each link.
func signed(u *gauge.Field, sign func(x []int, mu int) float64) *gauge.Field {
	v, m, x := gauge.NewField(u.Geometry(), u.Group()), u.Group().NewMatrix(), make([]int, u.Geometry().Dims())
	for site := range u.Geometry().Volume() {
		u.Geometry().Coordinates(x, site)
		for mu := range x {
			u.At(m, x, mu)
			for i := range m {
				m[i] *= complex(sign(x, mu), 0)
			}
			v.Set(x, mu, m)
		}
	}
	return v
}

func staggeredHops(plant func(c verify.Case, d *hops)) verify.Subject {
	return staggeredHopsWith(plant, append(verify.Staggered(), verify.Boundary, verify.Shifts)...)
}

func staggeredHopsWith(plant func(c verify.Case, d *hops), symmetries ...verify.Symmetry) verify.Subject {
	return verify.OfOperator("staggered operator", func(c verify.Case, geo *lattice.Geometry) (dirac.Operator, error) {
		d, err := dirac.NewStaggered(geo, c.GaugeGroup(), c.Mass, c.Boundary)
		if err != nil {
			return nil, err
		}
		h := &hops{Staggered: d}
		plant(c, h)
		return h, nil
	}, verify.Within(verify.Domain{Even: true}), verify.Hermitian(verify.Epsilon),
		verify.Has(symmetries...), verify.Divided(), verify.TwinOfOperator(verify.TwinStaggered), verify.Free(verify.FreeStaggered))
}

func operatorMutants() (list []mutant) {
	const all = lattice.All
	add := func(law, bug string, plant func(c verify.Case, d *hops)) {
		list = append(list, mutant{area: "operator", bug: bug, law: law, subject: staggeredHops(plant)})
	}
	add("twin", "phase eta_1 = 1", func(_ verify.Case, d *hops) {
		d.bind = func(u *gauge.Field) {
			d.Staggered.Bind(signed(u, func(x []int, mu int) float64 {
				if mu == 1 && x[0]%2 != 0 {
					return -1
				}
				return 1
			}))
		}
	})
	add("twin", "mass twice too large", func(c verify.Case, d *hops) { d.SetMass(2 * c.Mass) })
	add("twin", "hops twice too large: the mass of other codes", func(c verify.Case, d *hops) {
		d.SetMass(c.Mass / 2)
		twice := func(op func(dst, src *fermion.Field)) func(dst, src *fermion.Field) {
			return func(dst, src *fermion.Field) {
				op(dst, src)
				dst.Scale(2, all)
			}
		}
		d.apply, d.dagger = twice(d.Staggered.Apply), twice(d.Staggered.ApplyDagger)
	})
	add("adjoint", "dagger lost", func(_ verify.Case, d *hops) { d.dagger = d.Staggered.Apply })
	add("adjoint", "sign of the dagger", func(_ verify.Case, d *hops) {
		d.dagger = func(dst, src *fermion.Field) {
			d.Staggered.ApplyDagger(dst, src)
			dst.Scale(-1, all)
		}
	})
	add("adjoint", "mass added twice in D alone", func(c verify.Case, d *hops) {
		d.apply = func(dst, src *fermion.Field) {
			d.Staggered.Apply(dst, src)
			dst.Axpy(c.Mass, src, all)
		}
	})
	add("adjoint", "one site left out of D", func(_ verify.Case, d *hops) {
		d.apply = func(dst, src *fermion.Field) {
			d.Staggered.Apply(dst, src)
			dst.Set(make([]int, src.Geometry().Dims()), make([]complex128, src.Group().N()))
		}
	})
	add("linear", "imaginary parts dropped at one site", func(_ verify.Case, d *hops) {
		d.apply = func(dst, src *fermion.Field) {
			d.Staggered.Apply(dst, src)
			x, v := make([]int, src.Geometry().Dims()), make([]complex128, src.Group().N())
			dst.At(v, x)
			for i := range v {
				v[i] = complex(real(v[i]), 0)
			}
			dst.Set(x, v)
		}
	})
	add("linear", "a constant added", func(_ verify.Case, d *hops) {
		d.apply = func(dst, src *fermion.Field) {
			d.Staggered.Apply(dst, src)
			x, v := make([]int, src.Geometry().Dims()), make([]complex128, src.Group().N())
			dst.At(v, x)
			v[0] += 1e-3
			dst.Set(x, v)
		}
	})
	add("positive", "D is zero", func(_ verify.Case, d *hops) {
		d.apply = func(dst, _ *fermion.Field) { dst.Zero(all) }
		d.dagger = d.apply
	})
	add("pure", "links of the first Bind", func(_ verify.Case, d *hops) {
		first := true
		d.bind = func(u *gauge.Field) {
			if first {
				d.Staggered.Bind(u)
			}
			first = false
		}
	})
	add("pure", "D adds to what was there", func(_ verify.Case, d *hops) {
		d.apply = func(dst, src *fermion.Field) {
			before := dst.Like()
			before.Copy(dst, all)
			d.Staggered.Apply(dst, src)
			dst.Axpy(1e-12, before, all)
		}
	})
	add("pure", "D changes its source", func(_ verify.Case, d *hops) {
		d.apply = func(dst, src *fermion.Field) {
			d.Staggered.Apply(dst, src)
			src.Scale(1+1e-15, all)
		}
	})
	add("gauge", "one component of D x turned", func(_ verify.Case, d *hops) {
		d.apply = func(dst, src *fermion.Field) {
			d.Staggered.Apply(dst, src)
			x, v := make([]int, src.Geometry().Dims()), make([]complex128, src.Group().N())
			dst.At(v, x)
			v[0] *= -1
			if src.Group().N() == 1 { // where a sign is a rotation
				v[0] = complex(real(v[0]), -imag(v[0]))
			}
			dst.Set(x, v)
		}
	})
	add("gamma5", "a term that is not gamma5-hermitian", func(_ verify.Case, d *hops) {
		term := func(op func(dst, src *fermion.Field), sign float64) func(dst, src *fermion.Field) {
			return func(dst, src *fermion.Field) {
				op(dst, src)
				v := verify.Vector(src)
				for i := range v {
					v[i] *= complex(0, sign*1e-6)
				}
				i := src.Like()
				verify.SetVector(i, v)
				dst.Axpy(1, i, all)
			}
		}
		d.apply, d.dagger = term(d.Staggered.Apply, 1), term(d.Staggered.ApplyDagger, -1)
	})
	add("boundary", "boundary phases ignored", func(c verify.Case, d *hops) {
		geo := d.NewField().Geometry()
		d.bind = func(u *gauge.Field) {
			d.Staggered.Bind(signed(u, func(x []int, mu int) float64 {
				if x[mu] == geo.Extent(mu)-1 {
					return float64(c.Boundary[mu])
				}
				return 1
			}))
		}
	})
	add("boundary", "boundary phase on the first slice", func(c verify.Case, d *hops) {
		geo := d.NewField().Geometry()
		d.bind = func(u *gauge.Field) {
			d.Staggered.Bind(signed(u, func(x []int, mu int) float64 {
				if x[mu] == geo.Extent(mu)-1 || x[mu] == 0 {
					return float64(c.Boundary[mu])
				}
				return 1
			}))
		}
	})
	add("symmetries", "a mass that depends on time", func(_ verify.Case, d *hops) {
		term := func(op func(dst, src *fermion.Field)) func(dst, src *fermion.Field) {
			return func(dst, src *fermion.Field) {
				op(dst, src)
				w := fermion.NewSites(src.Geometry(), func(x []int) float64 { return 1e-4 * float64(x[0]*x[0]+x[1]*x[1]) })
				t := src.Like()
				t.Copy(src, all)
				t.MulSites(w, all)
				dst.Axpy(1, t, all)
			}
		}
		d.apply, d.dagger = term(d.Staggered.Apply), term(d.Staggered.ApplyDagger)
	})
	add("free", "mass of half the size", func(c verify.Case, d *hops) { d.SetMass(c.Mass / 2) })
	add("determinant", "D†D of another mass", func(_ verify.Case, d *hops) {
		d.normal = func(dst, src *fermion.Field, s lattice.Subset) {
			d.Staggered.ApplyNormal(dst, src, s)
			dst.Axpy(1e-6, src, s)
		}
	})
	add("symmetries", "phases eta of another order: no shift by one site", func(_ verify.Case, d *hops) {
		d.bind = func(u *gauge.Field) {
			d.Staggered.Bind(signed(u, func(x []int, mu int) float64 {
				if mu == 0 && x[0]%2 != 0 {
					return -1
				}
				return 1
			}))
		}
	})
	add("ranks", "no hop over the border between processes", func(_ verify.Case, d *hops) {
		d.bind = func(u *gauge.Field) {
			geo := u.Geometry()
			d.Staggered.Bind(signed(u, func(x []int, mu int) float64 {
				if geo.Divided(mu) && x[mu] == geo.Extent(mu)/2-1 {
					return 0
				}
				return 1
			}))
		}
	})
	// Each is seen by the one symmetry that is claimed.
	one := func(s verify.Symmetry, bug string, sign func(x []int, mu int) bool) {
		list = append(list, mutant{area: "operator", bug: bug, law: "symmetries", subject: staggeredHopsWith(func(_ verify.Case, d *hops) {
			d.bind = func(u *gauge.Field) {
				d.Staggered.Bind(signed(u, func(x []int, mu int) float64 {
					if sign(x, mu) {
						return -1
					}
					return 1
				}))
			}
		}, s)})
	}
	one(verify.StaggeredReflections, "phases eta that depend on the coordinate of the hop: no reflection", func(x []int, mu int) bool { return mu == 0 && x[0]%2 != 0 })
	one(verify.StaggeredRotations, "phase eta_1 = 1: no exchange of axes", func(x []int, mu int) bool { return mu == 1 && x[0]%2 != 0 })
	add("parities", "D†D without its mass", func(c verify.Case, d *hops) {
		d.normal = func(dst, src *fermion.Field, s lattice.Subset) {
			d.Staggered.ApplyNormal(dst, src, s)
			dst.Axpy(-c.Mass*c.Mass, src, s)
		}
	})
	add("parities", "D from odd sites is that from even ones", func(_ verify.Case, d *hops) {
		d.from = func(dst, src *fermion.Field, s lattice.Subset) {
			if s == lattice.Odd {
				s = lattice.Even
			}
			d.Staggered.ApplyFrom(dst, src, s)
		}
	})
	type change = func(op func(f *gauge.Algebra, c float64, y, x *fermion.Field)) func(f *gauge.Algebra, c float64, y, x *fermion.Field)
	force := func(bug string, plant change) {
		add("derivative", bug, func(_ verify.Case, d *hops) { d.derivative = plant(d.Staggered.AddDerivative) })
	}
	force("derivative without its factor two", func(op func(*gauge.Algebra, float64, *fermion.Field, *fermion.Field)) func(*gauge.Algebra, float64, *fermion.Field, *fermion.Field) {
		return func(f *gauge.Algebra, c float64, y, x *fermion.Field) { op(f, c/2, y, x) }
	})
	force("derivative with x and y exchanged", func(op func(*gauge.Algebra, float64, *fermion.Field, *fermion.Field)) func(*gauge.Algebra, float64, *fermion.Field, *fermion.Field) {
		return func(f *gauge.Algebra, c float64, y, x *fermion.Field) { op(f, c, x, y) }
	})
	force("derivative set, not added", func(op func(*gauge.Algebra, float64, *fermion.Field, *fermion.Field)) func(*gauge.Algebra, float64, *fermion.Field, *fermion.Field) {
		return func(f *gauge.Algebra, c float64, y, x *fermion.Field) {
			f.Zero()
			op(f, c, y, x)
		}
	})
	force("derivative without one direction", func(op func(*gauge.Algebra, float64, *fermion.Field, *fermion.Field)) func(*gauge.Algebra, float64, *fermion.Field, *fermion.Field) {
		return func(f *gauge.Algebra, c float64, y, x *fermion.Field) {
			before := gauge.NewAlgebra(f.Geometry(), f.Group())
			before.Copy(f)
			op(f, c, y, x)
			without(func(_ *lattice.Geometry, _ []int, mu int) bool { return mu == 0 })(f, before, c, nil)
		}
	})
	return list
}
