package verify

import (
	"math"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/reference"
)

// LayerBuilder makes the layer of a case on a lattice, or answers
// ErrUnsupported. Its weights will be set.
type LayerBuilder func(c Case, geo *lattice.Geometry) (covnet.Layer, error)

// Layer judges a layer of one's own; [OfNetwork] makes a network one.
func Layer(t TB, build LayerBuilder, options ...Option) {
	t.Helper()
	test(t, OfLayer(t.Name(), build, options...), newSettings(options))
}

// TwinLayer is an independent program for a layer with the given weights, which
// have a derivative.
type TwinLayer func(c Case, theta []reference.Real, u *reference.Links) *reference.Links

// TwinOfLayer adds the comparison of a layer and its derivatives with an
// independent program.
func TwinOfLayer(twin TwinLayer) Option { return func(o *settings) { o.twinLayer = twin } }

// Shares adds that a layer with weights per direction or site is, where they are
// equal, the one with shared weights that build makes. Weights of one kind stand
// next to each other.
func Shares(build LayerBuilder) Option { return func(o *settings) { o.shared = build } }

// OfNetwork returns the network as one layer.
func OfNetwork(net *covnet.Network) covnet.Layer { return &chain{net: net} }

type chain struct {
	net   *covnet.Network
	theta []float64
}

func (n *chain) Forward(v, u *gauge.Field) {
	check(n.net.SetParams(n.Params()))
	v.Copy(n.net.Forward(u))
}

func (n *chain) Backward(du *gauge.Algebra, dtheta []float64, dv *gauge.Algebra) {
	n.net.Backward(du, dtheta, dv)
}

func (n *chain) Params() []float64 {
	if n.theta == nil {
		n.theta = make([]float64, n.net.NumParams())
		n.net.Params(n.theta)
	}
	return n.theta
}

// OfLayer returns a layer as a subject.
func OfLayer(name string, build LayerBuilder, options ...Option) Subject {
	o := newSettings(options)
	from := layers{build: build, noise: []float64{0.02, 0.1, 0.3}}
	if o.perturb > 0 {
		from.noise = []float64{o.perturb}
	}
	if o.trivial == nil {
		o.trivial = func(theta []float64) { clear(theta) }
	}
	on := func(name string, law func(l layer) []Result) Law {
		return Law{Name: name, Volume: 64, Check: func(c Case) []Result { return law(from.of(c)) }}
	}
	laws := []Law{
		on("group", layerInGroup),
		on("gauge", layerCovariant),
		on("identity", func(l layer) []Result { return layerIdentity(l, o.trivial) }),
		on("pure", layerPure),
		on("backward", func(l layer) []Result { return layerBackward(l, "") }),
		on("backward at the identity", func(l layer) []Result {
			o.trivial(l.net.Params())
			return layerBackward(l, " at the identity")
		}),
		on("backward adds", layerAdds),
		{Name: "workers", Cost: 3, Check: func(c Case) []Result { return layerWorkers(from, c) }},
	}
	if len(o.symmetries) > 0 {
		laws = append(laws, on("symmetries", func(l layer) []Result { return layerSymmetries(l, o.symmetries) }))
	}
	if o.divided {
		laws = append(laws, Law{Name: "ranks", Cost: 3, Volume: 64, Check: func(c Case) []Result { return layerRanks(from, c) }})
	}
	if o.shared != nil {
		laws = append(laws, on("shared", func(l layer) []Result { return layerShares(l, o.shared) }))
	}
	if o.twinLayer != nil {
		laws = append(laws, Law{Name: "twin", Volume: 24, Strict: true, Check: func(c Case) []Result { return layerTwin(from.of(c), o.twinLayer) }})
	}
	return Subject{Name: name, Domain: o.within.and(Domain{Cold: true}), Laws: laws}
}

// layer is a layer of a case with random weights.
type layer struct {
	c   Case
	geo *lattice.Geometry
	net covnet.Layer
	u   *gauge.Field
}

// layers makes the layers of cases: as they are built, with noise added to the weights,
// of one of these sizes.
type layers struct {
	build LayerBuilder
	noise []float64
}

func (f layers) of(c Case, options ...lattice.Option) layer { return f.on(c, c.Geometry(options...)) }

func (f layers) on(c Case, geo *lattice.Geometry) layer {
	l := layer{c: c, geo: geo, net: must(f.build(c, geo)), u: c.Links(geo, "links")}
	r := c.Draw("weights")
	size := f.noise[r.Uint64N(uint64(len(f.noise)))]
	for i := range l.net.Params() {
		l.net.Params()[i] += size * r.Normal()
	}
	return l
}

// forward returns the output for u, in a field of its own.
func (l layer) forward(u *gauge.Field) *gauge.Field {
	v := gauge.NewField(l.geo, u.Group())
	l.net.Forward(v, u)
	return v
}

