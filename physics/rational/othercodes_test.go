package rational

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Errors of best approximations that HiRep (github.com/claudiopica/HiRep, LibHR/Update/remez/approx_*, by Clark's AlgRemez)
// carries, with the lower end, which was searched, printed to 17 digits; hi = 64. AlgRemez finds its extrema on a mesh and so
// ends near, not at, equal heights: for x^(-1/2) with 5 poles its error lies 4.6e-8 of itself off Zolotarev's closed form, which
// TestZolotarevError meets to 13 digits; with ten poles and more both agree to 1e-10. Hence 1e-7, far below the 1 % and more that
// a wrong power, end or degree would make.
func TestErrorsOfHiRep(t *testing.T) {
	for _, c := range []struct {
		power  Power
		degree int
		err    float64
		lo     float64
	}{
		{Power{-1, 2}, 5, 9.9743720550805054e-13, 2.0230296875000001e+01},
		{Power{-1, 2}, 9, 9.9283885286478453e-13, 1.5811610985546887e+00},
		{Power{-1, 3}, 5, 9.9909000533176348e-09, 3.9422658229951417e+00},
		{Power{-1, 3}, 21, 9.9871978378470589e-09, 4.3089664138603904e-07},
		{Power{-1, 4}, 5, 9.9389113017266021e-16, 3.3981984179687501e+01},
		{Power{-1, 4}, 13, 9.9991751102843376e-16, 5.6791336956259431e-01},
		{Power{-1, 6}, 5, 9.9868210849839647e-15, 2.8548012317216561e+01},
		{Power{-1, 6}, 24, 9.9896163217138964e-15, 4.2712709370922199e-04},
		{Power{-1, 8}, 5, 9.9857457784534092e-15, 2.7978162401086600e+01},
		{Power{-1, 8}, 12, 9.9894522418341515e-15, 5.3197736602267420e-01},
		{Power{-1, 16}, 7, 9.9913640307946424e-13, 4.4074899556788392e+00},
	} {
		t.Run(fmt.Sprintf("x^(%s), %d poles", c.power, c.degree), func(t *testing.T) {
			a := must(t)(New(c.power, c.lo, 64, c.degree))
			near := 1e-10
			if c.degree < 10 {
				near = 1e-7
			}
			assert.InEpsilon(t, c.err, a.MaxError(), near)
			assert.InEpsilon(t, c.err, must(t)(a.Inverse()).MaxError(), near)
		})
	}
}

// Zeros and poles of x^(-1/4) and x^(-1/2) on [9.5e-4, 64] with 7 poles (HiRep, LibHR/Update/rational_functions.c),
// printed to 17 digits. Places react to the mesh at first order, to the error of the heights: 1e-7 as above.
func TestPolesOfHiRep(t *testing.T) {
	for _, c := range []struct {
		power        Power
		err, a0      float64
		zeros, poles []float64
	}{
		{
			Power{-1, 4},
			6.4864095405253665e-05, 2.0083197112875492e-01,
			[]float64{
				7.9528771002868569e-04, 7.2550594001712194e-03, 4.8506794567469737e-02, 3.1091647021465657e-01,
				2.0009123005200009e+00, 1.3802159510348808e+01, 1.6295027029489540e+02,
			},
			[]float64{
				3.7311997022139724e-04, 4.4051077626231167e-03, 3.0386139354632986e-02, 1.9555091423115584e-01,
				1.2534326488102867e+00, 8.3803586774996131e+00, 7.6450320095864399e+01,
			},
		},
		{
			Power{-1, 2},
			9.4054878526558268e-05, 3.6845866964412707e-02,
			[]float64{
				1.0758682836072590e-03, 9.1776297443641811e-03, 6.1029648667047832e-02, 3.9250133337802012e-01,
				2.5457222558116230e+00, 1.8090468401534210e+01, 2.7807719867101741e+02,
			},
			[]float64{
				2.1864431996069619e-04, 3.3608858903202148e-03, 2.3883202443314405e-02, 1.5490393236815636e-01,
				9.9623709668884586e-01, 6.6248041916635634e+00, 5.6512494072364333e+01,
			},
		},
	} {
		a := must(t)(New(c.power, 9.5e-4, 64, 7))
		assert.InEpsilon(t, c.err, a.MaxError(), 1e-7)
		assert.InEpsilon(t, c.a0, a.Constant(), 1e-7)
		assert.InEpsilonSlice(t, c.poles, a.Shifts(), 1e-7)
		assert.InEpsilonSlice(t, c.zeros, must(t)(a.Inverse()).Shifts(), 1e-7)
	}
}

// Partial fractions of a supersymmetric code (github.com/daschaich/susy, 4d_Q16/susy/remez/out.N1.D5, by MILC's version of
// AlgRemez) on [0.1, 50], 5 poles: force x^(-1/4), heat bath x^(1/8), action x^(-1/8). Errors are printed to 7 digits.
func TestFractionsOfMILC(t *testing.T) {
	for _, c := range []struct {
		power            Power
		err, constant    float64
		residues, shifts []float64
	}{
		{
			Power{-1, 4},
			1.548364e-05, 2.0057814828187764e-01,
			[]float64{5.4026803430958975e-02, 1.7590005470348138e-01, 5.9772503229277774e-01, 2.2997285767889570e+00, 1.5819178342283395e+01},
			[]float64{2.9769772029903337e-02, 3.1110339537434900e-01, 1.8074132732436818e+00, 1.0165968473383909e+01, 8.0573715946619146e+01},
		},
		{
			Power{1, 8},
			8.308677e-06, 2.2220375827770185e+00,
			[]float64{-1.2204111391487278e-02, -8.7538464213535880e-02, -5.7743852008615837e-01, -4.4849784135647406e+00, -9.4603555440254667e+01},
			[]float64{5.2850306687580832e-02, 4.4009623019926597e-01, 2.4868497380830941e+00, 1.4278758280275570e+01, 1.3600523930215593e+02},
		},
		{
			Power{-1, 8},
			8.308677e-06, 4.5003739259452030e-01,
			[]float64{2.0911969390848148e-02, 8.9945248837756439e-02, 3.8177318027830148e-01, 1.8480017574464846e+00, 1.7865282709849058e+01},
			[]float64{3.6763289603070036e-02, 3.5017050515568393e-01, 2.0105758395575943e+00, 1.1361151622989613e+01, 9.4606830373889565e+01},
		},
	} {
		a := must(t)(New(c.power, 0.1, 50, 5))
		assert.InEpsilon(t, c.err, a.MaxError(), 1e-6)
		assert.InEpsilon(t, c.constant, a.Constant(), 1e-7)
		assert.InEpsilonSlice(t, c.shifts, a.Shifts(), 1e-7)
		assert.InEpsilonSlice(t, c.residues, a.Residues(), 1e-7)
		assert.True(t, slices.IsSorted(a.Shifts()))
		require.Len(t, a.Residues(), 5)
	}
}
