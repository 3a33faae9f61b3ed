package reference

import "math/cmplx"

// Entry is one matrix element of an operator: its column, value and derivative.
type Entry struct {
	Column int
	V, D   complex128
}

// Operator is a square matrix kept as rows of entries; entries with the same
// column add up (extent 2 makes them occur).
type Operator struct {
	Rows [][]Entry
}

// Dim returns the number of rows.
func (op *Operator) Dim() int { return len(op.Rows) }

// Apply returns M x.
func (op *Operator) Apply(x []complex128) []complex128 {
	return op.apply(x, func(e Entry) complex128 { return e.V })
}

// ApplyDerivative returns dM x, with dM the derivative of the matrix along the
// direction that the links carry.
func (op *Operator) ApplyDerivative(x []complex128) []complex128 {
	return op.apply(x, func(e Entry) complex128 { return e.D })
}

func (op *Operator) apply(x []complex128, value func(Entry) complex128) []complex128 {
	op.mustFit(x)
	y := make([]complex128, len(x))
	for i, row := range op.Rows {
		for _, e := range row {
			y[i] += value(e) * x[e.Column]
		}
	}
	return y
}

// ApplyDagger returns M^† x.
func (op *Operator) ApplyDagger(x []complex128) []complex128 {
	op.mustFit(x)
	y := make([]complex128, len(x))
	for i, row := range op.Rows {
		for _, e := range row {
			y[e.Column] += cmplx.Conj(e.V) * x[i]
		}
	}
	return y
}

// Dense returns the matrix, without its derivative.
func (op *Operator) Dense() Matrix {
	n := op.Dim()
	m := NewMatrix(n, make([]complex128, n*n))
	for i, row := range op.Rows {
		for _, e := range row {
			m.V[i*n+e.Column] += e.V
		}
	}
	return m
}

func (op *Operator) mustFit(x []complex128) {
	if len(x) != op.Dim() {
		panic("reference: vector does not fit the operator")
	}
}

// addBlock adds the Kronecker product spin x colour to the block of rows at site
// `to` and columns at site `from`; vanishing spin elements make no entries.
func (op *Operator) addBlock(to, from int, spin, colour Matrix) {
	block := spin.N * colour.N
	for s := range spin.N {
		for sc := range spin.N {
			g := spin.At(s, sc)
			if g == 0 {
				continue
			}
			for c := range colour.N {
				row := to*block + s*colour.N + c
				for cc := range colour.N {
					e := Entry{Column: from*block + sc*colour.N + cc, V: g * colour.At(c, cc)}
					if colour.D != nil {
						e.D = g * colour.D[c*colour.N+cc]
					}
					op.Rows[row] = append(op.Rows[row], e)
				}
			}
		}
	}
}

// Periodic returns boundary phases 1 for D directions.
func Periodic(d int) []complex128 {
	p := make([]complex128, d)
	for mu := range p {
		p[mu] = 1
	}
	return p
}

// AntiperiodicTime returns boundary phases 1 in space and -1 in time.
func AntiperiodicTime(d int) []complex128 {
	p := Periodic(d)
	p[d-1] = -1
	return p
}

// hops calls visit for each of the 2D neighbours of each site with the matrix
// that carries the neighbour's vector to the site, boundary phase included:
//
//	forward:  U_mu(n) phase,            from n+mu
//	backward: U_mu(n-mu)^† conj(phase), from n-mu,
//
// the phase only where the step crosses the boundary.
func hops(u *Links, phases []complex128, visit func(to, from, mu, sign int, link Matrix)) {
	if len(phases) != u.Dim() {
		panic("reference: one boundary phase per direction needed")
	}
	for site := range u.Volume() {
		x := u.Coordinates(site)
		for mu, phase := range phases {
			forward, _, up := u.cross(site, mu+1)
			if x[mu] == u.Extents[mu]-1 {
				forward = forward.ScaleBy(phase)
			}
			visit(site, up, mu, 1, forward)
			backward, _, down := u.cross(site, -mu-1)
			if x[mu] == 0 {
				backward = backward.ScaleBy(cmplx.Conj(phase))
			}
			visit(site, down, mu, -1, backward)
		}
	}
}
