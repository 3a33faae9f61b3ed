package group_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"math"
	"math/cmplx"
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/prop"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/rng"
)

const u = 0x1p-53 // unit round-off

var masterSeed = flag.Int64("seed", 1, "seed of the property tests")

func su(n int) group.Group {
	g, err := group.SU(n)
	if err != nil {
		panic(err)
	}
	return g
}

var groups = []group.Group{group.U1, group.SU2, group.SU3, su(4), su(5)}

// shapes are kinds of spectra of an algebra vector.
var shapes = []string{"zero", "axis", "degenerate", "paired", "split1e-4", "split1e-8", "split1e-12", "generic"}

// recipe is all a property needs; vectors and matrices are made from it again.
type recipe struct {
	Group int // index into groups
	Shape int // index into shapes
	Size  float64
	Seed  uint64
}

func (r recipe) String() string {
	b, _ := json.Marshal(map[string]any{
		"group": groups[r.Group].String(), "shape": shapes[r.Shape], "size": r.Size, "seed": r.Seed,
	})
	return string(b)
}

func (r recipe) source(name string) *rng.Source {
	s := rng.New(r.Seed).Child(name).Site(0)
	return &s
}

// x returns the algebra vector with the spectrum and |x| of the recipe.
func (r recipe) x() []float64 { return vector(groups[r.Group], shapes[r.Shape], r.Size, r.source("x")) }

// y returns a Gaussian algebra vector with |y| = 1.
func (r recipe) y(name string) []float64 {
	return vector(groups[r.Group], "generic", 1, r.source(name))
}

func (r recipe) haar(name string) group.Matrix {
	m := groups[r.Group].NewMatrix()
	groups[r.Group].Haar(m, r.source(name))
	return m
}

func vector(g group.Group, shape string, size float64, s *rng.Source) []float64 {
	x := make([]float64, g.Dim())
	first := g.Dim() - g.N() + 1 // of the diagonal generators
	if g == group.U1 {
		first = 0
	}
	last := g.Dim() - 1
	switch shape {
	case "zero":
		return x
	case "axis":
		x[s.Uint64N(uint64(len(x)))] = 1
	case "degenerate", "split1e-4", "split1e-8", "split1e-12":
		x[last] = 1
		var split float64
		if _, err := fmt.Sscanf(shape, "split%g", &split); err == nil {
			x[first] += split
		}
	case "paired": // diag(1,-1,0...) + diag(0,0,1,-1,0...) + ...: pairs for even N
		d := make([]float64, g.N())
		for i := range d {
			if d[i] = 1; i%2 == 1 {
				d[i] = -1
			}
		}
		if g.N()%2 == 1 {
			d[len(d)-1] = 0
		}
		m := g.NewMatrix()
		for i, v := range d {
			m[i*g.N()+i] = complex(0, v)
		}
		g.TA(x, m)
		if g == group.U1 {
			x[0] = 1
		}
	default:
		for a := range x {
			x[a] = s.Normal()
		}
	}
	f := size / norm(x)
	for a := range x {
		x[a] *= f
	}
	if shape != "generic" && shape != "axis" {
		w := g.NewMatrix()
		g.Haar(w, s)
		g.Adjoint(x, w, x)
	}
	return x
}

// recipes generates recipes with |x| from 1e-9 to 30, and shrinks them towards
// U(1), zero and |x| = 1.
func recipes(p *gopter.GenParameters) *gopter.GenResult {
	r := recipe{
		Group: p.Rng.Intn(len(groups)),
		Shape: p.Rng.Intn(len(shapes)),
		Size:  math.Pow(10, -9+10.477*p.Rng.Float64()),
		Seed:  p.NextUint64(),
	}
	if p.Rng.Intn(2) == 0 {
		r.Size = 30 * p.Rng.Float64()
	}
	return gopter.NewGenResult(r, shrinkRecipe)
}

