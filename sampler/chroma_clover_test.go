package sampler_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// chromaClover is the anisotropic clover operator of their logs: xi_0 = 2.464, nu = 0.95,
// c_sw over xi_0 in space.
func chromaClover(t *testing.T, u *gauge.Field) *dirac.Clover {
	t.Helper()
	const weight = 0.95 / 2.464
	d, err := dirac.NewClover(u.Geometry(), u.Group(), dirac.KappaMass(0.115, 4), 0, []complex128{1, 1, 1, -1})
	require.NoError(t, err)
	require.NoError(t, d.SetAnisotropy([]float64{weight, weight, weight, 1}))
	require.NoError(t, d.SetCSW(2.078/2.464, 0.991))
	d.Bind(u)
	return d
}

func TestChromaCloverTrajectory(t *testing.T) {
	chromaRun{
		log: "unprec_clover", tau: 0.5, steps: 50, disordered: true, forces: 1e-12, energy: 1e-11,
		quarks: func(t *testing.T, u *gauge.Field, q *qdp) action.Action {
			d := chromaClover(t, u)
			a, err := action.NewTwoFlavour(d, lattice.All, stopped())
			require.NoError(t, err)
			eta := d.NewField()
			q.spinors(eta)
			d.ApplyDagger(a.Phi(), eta)
			return a
		},
	}.replay(t)
}

// Even-odd: pseudofermions on odd sites, and the determinant of the even block as an
// action of its own.
func TestChromaCloverEvenOddTrajectory(t *testing.T) {
	chromaRun{
		log: "prec_2flav_clover", tau: 0.5, steps: 20, disordered: true, forces: 1e-12, energy: 1e-11,
		quarks: func(t *testing.T, u *gauge.Field, q *qdp) action.Action {
			d := chromaClover(t, u)
			s, err := dirac.NewSchur(d, lattice.Odd)
			require.NoError(t, err)
			a, err := action.NewTwoFlavour(s, lattice.Odd, stopped())
			require.NoError(t, err)
			eta := d.NewField()
			q.spinors(eta)
			s.ApplyDagger(a.Phi(), eta)
			a.Phi().Zero(lattice.Even)
			determinant := action.NewDeterminant(d, lattice.Even)
			log := chromaLog(t, "prec_2flav_clover")
			for _, part := range []struct {
				name string
				of   action.Action
			}{{"S_ee", determinant}, {"S_oo", a}} {
				v, err := part.of.Value(u)
				require.NoError(t, err)
				assert.InDelta(t, log[part.name][0][0], v, 1e-11, part.name)
			}
			return action.Sum{a, determinant}
		},
	}.replay(t)
}
