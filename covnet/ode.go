package covnet

import (
	"fmt"

	"github.com/slhmc/slhmc/physics/gauge"
)

// ODE is the layer that follows dU/dt = Q_theta(U) U from t = 0 to 1,
//
//	Q_theta(U) = [sum_k theta_k C_k U^†]_TA,
//
// the exponent of a stout layer with the weights theta: a stout network of
// infinitely many layers that share them. Wilson and Symanzik flow to the time t
// are the layers with t times their fixed weights ([FlowAction.Layer]).
//
// Backward goes back through the steps of the scheme: it is the derivative of what
// Forward computes, not of the exact flow. It keeps scratch: one per goroutine.
type ODE struct {
	*stepper
	steps int
	start []*gauge.Field    // links at the beginning of each step
	stage []*gauge.Field    // within a step
	dv    [2]*gauge.Algebra // cotangents of links between stages
	dk    *gauge.Algebra    // cotangent of K
	dx    *gauge.Algebra    // what a stage adds to it
	mover *mover
}

// NewODE returns a layer with zero weights: the identity. Params holds theta in the
// order of [NewStout]. It keeps the links of every step.
//
// Errors: as NewStout; steps < 1; a scheme without stages.
func NewODE(u *gauge.Field, scheme Scheme, steps int, sharing Sharing, terms ...Term) (*ODE, error) {
	if steps < 1 {
		return nil, fmt.Errorf("covnet: %d steps of an ODE (allowed: at least 1)", steps)
	}
	if len(scheme.A) == 0 || len(scheme.A) != len(scheme.B) {
		return nil, fmt.Errorf("covnet: scheme %q has %d and %d coefficients of its stages", scheme.Name, len(scheme.A), len(scheme.B))
	}
	e, err := newExponent(u, sharing, terms)
	if err != nil {
		return nil, err
	}
	geo, g := u.Geometry(), u.Group()
	o := &ODE{stepper: newStepper(u, e, scheme), steps: steps, mover: newMover(u)}
	for range steps {
		o.start = append(o.start, gauge.NewField(geo, g))
	}
	for range scheme.A {
		o.stage = append(o.stage, gauge.NewField(geo, g))
	}
	o.dk, o.dx = gauge.NewAlgebra(geo, g), gauge.NewAlgebra(geo, g)
	o.dv = [2]*gauge.Algebra{gauge.NewAlgebra(geo, g), gauge.NewAlgebra(geo, g)}
	return o, nil
}

// Params returns the weights.
func (o *ODE) Params() []float64 { return o.e.rho }

// Forward sets v to the end of the flow that begins at u.
func (o *ODE) Forward(v, u *gauge.Field) {
	if v == u {
		panic("covnet: output is input")
	}
	v.Copy(u)
	for _, start := range o.start {
		start.Copy(v)
		o.step(v, 1/float64(o.steps))
	}
}

// Backward adds the cotangents of the u of the last Forward and of the weights.
// Stage by stage, from the last: with U' = exp(b K) U, K = a K' + eps Q(U),
//
//	dK += b J(b K)^T dU',  dU = Ad(e^-bK) dU' + (d eps Q/dU)^T dK,  dK' = a dK.
func (o *ODE) Backward(du *gauge.Algebra, dtheta []float64, dv *gauge.Algebra) {
	eps := 1 / float64(o.steps)
	now, before := o.dv[0], o.dv[1]
	now.Copy(dv)
	for i := o.steps - 1; i >= 0; i-- {
		o.again(i, eps)
		o.dk.Zero()
		for s := len(o.stage) - 1; s >= 0; s-- {
			b := o.scheme.B[s]
			before.Zero()
			o.mover.back(before, o.dx, b, o.k[s], now)
			o.dk.Add(b, o.dx)
			o.e.set(o.q, o.stage[s])
			o.dx.Zero()
			o.dx.Add(eps, o.dk)
			o.e.back(before, dtheta, o.dx)
			o.dk.Scale(o.scheme.A[s])
			now, before = before, now
		}
	}
	du.Add(1, now)
}

// again goes through step i once more, and keeps the links before each stage.
func (o *ODE) again(i int, eps float64) {
	for s, v := range o.stage {
		if s == 0 {
			v.Copy(o.start[i])
		} else {
			v.Copy(o.stage[s-1])
			o.move(s-1, v)
		}
		o.look(s, v, eps)
	}
}
