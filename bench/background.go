package bench

import (
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// magneticField is that of a d quark through the plane of the first two directions.
var magneticField = dirac.Background{Charge: -1, Flux: 1, Plane: [2]int{0, 1}}

// background returns the cases of the staggered operator in a magnetic field and at a
// real chemical potential. What they take is what D takes (see hopCount): phases and
// weights of hops are left out.
func background() (t []Case) {
	for _, g := range []group.Group{group.SU2, group.SU3} {
		for _, l := range []int{4, 8, 16} {
			for _, workers := range []int{1, 2} {
				for _, p := range []lattice.Precision{lattice.Float64, lattice.Float32} {
					c := Case{Group: g, L: l, Workers: workers, Precision: p}
					magnetic, isospin := c, c
					magnetic.Kernel, magnetic.Once = "staggered-dslash-magnetic", hopCount(&c)
					magnetic.Build = func(c *Case, geo *lattice.Geometry) (Call, error) {
						d, err := dirac.NewStaggeredIn(geo, c.Group, 0.05, dirac.AntiperiodicTime(directions), magneticField)
						return applied(c, geo, d, err)
					}
					isospin.Kernel, isospin.Once = "staggered-dslash-isospin", hopCount(&c)
					isospin.Build = func(c *Case, geo *lattice.Geometry) (Call, error) {
						d, err := dirac.NewIsospin(geo, c.Group, 0.05, 0.2, dirac.AntiperiodicTime(directions), dirac.Background{})
						return applied(c, geo, d, err)
					}
					t = append(t, magnetic, isospin)
				}
			}
		}
	}
	return t
}

// applied binds d to hot links and returns a call of D, of a field in the case's
// precision.
func applied(c *Case, geo *lattice.Geometry, d dirac.Operator, err error) (Call, error) {
	if err != nil {
		return nil, err
	}
	u := gauge.NewField(geo, c.Group)
	u.Hot(rng.New(1))
	d.Bind(u)
	y, x := noise(d, u, c.Precision)
	return func() (int, error) { d.Apply(y, x); return 0, nil }, nil
}
