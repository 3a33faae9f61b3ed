package format_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/format"
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
	for _, c := range []struct {
		file     string
		kind     format.Kind
		extents  []int
		n        int
		bits     int
		inferred bool // all of them
		unknown  bool // extents must be given
		checksum string
		plaq     float64
		plaqTol  float64
		poly     complex128 // trace; 0: not known
		polyTol  float64
	}{
		{file: "chroma/weak_field.lime", kind: format.ILDG, extents: []int{4, 4, 4, 8}, n: 3, bits: 64, checksum: "a2c41090 11193c39", plaq: .9948041322667, plaqTol: 1e-13},
		{file: "cl2qcd/conf.00200", kind: format.ILDG, extents: []int{4, 4, 4, 4}, n: 3, bits: 64, checksum: "a3b09c8 d7a6d9a1", plaq: .571077, plaqTol: 6e-7, poly: 3 * (-.11349672123636857 + .22828243566855227i), polyTol: 1e-13},
		{file: "toolbox/ildg.l8t4b3360", kind: format.ILDG, extents: []int{8, 8, 8, 4}, n: 3, bits: 64, checksum: "10d0ea1a a6a1b3b8", plaq: .5038664469, plaqTol: 6e-11},
		{file: "milc/lat.sample.l4444.ildg", kind: format.ILDG, extents: []int{4, 4, 4, 4}, n: 3, bits: 32, checksum: "37affb9c 2fc07bbf", plaq: (1.79467515607618 + 1.77442579760673) / 6, plaqTol: 1e-14},
		{file: "julia/su2_4444.ildg", kind: format.LoneRecord, extents: []int{4, 4, 4, 4}, n: 2, bits: 64, inferred: true, plaq: .668474886835987, plaqTol: 1e-14, poly: .7009953007443275, polyTol: 1e-13},
		{file: "julia/su4_4444.ildg", kind: format.LoneRecord, extents: []int{4, 4, 4, 4}, n: 4, bits: 64, inferred: true, plaq: .340241044963270, plaqTol: 1e-14, poly: .06656736502125495 + .052476314381695754i, polyTol: 1e-13},
		{file: "julia/su3_4444_staggered_m0.5.ildg", kind: format.LoneRecord, extents: []int{4, 4, 4, 4}, n: 3, bits: 64, inferred: true, plaq: .575584039474714, plaqTol: 1e-14},
		{file: "julia/su3_4422_domainwall.ildg", kind: format.LoneRecord, extents: []int{4, 4, 2, 2}, n: 3, unknown: true, plaq: .583296079127072, plaqTol: 1e-14, poly: 1.5999735016800796 - .006167946400690752i, polyTol: 1e-13},
		{file: "julia/su3_4444_testconf.txt", kind: format.BridgeText, extents: []int{4, 4, 4, 4}, n: 3, bits: 64, unknown: true, plaq: .587818337847024, plaqTol: 1e-14, poly: .5255246068616177 - .1514085097124973i, polyTol: 1e-13},
		{file: "bridgepp/conf_04040408.txt.gz", kind: format.BridgeText, extents: []int{4, 4, 4, 8}, n: 3, bits: 64, unknown: true, plaq: .625129946974942, plaqTol: 1e-14},
	} {
		t.Run(c.file, func(t *testing.T) {
			path := data(t, c.file)
			h, err := format.Inspect(path)
			require.NoError(t, err)
			want := format.Header{Kind: c.kind, Precision: c.bits, Inferred: c.inferred}
			if !c.unknown {
				want.Extents, want.Group = c.extents, su(c.n)
			}
			if c.checksum != "" {
				require.NotNil(t, h.Checksum)
				assert.Equal(t, c.checksum, h.Checksum.String())
				want.Checksum = h.Checksum
			}
			assert.Equal(t, want, h)

			u := newField(t, su(c.n), c.extents...)
			require.NoError(t, format.Read(path, u))
			plaq := observe.NewPlaquette(u.Geometry(), u.Group())
			assert.InDelta(t, c.plaq, plaq.Measure(u), c.plaqTol)
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

// MILC gives 3 x the plaquettes of space and of space with time, in double
// precision from the links in single precision. Tolerance: as above.
func TestMILCTimeDirection(t *testing.T) {
	u := newField(t, group.SU3, 4, 4, 4, 4)
	require.NoError(t, format.Read(data(t, "milc/lat.sample.l4444.ildg"), u))
	plaq := observe.NewPlaquette(u.Geometry(), u.Group())
	assert.InDelta(t, 1.79467515607618, 3*plaq.Space(u), 3e-14)
	assert.InDelta(t, 1.77442579760673, 3*plaq.Time(u), 3e-14)
}

// LINK_TRACE of the NERSC header of the same field: the mean of Re tr U / 3.
func TestToolboxLinkTrace(t *testing.T) {
	u := newField(t, group.SU3, 8, 8, 8, 4)
	require.NoError(t, format.Read(data(t, "toolbox/ildg.l8t4b3360"), u))
	m, x, sum := u.Group().NewMatrix(), make([]int, 4), 0.0
	for site := range u.Geometry().Volume() {
		u.Geometry().Coordinates(x, site)
		for mu := range 4 {
			u.At(m, x, mu)
			sum += real(group.Trace(m))
		}
	}
	assert.InDelta(t, .005406083858, sum/float64(3*4*u.Geometry().Volume()), 6e-13)
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
	require.NoError(t, format.ReadBridgeText(bytes.NewReader(plain), u))
	require.NoError(t, format.ReadBridgeText(&packed, v))
	assert.Equal(t, bits(u), bits(v))
}
