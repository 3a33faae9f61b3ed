package covnet

import (
	"fmt"
	"slices"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
)

// Coefficient is the name of a part's c among the parameters that are trained.
const Coefficient = "coefficient"

// Part is a term c S[U^NN[U]] of an effective action.
type Part struct {
	Network *Network      // nil: S sees the links themselves; may be that of other parts too
	Action  action.Action // S; a sum has the parameters of its terms
	C       float64
	Train   []string // parameters of S, or Coefficient, to be trained beside the weights of the network
	// Follow returns the parameters of the k-th term of S that take the value of one that
	// is trained; nil: that of the same name, where a term has it.
	Follow func(k int, name string) []string
}

// Effective is a sum of parts c S[U^NN[U]], each an action S seen through a network:
// what guides self-learning HMC. Its trainable parameters are the weights of the
// networks, and those that the parts name.
//
// It keeps scratch: one per goroutine.
type Effective struct {
	parts []*part
	nets  []*view
	rest  *gauge.Algebra // not wanted, but computed with the gradient
	work  action.Work    // of the networks, for this action
	calls int            // of actions that count nothing
}

// part is a Part whose c is shared by all that selects from it.
type part struct {
	terms  action.Sum
	silent int // of them
	c      *float64
	train  []string
	follow [][]followed // of each term
}

// followed is a parameter of a term that takes the value of a trained one.
type followed struct {
	name  string
	index int // of the trained one
}

// view is a network with the parts that see the links through it.
type view struct {
	net   *Network
	parts []*part
	v     *gauge.Field // of the last forward pass
	dv    *gauge.Algebra
}

// NewEffective returns S[U^NN[U]], with c = 1 and the weights as its parameters.
func NewEffective(u *gauge.Field, net *Network, s action.Action) *Effective {
	e, err := NewEffectiveSum(u, Part{Network: net, Action: s, C: 1})
	if err != nil {
		panic("covnet: " + err.Error()) // nothing is trained that could be missing
	}
	return e
}

// NewEffectiveSum returns the sum of the parts. Its parameters are the weights of the
// networks, each once, in the order of the parts, then what each part trains.
//
// Errors: a part has no such parameter.
func NewEffectiveSum(u *gauge.Field, parts ...Part) (*Effective, error) {
	e := &Effective{rest: gauge.NewAlgebra(u.Geometry(), u.Group())}
	none := NewNetwork(u)
	for _, p := range parts {
		q := &part{terms: action.Sum{p.Action}, c: &p.C, train: p.Train}
		if sum, ok := p.Action.(action.Sum); ok {
			q.terms = sum
		}
		if err := q.bind(p.Follow); err != nil {
			return nil, fmt.Errorf("covnet: %T %w", p.Action, err)
		}
		net := p.Network
		if net == nil {
			net = none
		}
		e.add(q, net)
	}
	for _, n := range e.nets {
		n.dv = gauge.NewAlgebra(u.Geometry(), u.Group())
	}
	return e, nil
}

// bind finds the parameters that are trained in the terms. Errors: nobody has one.
func (p *part) bind(follow func(k int, name string) []string) error {
	p.follow = make([][]followed, len(p.terms))
	for i, name := range p.train {
		found := name == Coefficient
		for k, a := range p.terms {
			names := []string{name}
			if follow != nil {
				names = follow(k, name)
			}
			for _, own := range names {
				if has(a, own) {
					p.follow[k] = append(p.follow[k], followed{own, i})
					found = true
				}
			}
		}
		if !found {
			return fmt.Errorf("has no %s to train", name)
		}
	}
	return nil
}

func (e *Effective) add(p *part, net *Network) {
	for _, a := range p.terms {
		if !action.Counts(a) {
			p.silent++
		}
	}
	e.parts = append(e.parts, p)
	for _, n := range e.nets {
		if n.net == net {
			n.parts = append(n.parts, p)
			return
		}
	}
	e.nets = append(e.nets, &view{net: net, parts: []*part{p}})
}

// Select returns the sum of those terms of e that keep allows, the index being that of
// the part: with the same networks and parameters, but an action of its own, as one
// time scale of molecular dynamics wants it. It is nil if nothing is left.
func (e *Effective) Select(keep func(part int, term action.Action) bool) *Effective {
	s := &Effective{rest: e.rest}
	for i, p := range e.parts {
		var terms action.Sum
		var follow [][]followed
		for k, a := range p.terms {
			if keep(i, a) {
				terms, follow = append(terms, a), append(follow, p.follow[k])
			}
		}
		if len(terms) > 0 {
			k := slices.IndexFunc(e.nets, func(n *view) bool { return slices.Contains(n.parts, p) })
			s.add(&part{terms: terms, c: p.c, train: p.train, follow: follow}, e.nets[k].net)
		}
	}
	for _, n := range s.nets {
		k := slices.IndexFunc(e.nets, func(o *view) bool { return o.net == n.net })
		n.dv = e.nets[k].dv
	}
	if len(s.parts) == 0 {
		return nil
	}
	return s
}

// Networks returns the networks, each once.
func (e *Effective) Networks() (nets []*Network) {
	for _, n := range e.nets {
		nets = append(nets, n.net)
	}
	return nets
}

// Network returns the first of them.
func (e *Effective) Network() *Network { return e.nets[0].net }

// forward passes the links through a network.
func (e *Effective) forward(n *view, u *gauge.Field) *gauge.Field {
	before := n.net.Work()
	n.v = n.net.Forward(u)
	e.work.Add(n.net.Work().Minus(before))
	return n.v
}

// Value returns sum c S[U^NN[u]].
func (e *Effective) Value(u *gauge.Field) (float64, error) {
	total := 0.
	for _, n := range e.nets {
		e.forward(n, u)
		for _, p := range n.parts {
			v, err := e.value(p, n.v)
			if err != nil {
				return 0, err
			}
			total += *p.c * v
		}
	}
	return total, nil
}

