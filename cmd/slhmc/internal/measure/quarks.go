package measure

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/quark"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
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
	Action      string    `json:"action,omitempty"` // "": staggered
	Mass        float64   `json:"mass"`
	Kappa       float64   `json:"kappa,omitempty"` // 0: the mass is given
	CSW         float64   `json:"c_sw,omitempty"`
	Twist       float64   `json:"twist,omitempty"`
	Boundary    []string  `json:"boundary,omitempty"` // by direction; none: antiperiodic in time
	Theta       []float64 `json:"theta,omitempty"`
	Tolerance   float64   `json:"tolerance"`
	Noise       int       `json:"noise"`
	Eigenvalues int       `json:"eigenvalues"`
}

// solveFlags are those of everything that solves.
var solveFlags = []string{"quarks", "mass", "kappa", "c-sw", "twist", "boundary", "theta", "tolerance"}

// addQuarkFlags adds the flags that say which quarks are meant.
func addQuarkFlags(f *pflag.FlagSet, q *quarkSettings) {
	f.StringVar(&q.Action, "quarks", staggered, "quarks: staggered, wilson, or clover")
	f.Float64Var(&q.Mass, "mass", .1, "their mass; Wilson's have D = (4 + m) - 1/2 sum […]")
	f.Float64Var(&q.Kappa, "kappa", 0, "hopping parameter of Wilson quarks, in place of the mass")
	f.Float64Var(&q.CSW, "c-sw", 0, "coefficient of the clover term")
	f.Float64Var(&q.Twist, "twist", 0, "twisted mass of Wilson quarks")
	f.StringSliceVar(&q.Boundary, "boundary", nil, "their boundary conditions, periodic or antiperiodic, one for each direction, time last (default: antiperiodic in time)")
	f.Float64SliceVar(&q.Theta, "theta", nil, "angles of phases exp(i theta) at the boundaries beside, one for each direction")
	f.Lookup("theta").DefValue = "" // none
	f.Float64Var(&q.Tolerance, "tolerance", 1e-10, "relative residual of solves")
	f.IntVar(&q.Noise, "noise", 10, "noise vectors of the condensate")
	f.IntVar(&q.Eigenvalues, "eigenvalues", 10, "how many eigenvalues")
}

const staggered = "staggered"

// check says what is wrong with the settings. Errors: of the command line.
func (q *quarkSettings) check(flags *pflag.FlagSet) error {
	only := func(flag string, of ...string) error {
		if flags.Changed(flag) && !slices.Contains(of, q.Action) {
			return cli.Usage(fmt.Errorf("--%s with --quarks %s (allowed with --quarks %s)", flag, q.Action, strings.Join(of, ", ")))
		}
		return nil
	}
	if !slices.Contains(config.Names("quarks.action"), q.Action) || q.Action == "none" {
		return cli.Usage(fmt.Errorf("--quarks %s (allowed: staggered, wilson, clover)", q.Action))
	}
	if err := errors.Join(only("kappa", "wilson", "clover"), only("twist", "wilson", "clover"), only("c-sw", "clover")); err != nil {
		return err
	}
	switch {
	case flags.Changed("kappa") && flags.Changed("mass"):
		return cli.Usage(errors.New("--mass and --kappa (allowed: one of them)"))
	case flags.Changed("kappa") && !(q.Kappa > 0 && !math.IsInf(q.Kappa, 0)):
		return cli.Usage(fmt.Errorf("--kappa %v (allowed: numbers > 0)", q.Kappa))
	case !finite(q.Mass):
		return cli.Usage(fmt.Errorf("--mass %v (allowed: numbers)", q.Mass))
	case !finite(q.CSW):
		return cli.Usage(fmt.Errorf("--c-sw %v (allowed: numbers)", q.CSW))
	case !finite(q.Twist):
		return cli.Usage(fmt.Errorf("--twist %v (allowed: numbers)", q.Twist))
	case !finite(q.Theta...):
		return cli.Usage(fmt.Errorf("--theta %v (allowed: numbers)", q.Theta))
	case !(q.Tolerance >= 0x1p-52 && q.Tolerance < 1):
		return cli.Usage(fmt.Errorf("--tolerance %v (allowed: 2.3e-16, where round-off begins, to 1)", q.Tolerance))
	case q.Noise < 1:
		return cli.Usage(fmt.Errorf("--noise %d (allowed: at least 1)", q.Noise))
	case q.Eigenvalues < 1:
		return cli.Usage(fmt.Errorf("--eigenvalues %d (allowed: at least 1)", q.Eigenvalues))
	}
	for _, b := range q.Boundary {
		if !slices.Contains(config.Names("quarks.boundary"), b) {
			return cli.Usage(fmt.Errorf("--boundary %s: %q (allowed: periodic, antiperiodic, one for each direction, time last)", strings.Join(q.Boundary, ","), b))
		}
	}
	if q.Action == staggered {
		q.Action = "" // as results have it that were kept before there were others
	}
	return nil
}

