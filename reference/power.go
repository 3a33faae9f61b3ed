package reference

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
)

// ErrEigenvalues is the error of a decomposition that has not converged.
var ErrEigenvalues = errors.New("reference: eigenvalues have not converged")

// FunctionAction returns S = phi^† f(D^†D) phi and its derivative, by the eigenvectors
// v_i of D^†D and its eigenvalues l_i, c_i = <v_i, phi>:
//
//	S = sum_i f(l_i) |c_i|^2,
//	dS = sum_ij c_i^* c_j f[l_i, l_j] <v_i, d(D^†D) v_j>,
//
// f[a, b] being the divided difference (f(a) - f(b))/(a - b), f' where they meet. It
// works on real and imaginary parts, on which H = A + iB is ((A, -B), (B, A)).
//
// f and its derivative are given. On a parity that D^†D does not mix with the other
// one, pass a phi that lives there.
func FunctionAction(op *Operator, phi []complex128, f, slope func(x float64) float64) (Real, error) {
	n := op.Dim()
	d, dd := realParts(op, func(e Entry) complex128 { return e.V }), realParts(op, func(e Entry) complex128 { return e.D })
	var h, g mat.Dense
	h.Mul(d.T(), d)
	sym := mat.NewSymDense(2*n, nil)
	for i := range 2 * n {
		for j := range i + 1 {
			sym.SetSym(i, j, (h.At(i, j)+h.At(j, i))/2)
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(sym, true) {
		return Real{}, ErrEigenvalues
	}
	var v, p, q mat.Dense
	eigen.VectorsTo(&v)
	p.Mul(d, &v)
	q.Mul(dd, &v)
	g.Mul(p.T(), &q) // <v_i, D^† dD v_j>
	parts := mat.NewVecDense(2*n, nil)
	for i, z := range phi {
		parts.SetVec(i, real(z))
		parts.SetVec(n+i, imag(z))
	}
	var c mat.VecDense
	c.MulVec(v.T(), parts)
	l := eigen.Values(nil)
	var s Real
	for i := range l {
		s.V += f(l[i]) * c.AtVec(i) * c.AtVec(i)
		for j := range l {
			// the quotient loses what the difference leaves of 16 digits, the slope at the
			// middle is off by the square of the difference
			divided := slope((l[i] + l[j]) / 2)
			if math.Abs(l[i]-l[j]) > 1e-5*(l[i]+l[j]) {
				divided = (f(l[i]) - f(l[j])) / (l[i] - l[j])
			}
			s.D += c.AtVec(i) * c.AtVec(j) * divided * (g.At(i, j) + g.At(j, i))
		}
	}
	return s, nil
}

// realParts returns an operator on real and imaginary parts.
func realParts(op *Operator, of func(Entry) complex128) *mat.Dense {
	n := op.Dim()
	m := mat.NewDense(2*n, 2*n, nil)
	add := func(i, j int, x float64) { m.Set(i, j, m.At(i, j)+x) }
	for i, row := range op.Rows {
		for _, e := range row {
			z := of(e)
			add(i, e.Column, real(z))
			add(n+i, n+e.Column, real(z))
			add(i, n+e.Column, -imag(z))
			add(n+i, e.Column, imag(z))
		}
	}
	return m
}
