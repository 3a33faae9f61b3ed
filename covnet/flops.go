package covnet

// Counted is the power of a layer that knows its floating-point operations, those of
// the textbook (see packages group and gauge).
type Counted interface {
	ForwardFlops() float64
	// BackwardFlops are those of Backward, with or without the weights' derivatives.
	BackwardFlops(weights bool) float64
}

// setFlops are those of set: the closed paths.
func (s *exponent) setFlops() float64 { return s.sum.CloseFlops() }

// backFlops are those of back: on each link Phi U and what the outer link receives, a
// product each, and the derivative of all paths; for each weight its paths, their
// product with Phi U, and a sum.
func (s *exponent) backFlops(weights bool) float64 {
	product, links := s.ops.Group.MulFlops(), float64(s.geo.Volume()*s.geo.Dims())
	flops := 2*links*product + s.sum.BackFlops()
	if weights {
		for k := range s.terms {
			flops += s.sum.TermFlops(k) + links*(product+1)
		}
	}
	return flops
}

// ForwardFlops are those of Q, and on each link of its exponential and the product
// with the link.
func (s *Stout) ForwardFlops() float64 {
	g := s.e.ops.Group
	return s.e.setFlops() + float64(s.e.geo.Volume()*s.e.geo.Dims())*(g.ExpFlops()+g.MulFlops())
}

// BackwardFlops are, on each link, those of exp(Q), of J^T dv, and of e^-Q dv e^Q and
// its addition, and those of the exponent's paths.
func (s *Stout) BackwardFlops(weights bool) float64 {
	g := s.e.ops.Group
	links := float64(s.e.geo.Volume() * s.e.geo.Dims())
	return s.e.backFlops(weights) + links*(g.TangentFlops()+2*g.MulFlops()+float64(g.Dim()))
}

// passes are the operations of a layer forward, backward, and backward with weights.
type passes struct {
	forward  int64
	backward [2]int64
	known    bool
}

func passesOf(l Layer) passes {
	c, ok := l.(Counted)
	if !ok {
		return passes{}
	}
	return passes{int64(c.ForwardFlops()), [2]int64{int64(c.BackwardFlops(false)), int64(c.BackwardFlops(true))}, true}
}

// spend adds a pass of a layer to the network's work.
func (n *Network) spend(p *passes, flops int64) {
	n.work.Flops += flops
	if !p.known {
		n.work.Uncounted++
	}
}
