package sampler

import (
	"fmt"
	"math"
	"time"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
)

// Level is one time scale of molecular dynamics: a force, and how to integrate
// it. The first level of a guide is the outermost; a drift of one level is the
// whole integration of the next for that time, and the innermost level moves the
// links [SW].
type Level struct {
	Force  action.Action
	Scheme Scheme
	Steps  int
	Terms  []string // names of Force, or of its terms if it is a Sum: each is then looked at by itself
}

// Dynamics integrates Hamilton's equations of the sum of its levels' actions.
//
// It keeps scratch: one per goroutine. Nothing is allocated along a trajectory.
type Dynamics struct {
	levels []Level
	f      *gauge.Algebra
	near   *gauge.Field // where a kick with a gradient takes the force; nil: there is none
	forces []ForceNorm
	terms  [][]action.Action // of each level, where they have names
	before *gauge.Algebra    // the force without the last term; nil: nobody looks

	// flops: of moving the links; of a norm or a sum of algebra fields, two for each
	// component; and of both so far
	driftFlops, sumFlops, spent int64
}

// ForceNorm is the size of a level's force along a trajectory.
type ForceNorm struct {
	Mean2 float64 // mean over the kicks of (F^a)^2 summed over a, per link
	Max2  float64 // largest such mean over links among the kicks
	Kicks int
	Terms []TermNorm // of the level's terms, if they have names
}

// TermNorm is that of one term of a level's force.
type TermNorm struct {
	Name        string
	Mean2, Max2 float64
	Seconds     float64 // that its forces took, those for gradients included
}

// NewDynamics checks the levels.
func NewDynamics(u *gauge.Field, levels []Level) (*Dynamics, error) {
	if len(levels) == 0 {
		return nil, fmt.Errorf("sampler: a guide needs at least one level")
	}
	var near *gauge.Field
	var before *gauge.Algebra
	forces, of := make([]ForceNorm, len(levels)), make([][]action.Action, len(levels))
	for i, l := range levels {
		if g := l.Scheme.Gradients; g != nil {
			// The kicks at the ends of steps are done together, which ones of two gradients cannot be.
			if len(g) != len(l.Scheme.Kicks) || g[0] != 0 || g[len(g)-1] != 0 {
				return nil, fmt.Errorf("sampler: level %d of the guide: gradients %v of %q (one for each kick, 0 at the ends)", i, g, l.Scheme.Name)
			}
			near = gauge.NewField(u.Geometry(), u.Group())
		}
		if l.Force == nil || l.Steps < 1 || len(l.Scheme.Kicks) != len(l.Scheme.Drifts)+1 {
			return nil, fmt.Errorf("sampler: level %d of the guide: %d steps of %q (a force, at least one step and a scheme are needed)", i, l.Steps, l.Scheme.Name)
		}
		if l.Terms == nil {
			continue
		}
		of[i] = []action.Action{l.Force}
		if sum, ok := l.Force.(action.Sum); ok {
			of[i] = sum
		}
		if len(of[i]) != len(l.Terms) {
			return nil, fmt.Errorf("sampler: level %d of the guide: %d names for %d terms", i, len(l.Terms), len(of[i]))
		}
		for _, name := range l.Terms {
			forces[i].Terms = append(forces[i].Terms, TermNorm{Name: name})
		}
		if len(of[i]) > 1 && before == nil {
			before = gauge.NewAlgebra(u.Geometry(), u.Group())
		}
	}
	links := u.Geometry().Volume() * u.Geometry().Dims()
	return &Dynamics{
		levels:     levels,
		f:          gauge.NewAlgebra(u.Geometry(), u.Group()),
		near:       near,
		forces:     forces,
		terms:      of,
		before:     before,
		driftFlops: int64(u.DriftFlops()), sumFlops: int64(2 * links * u.Group().Dim()),
	}, nil
}

// Integrate moves (u, p) along the trajectory for a time tau; -tau from the end
// with p leads back. After an error u and p are somewhere on the way.
func (d *Dynamics) Integrate(u *gauge.Field, p *gauge.Algebra, tau float64) error {
	d.forget()
	return d.level(0, u, p, tau)
}

