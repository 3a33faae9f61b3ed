package dirac_test

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// Anisotropic is a staggered operator that the module does not have: its hops in
// time weigh xi. It is written with the public words of package fermion alone,
// which is all that a fermion action of one's own takes:
//
//	D = m + 1/2 sum_mu xi_mu eta_mu(n) [ U_mu(n) delta_{n+mu} - U_mu(n-mu)^† delta_{n-mu} ]
type Anisotropic struct {
	mass float64
	xi   float64
	geo  *lattice.Geometry
	u    [2]*gauge.Field   // by precision
	t    [2]*fermion.Field // scratch
	eta  []*fermion.Sites  // with the sign of the antiperiodic boundary
}

// NewAnisotropic returns the operator, antiperiodic in time.
func NewAnisotropic(u *gauge.Field, mass, xi float64) *Anisotropic {
	geo := u.Geometry()
	d := &Anisotropic{mass: mass, xi: xi, geo: geo}
	d.Bind(u)
	for p := range d.t {
		d.t[p] = d.NewField().LikeIn(lattice.Precision(p))
	}
	for mu := range geo.Dims() {
		d.eta = append(d.eta, fermion.NewSites(geo, func(x []int) float64 {
			n := 0
			for nu := range mu {
				n += x[nu]
			}
			eta := 1 - 2*float64(n%2)
			if mu == geo.Dims()-1 {
				eta *= xi
				if x[mu] == geo.Extent(mu)-1 {
					eta = -eta
				}
			}
			return eta
		}))
	}
	return d
}

// Bind makes u the links of D.
func (d *Anisotropic) Bind(u *gauge.Field) { d.u[u.Precision()] = u }

// NewField returns a zero field that D acts on.
func (d *Anisotropic) NewField() *fermion.Field { return fermion.NewField(d.geo, d.u[0].Group(), 1) }

// Apply sets dst = D src.
func (d *Anisotropic) Apply(dst, src *fermion.Field) { d.apply(dst, src, 1) }

// ApplyDagger sets dst = D^† src: the hops are anti-Hermitian.
func (d *Anisotropic) ApplyDagger(dst, src *fermion.Field) { d.apply(dst, src, -1) }

func (d *Anisotropic) apply(dst, src *fermion.Field, sign float64) {
	u, t := d.u[src.Precision()], d.t[src.Precision()]
	dst.Copy(src, lattice.All)
	dst.Scale(d.mass, lattice.All)
	for mu, eta := range d.eta {
		t.Zero(lattice.All)
		t.AddHop(sign/2, u, src, mu, +1, lattice.All)
		t.MulSites(eta, lattice.All)
		dst.Axpy(1, t, lattice.All)
		t.Copy(src, lattice.All)
		t.MulSites(eta, lattice.All) // the phase belongs to the link's first site
		dst.AddHop(-sign/2, u, t, mu, -1, lattice.All)
	}
}

// AddDerivative adds c d/d omega 2 Re <y, D x>.
func (d *Anisotropic) AddDerivative(f *gauge.Algebra, c float64, y, x *fermion.Field) {
	u, t := d.u[lattice.Float64], d.t[lattice.Float64]
	for mu, eta := range d.eta {
		t.Copy(y, lattice.All)
		t.MulSites(eta, lattice.All)
		fermion.AddForce(f, c/2, u, t, x, mu, lattice.All)
		t.Copy(x, lattice.All)
		t.MulSites(eta, lattice.All)
		fermion.AddForce(f, -c/2, u, t, y, mu, lattice.All)
	}
}

// A fermion action of one's own: an operator built from the words of package
// fermion becomes a pseudofermion action with heat bath, value and force, and
// its force is the derivative of its value.
func Example_newAction() {
	geo, _ := lattice.New([]int{4, 4, 4, 4})
	u := gauge.NewField(geo, group.SU3)
	u.Rough(0.3, rng.New(1))

	tolerances := action.Tight()
	tolerances.Mixed = true // solve in single precision, corrected in double
	s, _ := action.NewTwoFlavour(NewAnisotropic(u, 0.5, 1.3), lattice.All, tolerances)
	if _, err := s.Refresh(u, rng.New(2)); err != nil {
		fmt.Println(err)
		return
	}

	// d/dtau S[exp(i tau P) U] along random P, by the force and by differences.
	p, f := gauge.NewAlgebra(geo, u.Group()), gauge.NewAlgebra(geo, u.Group())
	p.Gaussian(rng.New(3))
	if err := s.AddForce(f, 1, u); err != nil {
		fmt.Println(err)
		return
	}
	at := func(tau float64) float64 {
		v := gauge.NewField(geo, u.Group())
		v.Copy(u)
		v.Drift(tau, p)
		value, err := s.Value(v)
		if err != nil {
			fmt.Println(err)
		}
		return value
	}
	const h = 1e-3
	difference := (8*(at(h)-at(-h)) - (at(2*h) - at(-2*h))) / (12 * h)
	fmt.Println("force is the derivative:", math.Abs(f.Dot(p)/difference-1) < 1e-8)

	// With xi = 1 it is the operator that the module has.
	same, _ := dirac.NewStaggered(geo, u.Group(), 0.5, dirac.AntiperiodicTime(4))
	same.Bind(u)
	own := NewAnisotropic(u, 0.5, 1)
	x, y, z := own.NewField(), own.NewField(), own.NewField()
	x.Gaussian(rng.New(4), lattice.All)
	own.Apply(y, x)
	same.Apply(z, x)
	y.Axpy(-1, z, lattice.All)
	fmt.Println("xi = 1 is staggered:", y.Norm2(lattice.All) < 1e-26*z.Norm2(lattice.All))
	// Output:
	// force is the derivative: true
	// xi = 1 is staggered: true
}
