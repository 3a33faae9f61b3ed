package reference_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/reference"
)

// Two independent double-precision programs agree to the conditioning of the
// quantity times round-off: sums of 1e5 terms and solves with condition number
// (4+m)/m of about 15 leave 1e-14 (15 x 2e-16 x a few). The derivatives in values.json are stated to
// 1e-9 relative (their own method limits them).
const (
	tolerance           = 1e-13
	derivativeTolerance = 1e-9
)

// ledger compares with values.json and remembers what was compared, so that a
// number nobody asked for is noticed.
type ledger struct {
	want  map[string]float64
	worst map[string]float64
}

func (l *ledger) check(t *testing.T, key string, got float64) {
	t.Helper()
	want, ok := l.want[key]
	require.True(t, ok, "values.json has no %s", key)
	l.worst[key] = math.Abs(got-want) / math.Max(1, math.Abs(want))
	tol := tolerance
	if strings.Contains(key, ".dS_") || strings.Contains(key, ".dPlaq") {
		tol = derivativeTolerance
	}
	within(t, want, got, tol, key)
}

func constant(v ...float64) []reference.Real {
	r := make([]reference.Real, len(v))
	for i := range v {
		r[i] = reference.Constant(v[i])
	}
	return r
}

// net builds the network whose layers have the given weights
// (plaquette, space, time, rectangle).
func net(extents []int, weights [][]reference.Real) reference.Network {
	var n reference.Network
	for _, w := range weights {
		layer := reference.TalkLayer(extents, w[0], w[1], w[2])
		if w[3] != (reference.Real{}) {
			layer = append(layer, reference.RectangleStaples(len(extents), reference.Shared(w[3])))
		}
		n = append(n, layer)
	}
	return n
}

func plain(weights [][]float64) [][]reference.Real {
	var w [][]reference.Real
	for _, layer := range weights {
		w = append(w, constant(layer...))
	}
	return w
}

var (
	weights1 = [][]float64{{0.1, 0.04, 0.04, 0}}
	weights2 = [][]float64{{0.1, 0.04, 0.04, 0}, {0.08, -0.02, 0.03, 0}}
	weightsR = [][]float64{{0.1, 0, 0, 0.01}}
)

// testPhi is the pseudofermion of values.json.
func testPhi(u *reference.Links) []complex128 {
	phi := make([]complex128, u.Volume()*u.N)
	for n := range phi {
		phi[n] = complex(math.Sin(0.1*float64(n)+0.2), math.Cos(0.3*float64(n)))
	}
	return phi
}

// testDirection is the direction A_mu(x) of values.json.
func testDirection(n int) func(site, mu int) reference.Matrix {
	return func(site, mu int) reference.Matrix {
		omega := make([]float64, len(reference.Generators(n)))
		for a := range omega {
			omega[a] = math.Sin(0.7*float64(site) + 0.3*float64(a) + 1.1*float64(mu))
		}
		return reference.AlgebraElement(n, omega)
	}
}

func staggered(t *testing.T, u *reference.Links, mass float64) *reference.Normal {
	t.Helper()
	s, err := reference.NewNormal(reference.Staggered(u, mass, reference.AntiperiodicTime(u.Dim())))
	require.NoError(t, err)
	return s
}

func TestValuesOfOtherCode(t *testing.T) {
	t.Parallel()
	l := &ledger{values(t), map[string]float64{}}
	for _, name := range []string{"su3_4444_testconf", "su2_4444", "su4_4444", "su3_4422_domainwall"} {
		l.observables(t, name)
	}
	l.network(t)
	for _, name := range []string{"cold_SU2", "cold_SU3"} {
		u := field(t, name)
		for _, m := range []float64{0.3, 0.4, 0.5} {
			l.check(t, fmt.Sprintf("%s.S_m%.1f", name, m), staggered(t, u, m).Action(testPhi(u)).V)
		}
	}
	for key := range l.want {
		deviation, compared := l.worst[key]
		require.True(t, compared, "%s was never compared", key)
		t.Logf("%.1e %s", deviation, key)
	}
}