func finite(numbers ...float64) bool {
	return !slices.ContainsFunc(numbers, func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) })
}

// group returns the quarks as a configuration has them. Errors: of the command line,
// another number of boundary conditions than directions.
func (q *quarkSettings) group(u *gauge.Field) (*config.Quarks, error) {
	d := u.Geometry().Dims()
	g := &config.Quarks{Action: q.Action, Mass: q.Mass, Kappa: q.Kappa, CSW: q.CSW, CSWTime: q.CSW, HopSpace: 1, Twist: q.Twist, Boundary: q.Boundary, Theta: q.Theta}
	if g.Action == "" {
		g.Action = staggered
	}
	if g.Boundary == nil {
		g.Boundary = append(slices.Repeat([]string{"periodic"}, d-1), "antiperiodic")
	}
	switch {
	case len(g.Boundary) != d:
		return nil, cli.Usage(fmt.Errorf("--boundary %s: %d conditions in %d dimensions", strings.Join(q.Boundary, ","), len(q.Boundary), d))
	case g.Theta != nil && len(g.Theta) != d:
		return nil, cli.Usage(fmt.Errorf("--theta %v: %d angles in %d dimensions", q.Theta, len(q.Theta), d))
	}
	return g, nil
}

// operator makes the Dirac operator. Errors: of the command line; of the lattice.
func operator(u *gauge.Field, q quarkSettings) (dirac.Operator, error) {
	g, err := q.group(u)
	if err != nil {
		return nil, err
	}
	return quark.Operator(u.Geometry(), u.Group(), g, config.Background{})
}

// staggeredOperator is operator for what is known of staggered quarks only.
func staggeredOperator(u *gauge.Field, q quarkSettings) (*dirac.Staggered, error) {
	op, err := operator(u, q)
	if err != nil {
		return nil, err
	}
	d, ok := op.(*dirac.Staggered)
	if !ok {
		return nil, cli.Usage(fmt.Errorf("--quarks %s (allowed: staggered)", q.Action))
	}
	return d, nil
}

func newCondensate(u *gauge.Field, q quarkSettings, stop func() error) (*observe.Condensate, *dirac.Staggered, error) {
	op, err := staggeredOperator(u, q)
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
	if q.Action == "" {
		return measureChannels(u, q, stop, []string{"pion"})
	}
	op, err := operator(u, q)
	if err != nil {
		return nil, err
	}
	p, err := observe.NewPion(op, q.Tolerance)
	if err != nil {
		return nil, err
	}
	p.Stop = stop
	g := make([]float64, u.Geometry().Extent(u.Geometry().Dims()-1))
	return func(u *gauge.Field, _ rng.Stream) (n []number, err error) {
		err = p.Measure(g, u)
		for t, v := range g {
			n = append(n, named(fmt.Sprintf("pion[%d]", t), v))
		}
		return n, err
	}, nil
}

func measureMesons(u *gauge.Field, q quarkSettings, stop func() error) (measurement, error) {
	return measureChannels(u, q, stop, []string{"", "scalar", "vector", "pseudovector"}) // the pion has an entry of its own
}

// measureChannels measures correlators of the channels of observe, in their order, and
// leaves out those without a name.
func measureChannels(u *gauge.Field, q quarkSettings, stop func() error, names []string) (measurement, error) {
	op, err := staggeredOperator(u, q)
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
	op, sites, err := normal(u, q)
	if err != nil {
		return nil, err
	}
	// The error of an eigenvalue is of the order of the squared residual.
	e, err := end(op, sites, q.Eigenvalues, max(math.Sqrt(q.Tolerance), 1e-8))
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

// normal returns D^†D: of staggered quarks on the even sites, where it has every
// eigenvalue half as often, of others on all.
func normal(u *gauge.Field, q quarkSettings) (observe.NormalOperator, lattice.Subset, error) {
	op, err := operator(u, q)
	if d, ok := op.(*dirac.Staggered); ok {
		return d, lattice.Even, err
	}
	if err != nil {
		return nil, lattice.All, err
	}
	return &product{op, op.NewField()}, lattice.All, nil
}

// product is D^†D by D and then D^†.
type product struct {
	dirac.Operator
	t *fermion.Field
}

// ApplyNormal sets dst = D^†D src, on all sites whatever the subset.
func (p *product) ApplyNormal(dst, src *fermion.Field, _ lattice.Subset) {
	p.Apply(p.t, src)
	p.ApplyDagger(dst, p.t)
}
