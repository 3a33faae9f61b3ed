package format_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/reference"
)

// Files of other codes give the numbers that those codes print. The plaquette
// sees a wrong site order; the Polyakov loop, complex, sees daggered or
// transposed links and which direction is time.
//
// Tolerances: half a unit of the last printed digit, plus the round-off of a
// mean of V D (D-1)/2 products of four matrices, 6N eps < 1e-14 on each.
func TestOtherCodes(t *testing.T) {
	su3 := func(extents ...int) format.Shape { return format.Shape{Extents: extents, Group: group.SU3} }
	any4 := func(n int) format.Shape { return format.Shape{Extents: []int{4, 4, 4, 4}, Group: su(n)} }
	big, little := binary.BigEndian, binary.LittleEndian
	for _, c := range []struct {
		file    string
		want    format.Header // of the file alone
		told    format.Shape  // what it does not say
		sums    string
		plaq    float64
		plaqTol float64
		poly    complex128 // trace; 0: not known
		polyTol float64
		trace   float64 // of the header, 0: not there
	}{
		{file: "chroma/weak_field.lime", want: format.Header{Kind: format.ILDG, Shape: su3(4, 4, 4, 8), Precision: 64, ByteOrder: big, Rows: 3}, sums: "a2c41090 11193c39", plaq: .9948041322667, plaqTol: 1e-13},
		{file: "cl2qcd/conf.00200", want: format.Header{Kind: format.ILDG, Shape: any4(3), Precision: 64, ByteOrder: big, Rows: 3}, sums: "a3b09c8 d7a6d9a1", plaq: .571077, plaqTol: 6e-7, poly: 3 * (-.11349672123636857 + .22828243566855227i), polyTol: 1e-13},
		{file: "toolbox/ildg.l8t4b3360", want: format.Header{Kind: format.ILDG, Shape: su3(8, 8, 8, 4), Precision: 64, ByteOrder: big, Rows: 3}, sums: "10d0ea1a a6a1b3b8", plaq: .5038664469, plaqTol: 6e-11},
		{file: "toolbox/nersc.l8t4b3360", want: format.Header{Kind: format.NERSC, Shape: su3(8, 8, 8, 4), Precision: 64, ByteOrder: big, Rows: 3}, sums: "b379560a", plaq: .5038664469, plaqTol: 6e-11, trace: .005406083858},
		{file: "glu/lat..400", want: format.Header{Kind: format.NERSC, Shape: su3(4, 4, 4, 8), Precision: 64, ByteOrder: little, Rows: 2}, sums: "f2ee7c36", plaq: .5985455591, plaqTol: 6e-11, trace: -.0007741846376},
		{file: "milc/lat.sample.l4444", want: format.Header{Kind: format.MILC, Shape: any4(3), Precision: 32, ByteOrder: little, Rows: 3}, sums: "2352c05 d137321d", plaq: (1.79467515607618 + 1.77442579760673) / 6, plaqTol: 1e-14},
		{file: "milc/lat.sample.l4444.ildg", want: format.Header{Kind: format.ILDG, Shape: any4(3), Precision: 32, ByteOrder: big, Rows: 3}, sums: "37affb9c 2fc07bbf", plaq: (1.79467515607618 + 1.77442579760673) / 6, plaqTol: 1e-14},
		{file: "milc/lat.sample.l4444.scidac", want: format.Header{Kind: format.SciDAC, Shape: any4(3), Precision: 32, ByteOrder: big, Rows: 3}, sums: "37affb9c 2fc07bbf", plaq: (1.79467515607618 + 1.77442579760673) / 6, plaqTol: 1e-14},
		{file: "julia/su2_4444.ildg", want: format.Header{Kind: format.LoneRecord, Shape: any4(2), Precision: 64, ByteOrder: big, Rows: 2, Inferred: true}, plaq: .668474886835987, plaqTol: 1e-14, poly: .7009953007443275, polyTol: 1e-13},
		{file: "julia/su4_4444.ildg", want: format.Header{Kind: format.LoneRecord, Shape: any4(4), Precision: 64, ByteOrder: big, Rows: 4, Inferred: true}, plaq: .340241044963270, plaqTol: 1e-14, poly: .06656736502125495 + .052476314381695754i, polyTol: 1e-13},
		{file: "julia/su3_4444_staggered_m0.5.ildg", want: format.Header{Kind: format.LoneRecord, Shape: any4(3), Precision: 64, ByteOrder: big, Rows: 3, Inferred: true}, plaq: .575584039474714, plaqTol: 1e-14},
		{file: "julia/su3_4422_domainwall.ildg", want: format.Header{Kind: format.LoneRecord, ByteOrder: big}, told: su3(4, 4, 2, 2), plaq: .583296079127072, plaqTol: 1e-14, poly: 1.5999735016800796 - .006167946400690752i, polyTol: 1e-13},
		{file: "julia/su3_4444_testconf.txt", want: format.Header{Kind: format.BridgeText, Shape: any4(3), Precision: 64, Rows: 3, Inferred: true}, plaq: .587818337847024, plaqTol: 1e-14, poly: .5255246068616177 - .1514085097124973i, polyTol: 1e-13},
		{file: "bridgepp/conf_04040408.txt.gz", want: format.Header{Kind: format.BridgeText, Precision: 64, Compression: "gzip"}, told: su3(4, 4, 4, 8), plaq: .625129946974942, plaqTol: 1e-14},
	} {
		t.Run(c.file, func(t *testing.T) {
			path := data(t, c.file)
			h, err := format.Inspect(path)
			require.NoError(t, err)
			assert.Equal(t, c.sums, h.Checksum.String())
			if c.trace != 0 {
				require.NotNil(t, h.LinkTrace)
				require.NotNil(t, h.Plaquette)
				assert.Equal(t, c.trace, h.LinkTrace.Value)
				assert.Equal(t, c.plaq, h.Plaquette.Value)
			}
			c.want.Checksum, c.want.Plaquette, c.want.LinkTrace = h.Checksum, h.Plaquette, h.LinkTrace
			assert.Equal(t, c.want, h)

			f, err := format.Open(path, c.told)
			require.NoError(t, err)
			defer f.Close()
			u, err := f.Read()
			require.NoError(t, err)
			plaq := observe.NewPlaquette(u.Geometry(), u.Group())
			assert.InDelta(t, c.plaq, plaq.Measure(u), c.plaqTol)
			if c.trace != 0 {
				assert.InDelta(t, c.trace, linkTrace(u), 6e-13)
			}
			if c.poly != 0 {
				loop, err := observe.NewPolyakovLoop(u.Geometry(), u.Group(), 3)
				require.NoError(t, err)
				p := loop.Trace(u)
				assert.InDelta(t, real(c.poly), real(p), c.polyTol)
				assert.InDelta(t, imag(c.poly), imag(p), c.polyTol)
			}
		})
	}
}

