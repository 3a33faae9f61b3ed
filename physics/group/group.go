package group

import (
	"fmt"
	"strconv"
	"strings"
)

// MaxN is the largest N for which SU(N) is offered. Nothing breaks above it; it
// keeps a mistyped N from asking for large matrices.
const MaxN = 16

// Group is a gauge group: U(1) or SU(N), 2 <= N <= MaxN. It is a comparable
// value. The zero value is no group; its methods panic or return zeros.
type Group struct {
	n int // matrix size; 1 is U(1), for SU(1) is trivial and not offered
}

// The groups of common use. SU gives the others.
var (
	U1  = Group{1}
	SU2 = Group{2}
	SU3 = Group{3}
)

// SU returns SU(n). Errors: n outside 2 ... MaxN.
func SU(n int) (Group, error) {
	if n < 2 || n > MaxN {
		return Group{}, fmt.Errorf("group: SU(%d) is not offered: N goes from 2 to %d", n, MaxN)
	}
	return Group{n}, nil
}

// Parse returns the group with the given name: "U(1)" or "SU(N)" with N in
// decimal, as String writes it; case, surrounding spaces and the parentheses do
// not matter ("su3"). Errors: any other name, in words that say what is allowed.
func Parse(s string) (Group, error) {
	name := strings.ToLower(strings.TrimSpace(s))
	series, digits, found := strings.Cut(name, "u")
	if inner, ok := strings.CutPrefix(digits, "("); ok {
		if inner, ok = strings.CutSuffix(inner, ")"); ok {
			digits = inner
		}
	}
	n, err := strconv.Atoi(digits)
	if found && err == nil && strconv.Itoa(n) == digits {
		switch {
		case series == "" && n == 1:
			return U1, nil
		case series == "s" && n >= 2 && n <= MaxN:
			return Group{n}, nil
		}
	}
	return Group{}, fmt.Errorf("group: unknown gauge group %q: allowed are U(1) and SU(2) ... SU(%d)", s, MaxN)
}

// String returns "U(1)", "SU(2)", "SU(3)" ...
func (g Group) String() string {
	switch g.n {
	case 0:
		return "no group"
	case 1:
		return "U(1)"
	}
	return "SU(" + strconv.Itoa(g.n) + ")"
}

// N returns the size of the matrices: N for SU(N), 1 for U(1).
func (g Group) N() int { return g.n }

// Dim returns the dimension of the algebra: N²-1 for SU(N), 1 for U(1).
func (g Group) Dim() int {
	if g.n == 1 {
		return 1
	}
	return max(g.n*g.n-1, 0)
}

// Casimir returns C_F of Σ_a T_a T_a = C_F 1: (N²-1)/(2N) for SU(N), 1 for U(1).
func (g Group) Casimir() float64 {
	if g.n == 1 {
		return 1
	}
	return float64(g.Dim()) / float64(2*max(g.n, 1))
}

func (g Group) checkMatrix(m Matrix) {
	if g.n == 0 || len(m) != g.n*g.n {
		panic("group: matrix is not N x N")
	}
}

func (g Group) checkVector(x []float64) {
	if g.n == 0 || len(x) != g.Dim() {
		panic("group: algebra vector has not Dim components")
	}
}
