package verify

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/reference"
)

// Measurement measures an observable of a case on links, or answers
// ErrUnsupported.
type Measurement func(c Case, u *gauge.Field) ([]float64, error)

// TwinMeasurement is an independent program for an observable.
type TwinMeasurement func(c Case, u *reference.Links) ([]float64, error)

// Observable judges an observable of one's own; accuracy is the relative error
// that solves may leave.
func Observable(t TB, measure Measurement, twin TwinMeasurement, accuracy float64, options ...Option) {
	t.Helper()
	test(t, OfObservable(t.Name(), measure, twin, accuracy, options...), newSettings(options))
}

// OfObservable returns an observable as a subject; without a twin (nil) it is not
// compared.
func OfObservable(name string, measure Measurement, twin TwinMeasurement, accuracy float64, options ...Option) Subject {
	o := newSettings(options)
	s := Subject{Name: name, Domain: o.within, Laws: []Law{
		{Name: "gauge", Check: func(c Case) []Result { return observableGauge(c, measure, accuracy) }},
		{Name: "pure", Check: func(c Case) []Result { return observablePure(c, measure) }},
	}}
	if twin != nil {
		s.Laws = append(s.Laws, Law{Name: "twin", Volume: 64, Strict: true, Check: func(c Case) []Result { return observableTwin(c, measure, twin, accuracy) }})
	}
	return s
}

// spread returns 32 x the largest change of the numbers when links change by
// round-off, and what solves leave.
func spread(c Case, measure Measurement, u *gauge.Field, accuracy float64) (values []float64, bound float64) {
	values = must(measure(c, u))
	v := gauge.NewField(u.Geometry(), u.Group())
	worst, size := 0.0, 0.0
	for k := range jitters {
		Jitter(v, u, c.Stream("jitter").At(uint64(k)))
		for i, x := range must(measure(c, v)) {
			worst = math.Max(worst, math.Abs(x-values[i]))
		}
	}
	for _, x := range values {
		size = math.Max(size, math.Abs(x))
	}
	return values, margin*(worst+float64(u.Geometry().Volume())*Roundoff*size) + accuracy*size
}

const becauseObservable = "32 x the change when links change by round-off, and the accuracy of solves"

// apart says by how much two lists of numbers differ at most.
func apart(law string, a, b []float64, bound float64) Result {
	if len(a) != len(b) || len(a) == 0 {
		return failed(law, fmt.Errorf("%d numbers, expected %d", len(a), len(b)))[0]
	}
	worst, size := 0.0, 0.0
	for i := range a {
		if d := math.Abs(a[i] - b[i]); !(d <= worst) {
			worst = d
		}
		size = math.Max(size, math.Abs(b[i]))
	}
	return Result{Law: law, Measured: worst, Bound: bound, Because: becauseObservable, Vacuous: !(bound < 1e-4*size)}
}

func observableGauge(c Case, measure Measurement, accuracy float64) []Result {
	u := c.Links(c.Geometry(), "links")
	want, bound := spread(c, measure, u, accuracy)
	turn := gauge.NewTransformation(u.Geometry(), u.Group())
	turn.Random(c.Stream("rotation"))
	u.Transform(turn)
	return []Result{apart("gauge invariant", must(measure(c, u)), want, bound)}
}

func observablePure(c Case, measure Measurement) []Result {
	u := c.Links(c.Geometry(), "links")
	before := gauge.NewField(u.Geometry(), u.Group())
	before.Copy(u)
	first, again := must(measure(c, u)), must(measure(c, u))
	hot := gauge.NewField(u.Geometry(), u.Group())
	hot.Hot(c.Stream("other links"))
	other := must(measure(c, hot))
	changed := 0
	// on some links, such as those of a small group, all numbers may be constants
	moved := exact("other links, other numbers", 1)
	moved.Somewhere = true
	for i := range first {
		if math.Float64bits(first[i]) != math.Float64bits(again[i]) {
			changed++
		}
		if math.Abs(first[i]-other[i]) > 1e-9 {
			moved.Measured = 0
		}
	}
	return []Result{
		exact("the same when asked twice", changed), moved, exact("links are untouched", differ(ownLinks(u), ownLinks(before))),
	}
}

func observableTwin(c Case, measure Measurement, twin TwinMeasurement, accuracy float64) []Result {
	u := c.Links(c.Geometry(), "links")
	got, bound := spread(c, measure, u, accuracy)
	return []Result{apart("numbers of the twin", got, must(twin(c, Links(u))), 2*bound)}
}

// Fill fills a field with noise.
type Fill func(f *fermion.Field, s rng.Stream)

// OfNoise returns noise fields as a subject: noise for traces and for heat baths
// has <f_i^* f_j> = delta_ij, and complex noise <f_i f_j> = 0 too.
func OfNoise(name string, fill Fill, circular bool, options ...Option) Subject {
	o := newSettings(options)
	return Subject{Name: name, Domain: o.within, Laws: []Law{
		{Name: "unbiased", Cost: 2, Check: func(c Case) []Result { return unbiased(c, fill, circular) }},
	}}
}

// unbiased: means over components and draws, each in units of its own deviation
// if components are independent, of fourth moment at most 3.
func unbiased(c Case, fill Fill, circular bool) []Result {
	geo, g := c.Geometry(), must(group.Parse(c.Group))
	f := fermion.NewField(geo, g, 1)
	draws := max(c.Draws/2, 20)
	var sum, pairs, squares complex128
	norm, n := 0.0, 0.0
	for k := range draws {
		fill(f, c.Stream("noise").At(uint64(k)))
		v := Vector(f)
		for i, z := range v {
			w := v[(i+1)%len(v)]
			sum += z
			pairs += complex(real(z), -imag(z)) * w
			squares += z * z
			norm += real(z)*real(z) + imag(z)*imag(z) - 1
			n++
		}
	}
	deviate := func(law string, z complex128) Result {
		return Result{
			Law: law, Measured: math.Hypot(real(z), imag(z)) / math.Sqrt(n), Bound: 1.5 * normalBound,
			Because: "normal deviate, half as much again for products of normals",
		}
	}
	results := []Result{
		deviate("<f_i> = 0", sum), deviate("<f_i^* f_j> = 0", pairs),
		{Law: "<|f_i|^2> = 1", Measured: math.Abs(norm) / math.Sqrt(n), Bound: 1.5 * normalBound, Because: "normal deviate, <|f|^4> - 1 at most 2"},
	}
	if circular {
		results = append(results, deviate("<f_i f_i> = 0", squares))
	}
	return results
}

// allSites fills a whole field.
func allSites(fill func(f *fermion.Field, s rng.Stream, on lattice.Subset)) Fill {
	return func(f *fermion.Field, s rng.Stream) { fill(f, s, lattice.All) }
}
