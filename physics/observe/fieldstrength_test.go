package observe_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/reference"
)

func charges(u *gauge.Field) (plaquette, clover, improved float64) {
	geo, g := u.Geometry(), u.Group()
	p, err := observe.NewChargePlaquette(geo, g)
	if err != nil {
		panic(err)
	}
	c, err := observe.NewChargeClover(geo, g)
	if err != nil {
		panic(err)
	}
	i, err := observe.NewChargeImproved(geo, g)
	if err != nil {
		panic(err)
	}
	first, all := i.Both(u)
	if first != c.Measure(u) || all != i.Measure(u) {
		panic("Both is another charge")
	}
	return p.Measure(u), c.Measure(u), i.Measure(u)
}

// strengthBound bounds the error of a sum over V sites of t F F: each F^a is the
// sum of 4 or 8 products of up to 6 matrices, of order 1, and there are N^2 - 1.
func strengthBound(u *gauge.Field) float64 {
	n := u.Group().N()
	return roundOff(6, n) * float64(u.Geometry().Volume()*n*n)
}

// Charge, energy and Polyakov correlator against a twin that walks link by link.
func TestFieldStrengthTwin(t *testing.T) {
	forAll(t, 60, anyExtents, func(r recipe) (b []bound) {
		u := r.field()
		twin := links(u)
		e := observe.NewEnergy(u.Geometry(), u.Group()).Measure(u)
		b = append(b, near("energy", complex(e, 0), complex(reference.EnergyClover(twin).V, 0), strengthBound(u)))
		space, time := splitEnergy(twin)
		clover := observe.NewEnergy(u.Geometry(), u.Group())
		b = append(b, near("energy in space", complex(clover.Space(u), 0), complex(space, 0), strengthBound(u)))
		b = append(b, near("energy with time", complex(clover.Time(u), 0), complex(time, 0), strengthBound(u)))
		b = append(b, near("energy again", complex(clover.Measure(u), 0), complex(e, 0), 0))
		plaq := observe.NewEnergyPlaquette(u.Geometry(), u.Group())
		d := len(r.Extents)
		want := float64(d*(d-1)*r.N) * (1 - reference.Plaquette(twin).V)
		b = append(b, near("energy of plaquettes", complex(plaq.Measure(u), 0), complex(want, 0), strengthBound(u)))
		time = float64(2*(d-1)*r.N) * (1 - reference.TimePlaquette(twin).V)
		b = append(b, near("energy of plaquettes with time", complex(plaq.Time(u), 0), complex(time, 0), strengthBound(u)))
		b = append(b, near("energy of plaquettes in space", complex(plaq.Space(u), 0), complex(want-time, 0), strengthBound(u)))
		c, err := observe.NewPolyakovCorrelator(u.Geometry(), u.Group())
		if err != nil {
			return []bound{{err.Error(), 1, 0}}
		}
		correlator := make([]float64, c.Distances())
		c.Measure(correlator, u)
		for i, v := range correlator {
			b = append(b, near("Polyakov correlator", complex(v, 0), complex(reference.PolyakovCorrelator(twin, i), 0), roundOff(2*r.Extents[d-1], r.N)*float64(r.N*r.N)))
		}
		if d < 4 {
			return b
		}
		p, q, i := charges(u)
		b = append(b, near("plaquette charge", complex(p, 0), complex(reference.ChargePlaquette(twin).V, 0), strengthBound(u)))
		b = append(b, near("clover charge", complex(q, 0), complex(reference.ChargeClover(twin).V, 0), strengthBound(u)))
		return append(b, near("improved charge", complex(i, 0), complex(reference.ChargeImproved(twin).V, 0), 4*strengthBound(u)))
	})
}

// splitEnergy returns the energy density of the planes without and with time, by the
// leaves of the twin.
func splitEnergy(u *reference.Links) (space, time float64) {
	for site := range u.Volume() {
		for nu := range u.Dim() {
			for mu := range nu {
				f := reference.Leaves(u, site, mu, nu).TA().ScaleBy(.25)
				e := -real(f.Mul(f).Trace().V) / float64(u.Volume())
				if nu == u.Dim()-1 {
					time += e
				} else {
					space += e
				}
			}
		}
	}
	return space, time
}

// Nothing of it changes under gauge transformations.
func TestFieldStrengthGaugeInvariant(t *testing.T) {
	forAll(t, 30, [][]int{{2, 2, 2, 2}, {3, 2, 2, 3}, {4, 4, 4, 4}}, func(r recipe) (b []bound) {
		u := r.field()
		all := func() []float64 {
			p, q, i := charges(u)
			c, err := observe.NewPolyakovCorrelator(u.Geometry(), u.Group())
			if err != nil {
				panic(err)
			}
			v := make([]float64, c.Distances())
			c.Measure(v, u)
			return append(v, p, q, i, observe.NewEnergy(u.Geometry(), u.Group()).Measure(u))
		}
		before := all()
		rotate(u, r.Seed)
		for k, v := range all() {
			b = append(b, near("invariant", complex(before[k], 0), complex(v, 0), 16*strengthBound(u)))
		}
		return b
	})
}

