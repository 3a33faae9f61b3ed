package bench

import (
	"fmt"
	"runtime"
	"time"

	"golang.org/x/perf/benchfmt"
)

// Sample is one measurement of a case.
type Sample struct {
	Case       *Case
	Calls      int
	Seconds    float64 // of a call
	Iterations float64 // of a call
	Allocs     float64 // of a call, rounded down: those of the runtime itself do not count
	AllocBytes float64
}

// Measure opens a case and times calls for at least d.
//
// Errors: those of the case.
func (c *Case) Measure(d time.Duration) (Sample, error) {
	call, close, err := c.Open()
	if err != nil {
		return Sample{}, err
	}
	defer close()
	// twice as many calls until they take long enough: the last batch counts
	for n := 1; ; n *= 2 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		iterations := 0
		began := time.Now()
		for range n {
			k, err := call()
			if err != nil {
				return Sample{}, fmt.Errorf("bench: %s: %w", c.Name(), err)
			}
			iterations += k
		}
		took := time.Since(began)
		if took < d {
			continue
		}
		runtime.ReadMemStats(&after)
		return Sample{
			Case: c, Calls: n, Seconds: took.Seconds() / float64(n), Iterations: float64(iterations) / float64(n),
			Allocs:     float64((after.Mallocs - before.Mallocs) / uint64(n)),
			AllocBytes: float64((after.TotalAlloc - before.TotalAlloc) / uint64(n)),
		}, nil
	}
}

// Units of the metrics.
const (
	unitTime       = "sec/op"
	unitSite       = "ns/site"
	unitFlops      = "flop/op"
	unitTraffic    = "traffic-B/op" // compulsory
	unitIterations = "iterations/op"
	unitAllocs     = "allocs/op"
	unitAllocBytes = "B/op"
	unitSpeed      = "GFLOP/s"
	unitBandwidth  = "GB/s"
	unitShare      = "%roof"
)

// Metrics returns what is known of a sample, for the roof of its workers (nil:
// not known). Cases without flops have no speed, and their share of the roof is
// that of their traffic in its bandwidth.
func (s Sample) Metrics(roof *Roof) []benchfmt.Value {
	count := s.Case.Count(s.Iterations)
	m := []benchfmt.Value{{Value: s.Seconds * 1e9, Unit: "ns/op"}}
	add := func(x float64, unit string) { m = append(m, benchfmt.Value{Value: x, Unit: unit}) }
	if s.Case.L > 0 {
		add(s.Seconds*1e9/s.Case.Sites(), unitSite)
	}
	if count.Flops > 0 {
		add(count.Flops/s.Seconds/1e9, unitSpeed)
		add(count.Flops, unitFlops)
	}
	if count.Bytes > 0 {
		add(count.Bytes/s.Seconds/1e9, unitBandwidth)
		add(count.Bytes, unitTraffic)
	}
	if roof != nil {
		once := s.Case.Once.plus(1, s.Case.Iteration) // what is swept again and again
		switch {
		case once.Flops > 0:
			add(100*count.Flops/s.Seconds/roof.Bound(once, s.Case.Precision), unitShare)
		case once.Bytes > 0:
			add(100*count.Bytes/s.Seconds/roof.Bandwidth(once.Bytes), unitShare)
		}
	}
	if s.Iterations > 0 {
		add(s.Iterations, unitIterations)
	}
	add(s.AllocBytes, unitAllocBytes)
	add(s.Allocs, unitAllocs)
	return m
}
