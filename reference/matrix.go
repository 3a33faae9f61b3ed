package reference

// Matrix is an N x N complex matrix, row-major, with an optional derivative D
// along one real direction (nil means the matrix is constant). Operations
// return new matrices and carry the derivative by the product rule.
type Matrix struct {
	N    int
	V, D []complex128
}

// NewMatrix returns the constant matrix with the given N*N row-major entries,
// which it keeps. It panics if the length is not N*N.
func NewMatrix(n int, v []complex128) Matrix {
	if len(v) != n*n {
		panic("reference: matrix needs N*N entries")
	}
	return Matrix{N: n, V: v}
}

// Identity returns the N x N unit matrix.
func Identity(n int) Matrix {
	v := make([]complex128, n*n)
	for i := range n {
		v[i*n+i] = 1
	}
	return Matrix{N: n, V: v}
}

// At returns the value of entry (i, j).
func (a Matrix) At(i, j int) complex128 { return a.V[i*a.N+j] }

// Mul returns a b, d(ab) = da b + a db.
func (a Matrix) Mul(b Matrix) Matrix {
	mustMatch(a, b)
	return Matrix{
		N: a.N,
		V: product(a.N, a.V, b.V),
		D: sum(product(a.N, a.D, b.V), product(a.N, a.V, b.D)),
	}
}

// Add returns a + b.
func (a Matrix) Add(b Matrix) Matrix {
	mustMatch(a, b)
	return Matrix{N: a.N, V: sum(a.V, b.V), D: sum(a.D, b.D)}
}

// Sub returns a - b.
func (a Matrix) Sub(b Matrix) Matrix { return a.Add(b.ScaleBy(-1)) }

// Dagger returns the Hermitian conjugate a^†.
func (a Matrix) Dagger() Matrix {
	return Matrix{N: a.N, V: dagger(a.N, a.V), D: dagger(a.N, a.D)}
}

// ScaleBy returns c a for a complex constant c.
func (a Matrix) ScaleBy(c complex128) Matrix {
	return Matrix{N: a.N, V: scaled(c, a.V), D: scaled(c, a.D)}
}

// Scale returns r a for a real dual number r, d(ra) = dr a + r da.
func (a Matrix) Scale(r Real) Matrix {
	b := a.ScaleBy(complex(r.V, 0))
	if r.D != 0 {
		b.D = sum(b.D, scaled(complex(r.D, 0), a.V))
	}
	return b
}

// Trace returns tr a.
func (a Matrix) Trace() Complex {
	var t Complex
	for i := range a.N {
		t.V += a.V[i*a.N+i]
		if a.D != nil {
			t.D += a.D[i*a.N+i]
		}
	}
	return t
}

// Norm2 returns the squared Frobenius norm of the value, tr a^† a.
func (a Matrix) Norm2() float64 {
	s := 0.0
	for _, z := range a.V {
		s += real(z)*real(z) + imag(z)*imag(z)
	}
	return s
}

func mustMatch(a, b Matrix) {
	if a.N != b.N {
		panic("reference: matrices of different size")
	}
}

// product, sum, scaled and dagger treat nil as the zero matrix: a constant has
// no derivative, and none is computed for it.

func product(n int, a, b []complex128) []complex128 {
	if a == nil || b == nil {
		return nil
	}
	c := make([]complex128, n*n)
	for i := range n {
		for k := range n {
			x := a[i*n+k]
			for j := range n {
				c[i*n+j] += x * b[k*n+j]
			}
		}
	}
	return c
}

func sum(a, b []complex128) []complex128 {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	c := make([]complex128, len(a))
	for i := range c {
		c[i] = a[i] + b[i]
	}
	return c
}

func scaled(c complex128, a []complex128) []complex128 {
	if a == nil {
		return nil
	}
	b := make([]complex128, len(a))
	for i := range b {
		b[i] = c * a[i]
	}
	return b
}

func dagger(n int, a []complex128) []complex128 {
	if a == nil {
		return nil
	}
	b := make([]complex128, n*n)
	for i := range n {
		for j := range n {
			z := a[j*n+i]
			b[i*n+j] = complex(real(z), -imag(z))
		}
	}
	return b
}
