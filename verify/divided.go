package verify

import (
	"math"
	"sync"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// halves runs f on both halves of the case's lattice, cut in a direction that its
// seed chooses. All directions that are odd, or that leave odd halves, are passed
// over. What f panics with is passed on.
func halves(c Case, f func(geo *lattice.Geometry)) {
	var along []int
	for mu, l := range c.Extents {
		if l%4 == 0 {
			along = append(along, mu)
		}
	}
	if along == nil {
		Skip("no extent is a multiple of four, to be cut into even halves")
	}
	grid := make([]int, len(c.Extents))
	for mu := range grid {
		grid[mu] = 1
	}
	grid[along[c.Draw("cut").Uint64N(uint64(len(along)))]] = 2
	var guard sync.Mutex
	var broken any
	check(Ranks(c.Extents, grid, func(geo *lattice.Geometry) {
		defer func() {
			if p := recover(); p != nil {
				guard.Lock()
				broken = p
				guard.Unlock()
			}
		}()
		f(geo)
	}))
	if broken != nil {
		panic(broken)
	}
}

const becauseRanks = "sums in another order: what round-off of the links changes, and the tolerance of solves"

// away returns |x - y|.
func away(x, y []float64) float64 {
	s := 0.0
	for i := range x {
		s += (x[i] - y[i]) * (x[i] - y[i])
	}
	return math.Sqrt(s)
}

// components are those of all links of a lattice.
func (c Case) components() []float64 {
	return make([]float64, c.Volume()*len(c.Extents)*c.GaugeGroup().Dim())
}

// actionRanks: value and force of two processes, the value the same bits on both.
func actionRanks(build ActionBuilder, c Case, solve accuracy) []Result {
	t := newTheory(build, c)
	noise, noiseF, err := Noise(t.a, t.u, c.Stream("noise"))
	check(err)
	value, force, err := valueAndForce(t.a, t.u)
	check(err)
	var values [2]float64
	want, got := c.components(), c.components()
	GatherAlgebra(want, force)
	halves(c, func(geo *lattice.Geometry) {
		t := theoryOn(build, c, geo)
		s, f, err := valueAndForce(t.a, t.u)
		check(err)
		values[geo.Rank()] = s
		GatherAlgebra(got, f)
	})
	differs := 0
	if math.Float64bits(values[0]) != math.Float64bits(values[1]) {
		differs = 1
	}
	size := math.Sqrt(force.Norm2())
	boundS, boundF := margin*noise+solve.value*math.Abs(value), margin*noiseF+solve.force*size
	return []Result{
		exact("both processes have the same value", differs),
		{Law: "value of two processes", Measured: math.Abs(values[0] - value), Bound: boundS, Because: becauseRanks, Vacuous: !(boundS < 1e-6*(math.Abs(value)+1))},
		{Law: "force of two processes", Measured: away(got, want), Bound: boundF, Because: becauseRanks, Vacuous: !(boundF < 1e-4*size)},
	}
}

// operatorRanks: D x, D^† x and the derivative of two processes.
func operatorRanks(build OperatorBuilder, c Case) []Result {
	b := newBound(build, c)
	allowed := b.roundoff()
	f := gauge.NewAlgebra(b.geo, b.u.Group())
	b.d.AddDerivative(f, 1, b.y, b.x)
	noise := b.derivativeNoise(f)
	b.d.Apply(b.a, b.x)
	b.d.ApplyDagger(b.b, b.x)
	dx, daggerX := b.x.Like(), b.x.Like()
	v, w := Vector(dx), Vector(daggerX)
	want, got := c.components(), c.components()
	GatherAlgebra(want, f)
	halves(c, func(geo *lattice.Geometry) {
		b := boundOn(build, c, geo)
		b.d.Apply(b.a, b.x)
		b.d.ApplyDagger(b.b, b.x)
		f := gauge.NewAlgebra(geo, b.u.Group())
		b.d.AddDerivative(f, 1, b.y, b.x)
		GatherVector(v, b.a)
		GatherVector(w, b.b)
		GatherAlgebra(got, f)
	})
	SetVector(dx, v)
	SetVector(daggerX, w)
	return []Result{
		near("D x of two processes", dx, b.a, allowed),
		near("D† x of two processes", daggerX, b.b, allowed),
		{Law: "derivative of two processes", Measured: away(got, want), Bound: noise, Because: becauseHops, Vacuous: !(noise < 1e-6*math.Sqrt(f.Norm2()))},
	}
}

// layerRanks: output, cotangent and gradient of two processes, the gradient the same
// bits on both.
func layerRanks(from layers, c Case) []Result {
	l := from.of(c)
	allowed := l.roundoff()
	v, du, dtheta := l.pass(l.u)
	noiseU, noiseT := 0.0, 0.0
	moved := gauge.NewField(l.geo, l.u.Group())
	for k := range jitters {
		Jitter(moved, l.u, c.Stream("jitter").At(uint64(k)))
		_, other, dt := l.pass(moved)
		other.Add(-1, du)
		noiseU += other.Norm2() / jitters
		noiseT += math.Pow(away(dt, dtheta), 2) / jitters
	}
	n := l.u.Group().N() * l.u.Group().N()
	links, linksWant := make([]complex128, c.Volume()*len(c.Extents)*n), make([]complex128, c.Volume()*len(c.Extents)*n)
	GatherLinks(linksWant, v)
	want, got := c.components(), c.components()
	GatherAlgebra(want, du)
	var gradients [2][]float64
	halves(c, func(geo *lattice.Geometry) {
		l := from.on(c, geo)
		v, du, dtheta := l.pass(l.u)
		GatherLinks(links, v)
		GatherAlgebra(got, du)
		gradients[geo.Rank()] = dtheta
	})
	off, differs := 0.0, 0
	for i := range links {
		z := links[i] - linksWant[i]
		off += real(z)*real(z) + imag(z)*imag(z)
	}
	for i, x := range gradients[0] {
		if math.Float64bits(x) != math.Float64bits(gradients[1][i]) {
			differs++
		}
	}
	// a weight's gradient is a sum over links of products that may cancel
	size := math.Sqrt(du.Norm2())
	boundU, boundT := margin*(math.Sqrt(noiseU)+Roundoff*size), margin*(math.Sqrt(noiseT)+Roundoff*size*math.Sqrt(float64(len(want))))
	return []Result{
		exact("both processes have the same gradient", differs),
		{Law: "U' of two processes", Measured: math.Sqrt(off), Bound: allowed, Because: becauseLayer, Vacuous: !(allowed < 1e-6)},
		{Law: "cotangent of two processes", Measured: away(got, want), Bound: boundU, Because: becauseRanks, Vacuous: !(boundU < 1e-6*size)},
		{Law: "gradient of two processes", Measured: away(gradients[0], dtheta), Bound: boundT, Because: becauseRanks, Vacuous: !(boundT < 1e-6*size)},
	}
}
