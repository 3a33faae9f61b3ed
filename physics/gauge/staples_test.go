package gauge_test

import (
	"math"
	"testing"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

// three terms along each direction: the staples of random loops, the link's way
// round the torus, and the link itself.
func stapleTerms(c verify.Case) [][][]gauge.Loop {
	terms := make([][][]gauge.Loop, 3)
	for mu, l := range c.Extents {
		var round gauge.Path
		for range l - 1 {
			round = append(round, -mu-1)
		}
		terms[0] = append(terms[0], gauge.Staples(loops(c)[:1], mu+1))
		terms[1] = append(terms[1], []gauge.Loop{{Path: round, Coefficient: 1.3}})
		terms[2] = append(terms[2], []gauge.Loop{{Path: gauge.Path{mu + 1}, Coefficient: -0.6}})
	}
	return terms
}

// weights of every term and direction, one of them zero.
func weights(c verify.Case, terms [][][]gauge.Loop) []float64 {
	r := c.Draw("weights")
	w := make([]float64, len(terms)*len(c.Extents))
	for i := range w {
		w[i] = r.Normal()
	}
	w[len(w)/2] = 0
	return w
}

// twinStaple returns C of a term at a link by explicit steps.
func twinStaple(l *reference.Links, paths []gauge.Loop, site int) reference.Matrix {
	sum := reference.NewMatrix(l.N, make([]complex128, l.N*l.N))
	for _, p := range paths {
		w, _ := l.Follow(site, p.Path)
		sum = sum.Add(w.ScaleBy(complex(p.Coefficient, 0)))
	}
	return sum
}

// arbitrary returns matrices on links that are not in the group.
func arbitrary(c verify.Case, geo *lattice.Geometry) *gauge.Field {
	l := gauge.NewField(geo, c.GaugeGroup())
	m, x := c.GaugeGroup().NewMatrix(), make([]int, geo.Dims())
	for site := range geo.Volume() {
		geo.Coordinates(x, site)
		r := c.Stream("arbitrary").Site(uint64(site))
		for mu := range x {
			for i := range m {
				m[i] = complex(r.Normal(), r.Normal())
			}
			l.Set(x, mu, m)
		}
	}
	return l
}

// Close, AddForce, Term against explicit steps along the paths, AddBack against
// dual numbers along a random direction of all links.
//
// A sum of K paths of at most L links errs by 4 K (L+1) (N+2) u in an element
// (see twin), K counted with its coefficients; a derivative has L times as many.
func TestStapleSum(t *testing.T) {
	verify.Run(t, verify.Domain{Cases: 40, Volume: 48}, func(c verify.Case) []verify.Result {
		geo, g := c.Geometry(), c.GaugeGroup()
		n, d := g.N(), geo.Dims()
		terms := stapleTerms(c)
		w := weights(c, terms)
		s, err := gauge.NewStapleSum(geo, g, terms)
		if err != nil {
			panic(err)
		}
		u, mark := c.Links(geo, "links"), arbitrary(c, geo)
		p, f, back := gauge.NewAlgebra(geo, g), gauge.NewAlgebra(geo, g), gauge.NewAlgebra(geo, g)
		p.Gaussian(c.Stream("direction"))
		f.Gaussian(c.Stream("start"))
		start := gauge.NewAlgebra(geo, g)
		start.Copy(f)
		closed := gauge.NewField(geo, g)
		const scale = -0.4
		s.Close(closed, u, w)
		s.AddForce(f, scale, u, w)
		s.AddBack(back, u, mark, w)
		term := make([]*gauge.Field, s.Terms())
		for k := range term {
			term[k] = gauge.NewField(geo, g)
			s.Term(term[k], k, u)
		}

		omega := make([]float64, g.Dim())
		x := make([]int, d)
		ref := verify.Links(u).Along(func(site, mu int) reference.Matrix {
			geo.Coordinates(x, site)
			p.At(omega, x, mu)
			return reference.AlgebraElement(n, omega)
		})
		var closes, forces, termed float64
		var derivative reference.Real
		m, components := g.NewMatrix(), make([]float64, g.Dim())
		for site := range geo.Volume() {
			geo.Coordinates(x, site)
			for mu := range d {
				a := reference.NewMatrix(n, make([]complex128, n*n))
				for k := range terms {
					ak := twinStaple(ref, terms[k][mu], site).Dagger()
					term[k].At(m, x, mu)
					termed = math.Max(termed, verify.Distance(m, ak.V))
					a = a.Add(ak.ScaleBy(complex(w[k*d+mu], 0)))
				}
				ua := ref.At(site, mu).Mul(a)
				closed.At(m, x, mu)
				closes = math.Max(closes, verify.Distance(m, ua.V))

				f.At(components, x, mu)
				start.At(omega, x, mu)
				for k := range components {
					components[k] = (components[k] - omega[k]) / scale
				}
				forces = math.Max(forces, verify.Distance(reference.AlgebraElement(n, components).V, ua.TA().V))

				mark.At(m, x, mu)
				l := reference.NewMatrix(n, append(group.Matrix(nil), m...))
				derivative = derivative.Add(l.Mul(a).Trace().Re())
			}
		}
		paths, length := 0.0, 0.0
		for k := range terms {
			for mu := range d {
				for _, q := range terms[k][mu] {
					paths += math.Abs(q.Coefficient) * (1 + math.Abs(w[k*d+mu]))
					length = math.Max(length, float64(len(q.Path)))
				}
			}
		}
		unit := 4 * verify.Roundoff * float64(n+2) * (length + 1) * paths
		// |L| has N^2 normal complex elements; P has Dim normal components a link
		size := math.Sqrt(2*float64(n*n)*float64(g.Dim())) * float64(geo.Volume()*d) * length
		want := derivative.D
		bound := unit * size
		return []verify.Result{
			{Law: "Term", Measured: termed, Bound: unit, Because: "round-off of the paths"},
			{Law: "Close", Measured: closes, Bound: unit, Because: "round-off of the paths"},
			{Law: "AddForce", Measured: forces, Bound: 2 * unit / -scale, Because: "round-off of the paths, and of the sum"},
			{
				Law: "AddBack", Measured: math.Abs(back.Dot(p) - want), Bound: bound, Because: "round-off of the paths, linear in the volume",
				Vacuous: !(bound < 1e-6*math.Sqrt(back.Norm2())),
			},
		}
	})
}

// The staples of loops are what the reference takes out of them.
func TestStaples(t *testing.T) {
	verify.Run(t, verify.Domain{Volume: 32}, func(c verify.Case) (results []verify.Result) {
		u := verify.Links(c.Links(c.Geometry(), "links"))
		for mu := range c.Extents {
			for _, l := range loops(c) {
				for site := range u.Volume() {
					got := twinStaple(u, gauge.Staples([]gauge.Loop{l}, mu+1), site)
					want := reference.NewMatrix(u.N, make([]complex128, u.N*u.N))
					k := 0
					for _, p := range reference.Staples([][]int{l.Path}, mu) {
						w, _ := u.Follow(site, p)
						want = want.Add(w.ScaleBy(complex(l.Coefficient, 0)))
						k++
					}
					results = append(results, verify.Result{
						Law: "staples of " + l.Path.String(), Measured: verify.Distance(got.V, want.V),
						Bound: 4 * verify.Roundoff * float64(k*(u.N+2)*len(l.Path)), Because: "round-off of the paths",
					})
				}
			}
		}
		return results
	})
}
