package sampler

import (
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

	kept  []sample
	grad  []float64
	theta []float64
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
	return r, t.Guide.SetParams(t.theta)
}

// keep remembers the newest trajectories in a ring.
func (t *Trainer) keep(start, end *gauge.Field, trajectory uint64) {
	var s sample
	if len(t.kept) < t.Keep {
		s.start, s.end = gauge.NewField(start.Geometry(), start.Group()), gauge.NewField(start.Geometry(), start.Group())
	} else {
		s = t.kept[0]
		t.kept = append(t.kept[:0], t.kept[1:]...)
	}
	s.trajectory = trajectory
	s.start.Copy(start)
	s.end.Copy(end)
	t.kept = append(t.kept, s)
}

// batch returns the mean loss over a random batch, and adds its gradient.
func (t *Trainer) batch(stream rng.Stream) (float64, error) {
	r := stream.Child("batch").Site(0)
	mean := 0.0
	for range t.Batch {
		s := t.kept[r.Uint64N(uint64(len(t.kept)))]
		if _, err := t.Sampled.Refresh(s.start, stream.At(s.trajectory).Child(pseudofermions)); err != nil {
			return 0, err
		}
		loss, err := t.Loss.Gradient(t.grad, t.Guide, t.Target, s.start, s.end)
		if err != nil {
			return 0, err
		}
		mean += loss / float64(t.Batch)
	}
	for k := range t.grad {
		t.grad[k] /= float64(t.Batch)
	}
	return mean, nil
}