// A constant flux through two planes in the Cartan algebra of SU(2): links
// exp(i theta sigma_3) with k quanta in each plane. The plaquettes are
// exp(i phi sigma_3), phi_12 = 2 pi k_1/(L_x L_y) and so on, so that every leaf is the
// same and
//
//	Q = 2 V sin(phi_12) sin(phi_34) / (4 pi^2) -> 2 k_1 k_2,
//
// with sin(2 phi)/2 for the rectangles; E = 2 (sin^2 phi_12 + sin^2 phi_34). The sign is that
// of eps_xyzt = +1.
func TestConstantFlux(t *testing.T) {
	const l = 6
	u := gauge.NewField(newGeometry([]int{l, l, l, l}), group.SU2)
	k1, k2 := 1., -2.
	phi1, phi2 := 2*math.Pi*k1/(l*l), 2*math.Pi*k2/(l*l)
	x, link := make([]int, 4), u.Group().NewMatrix()
	for site := range u.Geometry().Volume() {
		u.Geometry().Coordinates(x, site)
		for plane, phi := range []float64{phi1, phi2} {
			mu, nu := 2*plane, 2*plane+1
			// U_nu = exp(i phi x_mu), and U_mu takes what is left at the seam
			turn := func(direction int, angle float64) {
				s, c := math.Sincos(angle)
				link[0], link[1], link[2], link[3] = complex(c, s), 0, 0, complex(c, -s)
				u.Set(x, direction, link)
			}
			turn(nu, phi*float64(x[mu]))
			turn(mu, 0)
			if x[mu] == l-1 {
				turn(mu, -phi*l*float64(x[nu]))
			}
		}
	}
	v, s1, s2 := math.Pow(l, 4), math.Sin(phi1), math.Sin(phi2)
	density := func(s1, s2 float64) float64 { return 2 * v * s1 * s2 / (4 * math.Pi * math.Pi) }
	clover := density(s1, s2)
	rectangles := density(math.Sin(2*phi1)/2, math.Sin(2*phi2)/2)
	p, q, i := charges(u)
	assert.InDelta(t, clover, p, strengthBound(u))
	assert.InDelta(t, clover, q, strengthBound(u))
	assert.InDelta(t, 5./3*clover-2./3*rectangles, i, 4*strengthBound(u))
	assert.InDelta(t, 2*k1*k2, q, .15, "the charge of the continuum, but for the sines")
	assert.InDelta(t, 2*(s1*s1+s2*s2), observe.NewEnergy(u.Geometry(), u.Group()).Measure(u), strengthBound(u))
}

// Numbers of an independent program (shared/data, values.json: 1e-9 relative).
func TestChargesOfOtherCodes(t *testing.T) {
	for _, c := range []struct {
		file              string
		n                 int
		plaquette, clover float64
	}{
		{"julia/su3_4444_testconf.txt", 3, -0.273096012640026, -0.027164585971546026},
		{"julia/su2_4444.ildg", 2, -0.15568202098621195, -0.0056572442211221315},
	} {
		p, q, _ := charges(readField(t, c.file, c.n, 4, 4, 4, 4))
		assert.InEpsilon(t, c.plaquette, p, 1e-9)
		assert.InEpsilon(t, c.clover, q, 1e-9)
	}
}

// Wilson loops against the twin, and 1 x 1 and 1 x 2 against what is measured
// otherwise.
func TestWilsonLoops(t *testing.T) {
	forAll(t, 30, anyExtents, func(r recipe) (b []bound) {
		u := r.field()
		twin := links(u)
		d := len(r.Extents)
		smallest := r.Extents[0]
		for _, l := range r.Extents[:d-1] {
			smallest = min(smallest, l)
		}
		for _, size := range [][2]int{{1, 1}, {1, 2}, {2, 1}, {smallest, 2}, {2, r.Extents[d-1]}} {
			w, err := observe.NewWilsonLoop(u.Geometry(), u.Group(), size[0], size[1])
			if err != nil {
				return []bound{{err.Error(), 1, 0}}
			}
			var loops [][]int
			for mu := range d - 1 {
				loops = append(loops, reference.WilsonLoop(mu, size[0], d-1, size[1]))
			}
			b = append(b, near("Wilson loop", complex(w.Measure(u), 0), complex(reference.LoopAverage(twin, loops).V, 0), roundOff(2*(size[0]+size[1]), r.N)))
		}
		return b
	})
	geo := newGeometry([]int{4, 2, 4})
	for _, size := range [][2]int{{0, 1}, {1, 0}, {3, 1}, {1, 5}} {
		_, err := observe.NewWilsonLoop(geo, group.SU2, size[0], size[1])
		assert.ErrorContains(t, err, "allowed: 1 x 1 to the extents")
	}
	_, err := observe.NewChargeClover(geo, group.SU2)
	assert.ErrorContains(t, err, "in 3 dimensions (allowed: 4)")
}

// Measurements leave the links alone and allocate nothing.
func TestFieldStrengthIsFree(t *testing.T) {
	u := gauge.NewField(newGeometry([]int{4, 4, 4, 4}), group.SU3)
	u.Rough(.5, rng.New(1))
	before := bits(u)
	q, err := observe.NewChargeImproved(u.Geometry(), u.Group())
	require.NoError(t, err)
	e := observe.NewEnergy(u.Geometry(), u.Group())
	c, err := observe.NewPolyakovCorrelator(u.Geometry(), u.Group())
	require.NoError(t, err)
	v := make([]float64, c.Distances())
	assert.Zero(t, testing.AllocsPerRun(3, func() {
		q.Measure(u)
		e.Measure(u)
		c.Measure(v, u)
	}))
	assert.Equal(t, before, bits(u))
	assert.Panics(t, func() { c.Measure(v[:1], u) })
	assert.Panics(t, func() { e.Measure(gauge.NewField(newGeometry([]int{4, 4, 4, 4}), group.SU2)) })
}

func bits(u *gauge.Field) []uint64 {
	var b []uint64
	for _, v := range u.Raw() {
		for _, x := range v {
			b = append(b, math.Float64bits(x))
		}
	}
	return b
}