// linkTrace returns the mean of Re tr U / N.
func linkTrace(u *gauge.Field) float64 {
	m, x, sum := u.Group().NewMatrix(), make([]int, 4), 0.0
	for site := range u.Geometry().Volume() {
		u.Geometry().Coordinates(x, site)
		for mu := range 4 {
			u.At(m, x, mu)
			sum += real(group.Trace(m))
		}
	}
	return sum / float64(u.Group().N()*4*u.Geometry().Volume())
}

// One field that other codes wrote in several formats is the same: bit by bit,
// or, where one of them has brought its links back to the group, to round-off.
func TestSameField(t *testing.T) {
	for _, c := range []struct {
		roundOff float64
		files    []string
	}{
		{8 * 0x1p-53, []string{"toolbox/ildg.l8t4b3360", "toolbox/nersc.l8t4b3360"}},
		{0, []string{"milc/lat.sample.l4444", "milc/lat.sample.l4444.ildg", "milc/lat.sample.l4444.scidac"}},
	} {
		var want *gauge.Field
		for _, name := range c.files {
			f, err := format.Open(data(t, name), format.Shape{})
			require.NoError(t, err)
			defer f.Close()
			u, err := f.Read()
			require.NoError(t, err)
			if want == nil {
				want = u
			}
			assert.LessOrEqual(t, distance(want, u), c.roundOff, name)
		}
	}
}

