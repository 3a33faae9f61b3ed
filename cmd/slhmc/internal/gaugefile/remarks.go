package gaugefile

import (
	"slices"
	"strings"

	"github.com/slhmc/slhmc/physics/format"
)

// Accepted returns the promises that a file breaks and that were accepted.
func Accepted(h format.Header) (list []format.Promise) {
	for _, b := range h.Accepted {
		list = append(list, b.Promise)
	}
	return list
}

// Boundary says what a header says about the quarks; empty if nothing unusual.
func Boundary(h format.Header) string {
	if h.Boundary == nil {
		return ""
	}
	return "boundary condition of the quarks: " + strings.Join(h.Boundary, ", ") + " (links are periodic)"
}

// Remarks returns what there is to say about a file that was read: notes, and
// promises that it breaks.
func Remarks(h format.Header) []string {
	all := slices.Clone(h.Notes)
	if b := Boundary(h); b != "" {
		all = append(all, b)
	}
	for _, a := range h.Accepted {
		all = append(all, "accepted "+a.String())
	}
	return all
}