// forget clears the norms.
func (d *Dynamics) forget() {
	for i := range d.forces {
		n := &d.forces[i]
		*n = ForceNorm{Terms: n.Terms}
		for k := range n.Terms {
			n.Terms[k] = TermNorm{Name: n.Terms[k].Name}
		}
	}
}

// Forces returns the norms along the last trajectory, level by level.
func (d *Dynamics) Forces() []ForceNorm { return d.forces }

func (d *Dynamics) level(i int, u *gauge.Field, p *gauge.Algebra, tau float64) error {
	if i == len(d.levels) {
		u.Drift(tau, p)
		d.spent += d.driftFlops
		return nil
	}
	l := &d.levels[i]
	h := tau / float64(l.Steps)
	last := len(l.Scheme.Drifts)
	ends := l.Scheme.Kicks[0] != 0 || l.Scheme.Kicks[last] != 0
	if ends {
		if err := d.kick(i, u, p, l.Scheme.Kicks[0]*h, 0); err != nil {
			return err
		}
	}
	carried := 0.0 // drifts at the end of a step
	for step := range l.Steps {
		for k, drift := range l.Scheme.Drifts {
			drift += carried
			carried = 0
			if !ends && k+1 == last && step+1 < l.Steps {
				carried = drift // one drift for the end of a step and the start of the next
				continue
			}
			if err := d.level(i+1, u, p, drift*h); err != nil {
				return err
			}
			if !ends && k+1 == last {
				continue
			}
			kick := l.Scheme.Kicks[k+1]
			if k+1 == last && step+1 < l.Steps {
				kick += l.Scheme.Kicks[0] // one force for the end of a step and the start of the next
			}
			if err := d.kick(i, u, p, kick*h, l.Scheme.gradient(k+1)*h*h); err != nil {
				return err
			}
		}
	}
	return nil
}

// kick moves the momenta by the force of level i, taken where that moves the links in
// the time gradient if this is not 0.
func (d *Dynamics) kick(i int, u *gauge.Field, p *gauge.Algebra, h, gradient float64) error {
	if err := d.force(i, u, gradient == 0); err != nil {
		return err
	}
	if gradient != 0 {
		d.near.Copy(u)
		d.near.Drift(-gradient, d.f)
		d.spent += d.driftFlops
		if err := d.force(i, d.near, true); err != nil {
			return err
		}
	}
	n := &d.forces[i]
	size := d.size(d.f)
	n.Mean2 += (size - n.Mean2) / float64(n.Kicks+1)
	n.Max2 = math.Max(n.Max2, size)
	n.Kicks++
	p.Add(-h, d.f)
	d.spent += 2 * d.sumFlops
	return nil
}

// force sets f to the force of level i. The norms of terms are those of what each adds
// to f, so that looking at them does not change it; they are not among the flops.
func (d *Dynamics) force(i int, u *gauge.Field, look bool) error {
	d.f.Zero()
	if d.terms[i] == nil {
		return d.levels[i].Force.AddForce(d.f, 1, u)
	}
	n := &d.forces[i]
	for k, a := range d.terms[i] {
		if look && k > 0 {
			d.before.Copy(d.f)
		}
		began := time.Now()
		err := a.AddForce(d.f, 1, u)
		t := &n.Terms[k]
		t.Seconds += time.Since(began).Seconds()
		if err != nil {
			return err
		}
		if !look {
			continue
		}
		added := d.f
		if k > 0 {
			added = d.before
			added.Add(-1, d.f)
		}
		size := d.size(added)
		t.Mean2 += (size - t.Mean2) / float64(n.Kicks+1)
		t.Max2 = math.Max(t.Max2, size)
	}
	return nil
}

// size returns (F^a)^2 summed over a, per link.
func (d *Dynamics) size(f *gauge.Algebra) float64 {
	geo := f.Geometry()
	return f.Norm2() / float64(geo.Volume()*geo.Dims())
}