// value returns S at v.
func (e *Effective) value(p *part, v *gauge.Field) (float64, error) {
	e.calls += p.silent
	return p.terms.Value(v)
}

// AddForce adds c times the force.
func (e *Effective) AddForce(f *gauge.Algebra, c float64, u *gauge.Field) error {
	return e.back(f, nil, c, u)
}

// back adds c dS to f, and to dtheta what belongs to the weights. After an error both are
// as they were.
func (e *Effective) back(f *gauge.Algebra, dtheta []float64, c float64, u *gauge.Field) error {
	for _, n := range e.nets {
		e.forward(n, u)
		n.dv.Zero()
		for _, p := range n.parts {
			e.calls += p.silent
			if err := p.terms.AddForce(n.dv, c**p.c, n.v); err != nil {
				return err
			}
		}
	}
	for _, n := range e.nets {
		before := n.net.Work()
		var d []float64
		if dtheta != nil {
			d, dtheta = dtheta[:n.net.NumParams()], dtheta[n.net.NumParams():]
		}
		n.net.Backward(f, d, n.dv)
		e.work.Add(n.net.Work().Minus(before))
	}
	return nil
}

// NumParams returns the number of trainable parameters.
func (e *Effective) NumParams() int {
	n := e.weights()
	for _, p := range e.parts {
		n += len(p.train)
	}
	return n
}

func (e *Effective) weights() (n int) {
	for _, v := range e.nets {
		n += v.net.NumParams()
	}
	return n
}

// Params sets dst to the parameters: the weights, then what the parts train.
func (e *Effective) Params(dst []float64) {
	for _, n := range e.nets {
		n.net.Params(dst)
		dst = dst[n.net.NumParams():]
	}
	for _, p := range e.parts {
		for i := range p.train {
			dst[i] = p.get(i)
		}
		dst = dst[len(p.train):]
	}
}

// SetParams sets the parameters. Errors: their number; a value that is not allowed.
func (e *Effective) SetParams(src []float64) error {
	if len(src) != e.NumParams() {
		return fmt.Errorf("covnet: %d parameters for an action of %d", len(src), e.NumParams())
	}
	for _, n := range e.nets {
		if err := n.net.SetParams(src[:n.net.NumParams()]); err != nil {
			return err
		}
		src = src[n.net.NumParams():]
	}
	for _, p := range e.parts {
		for i := range p.train {
			if err := p.set(i, src[i]); err != nil {
				return err
			}
		}
		src = src[len(p.train):]
	}
	return nil
}

// AddParamGradient adds c dS_eff/dtheta to g. Cost: one solve for the weights of a part,
// one more for its parameters, and one for its coefficient.
func (e *Effective) AddParamGradient(g []float64, c float64, u *gauge.Field) error {
	if len(g) != e.NumParams() {
		panic("covnet: gradient of another number of parameters")
	}
	n := e.weights()
	e.rest.Zero()
	if err := e.back(e.rest, g[:n], c, u); err != nil {
		return err
	}
	g = g[n:]
	for _, p := range e.parts {
		k := slices.IndexFunc(e.nets, func(n *view) bool { return slices.Contains(n.parts, p) })
		if err := e.addOwn(g[:len(p.train)], c, p, e.nets[k], u); err != nil {
			return err
		}
		g = g[len(p.train):]
	}
	return nil
}

// addOwn adds what belongs to the parameters of a part.
func (e *Effective) addOwn(g []float64, c float64, p *part, n *view, u *gauge.Field) error {
	if len(p.train) == 0 {
		return nil
	}
	e.forward(n, u)
	for k := range p.terms {
		if err := p.addTerm(g, c, k, n.v); err != nil {
			return err
		}
	}
	if i := slices.Index(p.train, Coefficient); i >= 0 {
		v, err := e.value(p, n.v)
		if err != nil {
			return err
		}
		g[i] += c * v
	}
	return nil
}

// addTerm adds what belongs to the parameters of one term.
func (p *part) addTerm(g []float64, c float64, k int, v *gauge.Field) error {
	if len(p.follow[k]) == 0 {
		return nil
	}
	var names []string
	for _, f := range p.follow[k] {
		names = append(names, f.name)
	}
	d := make([]float64, len(names))
	if err := p.terms[k].(action.Parametric).ParameterDerivatives(d, names, v); err != nil {
		return err
	}
	for i, f := range p.follow[k] {
		g[f.index] += c * *p.c * d[i]
	}
	return nil
}

// has reports whether an action has a parameter of that name.
func has(a action.Action, name string) bool {
	p, ok := a.(action.Parametric)
	return ok && slices.Contains(p.Parameters(), name)
}

// get returns the i-th trained parameter.
func (p *part) get(i int) float64 {
	if p.train[i] == Coefficient {
		return *p.c
	}
	for k, list := range p.follow {
		for _, f := range list {
			if f.index == i {
				return p.terms[k].(action.Parametric).Parameter(f.name)
			}
		}
	}
	panic("covnet: an action selected from another one tells no parameters")
}

func (p *part) set(i int, x float64) error {
	if p.train[i] == Coefficient {
		*p.c = x
		return nil
	}
	for k, list := range p.follow {
		for _, f := range list {
			if f.index != i {
				continue
			}
			if err := p.terms[k].(action.Parametric).SetParameter(f.name, x); err != nil {
				return err
			}
		}
	}
	return nil
}

// Work returns the work of the terms and of the networks.
func (e *Effective) Work() action.Work {
	w := e.work
	for _, p := range e.parts {
		w.Add(p.terms.Work())
	}
	w.Uncounted += e.calls
	return w
}
