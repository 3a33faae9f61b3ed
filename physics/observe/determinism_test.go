package observe_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/physics/rng"
)

// The same bits come from any number of workers; two processes agree with one
// to round-off and tolerance, and with each other to the bit.
func TestWorkersAndRanks(t *testing.T) {
	r := recipe{N: 3, Extents: []int{4, 4, 4, 8}, Rough: .5, Mass: .4, Seed: 5}
	all := func(u *gauge.Field, polyakov int) []float64 {
		p := observe.NewPlaquette(u.Geometry(), u.Group())
		l, err := observe.NewPolyakovLoop(u.Geometry(), u.Group(), polyakov)
		if err != nil {
			panic(err)
		}
		c, e, err := newCondensate(u, r.Mass, 3).Measure(u, rng.New(9))
		if err != nil {
			panic(err)
		}
		trace := l.Trace(u)
		plaquette, clover, improved := charges(u)
		q, err := observe.NewPolyakovCorrelator(u.Geometry(), u.Group())
		if err != nil {
			panic(err)
		}
		correlator := make([]float64, q.Distances())
		q.Measure(correlator, u)
		return append(append(correlator, plaquette, clover, improved, observe.NewEnergy(u.Geometry(), u.Group()).Measure(u)), append(pion(u, r.Mass), p.Measure(u), p.Space(u), p.Time(u), observe.NewRectangle(u.Geometry(), u.Group()).Measure(u), real(trace), imag(trace), c, e)...)
	}
	const direction = 3
	want := all(r.field(), direction)
	for _, workers := range []int{2, 4} {
		pool := lattice.NewPool(workers)
		assert.Equal(t, want, all(r.field(lattice.WithPool(pool)), direction))
		pool.Close()
	}
	for _, grid := range [][]int{{2, 1, 1, 1}, {1, 1, 2, 1}} {
		results := make([][]float64, 2)
		done := make(chan struct{})
		for rank, comm := range lattice.InProcess(2) {
			u := r.field(lattice.WithComm(comm, grid))
			go func() {
				results[rank] = all(u, direction)
				done <- struct{}{}
			}()
		}
		<-done
		<-done
		assert.Equal(t, results[0], results[1])
		assert.InDeltaSlice(t, want, results[0], solved(3, .4))
	}
	comms := lattice.InProcess(2)
	_, err := observe.NewPolyakovLoop(newGeometry(r.Extents, lattice.WithComm(comms[0], []int{1, 1, 1, 2})), group.SU3, 3)
	assert.ErrorContains(t, err, "divided among processes")
}

// Time is summed over processes that divide it.
func TestPionOfDividedTime(t *testing.T) {
	r := recipe{N: 2, Extents: []int{2, 2, 2, 8}, Rough: .5, Mass: .4, Seed: 5}
	want := pion(r.field(), r.Mass)
	results := make(chan []float64)
	for _, comm := range lattice.InProcess(2) {
		u := r.field(lattice.WithComm(comm, []int{1, 1, 1, 2}))
		go func() { results <- pion(u, r.Mass) }()
	}
	for range 2 {
		assert.InDeltaSlice(t, want, <-results, solved(2, .4))
	}
}

// Measurements leave the links alone, give the same bits when asked again, also
// after other links, and allocate nothing.
func TestPureAndFree(t *testing.T) {
	r := recipe{N: 2, Extents: []int{4, 4, 4, 4}, Rough: .5, Mass: .3, Seed: 6}
	u := r.field()
	v := gauge.NewField(u.Geometry(), u.Group())
	v.Hot(rng.New(8))
	before := slices.Clone(u.Raw())
	geo, g := u.Geometry(), u.Group()
	plaq, rect, cond := observe.NewPlaquette(geo, g), observe.NewRectangle(geo, g), newCondensate(u, r.Mass, 2)
	loop, err := observe.NewPolyakovLoop(geo, g, 3)
	require.NoError(t, err)
	pi, err := observe.NewMesons(newStaggered(u, r.Mass), tight)
	require.NoError(t, err)
	results := make([]float64, 10)
	pions := [][]float64{results[6:10]}
	measure := func(u *gauge.Field) {
		results[0], results[1], results[2] = plaq.Measure(u), plaq.Space(u), plaq.Time(u)
		results[3] = rect.Measure(u)
		results[4], results[5] = real(loop.Trace(u)), imag(loop.Normalised(u))
		if err := pi.Measure(pions, u); err != nil {
			panic(err)
		}
		c, e, err := cond.Measure(u, rng.New(3))
		if err != nil {
			panic(err)
		}
		results[0] += c + e
	}
	measure(u)
	first := slices.Clone(results)
	measure(v)
	measure(u)
	assert.Equal(t, first, results)
	assert.Equal(t, before, u.Raw())
	assert.Zero(t, testing.AllocsPerRun(5, func() { measure(u) }))
}