func (l *ledger) observables(t *testing.T, name string) {
	u := field(t, name)
	has := func(key string) bool { _, ok := l.want[name+".observables."+key]; return ok }
	check := func(key string, got float64) {
		t.Helper()
		if has(key) {
			l.check(t, name+".observables."+key, got)
		}
	}
	check("plaq", reference.Plaquette(u).V)
	check("rect", reference.Rectangle(u).V)
	p := reference.PolyakovLoop(u, 3).V
	check("poly_tr.0", real(p))
	check("poly_tr.1", imag(p))
	check("Qplaq", reference.ChargePlaquette(u).V)
	check("Qclover", reference.ChargeClover(u).V)
	stout := reference.Layer{reference.PlaquetteStaples(4, reference.Shared(reference.Constant(0.1)))}
	once := stout.Forward(u)
	check("stout0.1_x1_plaq", reference.Plaquette(once).V)
	check("stout0.1_x2_plaq", reference.Plaquette(stout.Forward(once)).V)
	if has("stag_m0.4_on_stout0.1_logdetD") {
		logDet, _ := staggered(t, once, 0.4).LogDet()
		check("stag_m0.4_on_stout0.1_logdetD", logDet)
	}
	if has("stag_m0.5_ReTrDinv_over_V") {
		s := staggered(t, u, 0.5)
		check("stag_m0.5_ReTrDinv_over_V", real(s.TraceInverse())/float64(u.Volume()))
		for time, c := range s.Pion(u) {
			check(fmt.Sprintf("stag_m0.5_pion.%d", time), c)
		}
	}
	if has("stag_m0.3_logdetD") {
		s := staggered(t, u, 0.3)
		check("stag_m0.3_ReTrDinv_over_V", real(s.TraceInverse())/float64(u.Volume()))
		logDet, phase := s.LogDet()
		check("stag_m0.3_logdetD", logDet)
		within(t, 1, real(phase), 1e-12, "the staggered determinant is positive")
	}
}

func (l *ledger) network(t *testing.T) {
	const name = "su3_4444_testconf.net."
	u := field(t, "su3_4444_testconf")
	phi := testPhi(u)

	force := 0.0
	for site := range u.Volume() {
		for mu := range 4 {
			c := reference.NewMatrix(3, make([]complex128, 9))
			for _, path := range reference.Staples(reference.Plaquettes(4), mu) {
				w, _ := u.Follow(site, path)
				c = c.Add(w)
			}
			force += u.At(site, mu).Mul(c.Dagger()).TA().Norm2()
		}
	}
	l.check(t, name+"gauge_force_norm2", force)

	forward := func(u *reference.Links, w [][]reference.Real) *reference.Links {
		return net(u.Extents, w).Forward(u)
	}
	l.check(t, name+"net1_plaq", reference.Plaquette(forward(u, plain(weights1))).V)
	l.check(t, name+"netR_plaq", reference.Plaquette(forward(u, plain(weightsR))).V)
	v := forward(u, plain(weights2))
	l.check(t, name+"net2_plaq", reference.Plaquette(v).V)
	p := reference.PolyakovLoop(v, 3).V
	l.check(t, name+"net2_poly.0", real(p))
	l.check(t, name+"net2_poly.1", imag(p))

	thin3, thin4, net2 := staggered(t, u, 0.3), staggered(t, u, 0.4), staggered(t, v, 0.4)
	l.check(t, name+"S_m0.3_thin", thin3.Action(phi).V)
	l.check(t, name+"S_m0.4_thin", thin4.Action(phi).V)
	l.check(t, name+"S_m0.4_net2", net2.Action(phi).V)

	// derivatives with respect to one weight at a time; X does not depend on which
	derivative := func(x []complex128, u *reference.Links, mass float64) float64 {
		return reference.PseudofermionDerivative(reference.Staggered(u, mass, reference.AntiperiodicTime(4)), x)
	}
	x := net2.Solve(phi)
	for layer := range 2 {
		for i := range 3 {
			w := plain(weights2)
			w[layer][i].D = 1
			l.check(t, fmt.Sprintf("%sdS_drho_net2.%d.%d", name, layer, i), derivative(x, forward(u, w), 0.4))
		}
	}
	x = thin4.Solve(phi)
	for i := range 4 {
		w := plain([][]float64{{0, 0, 0, 0}})
		w[0][i].D = 1
		l.check(t, fmt.Sprintf("%sdS_drho_at_zero_1layer.%d", name, i), derivative(x, forward(u, w), 0.4))
	}

	// derivatives along a direction in the space of links
	moving := u.Along(testDirection(3))
	action := func(u *reference.Links, mass float64) float64 { return staggered(t, u, mass).Action(phi).D }
	l.check(t, name+"dS_deps_thin_m0.3", action(moving, 0.3))
	l.check(t, name+"dS_deps_net2_m0.4", action(forward(moving, plain(weights2)), 0.4))
	l.check(t, name+"dS_deps_netR_m0.4", action(forward(moving, plain(weightsR)), 0.4))
	plaquettes := float64(6 * u.Volume())
	l.check(t, name+"dPlaqAction_deps", -plaquettes*reference.Plaquette(moving).D)
}
