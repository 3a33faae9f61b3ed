package verify

import (
	"regexp"

	"github.com/slhmc/slhmc/physics/fermion"
)

// Suite is how much is tried.
type Suite struct {
	Name   string
	Cases  int // of each law
	Volume int // most sites
	Draws  int // of statistical laws: random numbers, trajectories
}

// Quick is the suite for every day, Full that for a release and Long that for a
// weekend. Their statistical laws raise a false alarm in one suite of a million.
func Quick() Suite { return Suite{"quick", 6, 48, 250} }

// Full is described with Quick.
func Full() Suite { return Suite{"full", 40, 128, 1000} }

// Long is described with Quick.
func Long() Suite { return Suite{"long", 400, 256, 10000} }

// Suites returns the suites, the smallest first.
func Suites() []Suite { return []Suite{Quick(), Full(), Long()} }

// Option says what to try and how.
type Option func(*settings)

type settings struct {
	suite  Suite
	seed   int64
	only   *regexp.Regexp
	within Domain
	coarse bool // a failure is not shrunk

	// of the subject
	accuracy   *accuracy
	symmetries []Symmetry
	parameters []string
	trivial    func(theta []float64)
	perturb    float64 // 0: of several sizes
	against    SystemBuilder
	single     bool
	divided    bool
	gamma5     func(f *fermion.Field)

	free         func(c Case) []complex128
	identical    SystemBuilder
	twinAction   TwinAction
	twinOperator TwinOperator
	twinLayer    TwinLayer
	shared       LayerBuilder
	by           IntegratorBuilder
	starts       Starts
	rule         Rule    // nil: Metropolis
	local        bool    // updates without dH
	persists     float64 // the factor of the momenta; 0: they are drawn anew
}

func newSettings(options []Option) settings {
	o := settings{suite: Quick(), seed: 1, by: dynamics}
	for _, option := range options {
		option(&o)
	}
	return o
}

// With chooses the suite; the quick one without.
func With(s Suite) Option { return func(o *settings) { o.suite = s } }

// Seed sets the master seed, which is 1 otherwise.
func Seed(seed int64) Option { return func(o *settings) { o.seed = seed } }

// Only leaves out the laws whose full name does not match.
func Only(pattern *regexp.Regexp) Option { return func(o *settings) { o.only = pattern } }

// Within restricts the cases: those values of d that are not zero.
func Within(d Domain) Option { return func(o *settings) { o.within = d } }

// Smooth restricts the cases to links of at most this roughness; 0: any. It stands after
// Within.
func Smooth(roughness float64) Option { return func(o *settings) { o.within.Smooth = roughness } }

// Coarse reports a failing case as it was drawn, without shrinking it.
func Coarse() Option { return func(o *settings) { o.coarse = true } }

// accuracy is the relative errors that the tolerance of solves may leave.
type accuracy struct{ value, force float64 }

// Accuracy says which relative errors the tolerance of solves may leave in the
// values and forces of a subject; 1e-9 for pseudofermions and 0 for the rest
// without this option.
func Accuracy(value, force float64) Option {
	return func(o *settings) { o.accuracy = &accuracy{value, force} }
}

// Has names the symmetries that the subject claims beyond gauge covariance.
func Has(s ...Symmetry) Option {
	return func(o *settings) { o.symmetries = append(o.symmetries, s...) }
}

// Divided adds that two processes, each with a half of the lattice, compute what one
// does.
func Divided() Option { return func(o *settings) { o.divided = true } }

// Trivial says at which weights a layer is the identity; all zero without.
func Trivial(set func(theta []float64)) Option { return func(o *settings) { o.trivial = set } }

// Perturb says how large the noise is that is added to the weights of a layer; 0.02, 0.1
// or 0.3 without.
func Perturb(size float64) Option { return func(o *settings) { o.perturb = size } }

// wants reports whether a law is to be tried.
func (o settings) wants(s Subject, law Law) bool {
	if fixed := s.Domain.and(o.within).Fixed; law.Strict && fixed != nil && fixed.Volume() > law.Volume {
		return false
	}
	return o.only == nil || o.only.MatchString(fullName(s.Name, law.Name))
}

// solves returns the accuracy, or what is usual.
func (o settings) solves(value, force float64) accuracy {
	if o.accuracy == nil {
		return accuracy{value, force}
	}
	return *o.accuracy
}

// domain returns the cases on which a law is tried.
func (o settings) domain(s Subject, law Law) Domain {
	d := s.Domain.and(o.within)
	if d.Cases == 0 {
		d.Cases = o.suite.Cases
	}
	if d.Volume == 0 {
		d.Volume = o.suite.Volume
	}
	if d.Draws == 0 {
		d.Draws = o.suite.Draws
	}
	d.Cases = max(1, d.Cases/max(1, law.Cost))
	if law.Volume > 0 {
		d.Volume = min(d.Volume, law.Volume)
	}
	return d
}
