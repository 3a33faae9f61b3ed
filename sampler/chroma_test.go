package sampler_test

import (
	"compress/gzip"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/sampler"
)

// chromaLog returns the numbers of a log of Chroma's t_leapfrog, by element and in order.
func chromaLog(t *testing.T, name string) map[string][][]float64 {
	t.Helper()
	const folder = "../../shared/data"
	if _, err := os.Stat(folder); os.IsNotExist(err) {
		t.Skipf("no data by other codes at %s", folder)
	}
	f, err := os.Open(filepath.Join(folder, "chroma/t_leapfrog/t_leapfrog."+name+".log.xml.gz"))
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	log := map[string][][]float64{}
	for d, element := xml.NewDecoder(z), ""; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return log
		}
		require.NoError(t, err)
		switch e := token.(type) {
		case xml.StartElement:
			element = e.Name.Local
		case xml.CharData:
			var v []float64
			for _, word := range strings.Fields(string(e)) {
				x, err := strconv.ParseFloat(word, 64)
				require.NoError(t, err)
				v = append(v, x)
			}
			if v != nil {
				log[element] = append(log[element], v)
			}
		}
	}
}

// chromaForces is an action that keeps the norms of its forces at each kick: per direction,
// mean of |F|^2 and maximum of |F| over sites, |F|^2 = sum_a (F^a)^2.
type chromaForces struct {
	action.Action
	f                *gauge.Algebra
	squares, largest [][]float64
}

func (r *chromaForces) AddForce(f *gauge.Algebra, c float64, u *gauge.Field) error {
	r.f.Zero()
	if err := r.Action.AddForce(r.f, 1, u); err != nil {
		return err
	}
	f.Add(c, r.f)
	geo := u.Geometry()
	square, largest := make([]float64, 4), make([]float64, 4)
	x, v := make([]int, 4), make([]float64, f.Group().Dim())
	for site := range geo.Volume() {
		geo.Coordinates(x, site)
		for mu := range 4 {
			r.f.At(v, x, mu)
			n := 0.0
			for _, z := range v {
				n += z * z
			}
			square[mu] += n / float64(geo.Volume())
			largest[mu] = math.Max(largest[mu], math.Sqrt(n))
		}
	}
	r.squares, r.largest = append(r.squares, square), append(r.largest, largest)
	return nil
}

// chromaRun is one of Chroma's t_leapfrog: SU(3) on 2^4 at beta 5.2, along a trajectory of
// leapfrog steps, links, momenta and pseudofermions being drawn from [qdp].
type chromaRun struct {
	log        string
	tau        float64
	steps      int
	disordered bool // links; else those of the unit start
	quarks     func(t *testing.T, u *gauge.Field, q *qdp) action.Action
	forces     float64 // relative accuracy of norms of forces
	energy     float64 // accuracy of kinetic and potential energies and of dH
}

// stopped are the tolerances of their solver, which like ours begins from zero and stops
// at this residual: iterates are then the same, and so is what the solves leave.
func stopped() action.Tolerances {
	return action.Tolerances{Action: 1e-8, Force: 1e-8, MaxIterations: 1000}
}

