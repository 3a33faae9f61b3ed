package observe_test

import (
	"compress/gzip"
	"encoding/xml"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/observe"
)

// chromaNumbers returns the numbers of an element of a recorded output.
func chromaNumbers(t *testing.T, name, element string) []float64 {
	t.Helper()
	f, err := os.Open(dataFile(t, "chroma/"+name+".out.xml.gz"))
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	d := xml.NewDecoder(z)
	for {
		token, err := d.Token()
		require.NoError(t, err, element)
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == element {
			var text string
			require.NoError(t, d.DecodeElement(&text, &e))
			var v []float64
			for _, word := range strings.Fields(text) {
				x, err := strconv.ParseFloat(word, 64)
				require.NoError(t, err)
				v = append(v, x)
			}
			return v
		}
	}
}

// gaussianSource smears b on its time slice as Chroma's GAUGE_INV_GAUSSIAN does: n times
//
//	b <- b + w^2/(4n) sum_k [ U_k(x) b(x+k) + U_k(x-k)^† b(x-k) - 2 b(x) ].
func gaussianSource(b *fermion.Field, u *gauge.Field, width float64, n int) {
	geo, colours := u.Geometry(), u.Group().N()
	weight := width * width / float64(4*n)
	here, there := make([]complex128, b.Spins()*colours), make([]complex128, b.Spins()*colours)
	x, y, m := make([]int, 4), make([]int, 4), u.Group().NewMatrix()
	for range n {
		old := b.Like()
		old.Copy(b, lattice.All)
		for site := range geo.Volume() {
			geo.Coordinates(x, site)
			old.At(here, x)
			for i := range here {
				here[i] *= complex(1-6*weight, 0)
			}
			for k := range 3 {
				for _, step := range []int{1, geo.Extent(k) - 1} {
					copy(y, x)
					y[k] = (x[k] + step) % geo.Extent(k)
					old.At(there, y)
					if step == 1 {
						u.At(m, x, k)
					} else {
						u.At(m, y, k)
					}
					for i := range here {
						row, s := i%colours, i-i%colours
						for c := range colours {
							z := m[row*colours+c]
							if step != 1 {
								z = complex(real(m[c*colours+row]), -imag(m[c*colours+row]))
							}
							here[i] += complex(weight, 0) * z * there[s+c]
						}
					}
				}
			}
			b.Set(x, here)
		}
	}
}

// chromaCorrelator is prop_corr of Chroma's test of a fermion action: the pion from
// sources that are smeared with the links of its weak field.
func chromaCorrelator(t *testing.T, d dirac.Operator, u *gauge.Field) (correlator []float64, sources float64) {
	t.Helper()
	p, err := observe.NewPion(d, 1e-13)
	require.NoError(t, err)
	g, b, e := make([]float64, 8), d.NewField(), make([]complex128, 12)
	for a := range e {
		b.Zero(lattice.All)
		clear(e)
		e[a] = 1
		b.Set([]int{0, 0, 0, 0}, e)
		gaussianSource(b, u, 2, 5)
		sources += b.Norm2(lattice.All)
		require.NoError(t, p.Add(g, b))
	}
	return g, sources
}

// chromaWeight is nu/xi_0, that of space.
const chromaWeight = 0.95 / 2.464

// In single precision: their plaquette of this field is off by 1.4e-7, and their solves
// leave 3e-7, which weighs three times as much where the correlator is smallest.
func TestWilsonPionOfChroma(t *testing.T) {
	u := readField(t, "chroma/weak_field.lime", 3, 4, 4, 4, 8)
	d, err := dirac.NewWilson(u.Geometry(), u.Group(), dirac.KappaMass(0.135, 4), []complex128{1, 1, 1, -1})
	require.NoError(t, err)
	require.NoError(t, d.SetAnisotropy([]float64{chromaWeight, chromaWeight, chromaWeight, 1}))
	d.Bind(u)
	g, sources := chromaCorrelator(t, d, u)
	assert.InEpsilon(t, chromaNumbers(t, "seoprec_clover-stout3d.bicgstab", "source_corr")[0], sources, 1e-13)
	for i, want := range chromaNumbers(t, "unprec_wilson", "prop_corr") {
		assert.InEpsilon(t, want, g[i], 1e-6, i)
		t.Logf("G(%d) = %.10g, theirs %.10g", i, g[i], want)
	}
}

// chromaClover is their clover operator: c_sw is over xi_0 in space.
func chromaClover(t *testing.T, u *gauge.Field) *dirac.Clover {
	t.Helper()
	d, err := dirac.NewClover(u.Geometry(), u.Group(), dirac.KappaMass(0.115, 4), 0, []complex128{1, 1, 1, -1})
	require.NoError(t, err)
	require.NoError(t, d.SetAnisotropy([]float64{chromaWeight, chromaWeight, chromaWeight, 1}))
	require.NoError(t, d.SetCSW(0.91/2.464, 1.07))
	d.Bind(u)
	return d
}

func TestCloverPionOfChroma(t *testing.T) {
	u := readField(t, "chroma/weak_field.lime", 3, 4, 4, 4, 8)
	g, _ := chromaCorrelator(t, chromaClover(t, u), u)
	for i, want := range chromaNumbers(t, "unprec_clover", "prop_corr") {
		assert.InEpsilon(t, want, g[i], 1e-6, i)
		t.Logf("G(%d) = %.10g, theirs %.10g", i, g[i], want)
	}
}

// Two stout steps of weight 0.22 in space before the clover operator, in double precision:
// their solves leave up to 6e-9.
func TestStoutCloverPionOfChroma(t *testing.T) {
	u := readField(t, "chroma/weak_field.lime", 3, 4, 4, 4, 8)
	smeared := u
	for range 2 {
		layer, err := covnet.NewStout(u, covnet.Shared, covnet.SpaceTerm(4))
		require.NoError(t, err)
		layer.Params()[0] = 0.22
		next := gauge.NewField(u.Geometry(), u.Group())
		layer.Forward(next, smeared)
		smeared = next
	}
	g, _ := chromaCorrelator(t, chromaClover(t, smeared), u) // sources of thin links
	for i, want := range chromaNumbers(t, "seoprec_clover-stout3d.bicgstab", "prop_corr") {
		assert.InEpsilon(t, want, g[i], 6e-9, i)
		t.Logf("G(%d) = %.12g, theirs %.12g", i, g[i], want)
	}
}
