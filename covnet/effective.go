package covnet

import (
	"fmt"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
)

// Massive is an action with a mass whose derivative it knows.
type Massive interface {
	action.Action
	Mass() float64
	SetMass(m float64)
	// MassDerivative returns dS/dm.
	MassDerivative(u *gauge.Field) (float64, error)
}

// Effective is the action c S[U^NN[U]] of a network and an action S, which may
// have a mass of its own: what guides self-learning HMC. Its trainable
// parameters are the weights of the network and, if asked for, the mass and c.
//
// It keeps scratch: one per goroutine.
type Effective struct {
	net   *Network
	s     action.Action
	c     float64
	mass  Massive // nil: not trained
	freeC bool
	dv    *gauge.Algebra
	du    *gauge.Algebra // not wanted, but computed with the gradient
	calls int            // of S
}

// NewEffective returns S[U^NN[U]], with c = 1.
func NewEffective(u *gauge.Field, net *Network, s action.Action) *Effective {
	return &Effective{
		net: net, s: s, c: 1,
		dv: gauge.NewAlgebra(u.Geometry(), u.Group()), du: gauge.NewAlgebra(u.Geometry(), u.Group()),
	}
}

// TrainMass makes the mass of S a parameter. Errors: S has none.
func (e *Effective) TrainMass() error {
	m, ok := e.s.(Massive)
	if !ok {
		return fmt.Errorf("covnet: %T has no mass to train", e.s)
	}
	e.mass = m
	return nil
}

// TrainCoefficient makes c a parameter.
func (e *Effective) TrainCoefficient() { e.freeC = true }

// Network returns the network.
func (e *Effective) Network() *Network { return e.net }

// Value returns c S[U^NN[u]].
func (e *Effective) Value(u *gauge.Field) (float64, error) {
	v, err := e.value(u)
	return e.c * v, err
}

// value returns S[U^NN[u]].
func (e *Effective) value(u *gauge.Field) (float64, error) {
	e.calls++
	return e.s.Value(e.net.Forward(u))
}

// AddForce adds c times the force.
func (e *Effective) AddForce(f *gauge.Algebra, c float64, u *gauge.Field) error {
	return e.back(f, nil, c, u)
}

func (e *Effective) back(f *gauge.Algebra, dtheta []float64, c float64, u *gauge.Field) error {
	v := e.net.Forward(u)
	e.calls++
	e.dv.Zero()
	if err := e.s.AddForce(e.dv, c*e.c, v); err != nil {
		return err
	}
	e.net.Backward(f, dtheta, e.dv)
	return nil
}

// NumParams returns the number of trainable parameters.
func (e *Effective) NumParams() int {
	n := e.net.NumParams()
	if e.mass != nil {
		n++
	}
	if e.freeC {
		n++
	}
	return n
}

// Params sets dst to the parameters: weights, then the mass, then c.
func (e *Effective) Params(dst []float64) {
	e.net.Params(dst)
	dst = dst[e.net.NumParams():]
	if e.mass != nil {
		dst[0] = e.mass.Mass()
		dst = dst[1:]
	}
	if e.freeC {
		dst[0] = e.c
	}
}

// SetParams sets the parameters. Errors: their number.
func (e *Effective) SetParams(src []float64) error {
	if len(src) != e.NumParams() {
		return fmt.Errorf("covnet: %d parameters for an action of %d", len(src), e.NumParams())
	}
	n := e.net.NumParams()
	if err := e.net.SetParams(src[:n]); err != nil {
		return err
	}
	src = src[n:]
	if e.mass != nil {
		e.mass.SetMass(src[0])
		src = src[1:]
	}
	if e.freeC {
		e.c = src[0]
	}
	return nil
}

// AddParamGradient adds c dS_eff/dtheta to g. Cost: one solve, and for a mass
// or c one more each.
func (e *Effective) AddParamGradient(g []float64, c float64, u *gauge.Field) error {
	if len(g) != e.NumParams() {
		panic("covnet: gradient of another number of parameters")
	}
	n := e.net.NumParams()
	e.du.Zero()
	if err := e.back(e.du, g[:n], c, u); err != nil {
		return err
	}
	g = g[n:]
	if e.mass != nil {
		d, err := e.mass.MassDerivative(e.net.Forward(u))
		if err != nil {
			return err
		}
		g[0] += c * e.c * d
		g = g[1:]
	}
	if e.freeC {
		v, err := e.value(u)
		if err != nil {
			return err
		}
		g[0] += c * v
	}
	return nil
}

// Work returns the work of S and of the network.
func (e *Effective) Work() action.Work {
	w := action.WorkOf(e.s)
	w.Add(e.net.Work())
	if !action.Counts(e.s) {
		w.Uncounted += e.calls
	}
	return w
}

// SetCoefficient sets c.
func (e *Effective) SetCoefficient(c float64) { e.c = c }

// Coefficient returns c.
func (e *Effective) Coefficient() float64 { return e.c }
