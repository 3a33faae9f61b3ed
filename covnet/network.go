package covnet

import (
	"fmt"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
)

// Layer maps links to links, covariantly.
//
// Forward keeps what Backward needs, u itself included: u must not change in
// between. A layer keeps scratch: one per goroutine.
type Layer interface {
	// Forward sets v to the layer's output for u; v is not u.
	Forward(v, u *gauge.Field)
	// Backward adds, at the u of the last Forward, the cotangent of u that
	// belongs to the cotangent dv of v to du, and the derivative by the weights
	// to dtheta (nil: not wanted).
	Backward(du *gauge.Algebra, dtheta []float64, dv *gauge.Algebra)
	// Params returns the weights: the layer's own storage.
	Params() []float64
}

// Network is a chain of layers. Without layers it is the identity.
//
// It keeps scratch: one per goroutine.
type Network struct {
	layers []Layer
	out    []*gauge.Field    // of each layer
	back   [2]*gauge.Algebra // cotangents between layers
	params int
	passes []passes // of each layer
	work   action.Work
}

// NewNetwork returns the chain of layers on fields like u, the first one acting
// on the links.
func NewNetwork(u *gauge.Field, layers ...Layer) *Network {
	n := &Network{layers: layers}
	for _, l := range layers {
		n.out = append(n.out, gauge.NewField(u.Geometry(), u.Group()))
		n.params += len(l.Params())
		n.passes = append(n.passes, passesOf(l))
	}
	for i := range n.back {
		n.back[i] = gauge.NewAlgebra(u.Geometry(), u.Group())
	}
	return n
}

// Forward returns the network's output for u: a field of the network's own, or
// u if there are no layers.
func (n *Network) Forward(u *gauge.Field) *gauge.Field {
	for i, l := range n.layers {
		l.Forward(n.out[i], u)
		n.spend(&n.passes[i], n.passes[i].forward)
		u = n.out[i]
	}
	return u
}

// Backward adds to du and dtheta (nil: not wanted) what belongs to the cotangent
// dv of the output, at the u of the last Forward.
func (n *Network) Backward(du *gauge.Algebra, dtheta []float64, dv *gauge.Algebra) {
	if len(n.layers) == 0 {
		du.Add(1, dv)
		return
	}
	first := n.params
	for i := len(n.layers) - 1; i >= 0; i-- {
		l := n.layers[i]
		first -= len(l.Params())
		to := du
		if i > 0 {
			to = n.back[i%2]
			to.Zero()
		}
		var d []float64
		if dtheta != nil {
			d = dtheta[first : first+len(l.Params())]
		}
		l.Backward(to, d, dv)
		weights := 0
		if d != nil {
			weights = 1
		}
		n.spend(&n.passes[i], n.passes[i].backward[weights])
		dv = to
	}
}

// Work returns the flops of all passes so far.
func (n *Network) Work() action.Work { return n.work }

// NumParams returns the number of weights.
func (n *Network) NumParams() int { return n.params }

// Params sets dst to the weights, layer after layer.
func (n *Network) Params(dst []float64) {
	for _, l := range n.layers {
		dst = dst[copy(dst, l.Params()):]
	}
}

// SetParams sets the weights. Errors: their number.
func (n *Network) SetParams(src []float64) error {
	if len(src) != n.params {
		return fmt.Errorf("covnet: %d weights for a network of %d", len(src), n.params)
	}
	for _, l := range n.layers {
		src = src[copy(l.Params(), src):]
	}
	return nil
}
