package format

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/group"
)

// findings are what the links of a file have been found to be.
type findings struct {
	f     *File
	scale float64   // of a link in the trace
	trace float64   // average of Re tr U / N
	slack float64   // by how much claims may differ more: links are in single precision
	flip  []float64 // by direction: change of trace if those of the last slice were of the other sign

	links, single, off int   // all; off as in single precision; further off
	first, far         error // of the first link that is off, and further off
	worst              float64
	negative           group.Matrix
	negatives          map[[2]int]int // of direction and slice: links of which -U is in the group
}

func newFindings(f *File) *findings {
	scale := 1 / (float64(f.Group.N()) * float64(f.records) * float64(f.links))
	return &findings{f: f, scale: scale, flip: make([]float64, len(f.Extents)), negative: f.Group.NewMatrix(), negatives: map[[2]int]int{}}
}

// add takes a link. Errors: it is not finite.
func (s *findings) add(x []int, mu int, m group.Matrix, at func(error) error) error {
	f := s.f
	s.links++
	s.trace += real(group.Trace(m)) * s.scale
	if x[mu] == f.Extents[mu]-1 {
		for i := range f.Rows {
			s.flip[mu] -= 2 * real(m[i*(f.Group.N()+1)]) * s.scale
		}
	}
	d, tol := f.Group.Unitarity(m), tolerance(f.Precision)
	s.worst = max(s.worst, d)
	if d <= tol {
		return nil
	}
	var err error
	if s.first == nil || s.far == nil || !(d <= math.MaxFloat64) {
		err = at(fmt.Errorf("link in direction %d at site %v: not in %v: off by %.3g (allowed: %.3g)", mu, x, f.Group, d, tol))
	}
	if !(d <= math.MaxFloat64) {
		return err
	}
	if s.first == nil {
		s.first = err
	}
	if d <= f.lax() {
		s.single++
		return nil
	}
	s.off++
	if s.far == nil {
		s.far = err
	}
	for k, z := range m {
		s.negative[k] = -z
	}
	if f.Group.Unitarity(s.negative) <= f.lax() {
		s.negatives[[2]int{mu, x[mu]}]++
	}
	return nil
}

// unitarity says whether the links are in the group. As if in single precision pass
// with a note if most of them are: a few among exact ones are damaged.
func (s *findings) unitarity() error {
	f := s.f
	f.Unitarity = s.worst
	if s.single > 0 && 2*(s.single+s.off) >= s.links {
		s.slack = 4 * ToleranceSingle(f.Group.N())
		f.note("links of single precision in %d bits: off by up to %.2g", f.Precision, min(s.worst, f.lax()))
		s.first = s.far
	}
	if s.first == nil {
		return nil
	}
	kept := ""
	if f.Group.N() == 2 {
		kept = "; the first row of each is kept"
	}
	return f.broken(PromiseUnitarity, fmt.Errorf("%w; %d of %d links are off, the worst by %.3g%s%s", s.first, s.off+s.single, s.links, s.worst, s.boundary(), kept))
}

// boundary names a sign that has been multiplied into the links of one slice: the
// boundary condition of the quarks, in odd N no element of the group.
func (s *findings) boundary() string {
	if len(s.negatives) != 1 {
		return ""
	}
	for slice, count := range s.negatives {
		mu, l := slice[0], s.f.Extents[slice[0]]
		if count == s.off && count*l*len(s.f.Extents) == s.links {
			return fmt.Sprintf("; they are the links in direction %d of the slice %d of %d, and there -U is in %v: an antiperiodic boundary condition has been multiplied into them", mu, slice[1], l, s.f.Group)
		}
	}
	return ""
}

// signed says that the trace would be right with a sign in the last slice of a
// direction, which no matrix shows where a row is omitted or N is even.
func (s *findings) signed(c *Claim, is float64) string {
	for mu, change := range s.flip {
		if math.Abs(is+change-c.Value) <= c.Tolerance+s.slack {
			return fmt.Sprintf("; it would be right if the links in direction %d of the last slice had the other sign: an antiperiodic boundary condition may have been multiplied into them", mu)
		}
	}
	return ""
}