// Written by us, the data of other codes' files are the same bytes, and so are
// their sums.
func TestSameBytes(t *testing.T) {
	for name, e := range map[string]format.Encoding{
		"toolbox/nersc.l8t4b3360": {Kind: format.NERSC},
		"toolbox/ildg.l8t4b3360":  {Kind: format.ILDG},
		"glu/lat..400":            {Kind: format.NERSC, Rows: 2, ByteOrder: binary.LittleEndian},
	} {
		theirs, err := os.ReadFile(data(t, name))
		require.NoError(t, err)
		f, err := format.Open(data(t, name), format.Shape{})
		require.NoError(t, err)
		defer f.Close()
		u, err := f.Read()
		require.NoError(t, err)
		ours := written(t, u, e)
		h, err := inspectBytes(ours)
		require.NoError(t, err)
		assert.Equal(t, f.Checksum, h.Checksum)
		if e.Kind == format.NERSC {
			end := []byte("END_HEADER\n")
			_, a, _ := bytes.Cut(theirs, end)
			_, b, _ := bytes.Cut(ours, end)
			assert.True(t, bytes.Equal(a, b))
		}
	}
}

// MILC gives 3 x the plaquettes of space and of space with time, in double
// precision from the links in single precision. Tolerance: as above.
func TestMILCTimeDirection(t *testing.T) {
	u := newField(t, group.SU3, 4, 4, 4, 4)
	require.NoError(t, format.Read(data(t, "milc/lat.sample.l4444.ildg"), u))
	plaq := observe.NewPlaquette(u.Geometry(), u.Group())
	assert.InDelta(t, 1.79467515607618, 3*plaq.Space(u), 3e-14)
	assert.InDelta(t, 1.77442579760673, 3*plaq.Time(u), 3e-14)
}

// Link by link, bit by bit, against a reader that shares no code.
func TestReaderTwin(t *testing.T) {
	for _, c := range []struct {
		file    string
		extents []int
		n       int
	}{
		{"chroma/weak_field.lime", []int{4, 4, 4, 8}, 3},
		{"milc/lat.sample.l4444.ildg", []int{4, 4, 4, 4}, 3},
		{"julia/su4_4444.ildg", []int{4, 4, 4, 4}, 4},
		{"julia/su3_4422_domainwall.ildg", []int{4, 4, 2, 2}, 3},
		{"julia/su3_4444_testconf.txt", []int{4, 4, 4, 4}, 3},
	} {
		t.Run(c.file, func(t *testing.T) {
			b, err := os.ReadFile(data(t, c.file))
			require.NoError(t, err)
			var twin *reference.Links
			if lime, e := reference.LIMERecord(b, "ildg-binary-data"); e == nil {
				twin, err = reference.LinksFromILDG(lime, c.extents, c.n)
			} else {
				twin, err = reference.LinksFromText(bytes.NewReader(b), c.extents, c.n)
			}
			require.NoError(t, err)
			u := newField(t, su(c.n), c.extents...)
			require.NoError(t, format.Read(data(t, c.file), u))
			m, x := u.Group().NewMatrix(), make([]int, 4)
			for site := range u.Geometry().Volume() {
				u.Geometry().Coordinates(x, site)
				for mu := range 4 {
					u.At(m, x, mu)
					link := twin.At(site, mu)
					for k, z := range m {
						if z != link.V[k] {
							t.Fatalf("site %v, direction %d, element %d: %v, twin %v", x, mu, k, z, link.V[k])
						}
					}
				}
			}
		})
	}
}

// Text is read the same whether compressed or not.
func TestBridgeTextCompressed(t *testing.T) {
	plain, err := os.ReadFile(data(t, "julia/su3_4444_testconf.txt"))
	require.NoError(t, err)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err = z.Write(plain)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	u, v := newField(t, group.SU3, 4, 4, 4, 4), newField(t, group.SU3, 4, 4, 4, 4)
	require.NoError(t, readBytes(plain, u))
	require.NoError(t, readBytes(packed.Bytes(), v))
	assert.Equal(t, bits(u), bits(v))
}
