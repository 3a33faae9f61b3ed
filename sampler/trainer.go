package sampler

import (
	"errors"
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/rng"
)

// Trainer moves a guide's parameters towards a target, one optimizer step a
// trajectory.
type Trainer struct {
	Guide     Trainable
	Target    action.Action // what the guide stands for: a term of the sampled action
	Loss      Loss
	Optimizer *Optimizer
	Clip      float64 // largest norm of the gradient; 0: any

	// Batch > 0 trains on that many of the Keep newest trajectories, drawn at
	// random, instead of on the last one. Sampled is the whole sampled action,
	// whose Refresh brings their pseudofermions back.
	Batch, Keep int
	Sampled     action.Pseudofermion

	kept    []sample
	dropped *sample // what the newest of kept took the place of, until the next one
	grad    []float64
	theta   []float64
	before  struct { // the last step
		theta, state []float64
		kept         bool
	}
}

// sample is a kept trajectory. Its pseudofermions are not stored: they are a
// function of its start and its stream.
type sample struct {
	trajectory uint64
	start, end *gauge.Field
}

// Training tells what one step of training saw.
type Training struct {
	Loss     float64 // before the step; mean over a batch
	GradNorm float64 // before clipping
}

// pseudofermions names the stream that SLHMC.Step refreshes the target from.
const pseudofermions = "pseudofermions"

// Step trains after the given trajectory from start to end, whose stream (at
// that trajectory) was stream. On line, the target must still hold the
// pseudofermions of that trajectory.
func (t *Trainer) Step(start, end *gauge.Field, stream rng.Stream, trajectory uint64) (Training, error) {
	n := t.Guide.NumParams()
	if len(t.grad) != n {
		t.grad, t.theta = make([]float64, n), make([]float64, n)
	}
	clear(t.grad)
	t.remember()
	var r Training
	var err error
	if t.Batch == 0 {
		r.Loss, err = t.Loss.Gradient(t.grad, t.Guide, t.Target, start, end)
	} else {
		t.keep(start, end, trajectory)
		r.Loss, err = t.batch(stream.At(trajectory))
	}
	if err != nil {
		return r, err
	}
	norm := 0.0
	for _, g := range t.grad {
		norm = math.Hypot(norm, g)
	}
	r.GradNorm = norm
	if math.IsNaN(norm) || math.IsInf(norm, 0) {
		return r, fmt.Errorf("sampler: gradient of the %s loss is not finite (loss %v)", t.Loss.Name(), r.Loss)
	}
	if t.Clip > 0 && norm > t.Clip {
		for k := range t.grad {
			t.grad[k] *= t.Clip / norm
		}
	}
	t.Guide.Params(t.theta)
	t.Optimizer.Step(t.theta, t.grad)
	for k, x := range t.theta {
		const most = 1e100 // its square, and what is made of it, is still a number
		if !(math.Abs(x) < most) {
			return r, fmt.Errorf("sampler: parameter %d of the guide is %v after a step against a gradient of norm %v: the learning rate is too large", k, x, norm)
		}
	}
	return r, t.Guide.SetParams(t.theta)
}

// remember keeps what undo brings back.
func (t *Trainer) remember() {
	if n := t.Guide.NumParams(); len(t.before.theta) != n {
		t.before.theta = make([]float64, n)
	}
	t.Guide.Params(t.before.theta)
	t.before.state = append(t.before.state[:0], t.Optimizer.State()...)
	t.before.kept = false
}

// undo takes the last step back, or what a failed one has done of it.
func (t *Trainer) undo() error {
	if t.before.theta == nil {
		return nil
	}
	if t.before.kept {
		newest := len(t.kept) - 1
		s := t.kept[newest]
		t.kept = t.kept[:newest]
		if t.dropped != nil {
			t.kept = append([]sample{*t.dropped}, t.kept...)
		}
		t.dropped, t.before.kept = &s, false
	}
	n := len(t.before.theta)
	return errors.Join(t.Optimizer.SetState(t.before.state, n), t.Guide.SetParams(t.before.theta))
}

// keep remembers the newest trajectories in a ring.
func (t *Trainer) keep(start, end *gauge.Field, trajectory uint64) {
	s := t.dropped // a place that nobody needs any more
	t.dropped = nil
	if s == nil {
		s = &sample{start: gauge.NewField(start.Geometry(), start.Group()), end: gauge.NewField(start.Geometry(), start.Group())}
	}
	s.trajectory = trajectory
	s.start.Copy(start)
	s.end.Copy(end)
	if len(t.kept) == t.Keep {
		oldest := t.kept[0]
		t.dropped = &oldest
		t.kept = append(t.kept[:0], t.kept[1:]...)
	}
	t.kept = append(t.kept, *s)
	t.before.kept = true
}

// batch returns the mean loss over a random batch, and adds its gradient. As long
// as fewer are kept than make a batch, it is of as many.
func (t *Trainer) batch(stream rng.Stream) (float64, error) {
	r := stream.Child("batch").Site(0)
	mean, size := 0.0, min(t.Batch, len(t.kept))
	for range size {
		s := t.kept[r.Uint64N(uint64(len(t.kept)))]
		if _, err := t.Sampled.Refresh(s.start, stream.At(s.trajectory).Child(pseudofermions)); err != nil {
			return 0, err
		}
		loss, err := t.Loss.Gradient(t.grad, t.Guide, t.Target, s.start, s.end)
		if err != nil {
			return 0, err
		}
		mean += loss / float64(size)
	}
	for k := range t.grad {
		t.grad[k] /= float64(size)
	}
	return mean, nil
}
