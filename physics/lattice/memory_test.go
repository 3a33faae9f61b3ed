package lattice_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/slhmc/slhmc/physics/lattice"
)

// Storage is zeros of the wanted length, whatever its size, and of large fields it
// begins where a large page may.
func TestMake(t *testing.T) {
	sizes := []int{0, 1, 1000, 1<<14 - 1, 1 << 14, 1<<15 - 1, 1 << 15, 1<<15 + 1, 3<<15 + 5}
	for range 3 { // storage that was in use before is zeros too
		for _, n := range sizes {
			x, y := lattice.Make[float64](n), lattice.Make[float32](2*n)
			assert.Equal(t, []int{n, n, 2 * n, 2 * n}, []int{len(x), cap(x), len(y), cap(y)})
			if n >= 1<<14 {
				assert.Zero(t, reflect.ValueOf(x).Pointer()%(2<<20))
				assert.Zero(t, reflect.ValueOf(y).Pointer()%(2<<20))
			}
			used := false
			for k := range x {
				used = used || x[k] != lattice.Vec{}
				x[k][7] = 1
			}
			for k := range y {
				used = used || y[k] != lattice.Single{}
				y[k][7] = 1
			}
			assert.False(t, used, "zeros")
		}
	}
}
