package format_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/rng"
)

// npyArray makes an array file by a way of its own: extents of x, …, t, the direction
// slowest or fastest, in C or Fortran order.
func npyArray(u *gauge.Field, slowest, fortran bool) []byte {
	l, n := u.Geometry().Extents(), u.Group().N()
	d := len(l)
	var shape []int
	for mu := range l {
		shape = append(shape, l[d-1-mu])
	}
	if slowest {
		shape = append([]int{d}, shape...)
	} else {
		shape = append(shape, d)
	}
	shape = append(shape, n, n)
	if fortran {
		for i, j := 0, len(shape)-1; i < j; i, j = i+1, j-1 {
			shape[i], shape[j] = shape[j], shape[i]
		}
	}
	text := strings.Trim(strings.ReplaceAll(fmt.Sprint(shape), " ", ", "), "[]")
	dict := fmt.Sprintf("{'descr': '<c16', 'fortran_order': %s, 'shape': (%s), }\n", map[bool]string{true: "True", false: "False"}[fortran], text)
	b := append([]byte("\x93NUMPY\x01\x00"), binary.LittleEndian.AppendUint16(nil, uint16(len(dict)))...)
	b = append(b, dict...)
	m, x := u.Group().NewMatrix(), make([]int, d)
	put := func(site, mu int) {
		u.Geometry().Coordinates(x, site)
		u.At(m, x, mu)
		for i := range n * n {
			z := m[i]
			if fortran {
				z = m[i%n*n+i/n]
			}
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(real(z)))
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(imag(z)))
		}
	}
	volume := u.Geometry().Volume()
	for k := range volume * d {
		// Sites are numbered with x fastest.
		if slowest {
			put(k%volume, k/volume)
		} else {
			put(k/d, k%d)
		}
	}
	return b
}

// smooth returns a field whose plaquettes are far from those of random links, in a
// random gauge.
func smooth(t *testing.T, g group.Group, seed uint64, extents ...int) *gauge.Field {
	t.Helper()
	u := newField(t, g, extents...)
	s := rng.New(seed)
	u.Rough(.25, s.Child("links"))
	gauges := newField(t, g, extents...)
	gauges.Hot(s.Child("gauge")) // those of direction 0
	x, y := make([]int, len(extents)), make([]int, len(extents))
	m, a, b, c := g.NewMatrix(), g.NewMatrix(), g.NewMatrix(), g.NewMatrix()
	for site := range u.Geometry().Volume() {
		u.Geometry().Coordinates(x, site)
		for mu := range extents {
			copy(y, x)
			y[mu] = (y[mu] + 1) % extents[mu]
			gauges.At(a, x, 0)
			gauges.At(b, y, 0)
			u.At(m, x, mu)
			group.Mul(c, a, m)
			group.MulDagger(m, c, b)
			u.Set(x, mu, m)
		}
	}
	return u
}

// A shape that fits both orders of axes is decided by the plaquette, what was told,
// or not at all; one that fits one of them is read as that.
func TestAxes(t *testing.T) {
	fits := func(a format.Axes) format.Option { return format.WithAxes(a) }
	for _, g := range []group.Group{group.U1, group.SU2, group.SU3, su(4)} {
		for _, extents := range [][]int{{4, 2, 6, 4}, {4, 4, 4, 4}, {4, 6, 2, 4}, {3, 3, 5}, {3, 5, 3}, {2, 3}, {2, 2}} {
			for _, fortran := range []bool{false, true} {
				for _, slowest := range []bool{false, true} {
					u := smooth(t, g, 5, extents...)
					b := npyArray(u, slowest, fortran)
					axes := map[bool]format.Axes{false: format.DirectionFastest, true: format.DirectionSlowest}[slowest]
					name := fmt.Sprint(g, extents, fortran, axes)
					f, v, err := opened(b, format.Shape{}, fits(axes))
					require.NoError(t, err, name)
					assert.Equal(t, extents, f.Extents, name)
					assert.Equal(t, bits(u), bits(v), name)
					d := len(extents)
					ambiguous := slowest && extents[0] == d || !slowest && extents[d-1] == d
					f, v, err = opened(b, format.Shape{})
					switch {
					case !ambiguous || len(extents) == 4:
						require.NoError(t, err, name)
						assert.Equal(t, axes, f.Axes, name)
						assert.Equal(t, bits(u), bits(v), name)
						assert.Equal(t, ambiguous, len(f.Notes) == 1, name)
					case err != nil: // too small to tell
						require.ErrorIs(t, err, format.ErrAxes, name)
						assert.ErrorContains(t, err, "--axes", name)
					default:
						assert.Equal(t, bits(u), bits(v), name)
					}
					// Extents that fit one of them decide.
					if _, v, err = opened(b, format.Shape{Extents: extents}); err == nil {
						assert.Equal(t, bits(u), bits(v), name)
					} else {
						require.ErrorIs(t, err, format.ErrAxes, name)
						require.LessOrEqual(t, u.Geometry().Volume(), 4, name)
					}
				}
			}
		}
	}
}

