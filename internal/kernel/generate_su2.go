//go:build ignore

package main

import "strings"

// SU(2): a real multiple of a group element is a quaternion, given by the first
// row (a, b) of the matrix ((a, b), (-b^*, a^*)), and sums of products of such
// matrices are again quaternions: four numbers instead of eight, half the
// arithmetic.

// A part is a signed number in the emitted code.
type part struct {
	minus bool
	name  string
}

func (x part) neg() part { return part{!x.minus, x.name} }

// row returns a and b of x or x^†: (a^*, -b).
func row(x string, dagger bool) (ar, ai, br, bi part) {
	ar, ai, br, bi = part{false, x + "0"}, part{false, x + "1"}, part{false, x + "2"}, part{false, x + "3"}
	if dagger {
		ai, br, bi = ai.neg(), br.neg(), bi.neg()
	}
	return ar, ai, br, bi
}

// sum writes x0 y0 + x1 y1 + … of pairs, beginning with one that is added.
func sum(pairs ...part) string {
	for k := 2; pairs[0].minus != pairs[1].minus; k += 2 {
		pairs[0], pairs[k] = pairs[k], pairs[0]
		pairs[1], pairs[k+1] = pairs[k+1], pairs[1]
	}
	var s strings.Builder
	for k := 0; k < len(pairs); k += 2 {
		if pairs[k].minus != pairs[k+1].minus {
			s.WriteString(" - ")
		} else if k > 0 {
			s.WriteString(" + ")
		}
		s.WriteString(pairs[k].name + "*" + pairs[k+1].name)
	}
	return strings.TrimSpace(s.String())
}

// times returns the four numbers of the product of two rows.
func times(ar, ai, br, bi, cr, ci, dr, di part) [4]string {
	return [4]string{ // a c - b d^*, a d + b c^*
		sum(ar, cr, ai.neg(), ci, br.neg(), dr, bi.neg(), di),
		sum(ar, ci, ai, cr, bi.neg(), dr, br, di),
		sum(ar, dr, ai.neg(), di, br, cr, bi, ci),
		sum(ar, di, ai, dr, bi, cr, br.neg(), ci),
	}
}

// quaternions emits all operations of SU(2).
func quaternions() {
	for _, add := range []bool{false, true} {
		for _, da := range []bool{false, true} {
			for _, db := range []bool{false, true} {
				name, arg := "mul", ""
				if add {
					name, arg = "addMul", " c float64,"
				}
				p("func %s%s2(dst []lattice.Vec,%s a []lattice.Vec, ma int, b []lattice.Vec, mb int) {", name, suffix(da, db), arg)
				p("d, x, y := (*[4]lattice.Vec)(dst), (*[4]lattice.Vec)(a), (*[4]lattice.Vec)(b)")
				p("for l := range lattice.Lanes {\nla, lb := (l^ma)&7, (l^mb)&7")
				p("x0, x1, x2, x3 := x[0][la], x[1][la], x[2][la], x[3][la]")
				p("y0, y1, y2, y3 := y[0][lb], y[1][lb], y[2][lb], y[3][lb]")
				ar, ai, br, bi := row("x", da)
				cr, ci, dr, di := row("y", db)
				for k, e := range times(ar, ai, br, bi, cr, ci, dr, di) {
					if add {
						p("d[%d][l] += c*(%s)", k, e)
					} else {
						p("d[%d][l] = %s", k, e)
					}
				}
				p("}\n}\n")
			}
		}
	}
	for _, da := range []bool{false, true} {
		p("func mulVec%s2(dst, a []lattice.Vec, ma int, b []lattice.Vec, mb int) {", suffix(da, false)[:1])
		p("d, x, y := (*[4]lattice.Vec)(dst), (*[4]lattice.Vec)(a), (*[4]lattice.Vec)(b)")
		p("for l := range lattice.Lanes {\nla, lb := (l^ma)&7, (l^mb)&7")
		p("x0, x1, x2, x3 := x[0][la], x[1][la], x[2][la], x[3][la]")
		p("y0, y1, y2, y3 := y[0][lb], y[1][lb], y[2][lb], y[3][lb]")
		for k, e := range onVector(row("x", da)) {
			p("d[%d][l] = %s", k, strings.ReplaceAll(e, "v", "y"))
		}
		p("}\n}\n")
	}
	// Only the quaternion part of an outer product contributes to anything that
	// is made of traces with SU(2) matrices: a = (m_00 + m_11^*)/2, b = (m_01 - m_10^*)/2.
	p("func addOuter2(dst []lattice.Vec, c float64, a []lattice.Vec, ma int, b []lattice.Vec, mb int) {")
	p("d, x, y := (*[4]lattice.Vec)(dst), (*[4]lattice.Vec)(a), (*[4]lattice.Vec)(b)\nc /= 2")
	p("for l := range lattice.Lanes {\nla, lb := (l^ma)&7, (l^mb)&7")
	p("x0, x1, x2, x3 := x[0][la], x[1][la], x[2][la], x[3][la]")
	p("y0, y1, y2, y3 := y[0][lb], y[1][lb], y[2][lb], y[3][lb]")
	p("d[0][l] += c*(x0*y0 + x1*y1 + x2*y2 + x3*y3)")
	p("d[1][l] += c*(x1*y0 - x0*y1 - x3*y2 + x2*y3)")
	p("d[2][l] += c*(x0*y2 + x1*y3 - x2*y0 - x3*y1)")
	p("d[3][l] += c*(x1*y2 - x0*y3 + x3*y0 - x2*y1)")
	p("}\n}\n")
	hopFrame(2, 4, func() {
		p("w0, w1, w2, w3 := w[0][l], w[1][l], w[2][l], w[3][l]")
		for k, e := range onVector(row("w", false)) {
			p("s%d += %s", k, strings.ReplaceAll(e, "v", "x"))
		}
	})
}

// onVector returns the parts of the matrix of a row times the vector v:
// a v_0 + b v_1, a^* v_1 - b^* v_0.
func onVector(ar, ai, br, bi part) [4]string {
	v := func(k string) part { return part{false, "v" + k} }
	return [4]string{
		sum(ar, v("0"), ai.neg(), v("1"), br, v("2"), bi.neg(), v("3")),
		sum(ar, v("1"), ai, v("0"), br, v("3"), bi, v("2")),
		sum(ar, v("2"), ai, v("3"), br.neg(), v("0"), bi.neg(), v("1")),
		sum(ar, v("3"), ai.neg(), v("2"), br.neg(), v("1"), bi, v("0")),
	}
}
