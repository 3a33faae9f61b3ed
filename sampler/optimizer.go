package sampler

import (
	"fmt"
	"math"
)

// Optimizer moves parameters against a gradient. Its state is a list of numbers,
// which checkpoints keep bit for bit.
type Optimizer struct {
	kind     string
	rate     float64
	momentum float64 // Adam: beta1
	beta2    float64
	state    []float64
}

// NewSGD returns steepest descent: theta -= rate g.
func NewSGD(rate float64) *Optimizer { return &Optimizer{kind: "sgd", rate: rate} }

// NewMomentum returns descent with memory: v = momentum v + g, theta -= rate v.
func NewMomentum(rate, momentum float64) *Optimizer {
	return &Optimizer{kind: "momentum", rate: rate, momentum: momentum}
}

// adamEpsilon keeps Adam's steps finite where gradients vanish.
const adamEpsilon = 1e-8

// NewAdam returns Adam (D. Kingma, J. Ba, arXiv:1412.6980, algorithm 1):
//
//	m = beta1 m + (1-beta1) g, v = beta2 v + (1-beta2) g^2,
//	theta -= rate (m / (1-beta1^t)) / (sqrt(v / (1-beta2^t)) + 1e-8).
func NewAdam(rate, beta1, beta2 float64) *Optimizer {
	return &Optimizer{kind: "adam", rate: rate, momentum: beta1, beta2: beta2}
}

// stateSize returns how many numbers the optimizer of n parameters remembers.
func (o *Optimizer) stateSize(n int) int {
	switch o.kind {
	case "momentum":
		return n
	case "adam":
		return 2*n + 1
	}
	return 0
}

// Step moves theta by one step against the gradient g.
func (o *Optimizer) Step(theta, g []float64) {
	n := len(theta)
	if o.state == nil {
		o.state = make([]float64, o.stateSize(n))
	}
	if len(g) != n || len(o.state) != o.stateSize(n) {
		panic("sampler: optimizer of another number of parameters")
	}
	switch o.kind {
	case "sgd":
		for k := range theta {
			theta[k] -= o.rate * g[k]
		}
	case "momentum":
		for k := range theta {
			o.state[k] = o.momentum*o.state[k] + g[k]
			theta[k] -= o.rate * o.state[k]
		}
	case "adam":
		t := &o.state[2*n]
		*t++
		m, v := o.state[:n], o.state[n:2*n]
		c1, c2 := 1-math.Pow(o.momentum, *t), 1-math.Pow(o.beta2, *t)
		for k := range theta {
			m[k] = o.momentum*m[k] + (1-o.momentum)*g[k]
			v[k] = o.beta2*v[k] + (1-o.beta2)*g[k]*g[k]
			theta[k] -= o.rate * (m[k] / c1) / (math.Sqrt(v[k]/c2) + adamEpsilon)
		}
	}
}

// State returns the optimizer's memory.
func (o *Optimizer) State() []float64 { return o.state }

// SetState restores a memory. Errors: its length does not fit n parameters.
func (o *Optimizer) SetState(state []float64, n int) error {
	if len(state) != 0 && len(state) != o.stateSize(n) {
		return fmt.Errorf("sampler: %s state of %d numbers for %d parameters (want %d)", o.kind, len(state), n, o.stateSize(n))
	}
	o.state = nil
	if len(state) > 0 {
		o.state = append(o.state, state...)
	}
	return nil
}
