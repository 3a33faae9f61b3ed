package reference

import "math/cmplx"

// Normal solves with one operator D by its dense LU factorisation.
type Normal struct {
	op *Operator
	lu *LU
}

// NewNormal factorises the operator; ErrSingular if it has no inverse.
func NewNormal(op *Operator) (*Normal, error) {
	lu, err := Factor(op.Dense())
	if err != nil {
		return nil, err
	}
	return &Normal{op, lu}, nil
}

// Solve returns X = (D^† D)^{-1} phi = D^{-1} (D^†)^{-1} phi.
func (s *Normal) Solve(phi []complex128) []complex128 {
	return s.lu.Solve(s.lu.SolveDagger(phi))
}

// Action returns the pseudofermion action on all sites and its derivative
//
//	S = phi^† (D^† D)^{-1} phi,   dS = -2 Re <D X, dD X>,   X = (D^† D)^{-1} phi.
//
// For staggered fermions on the even sites only, pass a phi that vanishes on odd
// sites (EvenPart): D^† D does not mix them, so the inverse's even block is the
// inverse of the even block.
func (s *Normal) Action(phi []complex128) Real {
	x := s.Solve(phi)
	return Real{V: real(dot(phi, x)), D: PseudofermionDerivative(s.op, x)}
}

// PseudofermionDerivative returns dS = -2 Re <D X, dD X> for X = (D^† D)^{-1} phi,
// which does not depend on the direction dD and can be reused.
func PseudofermionDerivative(op *Operator, x []complex128) float64 {
	return -2 * real(dot(op.Apply(x), op.ApplyDerivative(x)))
}

// PseudofermionAction is Normal.Action for a single phi.
func PseudofermionAction(op *Operator, phi []complex128) (Real, error) {
	s, err := NewNormal(op)
	if err != nil {
		return Real{}, err
	}
	return s.Action(phi), nil
}

// RatioAction returns the action of a light operator D over a heavy one W and its
// derivative,
//
//	S = psi^† X,   psi = W^† phi,   X = (D^† D)^{-1} psi,
//	dS = 2 Re <phi, dW X> - 2 Re <D X, dD X>.
//
// For staggered fermions on even sites, pass a phi that vanishes on odd sites: W^† phi
// does not, but W (D^† D)^{-1} W^† does not mix parities.
func RatioAction(light, heavy *Operator, phi []complex128) (Real, error) {
	s, err := NewNormal(light)
	if err != nil {
		return Real{}, err
	}
	psi := heavy.ApplyDagger(phi)
	x := s.Solve(psi)
	return Real{
		V: real(dot(psi, x)),
		D: 2*real(dot(phi, heavy.ApplyDerivative(x))) + PseudofermionDerivative(light, x),
	}, nil
}

// EvenPart returns phi, a vector with the same number of components on each site
// of u, set to zero on odd sites.
func EvenPart(u *Links, phi []complex128) []complex128 {
	perSite := len(phi) / u.Volume()
	if perSite*u.Volume() != len(phi) {
		panic("reference: vector does not fit the lattice")
	}
	even := make([]complex128, len(phi))
	for i, z := range phi {
		if u.Even(i / perSite) {
			even[i] = z
		}
	}
	return even
}

// LogDet returns ln |det D| and the phase of the determinant.
func (s *Normal) LogDet() (logAbs float64, phase complex128) { return s.lu.LogDet() }

// TraceInverse returns tr D^{-1}, summed over sites, spins and colours; divided
// by the number of sites it is the condensate (1/V) Tr D^{-1}.
func (s *Normal) TraceInverse() complex128 { return s.lu.Inverse().Trace().V }

// Pion returns the zero-momentum correlator of the (Goldstone) pion of the operator on
// u, point source at the origin, summed over all components - colours, and spins where
// there are some - at both ends:
//
//	C(t) = sum_x sum_{c,c'} |D^{-1}(x,t,c; 0,c')|^2.
func (s *Normal) Pion(u *Links) []float64 {
	n := s.op.Dim() / u.Volume()
	if n == 0 || s.op.Dim()%u.Volume() != 0 || n%u.N != 0 {
		panic("reference: the pion needs an operator on these links")
	}
	c := make([]float64, u.Extents[u.Dim()-1])
	for component := range n {
		source := make([]complex128, s.op.Dim())
		source[component] = 1
		for i, g := range s.lu.Solve(source) {
			t := u.Coordinates(i / n)[u.Dim()-1]
			c[t] += real(g * cmplx.Conj(g))
		}
	}
	return c
}

// dot returns <a, b> = sum conj(a_i) b_i.
func dot(a, b []complex128) complex128 {
	var s complex128
	for i := range a {
		s += cmplx.Conj(a[i]) * b[i]
	}
	return s
}
