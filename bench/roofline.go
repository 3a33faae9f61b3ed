package bench

import (
	"fmt"
	"sync"
	"time"

	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/lattice"
)

const (
	peakKernel  = "roofline-peak"
	triadKernel = "roofline-triad"
)

// level is a level of memory: the triad is measured on so many bytes, which fit in
// it and not in the level below on the machines of today.
type level struct {
	name   string
	bytes  int
	shared bool // by all cores: the bytes are those of all workers together
}

var levels = []level{
	{"L1", 16 << 10, false}, {"L2", 512 << 10, false}, {"L3", 8 << 20, true}, {"memory", 256 << 20, true},
}

// roofline returns the probes of what the machine can do at most.
func roofline() (t []Case) {
	for _, workers := range []int{1, 2} {
		// a round of Peak says itself how many operations it is: counted by one
		// round before the clock runs
		const rounds = 1 << 12
		t = append(t, Case{
			Kernel: peakKernel, Level: "registers", Workers: workers, Short: workers == 1,
			Once: Count{Flops: float64(workers * rounds * kernel.Peak(1))},
			Build: func(c *Case, _ *lattice.Geometry) (Call, error) {
				return each(c.Workers, func(int) { kernel.Peak(rounds) }), nil
			},
		})
		for _, m := range levels {
			// x = y + a z: two flops, three numbers of eight bytes
			size := m.bytes
			if m.shared {
				size /= workers
			}
			n := size / 3 / (8 * lattice.Lanes)
			numbers := float64(workers * n * lattice.Lanes)
			t = append(t, Case{
				Kernel: triadKernel, Level: m.name, Workers: workers, Short: workers == 1,
				Once: Count{Flops: 2 * numbers, Bytes: 3 * 8 * numbers},
				Build: func(c *Case, _ *lattice.Geometry) (Call, error) {
					v := make([][3][]lattice.Vec, c.Workers)
					for w := range v {
						for k := range v[w] {
							v[w][k] = make([]lattice.Vec, n)
							for b := range v[w][k] {
								v[w][k][b][0] = 1 // pages that were never written are all the same one
							}
						}
					}
					triad := kernel.Double().Triad
					return each(c.Workers, func(w int) { triad(v[w][0], v[w][1], 1, v[w][2]) }), nil
				},
			})
		}
	}
	return t
}

// each calls f for every worker, on a goroutine of its own.
func each(workers int, f func(worker int)) Call {
	return func() (int, error) {
		var others sync.WaitGroup
		for w := 1; w < workers; w++ {
			others.Go(func() { f(w) })
		}
		f(0)
		others.Wait()
		return 0, nil
	}
}

// Roof is what so many workers can do at most.
type Roof struct {
	Workers int
	Flops   float64            // a second, double precision; twice as many in single
	Bytes   map[string]float64 // a second, by level of memory
}

// Bound returns the flops a second that the roof allows for work of a given count
// that is repeated: the bytes then come from the smallest level that holds them.
// Without bytes it is the peak, without flops the bound of the bytes has no
// meaning and 0 is returned.
func (r *Roof) Bound(c Count, p lattice.Precision) float64 {
	peak := r.Flops
	if p == lattice.Float32 {
		peak *= 2
	}
	if c.Bytes == 0 {
		return peak
	}
	return min(peak, c.Flops/c.Bytes*r.Bandwidth(c.Bytes))
}

// Bandwidth returns the bytes a second for a working set of so many bytes.
func (r *Roof) Bandwidth(bytes float64) float64 {
	for _, l := range levels {
		have := float64(l.bytes)
		if !l.shared {
			have *= float64(r.Workers)
		}
		if bytes <= have {
			return r.Bytes[l.name]
		}
	}
	return r.Bytes[levels[len(levels)-1].name]
}

// Probe measures the roof of so many workers, each probe three times for at least
// a third of d.
//
// Errors: there is no probe for so many.
func Probe(workers int, d time.Duration) (*Roof, error) {
	r := &Roof{Workers: workers, Bytes: map[string]float64{}}
	for _, c := range roofline() {
		if c.Workers != workers {
			continue
		}
		for range 3 {
			s, err := c.Measure(d / 3)
			if err != nil {
				return nil, err
			}
			r.add(&c, s.Seconds)
		}
	}
	if r.Flops == 0 {
		return nil, fmt.Errorf("bench: no probe of the roofline for %d workers", workers)
	}
	return r, nil
}

// add takes a probe in; of several, the fastest counts.
func (r *Roof) add(c *Case, seconds float64) {
	switch c.Kernel {
	case peakKernel:
		r.Flops = max(r.Flops, c.Once.Flops/seconds)
	case triadKernel:
		r.Bytes[c.Level] = max(r.Bytes[c.Level], c.Once.Bytes/seconds)
	}
}
