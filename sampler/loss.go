package sampler

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
)

// Trainable is an action with parameters: what training needs of a guide.
type Trainable interface {
	action.Action
	// NumParams returns the number of parameters.
	NumParams() int
	// Params sets dst to the parameters, SetParams the parameters to src.
	Params(dst []float64)
	SetParams(src []float64) error
	// AddParamGradient adds c dS/dtheta to g.
	AddParamGradient(g []float64, c float64, u *gauge.Field) error
}

// Loss compares a trainable action S_theta with the target S on the two ends of
// a trajectory, pseudofermions being the same in both.
type Loss interface {
	Name() string
	// Gradient adds the derivative of the loss to g and returns the loss.
	Gradient(g []float64, guide Trainable, target action.Action, start, end *gauge.Field) (float64, error)
}

// LossByName returns the loss called name: action, delta or force.
func LossByName(name string) (Loss, error) {
	switch name {
	case "action":
		return ActionLoss{}, nil
	case "delta":
		return DeltaLoss{}, nil
	case "force":
		return &ForceLoss{}, nil
	}
	return nil, fmt.Errorf("sampler: loss %q (allowed: action, delta, force)", name)
}

// ActionLoss is the talk's loss 1/2 (S_theta - S)^2 at the end of a trajectory
// [TN]. A constant offset of S_theta dominates it, but costs no acceptance.
type ActionLoss struct{}

// Name returns "action".
func (ActionLoss) Name() string { return "action" }

// Gradient adds (S_theta - S) dS_theta.
func (ActionLoss) Gradient(g []float64, guide Trainable, target action.Action, _, end *gauge.Field) (float64, error) {
	d, err := gap(guide, target, end)
	if err != nil {
		return 0, err
	}
	return d * d / 2, guide.AddParamGradient(g, d, end)
}

func gap(guide, target action.Action, u *gauge.Field) (float64, error) {
	s, err := target.Value(u)
	if err != nil {
		return 0, err
	}
	t, err := guide.Value(u)
	return t - s, err
}

// DeltaLoss is 1/2 (Delta S_theta - Delta S)^2, Delta the change along a
// trajectory: for a good integrator the change of the target's energy along the
// guide's trajectory is Delta S - Delta S_theta, so this is what acceptance sees.
type DeltaLoss struct{}

// Name returns "delta".
func (DeltaLoss) Name() string { return "delta" }

// Gradient adds (Delta S_theta - Delta S) (dS_theta(end) - dS_theta(start)).
func (DeltaLoss) Gradient(g []float64, guide Trainable, target action.Action, start, end *gauge.Field) (float64, error) {
	a, err := gap(guide, target, start)
	if err != nil {
		return 0, err
	}
	b, err := gap(guide, target, end)
	if err != nil {
		return 0, err
	}
	d := b - a
	if err := guide.AddParamGradient(g, -d, start); err != nil {
		return 0, err
	}
	return d * d / 2, guide.AddParamGradient(g, d, end)
}

// ForceLoss is 1/2 sum over links of (F_theta - F)^2 at the end of a trajectory.
// It keeps scratch: one per goroutine.
type ForceLoss struct {
	f     *gauge.Algebra
	moved *gauge.Field
}

// Name returns "force".
func (*ForceLoss) Name() string { return "force" }

// Gradient adds the derivative. With G = F_theta - F held fixed,
//
//	d/dtheta 1/2 |G|^2 = sum G^a d/d omega^a dS_theta/dtheta
//
// is the derivative of dS_theta/dtheta along U -> exp(i s G) U at s = 0, taken
// as a central difference over s = ±h with the links moved by 1e-4 (root mean
// square). Relative to the gradient its error is about 1e-7 at the masses used
// here (against dual numbers); what a solver leaves, its tolerance over 1e-4 at
// worst, is nearly the same at both ends and cancels.
func (l *ForceLoss) Gradient(g []float64, guide Trainable, target action.Action, _, end *gauge.Field) (float64, error) {
	geo := end.Geometry()
	if l.f == nil || l.f.Geometry() != geo || l.f.Group() != end.Group() {
		l.f = gauge.NewAlgebra(geo, end.Group())
		l.moved = gauge.NewField(geo, end.Group())
	}
	l.f.Zero()
	if err := guide.AddForce(l.f, 1, end); err != nil {
		return 0, err
	}
	if err := target.AddForce(l.f, -1, end); err != nil {
		return 0, err
	}
	norm2 := l.f.Norm2()
	if norm2 == 0 {
		return 0, nil
	}
	h := 1e-4 / math.Sqrt(norm2/float64(geo.Volume()*geo.Dims()))
	for _, s := range []float64{1, -1} {
		l.moved.Copy(end)
		l.moved.Drift(s*h, l.f)
		if err := guide.AddParamGradient(g, s/(2*h), l.moved); err != nil {
			return 0, err
		}
	}
	return norm2 / 2, nil
}