// An array of the shape in C order that was saved in Fortran order is the same array.
func TestNumPyTransposed(t *testing.T) {
	u := smooth(t, group.SU3, 3, 4, 2, 6, 4)
	for _, slowest := range []bool{false, true} {
		c := npyArray(u, slowest, false)
		end := bytes.IndexByte(c, '\n') + 1
		shape := []int{4, 6, 2, 4, 4, 3, 3}
		if slowest {
			shape = []int{4, 4, 6, 2, 4, 3, 3}
		}
		file := []byte(strings.Replace(string(c[:end]), "'fortran_order': False", "'fortran_order': True ", 1))
		count := (len(c) - end) / 16
		for k := range count { // of the file: the first index fastest
			rest, at := k, 0
			var index []int
			for _, l := range shape {
				index = append(index, rest%l)
				rest /= l
			}
			for i, l := range shape {
				at = at*l + index[i]
			}
			file = append(file, c[end+16*at:][:16]...)
		}
		f, v, err := opened(file, format.Shape{})
		require.NoError(t, err)
		assert.Equal(t, bits(u), bits(v))
		assert.Equal(t, []int{4, 2, 6, 4}, f.Extents)
		_, _, err = opened(file[:len(file)-1], format.Shape{})
		assert.ErrorContains(t, err, "more than the")
	}
}

// Random links are never decided, and neither are those that look alike in all orders:
// all 1, close to it, or constant.
func TestAxesUndecided(t *testing.T) {
	for _, g := range []group.Group{group.U1, group.SU2, group.SU3} {
		for seed := range uint64(20) {
			u := newField(t, g, 4, 2, 2, 4)
			fill := map[string]func(){
				"hot":   func() { u.Hot(rng.New(seed).Child("hot")) },
				"cold":  u.Cold,
				"close": func() { u.Rough(.05, rng.New(seed)) },
				"rough": func() { u.Rough(.4, rng.New(seed)) },
				"constant": func() {
					w, m, x := newField(t, g, 2, 2, 2, 2), g.NewMatrix(), make([]int, 4)
					w.Hot(rng.New(seed).Child("constant"))
					for site := range u.Geometry().Volume() {
						u.Geometry().Coordinates(x, site)
						for mu := range 4 {
							w.At(m, make([]int, 4), mu)
							u.Set(x, mu, m)
						}
					}
				},
			}
			for name, f := range fill {
				f()
				for _, slowest := range []bool{false, true} {
					_, _, err := opened(npyArray(u, slowest, false), format.Shape{})
					assert.ErrorIs(t, err, format.ErrAxes, "%s %v %d", name, g, seed)
				}
			}
		}
	}
}

// Random links on small lattices, often enough that a bound of a tenth would err, and
// links of a mean that shows in the plaquettes of both orders.
func TestAxesFalseAlarms(t *testing.T) {
	u := newField(t, group.U1, 8, 2)
	for seed := range uint64(2000) {
		u.Hot(rng.New(seed).Child("hot"))
		_, _, err := opened(npyArray(u, false, false), format.Shape{})
		require.ErrorIs(t, err, format.ErrAxes, "seed %d", seed)
	}
	w := newField(t, group.SU3, 4, 8, 16, 4)
	w.Rough(1, rng.New(1)) // plaquettes .049, and .031 decide
	_, _, err := opened(npyArray(w, false, false), format.Shape{})
	require.ErrorIs(t, err, format.ErrAxes)
	assert.Regexp(t, `plaquette 0\.0[45].* and .*plaquette 0\.0[45]`, err.Error())
}

