package covnet_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

const data = "../../shared/data/"

// The network of shared/data/values.json on a configuration by another code:
// forward, action, derivatives by weights and along a direction. The numbers
// come from an independent dense program and are stable to 1e-9 relative; the
// solves here stop at 1e-12, which S and its derivatives inherit.
func TestValuesOfAnIndependentProgram(t *testing.T) {
	if _, err := os.Stat(data); err != nil {
		t.Skip("no shared/data folder")
	}
	raw, err := os.ReadFile(data + "values.json")
	require.NoError(t, err)
	var values struct {
		Conf struct {
			Net struct {
				Net1Plaq   float64      `json:"net1_plaq"`
				Net2Plaq   float64      `json:"net2_plaq"`
				NetRPlaq   float64      `json:"netR_plaq"`
				Thin3      float64      `json:"S_m0.3_thin"`
				Thin4      float64      `json:"S_m0.4_thin"`
				Net2       float64      `json:"S_m0.4_net2"`
				DRho       [2][]float64 `json:"dS_drho_net2"`
				DRhoZero   []float64    `json:"dS_drho_at_zero_1layer"`
				DThin      float64      `json:"dS_deps_thin_m0.3"`
				DNet2      float64      `json:"dS_deps_net2_m0.4"`
				DNetR      float64      `json:"dS_deps_netR_m0.4"`
				DPlaq      float64      `json:"dPlaqAction_deps"`
				GaugeForce float64      `json:"gauge_force_norm2"`
			} `json:"net"`
		} `json:"su3_4444_testconf"`
	}
	require.NoError(t, json.Unmarshal(raw, &values))
	want := values.Conf.Net

	file, err := os.Open(data + "julia/su3_4444_testconf.txt")
	require.NoError(t, err)
	defer file.Close()
	links, err := reference.LinksFromText(file, []int{4, 4, 4, 4}, 3)
	require.NoError(t, err)
	geo, err := lattice.New([]int{4, 4, 4, 4})
	require.NoError(t, err)
	u := verify.Field(geo, group.SU3, links)

	near := func(name string, want, got float64) {
		t.Helper()
		assert.InEpsilon(t, want, got, 1e-9, name)
	}
	plaq, err := gauge.NewLoopSum(geo, group.SU3, gauge.Plaquettes(4, 1.0/(3*6*256)))
	require.NoError(t, err)

	// the direction A: along T_a with sin(0.7 n + 0.3 a + 1.1 mu)
	dir := gauge.NewAlgebra(geo, group.SU3)
	x := make([]int, 4)
	for n := range 256 {
		geo.Coordinates(x, n)
		for mu := range 4 {
			c := make([]float64, 8)
			for a := range c {
				c[a] = math.Sin(.7*float64(n) + .3*float64(a) + 1.1*float64(mu))
			}
			dir.Set(x, mu, c)
		}
	}
	along := func(a action.Action) float64 {
		f := gauge.NewAlgebra(geo, group.SU3)
		require.NoError(t, a.AddForce(f, 1, u))
		return f.Dot(dir)
	}

	sg, err := gauge.NewRectangleAction(geo, group.SU3, 1, 0)
	require.NoError(t, err)
	near("plaquette action", want.DPlaq, along(sg))
	f := gauge.NewAlgebra(geo, group.SU3)
	require.NoError(t, sg.AddForce(f, 6, u)) // F = ta(U A) for beta = 2N; |TA|^2 = sum ta^2 / 2
	near("force norm", want.GaugeForce, f.Norm2()/2)

	quark := func(m float64) *action.TwoFlavour {
		d, err := dirac.NewStaggered(geo, group.SU3, m, dirac.AntiperiodicTime(4))
		require.NoError(t, err)
		s, err := action.NewTwoFlavour(d, lattice.All, action.Tolerances{Action: 1e-13, Force: 1e-13, MaxIterations: 1000})
		require.NoError(t, err)
		phi := make([]complex128, 768)
		for n := range phi {
			phi[n] = complex(math.Sin(.1*float64(n)+.2), math.Cos(.3*float64(n)))
		}
		verify.SetVector(s.Phi(), phi)
		return s
	}
	value := func(a action.Action) float64 {
		s, err := a.Value(u)
		require.NoError(t, err)
		return s
	}
	near("thin .3", want.Thin3, value(quark(.3)))
	near("thin .4", want.Thin4, value(quark(.4)))
	near("thin .3 derivative", want.DThin, along(quark(.3)))

	net2, err := covnet.NewTalkNetwork(u)
	require.NoError(t, err)
	require.NoError(t, net2.SetParams([]float64{.1, .04, .04, .08, -.02, .03}))
	near("net2 plaquette", want.Net2Plaq, plaq.ReTr(net2.Forward(u)))
	s2 := covnet.NewEffective(u, net2, quark(.4))
	near("net2", want.Net2, value(s2))
	near("net2 derivative", want.DNet2, along(s2))
	grad := make([]float64, 6)
	require.NoError(t, s2.AddParamGradient(grad, 1, u))
	for k, w := range append(want.DRho[0], want.DRho[1]...) {
		near("net2 weights", w, grad[k])
	}

	layer := func(rho ...float64) *covnet.Network {
		l, err := covnet.NewStout(u, covnet.Shared, covnet.PlaquetteTerm(4), covnet.PolyakovSpace(geo), covnet.PolyakovTime(geo), covnet.RectangleTerm(4))
		require.NoError(t, err)
		copy(l.Params(), rho)
		return covnet.NewNetwork(u, l)
	}
	near("net1 plaquette", want.Net1Plaq, plaq.ReTr(layer(.1, .04, .04, 0).Forward(u)))
	netR := layer(.1, 0, 0, .01)
	near("netR plaquette", want.NetRPlaq, plaq.ReTr(netR.Forward(u)))
	near("netR derivative", want.DNetR, along(covnet.NewEffective(u, netR, quark(.4))))
	zero := covnet.NewEffective(u, layer(0, 0, 0, 0), quark(.4))
	grad = make([]float64, 4)
	require.NoError(t, zero.AddParamGradient(grad, 1, u))
	for k, w := range want.DRhoZero {
		near("weights at zero", w, grad[k])
	}
}
