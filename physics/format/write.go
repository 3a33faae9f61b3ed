package format

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
)

// WriteILDG writes u to an ILDG file in double precision, with its SciDAC
// checksum: whole, or not at all. Links come back from [ReadILDG] bit for bit.
//
// On a lattice divided among processes all call it together; that of rank 0
// writes. Errors: links outside the group, of the file system; on other
// processes than rank 0, that it failed.
func WriteILDG(path string, u *gauge.Field) error {
	geo := u.Geometry()
	// A unitarity that is NaN must not pass.
	if d := u.Unitarity(); !(d <= Tolerance64) {
		return fmt.Errorf("format: writing %s: links are not in %v: off by %.3g (allowed: %.3g)", path, u.Group(), d, Tolerance64)
	}
	g := &gatherer{u: u}
	var err error
	if geo.Rank() == 0 {
		err = rundir.WriteAtomic(path, func(w io.Writer) error { return writeILDG(w, g) })
	}
	if !g.done { // another rank, or the file could not even be begun: the others wait
		_ = g.all(func([]byte, int) error { return nil })
	}
	return g.agree(path, err)
}

func writeILDG(w io.Writer, g *gatherer) error {
	geo := g.u.Geometry()
	h := Header{Kind: ILDG, Extents: geo.Extents(), Group: g.u.Group(), Precision: 64}
	site := int(siteBytes(geo.Dims(), h.Group.N(), h.Precision))
	size := int64(site) * int64(geo.Volume())
	if err := writeRecord(w, formatRecord, limeBegin, h.xml()); err != nil {
		return err
	}
	if err := writeHeader(w, dataRecord, 0, size); err != nil {
		return err
	}
	var sum Checksum
	err := g.all(func(row []byte, first int) error {
		for i := range len(row) / site {
			sum.Add(int64(first+i), row[i*site:(i+1)*site])
		}
		_, err := w.Write(row)
		return err
	})
	if err != nil {
		return err
	}
	if err := writePadding(w, size); err != nil {
		return err
	}
	return writeRecord(w, checksumRecord, limeEnd, sum.xml())
}

// gatherer brings the rows of a field together from all processes.
type gatherer struct {
	u    *gauge.Field
	done bool
}

// all calls visit with the bytes of each row of sites and its first site. All
// processes go through all rows, whatever visit returns: they wait for each
// other.
func (g *gatherer) all(visit func(row []byte, first int) error) error {
	geo, m := g.u.Geometry(), g.u.Group().NewMatrix()
	d, length := geo.Dims(), geo.Extent(0)
	x := make([]int, d)
	link := 4 * len(m) // halves of reals
	halves := make([]float64, link*d*length)
	row := make([]byte, 4*len(halves))
	var err error
	for first := 0; first < geo.Volume(); first += length {
		clear(halves)
		for k := range length * d {
			geo.Coordinates(x, first+k/d)
			if g.u.At(m, x, k%d) {
				split(halves[k*link:], m)
			}
		}
		geo.Sum(halves)
		if err != nil {
			continue
		}
		for k, v := range halves {
			binary.BigEndian.PutUint32(row[4*k:], uint32(v))
		}
		err = visit(row, first)
	}
	g.done = true
	return err
}

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

// agree tells all processes whether rank 0 has failed.
func (g *gatherer) agree(path string, err error) error {
	failed := 0.0
	if err != nil {
		failed = 1
	}
	if g.u.Geometry().Max(failed) > 0 && err == nil {
		return fmt.Errorf("format: process 0 could not write %s", path)
	}
	return err
}