// replay compares the trajectory with the log: norms of both forces at every kick,
// energies before and after. They count kinetic energy from its mean, 4 a link, and gauge
// energy from -beta a plaquette. They print 15 digits: of energies below 1000 that is
// 5e-13 each, of which dH has six; round-off of the solves and of a hundred steps, as the
// square root of their number, is below ten times that.
func (r chromaRun) replay(t *testing.T) {
	t.Helper()
	log := chromaLog(t, r.log)
	geo, err := lattice.New([]int{2, 2, 2, 2})
	require.NoError(t, err)
	u, p, q := gauge.NewField(geo, group.SU3), gauge.NewAlgebra(geo, group.SU3), newQDP(16)
	if r.disordered {
		q.disordered(u)
	}
	q.momenta(p)
	sg, err := gauge.NewRectangleAction(geo, group.SU3, 5.2, gauge.Wilson)
	require.NoError(t, err)
	terms := [2]*chromaForces{{Action: r.quarks(t, u, q)}, {Action: sg}}
	for _, term := range terms {
		term.f = gauge.NewAlgebra(geo, group.SU3)
	}
	energies := func(which int) (h float64) {
		k, s0, s1 := p.Norm2()/2, 0., 0.
		s0, err = terms[0].Value(u)
		require.NoError(t, err)
		s1, err = terms[1].Value(u)
		require.NoError(t, err)
		assert.InDelta(t, log["KE"][which][0], k-4*64, r.energy)
		assert.InDelta(t, log["S"][2*which][0], s0, r.energy)
		assert.InDelta(t, log["S"][2*which+1][0], s1-5.2*96, r.energy)
		t.Logf("KE %.15g S %.15g %.15g", k-4*64, s0, s1-5.2*96)
		return k + s0 + s1
	}
	dynamics, err := sampler.NewDynamics(u, []sampler.Level{{Force: action.Sum{terms[0], terms[1]}, Scheme: sampler.Leapfrog(), Steps: r.steps}})
	require.NoError(t, err)
	before := energies(0)
	require.NoError(t, dynamics.Integrate(u, p, r.tau))
	after := energies(1)
	assert.InDelta(t, log["DeltaH"][0][0], after-before, r.energy)
	t.Logf("dH = %.9g, theirs %.9g", after-before, log["DeltaH"][0][0])

	squares, largest := log["F_sq_per_direction"], log["F_max_per_direction"]
	require.Len(t, squares, 2*(r.steps+1))
	worst := [2]float64{}
	for kick := range r.steps + 1 {
		for k, term := range terms {
			for mu := range 4 {
				size := math.Max(squares[2*kick+k][mu], 1e-4)
				worst[k] = math.Max(worst[k], math.Abs(term.squares[kick][mu]-squares[2*kick+k][mu])/size)
				worst[k] = math.Max(worst[k], math.Abs(term.largest[kick][mu]-math.Abs(largest[2*kick+k][mu]))/math.Sqrt(size))
			}
		}
	}
	t.Logf("forces of quarks within %.2g, of links within %.2g", worst[0], worst[1])
	assert.Less(t, worst[0], r.forces)
	assert.Less(t, worst[1], r.forces)
}

// chromaWilson is a Wilson operator of theirs.
func chromaWilson(t *testing.T, u *gauge.Field, kappa float64) *dirac.Wilson {
	t.Helper()
	d, err := dirac.NewWilson(u.Geometry(), u.Group(), dirac.KappaMass(kappa, 4), []complex128{1, 1, 1, -1})
	require.NoError(t, err)
	d.Bind(u)
	return d
}

func TestChromaWilsonTrajectory(t *testing.T) {
	chromaRun{
		log: "unprec_wilson", tau: 0.05, steps: 100, forces: 1e-12, energy: 1e-11,
		quarks: func(t *testing.T, u *gauge.Field, q *qdp) action.Action {
			d := chromaWilson(t, u, 0.11)
			a, err := action.NewTwoFlavour(d, lattice.All, stopped())
			require.NoError(t, err)
			eta := d.NewField()
			q.spinors(eta)
			d.ApplyDagger(a.Phi(), eta)
			return a
		},
	}.replay(t)
}

// The ratio of an operator over itself is 1: S stays, and the force of 1e-8 is what solves
// leave of a difference of two.
func TestChromaHasenbuschTrajectory(t *testing.T) {
	chromaRun{
		log: "unprec_hasenbusch_wilson", tau: 0.05, steps: 100, forces: 1e-12, energy: 1e-11,
		quarks: func(t *testing.T, u *gauge.Field, q *qdp) action.Action {
			light, heavy := chromaWilson(t, u, 0.11), chromaWilson(t, u, 0.11)
			a, err := action.NewRatio(light, heavy, lattice.All, stopped())
			require.NoError(t, err)
			eta := light.NewField()
			q.spinors(eta)
			a.Phi().Copy(eta, lattice.All)
			return a
		},
	}.replay(t)
}
