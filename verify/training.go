package verify

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/sampler"
)

// Pupil is what training moves, and what it is to become.
type Pupil struct {
	Guide  sampler.Trainable
	Target action.Pseudofermion // shares its pseudofermions with the guide
}

// PupilBuilder makes the guide and the target of a case for links like u, or
// answers ErrUnsupported.
type PupilBuilder func(c Case, u *gauge.Field) (Pupil, error)

// Training judges a loss of one's own with a guide and its target; relative is
// the accuracy of the loss' gradient (0: that of round-off).
func Training(t TB, build PupilBuilder, loss func() sampler.Loss, relative float64, options ...Option) {
	t.Helper()
	test(t, OfTraining(t.Name(), build, loss, relative, options...), newSettings(options))
}

// OfTraining returns a loss with a guide and its target as a subject.
func OfTraining(name string, build PupilBuilder, loss func() sampler.Loss, relative float64, options ...Option) Subject {
	o := newSettings(options)
	return Subject{Name: name, Domain: o.within, Laws: []Law{
		{Name: "gradient", Volume: 32, Check: func(c Case) []Result { return lossGradient(newLesson(c, build, loss), relative) }},
		{Name: "descends", Volume: 16, Cost: 3, Check: func(c Case) []Result { return lossDescends(newLesson(c, build, loss)) }},
	}}
}

// OfTrainable returns the parameters of a guide as a subject, one by one: weights, a
// mass, a coefficient.
func OfTrainable(name string, build PupilBuilder, relative float64, options ...Option) Subject {
	return Subject{Name: name, Domain: newSettings(options).within, Laws: []Law{
		{Name: "parameters", Volume: 32, Cost: 2, Check: func(c Case) []Result {
			return parameterGradient(newLesson(c, build, func() sampler.Loss { return nil }), relative)
		}},
	}}
}

// parameterGradient: AddParamGradient adds c dS/dtheta, of each parameter by itself, and
// parameters that are set are those that are told.
func parameterGradient(l lesson, relative float64) (results []Result) {
	const scale = -1.5
	theta := l.theta()
	size := math.Abs(must(l.Guide.Value(l.end)))
	noise := (64*Roundoff + action.Tight().Action) * size
	start := make([]float64, len(theta))
	r := l.c.Draw("gradient that was there")
	for i := range start {
		start[i] = r.Normal()
	}
	g := append([]float64(nil), start...)
	check(l.Guide.AddParamGradient(g, scale, l.end))
	moved := append([]float64(nil), theta...)
	for i := range theta {
		want, bound, because := slope(func(h float64) float64 {
			moved[i] = theta[i] + h
			check(l.Guide.SetParams(moved))
			return must(l.Guide.Value(l.end))
		}, noise, firstStep/4)
		moved[i] = theta[i]
		bound = math.Abs(scale)*bound + relative*math.Abs(scale*want) + 4*Roundoff*math.Abs(start[i])
		results = append(results, Result{
			Law: fmt.Sprintf("dS/dtheta of parameter %d of %d", i+1, len(theta)), Measured: math.Abs(g[i] - start[i] - scale*want), Bound: bound, Because: because,
			Vacuous: !(bound < 1e-4*size),
		})
	}
	check(l.Guide.SetParams(theta))
	broken := 0
	for i, x := range l.theta() {
		if x != theta[i] {
			broken++
		}
	}
	return append(results, exact("parameters come back as they were set", broken))
}

// lesson is a loss between the two ends of a trajectory.
type lesson struct {
	Pupil
	c          Case
	loss       sampler.Loss
	start, end *gauge.Field
}

func newLesson(c Case, build PupilBuilder, loss func() sampler.Loss) lesson {
	u := c.Links(c.Geometry(), "links")
	l := lesson{Pupil: must(build(c, u)), c: c, loss: loss(), start: u, end: gauge.NewField(u.Geometry(), u.Group())}
	must(l.Target.Refresh(u, c.Stream("phi")))
	p := gauge.NewAlgebra(u.Geometry(), u.Group())
	p.Gaussian(c.Stream("way"))
	l.end.Copy(u)
	l.end.Drift(0.3, p)
	return l
}

func (l lesson) theta() []float64 {
	theta := make([]float64, l.Guide.NumParams())
	l.Guide.Params(theta)
	return theta
}

func (l lesson) at(theta []float64) (loss float64, g []float64) {
	check(l.Guide.SetParams(theta))
	g = make([]float64, len(theta))
	return must(l.loss.Gradient(g, l.Guide, l.Target, l.start, l.end)), g
}

// lossGradient: the gradient of the loss is its derivative along a random
// direction of the parameters, and is added to what is there.
func lossGradient(l lesson, relative float64) []Result {
	theta := l.theta()
	q, moved := make([]float64, len(theta)), make([]float64, len(theta))
	r := l.c.Draw("direction of parameters")
	for i := range q {
		q[i] = r.Normal()
	}
	loss, g := l.at(theta)
	// the loss is a difference of actions, each with its round-off and solves
	size := math.Abs(must(l.Target.Value(l.end))) + math.Abs(must(l.Guide.Value(l.end)))
	noise := 64 * Roundoff * (size*math.Sqrt(2*loss) + loss + size)
	want, bound, because := slope(func(h float64) float64 {
		for i := range moved {
			moved[i] = theta[i] + h*q[i]
		}
		v, _ := l.at(moved)
		return v
	}, noise, firstStep/4)
	length := math.Sqrt(dot(g, g) * dot(q, q))
	bound += relative * length
	twice := append([]float64(nil), g...)
	check(l.Guide.SetParams(theta))
	must(l.loss.Gradient(twice, l.Guide, l.Target, l.start, l.end))
	worst, largest := 0.0, 0.0
	for i := range g {
		worst, largest = math.Max(worst, math.Abs(twice[i]-2*g[i])), math.Max(largest, math.Abs(g[i]))
	}
	return []Result{
		{Law: "gradient of the loss", Measured: math.Abs(dot(g, q) - want), Bound: bound, Because: because, Vacuous: !(bound < 1e-3*length)},
		{Law: "the gradient is added", Measured: worst, Bound: (64*Roundoff + relative) * largest, Because: "round-off of additions, and the accuracy of the gradient"},
	}
}

// lossDescends: steps against the gradient, short enough for a quadratic bowl,
// lower the loss.
func lossDescends(l lesson) []Result {
	const steps = 30
	curve := Series{Title: "Loss", XLabel: "step of training", YLabel: l.loss.Name() + " loss", Log: true, Note: "on one pair of configurations"}
	theta := l.theta()
	first, g := l.at(theta)
	last, rate := first, 0.0
	for k := range steps {
		curve.X, curve.Y = append(curve.X, float64(k+1)), append(curve.Y, last)
		if rate == 0 {
			rate = first / dot(g, g) // to where the tangent has come down to zero
		}
		next := append([]float64(nil), theta...)
		for i := range next {
			next[i] -= rate * g[i]
		}
		if loss, gradient := l.at(next); loss < last {
			theta, last, g, rate = next, loss, gradient, 1.5*rate
		} else {
			rate /= 4
		}
	}
	return []Result{{
		Law: "training lowers the loss", Measured: last / first, Bound: 0.99,
		Because: fmt.Sprintf("%d steps down the gradient: %.3g -> %.3g", steps, first, last), Vacuous: !(first > 0), Series: []Series{curve},
	}}
}
