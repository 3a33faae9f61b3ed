package dirac

import (
	"github.com/slhmc/slhmc/physics/lattice"
)

// spinMatrix has one number that is not zero in every row, of modulus one: row r has
// value at column.
type spinMatrix []struct {
	column int
	value  complex128
}

// gammas returns g_0 … g_{d-1} (see the package comment).
func gammas(d int) []spinMatrix {
	pauli := []spinMatrix{{{1, 1}, {0, 1}}, {{1, -1i}, {0, 1i}}, {{0, 1}, {1, -1}}}
	if d < 4 {
		return pauli[:d]
	}
	var g []spinMatrix
	for _, s := range pauli { // ((0, -i s), (i s, 0))
		g = append(g, spinMatrix{
			{2 + s[0].column, -1i * s[0].value},
			{2 + s[1].column, -1i * s[1].value},
			{s[0].column, 1i * s[0].value},
			{s[1].column, 1i * s[1].value},
		})
	}
	return append(g, spinMatrix{{2, 1}, {3, 1}, {0, 1}, {1, 1}})
}

// addTimes adds c x to y, complex numbers in pairs of Vecs.
func addTimes[F lattice.Real](y []lattice.VecOf[F], c complex128, x []lattice.VecOf[F]) {
	re, im := F(real(c)), F(imag(c))
	for k := 0; k < len(y); k += 2 {
		for l := range lattice.Lanes {
			a, b := x[k][l], x[k+1][l]
			y[k][l] += re*a - im*b
			y[k+1][l] += re*b + im*a
		}
	}
}

// turn multiplies x by a phase of each lane.
func turn[F lattice.Real](x []lattice.VecOf[F], phase *[2]lattice.Vec) {
	for k := 0; k < len(x); k += 2 {
		for l := range lattice.Lanes {
			re, im := F(phase[0][l]), F(phase[1][l])
			a, b := x[k][l], x[k+1][l]
			x[k][l] = re*a - im*b
			x[k+1][l] = re*b + im*a
		}
	}
}