func TestParseAxes(t *testing.T) {
	for text, want := range map[string]format.Axes{
		"t,z,y,x,mu": format.DirectionFastest, "mu, t,z,y,x": format.DirectionSlowest, "T,X,MU": format.DirectionFastest, "mu,t,y,x": format.DirectionSlowest,
	} {
		a, err := format.ParseAxes(text)
		require.NoError(t, err)
		assert.Equal(t, want, a)
	}
	for _, bad := range []string{"", "x,y,z,t,mu", "t,z,mu", "tzyxmu"} {
		_, err := format.ParseAxes(bad)
		assert.ErrorContains(t, err, "(allowed, from slowest to fastest: t,z,y,x,mu, mu,t,z,y,x")
	}
	u := hot(t, group.SU3, 2, 2, 4, 6)
	_, _, err := opened(npyArray(u, true, false), format.Shape{}, format.WithAxes(format.DirectionFastest))
	assert.ErrorContains(t, err, "axes t,z,y,x,mu do not fit (allowed: mu,t,z,y,x)")
	_, _, err = opened(written(t, u, format.Encoding{Kind: format.ILDG}), format.Shape{}, format.WithAxes(format.DirectionSlowest))
	assert.ErrorContains(t, err, "axes mu,t,z,y,x are told of ILDG, which has t,z,y,x,mu")
}

// fortran puts the marks of records around parts of the bytes.
func fortran(b []byte, records int, width int, order binary.AppendByteOrder) []byte {
	var out []byte
	length := len(b) / records
	mark := func() {
		if width == 4 {
			out = order.AppendUint32(out, uint32(length))
		} else {
			out = order.AppendUint64(out, uint64(length))
		}
	}
	for ; len(b) > 0; b = b[length:] {
		mark()
		out = append(out, b[:length]...)
		mark()
	}
	return out
}

// Bridge++ writes its binary data as one record of Fortran, or several; direction
// fastest or slowest; in the order of the machine.
func TestFortranRecords(t *testing.T) {
	u := smooth(t, group.SU3, 9, 4, 4, 4, 4)
	for _, slowest := range []bool{false, true} {
		array := npyArray(u, slowest, false)
		little := array[bytes.IndexByte(array, '\n')+1:]
		big := make([]byte, len(little))
		for i := range little {
			big[i/8*8+7-i%8] = little[i]
		}
		for _, records := range []int{1, 4, 256, 1024} {
			for _, width := range []int{4, 8} {
				for _, c := range []struct {
					order binary.AppendByteOrder
					data  []byte
				}{{binary.BigEndian, big}, {binary.LittleEndian, little}} {
					name := fmt.Sprint(slowest, records, width, c.order)
					b := fortran(c.data, records, width, c.order)
					f, v, err := opened(b, format.Shape{})
					require.NoError(t, err, name)
					assert.Equal(t, format.BridgeBinary, f.Kind)
					assert.Equal(t, bits(u), bits(v), name)
					assert.Contains(t, f.Notes, fmt.Sprintf("%d Fortran records, with marks of %d bytes", records, width))
					_, v, err = opened(b, format.Of(u))
					require.NoError(t, err, name)
					assert.Equal(t, bits(u), bits(v), name)
					_, _, err = opened(b[:len(b)-1], format.Of(u))
					assert.ErrorContains(t, err, "begins like none of the formats", name)
					_, _, err = opened(put(b, len(b)-1, b[len(b)-1]^1), format.Of(u))
					assert.ErrorContains(t, err, "begins like none of the formats", name)
				}
			}
		}
	}
	// Random links do not tell; what is told does.
	h := hot(t, group.SU3, 2, 2, 2, 2)
	b := fortran(bigEndian(h), 1, 4, binary.BigEndian)
	_, _, err := opened(b, format.Shape{})
	assert.ErrorIs(t, err, format.ErrAxes)
	_, v, err := opened(b, format.Shape{}, format.WithAxes(format.DirectionFastest))
	require.NoError(t, err)
	assert.Equal(t, bits(h), bits(v))
}
