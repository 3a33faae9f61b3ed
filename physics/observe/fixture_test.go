package observe_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/prop"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/reference"
)

const eps = 0x1p-53 // unit round-off

var masterSeed = flag.Int64("seed", 1, "seed of the property tests")

func su(n int) group.Group {
	if n == 1 {
		return group.U1
	}
	g, err := group.SU(n)
	if err != nil {
		panic(err)
	}
	return g
}

// dataFile returns the path of a file made by another code; the test is skipped
// if the folder is absent.
func dataFile(t *testing.T, name string) string {
	t.Helper()
	const folder = "../../../shared/data"
	if _, err := os.Stat(folder); os.IsNotExist(err) {
		t.Skipf("no data by other codes at %s", folder)
	}
	return filepath.Join(folder, name)
}

func readField(t *testing.T, name string, n int, extents ...int) *gauge.Field {
	t.Helper()
	u := gauge.NewField(newGeometry(extents), su(n))
	require.NoError(t, format.Read(dataFile(t, name), u))
	return u
}

func newGeometry(extents []int, options ...lattice.Option) *lattice.Geometry {
	geo, err := lattice.New(extents, options...)
	if err != nil {
		panic(err)
	}
	return geo
}

func newStaggered(u *gauge.Field, mass float64) *dirac.Staggered {
	op, err := dirac.NewStaggered(u.Geometry(), u.Group(), mass, dirac.AntiperiodicTime(u.Geometry().Dims()))
	if err != nil {
		panic(err)
	}
	return op
}

// links copies u to the twin that shares no code.
func links(u *gauge.Field) *reference.Links {
	m := u.Group().NewMatrix()
	return reference.NewLinks(u.Geometry().Extents(), u.Group().N(), func(x []int, mu int) []complex128 {
		u.At(m, x, mu)
		return slices.Clone(m)
	})
}

// recipe is all a property needs; fields are made from it again.
type recipe struct {
	N       int // 1 is U(1)
	Extents []int
	Rough   float64 // 0 cold, 1 nearly random
	Mass    float64
	Seed    uint64
}

func (r recipe) String() string {
	b, _ := json.Marshal(r)
	return string(b)
}

func (r recipe) field(options ...lattice.Option) *gauge.Field {
	u := gauge.NewField(newGeometry(r.Extents, options...), su(r.N))
	u.Rough(r.Rough, rng.New(r.Seed).Child("links"))
	return u
}

// The extents: odd, anisotropic and 2-wide ones, and those whose lanes split
// one, two or three directions, time first or not at all.
var (
	anyExtents = [][]int{{2, 2}, {3, 5}, {4, 4}, {8, 3}, {2, 8}, {2, 3, 4}, {4, 4, 4}, {8, 2, 3}, {2, 2, 2, 2}, {3, 2, 2, 3}, {4, 2, 2, 8}, {4, 4, 4, 4}, {8, 4, 4, 2}}
	allEven    = [][]int{{2, 2}, {4, 4}, {2, 8}, {2, 2, 4}, {4, 4, 2}, {2, 2, 2, 2}, {4, 2, 2, 2}, {4, 4, 2, 2}, {2, 2, 2, 4}}
)

// recipes generates recipes on one of the extents, and shrinks them towards
// U(1), the first extents and a smooth field.
func recipes(extents [][]int) gopter.Gen {
	return func(p *gopter.GenParameters) *gopter.GenResult {
		r := recipe{
			N:       1 + p.Rng.Intn(4),
			Extents: extents[p.Rng.Intn(len(extents))],
			Rough:   0.2 + 0.8*p.Rng.Float64(),
			Mass:    0.3 + p.Rng.Float64(),
			Seed:    p.NextUint64(),
		}
		return gopter.NewGenResult(r, func(v any) gopter.Shrink { return shrink(v.(recipe), extents) })
	}
}

func shrink(r recipe, extents [][]int) gopter.Shrink {
	var simpler []recipe
	add := func(change func(s *recipe)) {
		s := r
		change(&s)
		simpler = append(simpler, s)
	}
	for n := 1; n < r.N; n++ {
		add(func(s *recipe) { s.N = n })
	}
	for _, e := range extents {
		if slices.Equal(e, r.Extents) {
			break
		}
		add(func(s *recipe) { s.Extents = e })
	}
	if r.Rough != 0.2 {
		add(func(s *recipe) { s.Rough = 0.2 })
	}
	if r.Mass != 1 {
		add(func(s *recipe) { s.Mass = 1 })
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

// near compares two numbers; NaN is near nothing.
func near(what string, a, b complex128, allows float64) bound {
	return bound{what, math.Hypot(real(a-b), imag(a-b)), allows}
}

// forAll checks the law on n recipes, a tenth of them in the short run.
func forAll(t *testing.T, n int, extents [][]int, law func(r recipe) []bound) {
	t.Helper()
	if testing.Short() {
		n = (n + 9) / 10
	}
	h := fnv.New64a()
	h.Write([]byte(t.Name()))
	params := gopter.DefaultTestParametersWithSeed(*masterSeed ^ int64(h.Sum64()>>1))
	params.MinSuccessfulTests = n
	checked, closest := 0, 0.0
	result := prop.ForAll(func(r recipe) string {
		for _, b := range law(r) {
			if !(b.measured <= b.allows) {
				return fmt.Sprintf("%s: measured %.3g, allowed %.3g", b.what, b.measured, b.allows)
			}
			checked++
			closest = math.Max(closest, b.measured/b.allows)
		}
		return ""
	}, recipes(extents)).Check(params)
	if !result.Passed() {
		t.Fatalf("%s\n%v %v\nreplay: go test ./physics/observe -run '^%s$' -seed %d",
			result.Status, result.Args, result.Labels, t.Name(), *masterSeed)
	}
	require.GreaterOrEqual(t, checked, n, "number of checks")
	t.Logf("%d checks, the closest at %.3f of its bound", checked, closest)
}

// roundOff bounds the error of the mean of traces of products of k unitary
// N x N matrices: each product of two adds at most 2 N eps to the norm (complex
// terms: a few eps each, N of them), the trace sums N entries, and the links
// are themselves off the group by some N eps.
func roundOff(k, n int) float64 { return 4 * float64(k) * float64(n*n) * eps * 4 }
