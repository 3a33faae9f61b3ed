package measure

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/physics/rng"
)

// maxExact is the largest number of components on the even sites that condensate_exact
// solves for: beyond, noise is the way.
const maxExact = 10000

// quarkSettings are what observables of quarks need.
type quarkSettings struct {
	Mass        float64  `json:"mass"`
	Boundary    []string `json:"boundary,omitempty"` // by direction; none: antiperiodic in time
	Tolerance   float64  `json:"tolerance"`
	Noise       int      `json:"noise"`
	Eigenvalues int      `json:"eigenvalues"`
}

// check says what is wrong with the settings. Errors: of the command line.
func (q quarkSettings) check() error {
	switch {
	case math.IsNaN(q.Mass) || math.IsInf(q.Mass, 0):
		return cli.Usage(fmt.Errorf("--mass %v (allowed: numbers)", q.Mass))
	case !(q.Tolerance >= 0x1p-52 && q.Tolerance < 1):
		return cli.Usage(fmt.Errorf("--tolerance %v (allowed: 2.3e-16, where round-off begins, to 1)", q.Tolerance))
	case q.Noise < 1:
		return cli.Usage(fmt.Errorf("--noise %d (allowed: at least 1)", q.Noise))
	case q.Eigenvalues < 1:
		return cli.Usage(fmt.Errorf("--eigenvalues %d (allowed: at least 1)", q.Eigenvalues))
	}
	for _, b := range q.Boundary {
		if _, known := boundaries()[b]; !known {
			return cli.Usage(fmt.Errorf("--boundary %s: %q (allowed: periodic, antiperiodic, one for each direction, time last)", strings.Join(q.Boundary, ","), b))
		}
	}
	return nil
}

func boundaries() map[string]int {
	return map[string]int{"periodic": dirac.Periodic, "antiperiodic": dirac.Antiperiodic}
}

// staggered makes the operator. Errors: of the command line, another number of
// boundary conditions than directions; of the lattice.
func staggered(u *gauge.Field, q quarkSettings) (*dirac.Staggered, error) {
	d := u.Geometry().Dims()
	phases := dirac.AntiperiodicTime(d)
	if q.Boundary != nil {
		if len(q.Boundary) != d {
			return nil, cli.Usage(fmt.Errorf("--boundary %s: %d conditions in %d dimensions", strings.Join(q.Boundary, ","), len(q.Boundary), d))
		}
		for mu, b := range q.Boundary {
			phases[mu] = boundaries()[b]
		}
	}
	return dirac.NewStaggered(u.Geometry(), u.Group(), q.Mass, phases)
}

func newCondensate(u *gauge.Field, q quarkSettings, stop func() error) (*observe.Condensate, *dirac.Staggered, error) {
	op, err := staggered(u, q)
	if err != nil {
		return nil, nil, err
	}
	c, err := observe.NewCondensate(op, q.Tolerance, q.Noise)
	if err == nil {
		c.Stop = stop
	}
	return c, op, err
}

func measureCondensate(u *gauge.Field, q quarkSettings, stop func() error) (measurement, error) {
	c, _, err := newCondensate(u, q, stop)
	return func(u *gauge.Field, stream rng.Stream) ([]number, error) {
		v, e, err := c.Measure(u, stream)
		n := named("condensate", v)
		if !math.IsNaN(e) {
			f := rundir.Float(e)
			n.Error = &f
		}
		return []number{n}, err
	}, err
}

func measureCondensateExact(u *gauge.Field, q quarkSettings, stop func() error) (measurement, error) {
	c, op, err := newCondensate(u, q, stop)
	if err != nil {
		return nil, err
	}
	if n := op.NewField().Components(lattice.Even); n > maxExact {
		return nil, fmt.Errorf("%d components on the even sites (allowed: at most %d; condensate takes noise)", n, maxExact)
	}
	return func(u *gauge.Field, _ rng.Stream) ([]number, error) {
		v, err := c.Exact(u)
		return []number{named("condensate_exact", v)}, err
	}, nil
}

func measurePion(u *gauge.Field, q quarkSettings, stop func() error) (measurement, error) {
	return measureChannels(u, q, stop, []string{"pion"})
}

func measureMesons(u *gauge.Field, q quarkSettings, stop func() error) (measurement, error) {
	return measureChannels(u, q, stop, []string{"", "scalar", "vector", "pseudovector"}) // the pion has an entry of its own
}

// measureChannels measures correlators of the channels of observe, in their order, and
// leaves out those without a name.
func measureChannels(u *gauge.Field, q quarkSettings, stop func() error, names []string) (measurement, error) {
	op, err := staggered(u, q)
	if err != nil {
		return nil, err
	}
	p, err := observe.NewMesons(op, q.Tolerance)
	if err != nil {
		return nil, err
	}
	p.Stop = stop
	values := make([][]float64, len(names))
	for k := range values {
		values[k] = make([]float64, u.Geometry().Extent(u.Geometry().Dims()-1))
	}
	return func(u *gauge.Field, _ rng.Stream) (n []number, err error) {
		err = p.Measure(values, u)
		for k, name := range names {
			for t, v := range values[k] {
				if name != "" {
					n = append(n, named(fmt.Sprintf("%s[%d]", name, t), v))
				}
			}
		}
		return n, err
	}, nil
}

func measureEigenvalues(u *gauge.Field, q quarkSettings, stop func() error) (measurement, error) {
	return spectrum(u, q, stop, "eigenvalue", observe.NewEigenvalues)
}

func measureLargestEigenvalues(u *gauge.Field, q quarkSettings, stop func() error) (measurement, error) {
	return spectrum(u, q, stop, "eigenvalue_largest", observe.NewLargestEigenvalues)
}

// spectrum measures an end of the spectrum. Errors: of the command line, more than there
// are.
func spectrum(u *gauge.Field, q quarkSettings, stop func() error, name string,
	end func(op observe.NormalOperator, sites lattice.Subset, count int, tolerance float64) (*observe.Eigenvalues, error),
) (measurement, error) {
	op, err := staggered(u, q)
	if err != nil {
		return nil, err
	}
	// The error of an eigenvalue is of the order of the squared residual.
	e, err := end(op, lattice.Even, q.Eigenvalues, max(math.Sqrt(q.Tolerance), 1e-8))
	if err != nil {
		return nil, err
	}
	if err := e.Check(); err != nil {
		return nil, cli.Usage(fmt.Errorf("--eigenvalues %d: %w", q.Eigenvalues, err))
	}
	e.Stop = stop
	return func(u *gauge.Field, stream rng.Stream) (n []number, err error) {
		values, _, err := e.Measure(u, stream)
		if errors.Is(err, observe.ErrEigenvalues) {
			err = fmt.Errorf("%w (--tolerance %v is too small, or more vectors would separate them: --eigenvalues)", err, q.Tolerance)
		}
		for k, v := range values {
			n = append(n, named(fmt.Sprintf("%s[%d]", name, k), v))
		}
		return n, err
	}, nil
}
