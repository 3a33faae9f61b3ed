package format_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/observe"
)

// readDirections puts the arrays of one direction each, [row, column, x, y, z, t] in
// Fortran order, together to one of the shape that NumPy files of links have.
func readDirections(t *testing.T, pattern string, extents ...int) *gauge.Field {
	t.Helper()
	header := fmt.Sprintf("{'descr': '<c16', 'fortran_order': True, 'shape': (3, 3, 4, %d, %d, %d, %d), }\n", extents[0], extents[1], extents[2], extents[3])
	b := append([]byte("\x93NUMPY\x01\x00"), binary.LittleEndian.AppendUint16(nil, uint16(len(header)))...)
	b = append(b, header...)
	var parts [4][]byte
	for mu := range parts {
		file, err := os.ReadFile(data(t, fmt.Sprintf(pattern, mu)))
		require.NoError(t, err)
		end := 10 + int(binary.LittleEndian.Uint16(file[8:]))
		require.Regexp(t, regexp.MustCompile(`'<c16', *'fortran_order': True, *'shape': \(3, *3,`), string(file[:end]))
		parts[mu] = file[end:]
	}
	for site := range extents[0] * extents[1] * extents[2] * extents[3] {
		for mu := range parts {
			b = append(b, parts[mu][site*144:][:144]...)
		}
	}
	u := newField(t, group.SU3, extents...)
	require.NoError(t, readBytes(b, u))
	return u
}

// The links of task C, whose plaquette an independent program has computed, and
// the shifted fields of an anisotropic lattice: u0 moved by one site is u0 there.
func TestLatticeQCDRS(t *testing.T) {
	u := readDirections(t, "latticeqcd-rs/stout_task_c/u%d.npy", 2, 2, 2, 2)
	assert.InDelta(t, -.009508755537, observe.NewPlaquette(u.Geometry(), u.Group()).Measure(u), 6e-13)

	extents := []int{3, 2, 4, 5}
	u = readDirections(t, "latticeqcd-rs/shifts_3x2x4x5/u%d.npy", extents...)
	assert.InDelta(t, -.02309690118894098, observe.NewPlaquette(u.Geometry(), u.Group()).Measure(u), 1e-14)
	m, n, x := u.Group().NewMatrix(), u.Group().NewMatrix(), make([]int, 4)
	for nu := range 4 {
		for sign, name := range map[int]string{1: "plus", -1: "minus"} {
			v := readDirections(t, "latticeqcd-rs/shifts_3x2x4x5/u%d_"+fmt.Sprintf("shift%d_%s.npy", nu, name), extents...)
			for site := range u.Geometry().Volume() {
				for mu := range 4 {
					u.Geometry().Coordinates(x, site)
					v.At(m, x, mu)
					x[nu] += sign
					u.At(n, x, mu)
					for k := range m {
						if math.Float64bits(real(m[k])) != math.Float64bits(real(n[k])) || m[k] != n[k] {
							t.Fatalf("%s by direction %d: link %d of site %d", name, nu, mu, site)
						}
					}
				}
			}
		}
	}
}
