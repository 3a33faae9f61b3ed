package group_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/group"
)

func TestParse(t *testing.T) {
	for name, want := range map[string]group.Group{
		"U(1)": group.U1, "u1": group.U1, "SU(2)": group.SU2, "su3": group.SU3,
		" SU(4) ": su(4), "Su(16)": su(16), "su12": su(12),
	} {
		g, err := group.Parse(name)
		require.NoError(t, err, name)
		assert.Equal(t, want, g)
		again, err := group.Parse(g.String())
		require.NoError(t, err)
		assert.Equal(t, g, again)
	}
	for _, name := range []string{
		"", "SU", "SU()", "SU(1)", "SU(0)", "SU(17)", "SU(-3)", "SU(+3)", "SU(03)", "SU(3", "SU3)",
		"SU((3))", "U(2)", "U", "SO(3)", "SU(N)", "SU( 3)", "no group", "SU(99999999999999999999)",
	} {
		g, err := group.Parse(name)
		require.Error(t, err, name)
		assert.Contains(t, err.Error(), "allowed are U(1) and SU(2) ... SU(16)")
		assert.Equal(t, group.Group{}, g)
	}
}

func TestSU(t *testing.T) {
	for _, n := range []int{-1, 0, 1, group.MaxN + 1} {
		_, err := group.SU(n)
		assert.Error(t, err, n)
	}
	assert.Equal(t, group.SU2, su(2))
	assert.True(t, su(3) == group.SU3, "a comparable value")
}

func TestDimensionsAndCasimir(t *testing.T) {
	for _, c := range []struct {
		g       group.Group
		n, dim  int
		casimir float64
		name    string
	}{
		{group.U1, 1, 1, 1, "U(1)"},
		{group.SU2, 2, 3, 0.75, "SU(2)"},
		{group.SU3, 3, 8, 4. / 3, "SU(3)"},
		{su(4), 4, 15, 1.875, "SU(4)"},
		{su(16), 16, 255, 255. / 32, "SU(16)"},
		{group.Group{}, 0, 0, 0, "no group"},
	} {
		assert.Equal(t, c.n, c.g.N())
		assert.Equal(t, c.dim, c.g.Dim())
		assert.Equal(t, c.casimir, c.g.Casimir())
		assert.Equal(t, c.name, c.g.String())
	}
}

// Misuse panics with a message that names the package.
func TestMisusePanics(t *testing.T) {
	g := group.SU3
	m, short := g.NewMatrix(), make(group.Matrix, 4)
	x, wrong := make([]float64, 8), make([]float64, 3)
	shapes := "group: matrix is not N x N"
	vectors := "group: algebra vector has not Dim components"
	for _, c := range []struct {
		want string
		f    func()
	}{
		{shapes, func() { g.Exp(short, x) }},
		{vectors, func() { g.Exp(m, wrong) }},
		{vectors, func() { g.DExp(x, wrong, x) }},
		{vectors, func() { g.TA(wrong, m) }},
		{shapes, func() { g.TA(x, short) }},
		{shapes, func() { _ = g.Project(short) }},
		{shapes, func() { group.Group{}.Identity(nil) }},
		{"group: generator index out of range", func() { g.Generator(8) }},
		{"group: generator index out of range", func() { g.Generator(-1) }},
		{"group: matrices differ in size", func() { group.Mul(m, m, short) }},
		{"group: matrix is not square", func() { group.Trace(make(group.Matrix, 5)) }},
		{"group: matrix is not square", func() { group.Det(nil) }},
		{"group: dst aliases an operand", func() { group.Mul(m, g.NewMatrix(), m) }},
		{"group: dst aliases an operand", func() { group.Dagger(m, m) }},
	} {
		assert.PanicsWithValue(t, c.want, c.f)
	}
}
