package measure

import (
	"fmt"

	"github.com/slhmc/slhmc/internal/kernel"
	memory "github.com/slhmc/slhmc/internal/machine"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// fieldSizes are the bytes of fields of a lattice and group.
type fieldSizes struct{ links, algebra, quarks uint64 }

func sizesOf(geo *lattice.Geometry, g group.Group) fieldSizes {
	ops := kernel.For(g)
	made := func(reals int) uint64 { // idle lanes included, and the large pages of lattice.Make
		const page = 2 << 20
		n := uint64(geo.Blocks()) * uint64(reals) * lattice.Lanes * 8
		if n < page/2 {
			return n
		}
		return (n/page + 2) * page
	}
	return fieldSizes{links: made(geo.Dims() * ops.M), algebra: made(geo.Dims() * ops.A), quarks: made(2 * g.N())}
}

// memory returns the bytes that the measurement of files of a lattice and group takes: the
// fields that smearings, flow and observables make, the program itself, and a tenth for
// what the collector of garbage has not come to.
func (s *survey) memory(geo *lattice.Geometry, g group.Group) uint64 {
	f := sizesOf(geo, g)
	const program = 24 << 20
	sum := f.links + 32*uint64(geo.Blocks())*lattice.Lanes // the links of the file; neighbours and numbers of sites
	if len(s.smear) > 0 {
		sum += 2 * f.links
	}
	for _, one := range s.smear {
		switch one.kind {
		case "ape":
			sum += 4 * f.links
		case "hyp":
			sum += 20*f.links + 10*f.algebra
		case "stout":
			sum += 4*f.links + 2*f.algebra
		}
	}
	if s.Flow.Kind != "" {
		sum += 8*f.links + 6*f.algebra
		if flowActions()[s.Flow.Kind].Zeuthen {
			sum += f.links
		}
	}
	for _, name := range s.What {
		sum += observableMemory(name, f, s.Quarks.Action, uint64(s.Quarks.Eigenvalues))
	}
	return program + sum/10*11
}

// observableMemory is that of one observable: loops and field strengths keep next to
// nothing; a staggered operator the links in its order and those it was made with, and its
// phases; a solve seven vectors; a search nine blocks of half as many again as are wanted:
// three of vectors, their images, the new ones. Wilson's have spins, and eight vectors more
// for their Schur complement; a clover term the field strength, blocks and their inverses,
// some eight times the links.
func observableMemory(name string, f fieldSizes, action string, count uint64) uint64 {
	operator := 2*f.links + 6*f.quarks
	if action != "" {
		f.quarks *= 4
		operator = 2*f.links + 14*f.quarks
	}
	if action == "clover" {
		operator += 8 * f.links
	}
	switch name {
	case "condensate", "condensate_exact", "pion", "mesons":
		return operator + 7*f.quarks
	case "eigenvalues", "eigenvalues_largest":
		return operator + 9*(count+2+count/2)*f.quarks
	}
	return 0
}

// checkMemory says how much files of this lattice and group need. Errors: the machine, or
// what --memory allows, has less.
func (s *survey) checkMemory(geo *lattice.Geometry, g group.Group) error {
	needs := s.memory(geo, g)
	if err := memory.Check(needs, s.memoryAllowed); err != nil {
		return fmt.Errorf("%v on %v %w", g, geo.Extents(), err)
	}
	if !s.quiet {
		s.notice("%v on %v needs about %s of memory", g, geo.Extents(), memory.FormatSize(needs))
	}
	return nil
}
