package bench

import (
	"fmt"
	"math"
	"runtime"
	"time"

	"golang.org/x/perf/benchfmt"
)

// Sample is one measurement of a case.
type Sample struct {
	Case       *Case
	Calls      int
	Seconds    float64 // of a call, in the fastest batch
	Iterations float64 // of a call
	Allocs     float64 // of a call, rounded down: those of the runtime itself do not count
	AllocBytes float64
}

// A sample is made of many batches, each much shorter than the slices of time in
// which a system deals its processors out and much longer than the clock's
// resolution: on a machine with other work some of them are not interrupted.
const (
	batchTime = 250 * time.Microsecond
	batches   = 8 // at least
)

// Measure opens a case and times calls for at least d, in batches of at least
// 250 us or one call: eight of them, if these fit in 4 d. The fastest batch counts:
// what disturbs a program adds to its time and never takes away.
//
// Errors: those of the case.
func (c *Case) Measure(d time.Duration) (Sample, error) {
	call, close, err := c.Open()
	if err != nil {
		return Sample{}, err
	}
	defer close()
	iterations := 0
	batch := func(n int) (time.Duration, error) {
		began := time.Now()
		for range n {
			k, err := call()
			if err != nil {
				return 0, fmt.Errorf("bench: %s: %w", c.Name(), err)
			}
			iterations += k
		}
		return time.Since(began), nil
	}
	n := 1 // calls that take long enough
	for {
		took, err := batch(n)
		if err != nil {
			return Sample{}, err
		}
		if took >= min(d/batches, batchTime) {
			break
		}
		n *= 2
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	iterations = 0
	calls, fastest, total := 0, time.Duration(math.MaxInt64), time.Duration(0)
	for done := 0; done == 0 || total < d || done < batches && total < 4*d; done++ {
		took, err := batch(n)
		if err != nil {
			return Sample{}, err
		}
		calls, fastest, total = calls+n, min(fastest, took), total+took
	}
	runtime.ReadMemStats(&after)
	return Sample{
		Case: c, Calls: calls, Seconds: fastest.Seconds() / float64(n), Iterations: float64(iterations) / float64(calls),
		Allocs:     float64((after.Mallocs - before.Mallocs) / uint64(calls)),
		AllocBytes: float64((after.TotalAlloc - before.TotalAlloc) / uint64(calls)),
	}, nil
}

// with returns the sample of both visits to a case: the fastest batch, the least
// allocations, the mean of the iterations. The zero value is no visit.
func (s Sample) with(t Sample) Sample {
	if s.Case == nil {
		return t
	}
	calls := float64(s.Calls + t.Calls)
	return Sample{
		Case: s.Case, Calls: s.Calls + t.Calls, Seconds: min(s.Seconds, t.Seconds),
		Iterations: (s.Iterations*float64(s.Calls) + t.Iterations*float64(t.Calls)) / calls,
		Allocs:     min(s.Allocs, t.Allocs), AllocBytes: min(s.AllocBytes, t.AllocBytes),
	}
}

// Stopwatch finds the fastest batch of calls that somebody else makes one by one,
// as Measure does. The zero value is ready; it looks at the clock now and then.
type Stopwatch struct {
	began    time.Time
	calls, n int // of the batch, and when to look again
	fastest  float64
}

// Start begins the first batch.
func (w *Stopwatch) Start() { *w = Stopwatch{began: time.Now(), n: 1} }

// Call tells that a call has ended.
func (w *Stopwatch) Call() {
	if w.calls++; w.calls < w.n {
		return
	}
	now := time.Now()
	took := now.Sub(w.began)
	if took < batchTime {
		w.n *= 2
		return
	}
	if s := took.Seconds() / float64(w.calls); w.fastest == 0 || s < w.fastest {
		w.fastest = s
	}
	w.began, w.calls, w.n = now, 0, max(1, w.n/2)
}

// Seconds returns the time of a call in the fastest batch, 0 before there was one.
func (w *Stopwatch) Seconds() float64 { return w.fastest }

// Units of the metrics, as records have them once they are read: nanoseconds are
// written, seconds read.
const (
	unitTime       = "sec/op"
	unitSite       = "sec/site"
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
		add(s.Seconds*1e9/s.Case.Sites(), "ns/site")
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
		swept := s.Case.Once // again and again
		switch {
		case s.Case.Sweep != (Count{}):
			swept = s.Case.Sweep
		case s.Case.Iteration != (Count{}):
			swept = s.Case.Iteration
		}
		switch {
		case swept.Flops > 0:
			add(100*count.Flops/s.Seconds/roof.Bound(swept, s.Case.Precision), unitShare)
		case swept.Bytes > 0:
			add(100*count.Bytes/s.Seconds/roof.Bandwidth(swept.Bytes), unitShare)
		}
	}
	if s.Iterations > 0 {
		add(s.Iterations, unitIterations)
	}
	add(s.AllocBytes, unitAllocBytes)
	add(s.Allocs, unitAllocs)
	return m
}
