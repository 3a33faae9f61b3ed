package verify

import (
	"fmt"
	"sync"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Ranks runs f on every rank of a lattice that is divided over as many
// goroutines as the grid has processes. All ranks must make the same collective
// calls; one that leaves early leaves the others waiting.
//
// Errors: a grid that does not divide the lattice.
func Ranks(extents, grid []int, f func(geo *lattice.Geometry)) error {
	size := 1
	for _, n := range grid {
		size *= n
	}
	geos := make([]*lattice.Geometry, size)
	for r, comm := range lattice.InProcess(size) {
		var err error
		if geos[r], err = lattice.New(extents, lattice.WithComm(comm, grid)); err != nil {
			return fmt.Errorf("verify: rank %d: %w", r, err)
		}
	}
	var wg sync.WaitGroup
	for _, geo := range geos {
		wg.Go(func() { f(geo) })
	}
	wg.Wait()
	return nil
}

// GatherLinks writes the links that this process has into v, at (site D + mu) N^2 of
// the whole lattice; ranks may share v.
func GatherLinks(v []complex128, u *gauge.Field) {
	geo, n := u.Geometry(), u.Group().N()*u.Group().N()
	x := make([]int, geo.Dims())
	for site := range geo.Volume() {
		geo.Coordinates(x, site)
		for mu := range x {
			u.At(v[(site*len(x)+mu)*n:][:n], x, mu)
		}
	}
}

// GatherAlgebra writes the components that this process has into v, at
// (site D + mu) (N^2-1) of the whole lattice; ranks may share v.
func GatherAlgebra(v []float64, f *gauge.Algebra) {
	geo, n := f.Geometry(), f.Group().Dim()
	x := make([]int, geo.Dims())
	for site := range geo.Volume() {
		geo.Coordinates(x, site)
		for mu := range x {
			f.At(v[(site*len(x)+mu)*n:][:n], x, mu)
		}
	}
}

// GatherVector writes the components that this process has into v, in the order
// of [Vector]; ranks may share v.
func GatherVector(v []complex128, f *fermion.Field) {
	geo, n := f.Geometry(), f.Group().N()*f.Spins()
	x := make([]int, geo.Dims())
	for site := range geo.Volume() {
		geo.Coordinates(x, site)
		f.At(v[site*n:][:n], x)
	}
}
