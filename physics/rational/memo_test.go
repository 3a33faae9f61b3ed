package rational_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/rational"
)

// What is remembered is what would have been found, the inverse power too, bit for bit;
// what cannot be found is asked for again.
func TestMemo(t *testing.T) {
	var m rational.Memo
	power, inverse := rational.Power{Num: -1, Den: 4}, rational.Power{Num: 1, Den: 4}
	for _, p := range []rational.Power{power, inverse, power} {
		got, err := m.Within(p, 1e-2, 3, 1e-6)
		require.NoError(t, err)
		want, err := rational.Within(p, 1e-2, 3, 1e-6)
		require.NoError(t, err)
		assert.Equal(t, want.Residues(), got.Residues())
		assert.Equal(t, want.Shifts(), got.Shifts())
		assert.Equal(t, want.Constant(), got.Constant())
		assert.Equal(t, want.Power(), got.Power())
		again, err := m.Within(p, 1e-2, 3, 1e-6)
		require.NoError(t, err)
		assert.Same(t, got, again)
	}
	for _, other := range [][3]float64{{1e-3, 3, 1e-6}, {1e-2, 4, 1e-6}, {1e-2, 3, 1e-7}} {
		first, err := m.Within(power, 1e-2, 3, 1e-6)
		require.NoError(t, err)
		a, err := m.Within(power, other[0], other[1], other[2])
		require.NoError(t, err)
		assert.NotSame(t, first, a)
		assert.LessOrEqual(t, a.MaxError(), other[2])
	}
	for range 2 {
		_, err := m.Within(power, 3, 1e-2, 1e-6)
		assert.Error(t, err)
	}
}
