package format

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
)

// split writes the bits of m as pairs of 32-bit integers: sums in which all
// other terms are zero keep them, the sign of a zero included.
func split(dst []float64, m group.Matrix) {
	for k, z := range m {
		for i, v := range [2]float64{real(z), imag(z)} {
			bits := math.Float64bits(v)
			dst[4*k+2*i] = float64(uint32(bits >> 32))
			dst[4*k+2*i+1] = float64(uint32(bits))
		}
	}
}

// join is the inverse of split.
func join(m group.Matrix, halves []float64) {
	for k := range m {
		h := halves[4*k:]
		whole := func(i int) float64 {
			return math.Float64frombits(uint64(h[i])<<32 | uint64(h[i+1]))
		}
		m[k] = complex(whole(0), whole(2))
	}
}

// agree tells all processes whether rank 0 has failed.
func agree(path string, u *gauge.Field, err error) error {
	failed := 0.0
	if err != nil {
		failed = 1
	}
	if u.Geometry().Max(failed) > 0 && err == nil {
		return fmt.Errorf("format: process 0 could not write %s", path)
	}
	return err
}
