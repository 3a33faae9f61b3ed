package measure

import (
	"fmt"
	"math"
	"math/cmplx"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

// Every name of a plane, of a part of the energy and of a condensate is that of the twin,
// which walks link by link and inverts dense matrices: in two, three and four dimensions.
// Solves are to 1e-12, all else is round-off.
func TestMeasureTwin(t *testing.T) {
	su4, err := group.SU(4)
	require.NoError(t, err)
	for _, c := range []struct {
		g        group.Group
		extents  []int
		boundary string
		phases   []complex128
		planes   []string
	}{
		{group.SU3, []int{4, 2, 2, 4}, "periodic,antiperiodic,periodic,antiperiodic", []complex128{1, -1, 1, -1}, []string{"xy", "xz", "xt", "yz", "yt", "zt"}},
		{su4, []int{4, 2, 2}, "antiperiodic,periodic,periodic", []complex128{-1, 1, 1}, []string{"xy", "xt", "yt"}},
		{group.U1, []int{4, 6}, "periodic,periodic", []complex128{1, 1}, []string{"xt"}},
	} {
		dir := harness.Scratch(t)
		u := harness.Configuration(t, dir, "u.ildg", c.g, c.extents...)
		twin, d := verify.Links(u), len(c.extents)
		m := measure(t, dir, "u.ildg", "-w", "plaquette_planes,rectangle_planes,wilson_loops_planes,energy")[0]
		k, space, time := 0, 0., 0.
		for mu := range d {
			for nu := mu + 1; nu < d; nu++ {
				name := c.planes[k]
				k++
				loop := func(mu, r, nu, s int) float64 {
					return reference.LoopAverage(twin, [][]int{reference.WilsonLoop(mu, r, nu, s)}).V
				}
				assert.InDelta(t, loop(mu, 1, nu, 1), m.value(t, "plaquette_"+name), 1e-14, name)
				assert.InDelta(t, loop(mu, 2, nu, 1), m.value(t, "rectangle_"+name), 1e-14, name)
				assert.InDelta(t, loop(nu, 2, mu, 1), m.value(t, "rectangle_"+name[1:]+name[:1]), 1e-14, name)
				for r := 1; r <= c.extents[mu]/2; r++ {
					for s := 1; s <= c.extents[nu]/2; s++ {
						assert.InDelta(t, loop(mu, r, nu, s), m.value(t, fmt.Sprintf("wilson_loop_%s[%d,%d]", name, r, s)), 1e-13, name)
					}
				}
				e := 2 * float64(c.g.N()) * (1 - loop(mu, 1, nu, 1))
				if nu == d-1 {
					time += e
				} else {
					space += e
				}
			}
		}
		assert.InDelta(t, time, m.value(t, "energy_plaquette_time"), 1e-12)
		assert.InDelta(t, space, m.value(t, "energy_plaquette_space"), 1e-12)
		assert.InDelta(t, time+space, m.value(t, "energy_plaquette"), 1e-12)
		assert.InDelta(t, m.value(t, "energy_clover"), m.value(t, "energy_clover_space")+m.value(t, "energy_clover_time"), 1e-12)

		for boundary, phases := range map[string][]complex128{c.boundary: c.phases, "": reference.AntiperiodicTime(d)} {
			args := []string{"u.ildg", "-w", "condensate_exact,eigenvalues,eigenvalues_largest", "--mass", ".4", "--tolerance", "1e-14", "--eigenvalues", "2"}
			if boundary != "" {
				args = append(args, "--boundary", boundary)
			}
			m := measure(t, dir, args...)[0]
			n, err := reference.NewNormal(reference.Staggered(twin, .4, phases))
			require.NoError(t, err)
			volume := 1
			for _, l := range c.extents {
				volume *= l
			}
			trace := real(n.TraceInverse()) / float64(volume)
			assert.InEpsilon(t, trace, m.value(t, "condensate_exact"), 1e-11, boundary)

			// A^128 is that of the largest eigenvalue, and of what is near it
			dense := reference.Staggered(twin, .4, phases).Dense()
			a := dense.Dagger().Mul(dense)
			power := a
			for range 7 {
				power = power.Mul(power)
				power = power.ScaleBy(complex(1/math.Sqrt(power.Norm2()), 0))
			}
			largest := math.Sqrt(a.Mul(power).Norm2() / power.Norm2())
			assert.InEpsilon(t, largest, m.value(t, "eigenvalue_largest[0]"), .02, boundary)
			assert.LessOrEqual(t, m.value(t, "eigenvalue_largest[1]"), m.value(t, "eigenvalue_largest[0]"))
		}
	}
}

// The pion and the lowest eigenvalue of Wilson quarks against dense matrices, the mass
// given in either way, with a twist and angles at the boundary; solves are to 1e-12, and
// the smallest eigenvalue of D^†D here is above 0.1.
func TestMeasureWilsonTwin(t *testing.T) {
	dir := harness.Scratch(t)
	u := harness.Configuration(t, dir, "u.ildg", group.SU2, 4, 4)
	twin := verify.Links(u)
	for _, c := range []struct {
		flags        []string
		mass, twist  float64
		angle        [2]float64
		antiperiodic int
	}{
		{[]string{"--kappa", "0.2"}, .5, 0, [2]float64{}, 1},
		{[]string{"--mass", "0.3", "--twist", "0.4"}, .3, .4, [2]float64{}, 1},
		{[]string{"--mass", "0.3", "--theta", "0.7,-0.2", "--boundary", "antiperiodic,periodic"}, .3, 0, [2]float64{.7, -.2}, 0},
	} {
		phases := []complex128{cmplx.Exp(complex(0, c.angle[0])), cmplx.Exp(complex(0, c.angle[1]))}
		phases[c.antiperiodic] *= -1
		op := reference.WilsonDirac(twin, c.mass, phases)
		if c.twist != 0 {
			op = reference.TwistedDirac(twin, c.mass, c.twist, phases)
		}
		n, err := reference.NewNormal(op)
		require.NoError(t, err)
		m := measure(t, dir, append([]string{"u.ildg", "-w", "pion,eigenvalues", "--quarks", "wilson", "--tolerance", "1e-12", "--eigenvalues", "1"}, c.flags...)...)[0]
		for k, want := range n.Pion(twin) {
			assert.InEpsilon(t, want, m.value(t, fmt.Sprintf("pion[%d]", k)), 1e-9, c.flags)
		}
		// (A^-1)^128 is that of the smallest eigenvalue of A = D^†D, and of what is near it
		a := op.Dense().Dagger().Mul(op.Dense())
		lu, err := reference.Factor(a)
		require.NoError(t, err)
		v := make([]complex128, a.N)
		v[0], v[3] = 1, 1i
		size := 0.
		for range 400 {
			v = lu.Solve(v)
			size = 0
			for _, z := range v {
				size += real(z)*real(z) + imag(z)*imag(z)
			}
			for i := range v {
				v[i] /= complex(math.Sqrt(size), 0)
			}
		}
		assert.InEpsilon(t, 1/math.Sqrt(size), m.value(t, "eigenvalue[0]"), 1e-6, c.flags)
	}
}

// Each form of --smear is the layer it names.
func TestMeasureSmearTwin(t *testing.T) {
	dir := harness.Scratch(t)
	u := harness.Configuration(t, dir, "u.ildg", group.SU3, 2, 2, 2, 4)
	twin := verify.Links(u)
	weight := func(x float64) reference.Real { return reference.Constant(x) }
	all := []reference.Term{reference.PlaquetteStaples(4, reference.Shared(weight(.5/6)))}
	var loops [][]int
	for _, l := range reference.Plaquettes(4) {
		if l[0] != 4 && l[1] != 4 {
			loops = append(loops, l)
		}
	}
	inSpace := func(rho float64) []reference.Term {
		return []reference.Term{reference.LoopStaples(4, loops, reference.Shared(weight(rho)))}
	}
	most := reference.Matrix.ProjectMaxReTr
	for form, smeared := range map[string]*reference.Links{
		"ape:0.5":               reference.APE(twin, weight(.5), all),
		"ape:0.5x2":             reference.APE(reference.APE(twin, weight(.5), all), weight(.5), all),
		"ape:0.5:maxretr":       reference.APEBy(twin, weight(.5), all, most),
		"ape:0.5:maxretrx2":     reference.APEBy(reference.APEBy(twin, weight(.5), all, most), weight(.5), all, most),
		"ape:0.5:space":         reference.APE(twin, weight(.5), inSpace(.5/4)),
		"ape:0.5:space:maxretr": reference.APEBy(twin, weight(.5), inSpace(.5/4), most),
		"ape:0.5:maxretr:space": reference.APEBy(twin, weight(.5), inSpace(.5/4), most),
		"stout:0.1:space":       reference.Layer(inSpace(.1)).Forward(twin),
		"hyp:maxretr":           reference.HYPBy(twin, [3]reference.Real{weight(.75), weight(.6), weight(.3)}, most),
		"hyp:0.5,0.4,0.3":       reference.HYP(twin, [3]reference.Real{weight(.5), weight(.4), weight(.3)}),
	} {
		m := measure(t, dir, "u.ildg", "-w", "plaquette,plaquette_planes", "--smear", form)[0]
		// a maximum is met to the root of what climbing leaves
		assert.InDelta(t, reference.Plaquette(smeared).V, m.value(t, "plaquette"), 1e-9, form)
		assert.InDelta(t, reference.TimePlaquette(smeared).V, m.value(t, "plaquette_time"), 1e-9, form)
	}
}

// The exact condensate has a limit, which it tells.
func TestMeasureExactLimit(t *testing.T) {
	dir := t.TempDir()
	harness.Configuration(t, dir, "u.ildg", group.U1, 160, 160)
	o := harness.Run(t, dir, "measure", filepath.Join(dir, "u.ildg"), "-w", "condensate_exact")
	assert.Equal(t, rundir.ExitFailed, o.Code)
	assert.Contains(t, o.Stderr, "condensate_exact: 12800 components on the even sites (allowed: at most 10000; condensate takes noise)")
	assert.Contains(t, harness.Done(t, dir, "measure", "--help").Stdout, "(at most 10000)")
}