func shrinkRecipe(v any) gopter.Shrink {
	r := v.(recipe)
	var simpler []recipe
	for i := range r.Group {
		s := r
		s.Group = i
		simpler = append(simpler, s)
	}
	for i := range r.Shape {
		s := r
		s.Shape = i
		simpler = append(simpler, s)
	}
	if r.Size != 1 {
		s := r
		s.Size = 1
		simpler = append(simpler, s)
	}
	return func() (any, bool) {
		if len(simpler) == 0 {
			return nil, false
		}
		s := simpler[0]
		simpler = simpler[1:]
		return s, true
	}
}

// bound is what a law measured and what it allows.
type bound struct {
	what             string
	measured, allows float64
}

// forAll checks the law on 400 recipes. The law returns all the bounds it
// checked; NaN never satisfies one.
func forAll(t *testing.T, law func(r recipe) []bound) {
	t.Helper()
	h := fnv.New64a()
	h.Write([]byte(t.Name()))
	params := gopter.DefaultTestParametersWithSeed(*masterSeed ^ int64(h.Sum64()>>1))
	params.MinSuccessfulTests = 400
	checked, closest := 0, 0.0
	result := prop.ForAll(func(r recipe) string {
		for _, b := range law(r) {
			if !(b.measured <= b.allows) {
				return fmt.Sprintf("%s: measured %.3g, allowed %.3g", b.what, b.measured, b.allows)
			}
			checked++
			if b.allows > 0 {
				closest = math.Max(closest, b.measured/b.allows)
			}
		}
		return ""
	}, recipes).Check(params)
	if !result.Passed() {
		t.Fatalf("%s\n%v %v\nreplay: go test ./physics/group -run '^%s$' -seed %d",
			result.Status, result.Args, result.Labels, t.Name(), *masterSeed)
	}
	require.GreaterOrEqual(t, checked, 400, "number of checks")
	t.Logf("%d checks, the closest at %.3f of its bound", checked, closest)
}

func norm(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v * v
	}
	return math.Sqrt(s)
}

func distance(x, y []float64) float64 {
	s := 0.0
	for a := range x {
		s += (x[a] - y[a]) * (x[a] - y[a])
	}
	return math.Sqrt(s)
}

func dot(x, y []float64) float64 {
	s := 0.0
	for a := range x {
		s += x[a] * y[a]
	}
	return s
}

func negative(x []float64) []float64 {
	z := make([]float64, len(x))
	for a := range x {
		z[a] = -x[a]
	}
	return z
}

// deviation returns the largest |a_ij - b_ij|, NaN if there is one.
func deviation(a, b group.Matrix) float64 {
	d := 0.0
	for i := range a {
		d = math.Max(d, cmplx.Abs(a[i]-b[i]))
	}
	return d
}

func product(a, b group.Matrix) group.Matrix {
	m := make(group.Matrix, len(a))
	group.Mul(m, a, b)
	return m
}

func dagger(a group.Matrix) group.Matrix {
	m := make(group.Matrix, len(a))
	group.Dagger(m, a)
	return m
}

func unit(g group.Group) group.Matrix {
	m := g.NewMatrix()
	g.Identity(m)
	return m
}

// expBound is the error of an element of Exp, as documented: 2 (N+2) u max(1, |x|).
//
// Rounding x into A perturbs the diagonal by up to N roundings of |x|/sqrt 2,
// which exp passes on unamplified (unitarity). The polynomial at |x| <= 1 and
// each product of unitary matrices err by (N+2) u in an element at worst: rows
// and columns have length 1, and a sum of N complex products rounds N+2 times.
// Each of the s squarings doubles what was there, 2^s <= 2 |x|, and adds as
// much as the first: (N+2) u (2^s + 2^s - 1) at worst. Roundings are not all
// aligned (a factor sqrt N and more), so half of that holds with a wide margin:
// the largest seen is a quarter of it.
func expBound(g group.Group, x []float64) float64 {
	return 2 * float64(g.N()+2) * u * math.Max(1, norm(x))
}

// dexpBound is the error of DExp for |y| = 1: in each doubling the error of
// exp(x/2^k) enters on both sides of one product, hence twice expBound.
func dexpBound(g group.Group, x []float64) float64 { return 2 * expBound(g, x) }
