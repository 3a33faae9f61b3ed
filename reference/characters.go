package reference

import "fmt"

// character is a representation r of the group with its dimension and its
// coefficient in the plaquette weight
//
//	exp(beta Re tr U / N) = sum_r d_r c_r chi_r(U),
//
// as a dual number in beta, divided by the coefficient of the trivial one.
type character struct {
	rows  []int // row lengths of the Young diagram, the last one 0; for U(1) the charge
	dim   float64
	ratio Real // c_r / c_0
}

// characters returns the representations of SU(N) (N = 1: U(1)) that matter at
// this beta, and c_0. They are cut where I_l(beta/N) < 1e-18 I_0(beta/N) for the
// longest row l.
//
//	U(1):  c_n = I_n(beta)
//	SU(N): d_r c_r = sum_k det_{ij} I_{l_j - j + i + k}(beta/N)
//
// Source: [DZ, section 3.1]; for SU(2) it is 2 I_n(beta)/beta, n = d_r.
func characters(n int, beta float64) (reps []character, c0 Real) {
	if n < 1 || beta <= 0 {
		panic("reference: characters need N >= 1 and beta > 0")
	}
	x := Variable(beta).Scale(1 / float64(n))
	cut := 1
	for BesselI(cut, x.V) > 1e-18*BesselI(0, x.V) {
		cut++
	}
	table := besselTable(x, 2*cut+2*n+1)
	bessel := func(order int) Real { return table[max(order, -order)] }
	if n == 1 {
		for q := -cut; q <= cut; q++ {
			reps = append(reps, character{[]int{q}, 1, bessel(q).Div(bessel(0))})
		}
		return reps, bessel(0)
	}
	for _, rows := range diagrams(n-1, cut) {
		rows = append(rows, 0)
		var total Real
		for k := -cut - n; k <= cut+n; k++ {
			m := make([][]Real, n)
			for i := range m {
				m[i] = make([]Real, n)
				for j := range m[i] {
					m[i][j] = bessel(rows[j] - j + i + k)
				}
			}
			total = total.Add(determinant(m))
		}
		dim := dimension(rows)
		reps = append(reps, character{rows, dim, total.Scale(1 / dim)})
	}
	c0 = reps[0].ratio // the empty diagram comes first
	for i := range reps {
		reps[i].ratio = reps[i].ratio.Div(c0)
	}
	return reps, c0
}

// diagrams lists all non-increasing rows of the given number with the first at
// most longest, the empty one first.
func diagrams(number, longest int) [][]int {
	if number == 0 {
		return [][]int{{}}
	}
	var all [][]int
	for first := 0; first <= longest; first++ {
		for _, rest := range diagrams(number-1, first) {
			all = append(all, append([]int{first}, rest...))
		}
	}
	return all
}

// dimension is Weyl's formula prod_{i<j} (l_i - l_j + j - i)/(j - i).
func dimension(rows []int) float64 {
	d := 1.0
	for i := range rows {
		for j := i + 1; j < len(rows); j++ {
			d *= float64(rows[i]-rows[j]+j-i) / float64(j-i)
		}
	}
	return d
}

// determinant expands along the first row.
func determinant(m [][]Real) Real {
	if len(m) == 1 {
		return m[0][0]
	}
	var total Real
	for j := range m {
		minor := make([][]Real, len(m)-1)
		for i := range minor {
			minor[i] = append(append([]Real{}, m[i+1][:j]...), m[i+1][j+1:]...)
		}
		total = total.Add(m[0][j].Mul(determinant(minor)).Scale(float64(1 - 2*(j%2))))
	}
	return total
}

// withBox returns the representations in r x fundamental: one box added to any
// row that keeps the diagram, a full column removed (U(1): charge + 1).
func (c character) withBox() []string {
	var keys []string
	for i := range c.rows {
		if i > 0 && c.rows[i] == c.rows[i-1] {
			continue
		}
		rows := append([]int{}, c.rows...)
		rows[i]++
		if last := rows[len(rows)-1]; len(rows) > 1 && last > 0 {
			for j := range rows {
				rows[j] -= last
			}
		}
		keys = append(keys, fmt.Sprint(rows))
	}
	return keys
}
