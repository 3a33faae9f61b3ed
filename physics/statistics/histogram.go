package statistics

import (
	"fmt"
	"math"
	"sort"
)

// Histogram counts numbers in bins of equal width. Every number that is added is in
// exactly one of Counts, Under, Over and NaN.
type Histogram struct {
	Counts []uint64 // Counts[i]: Edge(i) <= x < Edge(i+1)
	Under  uint64   // x < Edge(0)
	Over   uint64   // x >= Edge(bins)
	NaN    uint64   // not a number

	edges []float64
}

// NewHistogram returns an empty histogram of the half-open interval [low, high).
// Panics: bins < 1, or not low < high, or bins too narrow to have different edges.
func NewHistogram(low, high float64, bins int) *Histogram {
	if bins < 1 || !(low < high) || math.IsInf(high-low, 0) {
		panic(fmt.Sprintf("statistics: histogram of [%g, %g) with %d bins", low, high, bins))
	}
	h := &Histogram{Counts: make([]uint64, bins), edges: make([]float64, bins+1)}
	for i := range h.edges {
		h.edges[i] = low + (high-low)*(float64(i)/float64(bins))
		if i > 0 && h.edges[i] <= h.edges[i-1] {
			panic(fmt.Sprintf("statistics: %d bins of [%g, %g) are narrower than the spacing of numbers", bins, low, high))
		}
	}
	h.edges[bins] = high
	return h
}

// Edge returns the lower edge of bin i, and for i = bins the end of the last one.
func (h *Histogram) Edge(i int) float64 { return h.edges[i] }

// Add counts x.
func (h *Histogram) Add(x float64) {
	bins := len(h.Counts)
	switch {
	case math.IsNaN(x):
		h.NaN++
	case x < h.edges[0]:
		h.Under++
	case x >= h.edges[bins]:
		h.Over++
	default: // the last edge not above x: exact, whatever the rounding of the edges
		h.Counts[sort.Search(bins, func(i int) bool { return h.edges[i+1] > x })]++
	}
}

// Total returns how many numbers were added.
func (h *Histogram) Total() uint64 {
	total := h.Under + h.Over + h.NaN
	for _, c := range h.Counts {
		total += c
	}
	return total
}

// Density returns the density of probability in bin i, and its error for
// independent entries (binomial): with p = Counts[i]/Total and the bin's width,
//
//	p/width,  sqrt(p (1 - p)/Total)/width
//
// Errors: ErrTooShort for an empty histogram.
func (h *Histogram) Density(i int) (density, sigma float64, err error) {
	total := float64(h.Total())
	if total == 0 {
		return 0, 0, fmt.Errorf("density of an empty histogram: %w", ErrTooShort)
	}
	p, width := float64(h.Counts[i])/total, h.edges[i+1]-h.edges[i]
	return p / width, math.Sqrt(p*(1-p)/total) / width, nil
}