// roundoff returns the error allowed in an output, over all links: 32 x its
// change when the links change by round-off, and its own rounding, which is all
// there is where a layer projects the former away (on unit links, say).
func (l layer) roundoff() float64 {
	w, v := gauge.NewField(l.geo, l.u.Group()), l.forward(l.u)
	noise := 0.0
	for k := range jitters {
		Jitter(w, l.u, l.c.Stream("jitter").At(uint64(k)))
		noise += distance2(l.forward(w), v) / jitters
	}
	own := Roundoff * math.Sqrt(float64(l.geo.Volume()*l.geo.Dims()*l.u.Group().N())) // |U'|² = N a link
	return margin * (math.Sqrt(noise) + own)
}

const becauseLayer = "32 x (the change of U' when links change by round-off + its own rounding)"

// distance2 returns the sum of |u_ij - v_ij|^2 over all links.
func distance2(u, v *gauge.Field) float64 {
	s := 0.0
	a, b := u.Group().NewMatrix(), u.Group().NewMatrix()
	eachLink(u.Geometry(), func(x []int, mu int) {
		u.At(a, x, mu)
		v.At(b, x, mu)
		for i := range a {
			z := a[i] - b[i]
			s += real(z)*real(z) + imag(z)*imag(z)
		}
	})
	return s
}

func distance(u, v *gauge.Field) float64 { return math.Sqrt(distance2(u, v)) }

// layerInGroup: U' is in the group, and on links that are not trivial the layer
// does something.
func layerInGroup(l layer) []Result {
	allowed := l.roundoff() + 64*Roundoff*float64(l.u.Group().N()+2)
	v := l.forward(l.u)
	return []Result{{Law: "U' is in the group", Measured: v.Unitarity(), Bound: allowed, Because: becauseLayer, Vacuous: !(allowed < 1e-6)}}
}

// layerCovariant: U'[U^G] = U'[U]^G.
func layerCovariant(l layer) []Result {
	allowed := 2 * l.roundoff()
	turn := gauge.NewTransformation(l.geo, l.u.Group())
	turn.Random(l.c.Stream("rotation"))
	want, before := l.forward(l.u), l.forward(l.u)
	want.Transform(turn)
	l.u.Transform(turn)
	moved := distance(want, before)
	return []Result{{
		Law: "U' is covariant", Measured: distance(l.forward(l.u), want), Bound: allowed, Because: becauseLayer, Vacuous: !(allowed < 1e-6*moved),
	}}
}

// layerIdentity: at its trivial point the layer changes nothing, and elsewhere
// it does, unless the links are cold.
func layerIdentity(l layer, trivial func([]float64)) []Result {
	changed := distance(l.forward(l.u), l.u)
	trivial(l.net.Params())
	idle := 0
	if l.c.Roughness > 0 && !(changed > 1e-9) {
		idle = 1
	}
	allowed := 64 * Roundoff * float64(l.u.Group().N()+2) * math.Sqrt(float64(l.geo.Volume()*l.geo.Dims()))
	return []Result{
		{Law: "identity at the trivial weights", Measured: distance(l.forward(l.u), l.u), Bound: allowed, Because: "round-off of exp(0) U"},
		exact("other weights change the links", idle),
	}
}

// pass goes forward from u and back with a random cotangent of U', the same on
// lattices of any workers and processes.
func (l layer) pass(u *gauge.Field) (v *gauge.Field, du *gauge.Algebra, dtheta []float64) {
	dv := gauge.NewAlgebra(l.geo, u.Group())
	dv.Gaussian(l.c.Stream("cotangent"))
	v, du, dtheta = l.forward(u), gauge.NewAlgebra(l.geo, u.Group()), make([]float64, len(l.net.Params()))
	l.net.Backward(du, dtheta, dv)
	return v, du, dtheta
}

// layerPure: the same bits again and after other links, the input untouched.
func layerPure(l layer) []Result {
	before := gauge.NewField(l.geo, l.u.Group())
	before.Copy(l.u)
	dv := gauge.NewAlgebra(l.geo, l.u.Group())
	dv.Gaussian(l.c.Stream("cotangent"))
	back := func() (*gauge.Field, *gauge.Algebra, []float64) {
		v := l.forward(l.u)
		du, dtheta := gauge.NewAlgebra(l.geo, l.u.Group()), make([]float64, len(l.net.Params()))
		l.net.Backward(du, dtheta, dv)
		return v, du, dtheta
	}
	v0, du0, dt0 := back()
	cold := gauge.NewField(l.geo, l.u.Group()) // where exp has its degenerate point
	other := l.forward(cold)
	hot := gauge.NewField(l.geo, l.u.Group())
	hot.Hot(l.c.Stream("other links"))
	same := 0
	if distance(l.forward(hot), other) == 0 {
		same = 1
	}
	l.net.Backward(gauge.NewAlgebra(l.geo, l.u.Group()), nil, dv)
	v1, du1, dt1 := back()
	weights := 0
	for i := range dt0 {
		if math.Float64bits(dt0[i]) != math.Float64bits(dt1[i]) {
			weights++
		}
	}
	return []Result{
		exact("other links, another output", same),
		exact("the input is untouched", differ(ownLinks(l.u), ownLinks(before))),
		exact("same output after other links", differ(ownLinks(v0), ownLinks(v1))),
		exact("same cotangent after other links", differ(du0.Raw(), du1.Raw())),
		exact("same gradient after other links", weights),
	}
}

