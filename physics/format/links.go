package format

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
)

// Tolerance64 and Tolerance32 bound group.Unitarity of the links of a file, per
// precision. Round-off leaves 1e-15 and 1e-6 (a row of SU(N) has 2N components
// with relative errors of half a unit, and the determinant N times that); the
// rest is room for codes that bring links back to the group once in many
// trajectories, or that print 12 digits. What another group, another order of
// the data or a damaged exponent leaves is of order one.
const (
	Tolerance64 = 1e-10
	Tolerance32 = 1e-4
)

func tolerance(precision int) float64 {
	if precision == 32 {
		return Tolerance32
	}
	return Tolerance64
}

// sink takes the links of a configuration in the order of the file, and gives
// them to the field at the end.
type sink struct {
	into, u *gauge.Field // into is u's when all has gone well
	m       group.Matrix
	x       []int
	tol     float64
}

func newSink(into *gauge.Field, tol float64) *sink {
	geo := into.Geometry()
	return &sink{into: into, u: gauge.NewField(geo, into.Group()), m: into.Group().NewMatrix(), x: make([]int, geo.Dims()), tol: tol}
}

// set takes the link U_mu at a site, which is in s.m. The error does not say
// where in the file.
func (s *sink) set(site, mu int) error {
	s.u.Geometry().Coordinates(s.x, site)
	if err := check(s.u.Group(), s.m, s.tol); err != nil {
		return fmt.Errorf("link in direction %d at site %v: %w", mu, s.x, err)
	}
	s.u.Set(s.x, mu, s.m)
	return nil
}

// done hands the links over.
func (s *sink) done() { s.into.Copy(s.u) }

// check says whether m is in the group, NaN and infinities included.
func check(g group.Group, m group.Matrix, tol float64) error {
	if d := g.Unitarity(m); !(d <= tol) {
		return fmt.Errorf("not in %v: off by %.3g (allowed: %.3g)", g, d, tol)
	}
	return nil
}

// decode sets m from big-endian reals.
func decode(m group.Matrix, b []byte, precision int) {
	for k := range m {
		if precision == 32 {
			m[k] = complex(single32(b[8*k:]), single32(b[8*k+4:]))
		} else {
			m[k] = complex(double(b[16*k:]), double(b[16*k+8:]))
		}
	}
}

func single32(b []byte) float64 {
	return float64(math.Float32frombits(binary.BigEndian.Uint32(b)))
}

func double(b []byte) float64 { return math.Float64frombits(binary.BigEndian.Uint64(b)) }