// layerWorkers checks that any number of workers computes the same bits.
func layerWorkers(from layers, c Case) []Result {
	var v0 *gauge.Field
	var du0 *gauge.Algebra
	var dt0 []float64
	links, forces, weights := 0, 0, 0
	for _, n := range []int{1, 2, 4} {
		pool := lattice.NewPool(n)
		defer pool.Close()
		l := from.of(c, lattice.WithPool(pool))
		v, du, dt := l.pass(l.u)
		if v0 == nil {
			v0, du0, dt0 = v, du, dt
			continue
		}
		links += differ(ownLinks(v), ownLinks(v0))
		forces += differ(du.Raw(), du0.Raw())
		for i := range dt {
			if math.Float64bits(dt[i]) != math.Float64bits(dt0[i]) {
				weights++
			}
		}
	}
	const law = "same bits for any number of workers: "
	return []Result{exact(law+"links", links), exact(law+"cotangent", forces), exact(law+"gradient", weights)}
}

// layerSymmetries: U' of the image of the links is the image of U'.
func layerSymmetries(l layer, of []Symmetry) (results []Result) {
	allowed := 2 * l.roundoff()
	v := l.forward(l.u)
	for _, m := range moves(l.c, of) {
		results = append(results, Result{
			Law: "U' keeps " + m.name, Measured: distance(l.forward(m.links(l.u)), m.links(v)), Bound: allowed, Because: becauseLayer, Vacuous: !(allowed < 1e-6),
		})
	}
	if len(results) == 0 {
		Skip(noMoves)
	}
	return results
}

// layerShares: with the weights of the shared layer at all its links and sites, a
// layer has the output and the cotangent of that one, and the gradient of a shared
// weight is the sum over those that it stands for.
func layerShares(l layer, build LayerBuilder) []Result {
	shared := l
	shared.net = must(build(l.c, l.geo))
	r := l.c.Draw("shared weights")
	for i := range shared.net.Params() {
		shared.net.Params()[i] = 0.1 * r.Normal()
	}
	theta, few := l.net.Params(), shared.net.Params()
	each := len(theta) / len(few)
	if each*len(few) != len(theta) {
		return []Result{exact("weights that differ are multiples of shared ones", 1)}
	}
	for k := range theta {
		theta[k] = few[k/each]
	}
	allowed := 2 * l.roundoff()
	want, duWant, dtWant := shared.pass(l.u)
	// noise of the derivatives: their change when links change by round-off; cold links
	// have no gradient
	noiseU, noiseT := 0.0, 0.0
	w := gauge.NewField(l.geo, l.u.Group())
	for k := range jitters {
		Jitter(w, l.u, l.c.Stream("jitter").At(uint64(k)))
		_, du, dt := shared.pass(w)
		du.Add(-1, duWant)
		noiseU += du.Norm2() / jitters
		for i := range dt {
			noiseT += (dt[i] - dtWant[i]) * (dt[i] - dtWant[i]) / jitters
		}
	}
	v, du, dt := l.pass(l.u)
	size, gradient, off := math.Sqrt(duWant.Norm2()), math.Sqrt(dot(dtWant, dtWant)), 0.0
	// a sum of each terms, which cancel, rounds by each of them
	rounding := Roundoff * math.Sqrt(dot(dt, dt)*float64(len(dt)))
	for k := range few {
		sum := 0.0
		for _, g := range dt[k*each : (k+1)*each] {
			sum += g
		}
		off += (sum - dtWant[k]) * (sum - dtWant[k])
	}
	du.Add(-1, duWant)
	boundU, boundT := margin*(math.Sqrt(noiseU)+Roundoff*size), margin*(math.Sqrt(noiseT)+rounding)
	const because = "32 x (the change when links change by round-off + rounding of the sums)"
	return []Result{
		{Law: "equal weights make the layer of shared ones", Measured: distance(v, want), Bound: allowed, Because: becauseLayer, Vacuous: !(allowed < 1e-6)},
		{Law: "equal weights, the cotangent of shared ones", Measured: math.Sqrt(du.Norm2()), Bound: boundU, Because: because, Vacuous: !(boundU < 1e-6*size)},
		{Law: "the gradient of a shared weight is a sum", Measured: math.Sqrt(off), Bound: boundT, Because: because, Vacuous: l.c.Roughness > 0 && !(boundT < 1e-6*gradient)},
	}
}
