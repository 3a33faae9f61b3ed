package verify

import (
	"maps"
	"slices"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/physics/rational"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/solver"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/sampler"
)

// BuiltIn returns what the module has, as subjects: one line each.
func BuiltIn() []Subject {
	even := Within(Domain{Even: true})
	quarks := func(s ...Symmetry) []Option {
		return []Option{even, Accuracy(1e-11, 1e-10), Has(Staggered()...), Has(s...), Parameters("mass"), Divided(), TwinOfAction(TwinQuarks)}
	}
	powers := NewPowers()
	subjects := []Subject{
		OfExponential("exponential", GroupFunctions()),
		OfRandom("random numbers", Generator()),
		OfSum("sums", Compensated()),
		OfAction("rectangle action", BuildRectangle, Has(Hypercubic()...), Divided(), TwinOfAction(TwinRectangle)),
		OfAction("anisotropic gauge action", BuildAnisotropicGauge, Has(Translations, Reflections, ChargeConjugation), Divided(), TwinOfAction(TwinAnisotropicGauge)),
		OfAction("loop action", BuildLoops, Has(Translations, ChargeConjugation), Divided(), TwinOfAction(twinLoops)),
		OfOperator("staggered operator", BuildStaggered, even, Parameters("mass"), Divided(), Hermitian(Epsilon), Has(Boundary, Shifts), Has(Staggered()...), TwinOfOperator(TwinStaggered), Free(FreeStaggered)),
		OfOperator("staggered operator in a magnetic field", BuildMagnetic, even, Divided(), Hermitian(Epsilon), Has(Boundary), TwinOfOperator(TwinMagnetic)),
		OfOperator("staggered operator at imaginary potential", BuildImaginary, even, Divided(), Hermitian(Epsilon), Has(Boundary), TwinOfOperator(TwinImaginary), Free(FreeImaginary)),
		OfOperator("staggered operator of isospin", BuildIsospin, even, Parameters("mass"), Divided(), Has(Boundary, Shifts, ChargeConjugation), TwinOfOperator(TwinIsospin)),
		OfOperator("staggered operator of isospin, in a magnetic field", BuildMagneticIsospin, even, Divided(), Has(Boundary), TwinOfOperator(TwinMagneticIsospin)),
		OfOperator("staggered operator of isospin, even-odd", BuildSchur(BuildIsospin), even, Divided(), Has(Boundary, EvenTranslations)),
		OfOperator("Wilson operator", BuildWilson, Divided(), Hermitian(Gamma5), Parameters("mass"), Has(Boundary, Translations), TwinOfOperator(TwinWilson), Free(FreeWilson)),
		OfOperator("anisotropic Wilson operator", BuildAnisotropic, Divided(), Hermitian(Gamma5), Parameters("mass"), Has(Boundary, Translations), TwinOfOperator(TwinAnisotropic)),
		OfOperator("anisotropic Wilson operator, even-odd", BuildSchur(BuildAnisotropic), even, Divided(), Parameters("mass"), Has(Boundary, EvenTranslations)),
		OfOperator("twisted mass operator", BuildTwisted, Divided(), Parameters("mass", "twist"), Has(Boundary, Translations), TwinOfOperator(TwinTwisted)),
		OfOperator("Wilson operator, even-odd", BuildSchur(BuildWilson), even, Divided(), Has(Boundary, EvenTranslations)),
		OfOperator("twisted mass operator, even-odd", BuildSchur(BuildTwisted), even, Divided(), Parameters("mass", "twist"), Has(Boundary, EvenTranslations)),
		OfOperator("clover operator", BuildClover, Divided(), Hermitian(Gamma5), Parameters("mass", "csw"), Has(Boundary, Translations), TwinOfOperator(TwinClover), Free(FreeWilson)),
		OfOperator("clover operator, even-odd", BuildSchur(BuildClover), even, Divided(), Parameters("mass", "csw"), Has(Boundary, EvenTranslations)),
		OfOperator("twisted clover operator", BuildTwistedClover, Divided(), Parameters("mass", "twist", "csw"), Has(Boundary, Translations), TwinOfOperator(TwinTwistedClover)),
		OfOperator("twisted clover operator, even-odd", BuildSchur(BuildTwistedClover), even, Divided(), Parameters("mass", "twist", "csw"), Has(Boundary, EvenTranslations)),
		OfAction("clover determinant", BuildCloverDeterminant, even, Has(EvenTranslations), Divided()),
		OfPseudofermion("clover action, even-odd", BuildSchurQuarks(BuildTwistedClover), even, Accuracy(1e-11, 1e-10), Has(EvenTranslations), Divided()),
		OfPseudofermion("Wilson action, all sites", BuildWilsonQuarks, Within(Domain{Volume: 24}), Accuracy(1e-11, 1e-10), Has(Translations), Divided(), TwinOfAction(TwinWilsonQuarks)),
		OfPseudofermion("twisted mass action, even-odd", BuildSchurQuarks(BuildTwisted), even, Accuracy(1e-11, 1e-10), Has(EvenTranslations), Divided()),
		OfPseudofermion("staggered action, even sites", BuildQuarks(lattice.Even), quarks()...),
		OfPseudofermion("staggered action, all sites", BuildQuarks(lattice.All), quarks(Shifts)...),
		OfPseudofermion("staggered ratio, even sites", BuildRatio(BuildStaggered, lattice.Even), even, Accuracy(1e-11, 1e-10), Has(Staggered()...), Parameters("mass", "heavy mass"), Divided(), TwinOfAction(TwinRatio(TwinStaggered))),
		OfPseudofermion("staggered ratio, all sites", BuildRatio(BuildStaggered, lattice.All), even, Accuracy(1e-11, 1e-10), Has(Staggered()...), Parameters("mass", "heavy mass"), TwinOfAction(TwinRatio(TwinStaggered))),
		OfPseudofermion("Wilson ratio, all sites", BuildRatio(BuildWilson, lattice.All), Within(Domain{Volume: 24}), Accuracy(1e-11, 1e-10), Has(Translations), Parameters("mass", "heavy mass"), TwinOfAction(TwinRatio(TwinWilson))),
		OfPseudofermion("twisted mass ratio, even-odd", BuildRatio(BuildSchur(BuildTwisted), lattice.Even), even, Accuracy(1e-11, 1e-10), Has(EvenTranslations), Parameters("mass", "twist", "heavy mass", "heavy twist"), Divided()),
		OfPseudofermion("staggered rational action, Nf = 2", powers.Rational(BuildStaggered, lattice.Even, rational.Power{Num: 1, Den: 2}), even, Accuracy(1e-10, 1e-9), Has(Staggered()...), Parameters("mass"), Divided(), TwinOfAction(TwinRational(TwinStaggered, rational.Power{Num: 1, Den: 2}, false))),
		OfPseudofermion("staggered rational ratio, Nf = 1", powers.Ratio(BuildStaggered, lattice.Even, rational.Power{Num: 1, Den: 4}), even, Accuracy(1e-10, 1e-9), Has(Staggered()...), Parameters("mass", "heavy mass"), TwinOfAction(TwinRational(TwinStaggered, rational.Power{Num: 1, Den: 4}, true))),
		OfPseudofermion("Wilson rational action, Nf = 1", powers.Rational(BuildWilson, lattice.All, rational.Power{Num: 1, Den: 2}), Within(Domain{Volume: 12, Draws: 60}), Accuracy(1e-10, 1e-9), Has(Translations), TwinOfAction(TwinRational(TwinWilson, rational.Power{Num: 1, Den: 2}, false))),
		OfPseudofermion("Wilson rational action, Nf = 1, even-odd", powers.Rational(BuildSchur(BuildWilson), lattice.Even, rational.Power{Num: 1, Den: 2}), Within(Domain{Even: true, Volume: 24, Draws: 60}), Accuracy(1e-10, 1e-9), Has(EvenTranslations), Parameters("mass"), Divided()),
		OfPseudofermion("staggered action in a magnetic field", BuildMagneticQuarks, even, Accuracy(1e-11, 1e-10), Divided()),
		OfPseudofermion("staggered action of isospin, all sites", BuildIsospinQuarks, even, Accuracy(1e-11, 1e-10), Has(Shifts), Divided(), TwinOfAction(TwinIsospinQuarks)),
		OfPseudofermion("Wilson quotient, Nf = 1, even-odd", powers.Quotient(BuildSchur(BuildWilson), lattice.Even, rational.Power{Num: 1, Den: 2}), Within(Domain{Even: true, Volume: 24, Draws: 60}), Accuracy(1e-10, 1e-9), Has(EvenTranslations), Parameters("mass", "heavy mass"), Divided()),
		OfPseudofermion("effective action", BuildEffective, even, Accuracy(1e-11, 1e-10), Has(EvenTranslations, StaggeredReflections, ChargeConjugation)),
		OfLayer("stout layer", BuildStout(covnet.Shared), Has(Translations, ChargeConjugation), TwinOfLayer(TwinStout(covnet.Shared))),
		OfLayer("stout layer, per direction", BuildStout(covnet.PerDirection), Has(Translations, ChargeConjugation), TwinOfLayer(TwinStout(covnet.PerDirection)), Shares(BuildStout(covnet.Shared))),
		OfLayer("stout layer, per site", BuildStout(covnet.PerSite), Has(ChargeConjugation), TwinOfLayer(TwinStout(covnet.PerSite)), Shares(BuildStout(covnet.Shared))),
		OfLayer("stout layer, local", BuildLocalStout, Has(Translations, Reflections, ChargeConjugation), Divided()),
		OfLayer("isotropic network", BuildIsotropic, Has(Hypercubic()...)),
		OfLayer("talk network", BuildTalk, Has(Translations, Reflections, ChargeConjugation), TwinOfLayer(TwinTalk)),
		OfSolver("conjugate gradients", BuildCG),
		OfMultiSolver("multi-shift conjugate gradients", func(most int) solver.MultiSolver { return &solver.MultiShift{MaxIterations: most} }),
		OfMultiSolver("multi-shift conjugate gradients, mixed precision", func(most int) solver.MultiSolver { return &solver.MixedMultiShift{MaxIterations: most} }),
		OfApproximation("rational approximations", rational.Within),
		OfNoise("Gaussian noise", allSites((*fermion.Field).Gaussian), true),
		OfNoise("Z2 noise", allSites((*fermion.Field).Z2), false),
		OfObservable("plaquette", MeasurePlaquette, TwinPlaquette, 0),
		OfObservable("Polyakov loop", MeasurePolyakov, TwinPolyakov, 0),
		OfObservable("pion", MeasurePion, TwinPion, 1e-9, even),
		OfObservable("pion of Wilson quarks", MeasureWilsonPion, TwinWilsonPion, 1e-9, Within(Domain{Volume: 24})),
	}
	subjects = append(subjects,
		OfFiles("ILDG files", FormatFiles(format.Encoding{Kind: format.ILDG})),
		OfFiles("SciDAC files, single precision", FormatFiles(format.Encoding{Kind: format.SciDAC, Precision: 32})),
		OfFiles("NERSC files", FormatFiles(format.Encoding{Kind: format.NERSC, Precision: 64})),
		OfFiles("MILC files", FormatFiles(format.Encoding{Kind: format.MILC}), Within(Domain{Groups: []string{"SU(3)"}})),
		OfStore("checkpoints", Checkpoints()),
	)
	subjects = append(subjects, kernelSubjects()...)
	subjects = append(subjects, OfDynamics("motion of Wilson quarks", BuildWilsonMotion))
	for _, s := range sampler.Schemes() {
		subjects = append(subjects, OfScheme(s.Name, s))
	}
	optimizers := Optimizers()
	for _, name := range slices.Sorted(maps.Keys(optimizers)) {
		subjects = append(subjects, OfOptimizer(name, optimizers[name]))
	}
	// the force loss takes one derivative by differences of 1e-4
	return append(subjects,
		OfTrainable("trainable guide", BuildPupil, 1e-8, even),
		OfTraining("action loss", BuildPupil, func() sampler.Loss { return sampler.ActionLoss{} }, 1e-8, even),
		OfTraining("delta loss", BuildPupil, func() sampler.Loss { return sampler.DeltaLoss{} }, 1e-8, even),
		OfTraining("force loss", BuildPupil, func() sampler.Loss { return &sampler.ForceLoss{} }, 1e-5, even),
		OfSampler("HMC, U(1) gauge fields", BuildTorus, small("U(1)", 3), From(TorusStart)),
		OfSampler("HMC, SU(2) gauge fields", BuildTorus, small("SU(2)", 3), From(TorusStart)),
		OfSampler("HMC, SU(3) gauge fields", BuildTorus, small("SU(3)", 3), From(TorusStart)),
		OfSampler("HMC, quarks", BuildTalkHMC, small("SU(2)", 4)),
		OfSampler("HMC, Wilson quarks", BuildWilsonHMC(false), small("SU(2)", 3)),
		OfSampler("HMC, Wilson quarks, even-odd", BuildWilsonHMC(true), small("SU(3)", 2)),
		OfSampler("HMC, clover quarks, even-odd", BuildCloverHMC, small("SU(3)", 2)),
		OfSampler("HMC, staggered ratio", BuildSplitHMC(BuildStaggered, lattice.Even), small("SU(2)", 4)),
		OfSampler("HMC, Wilson ratio, even-odd", BuildSplitHMC(BuildSchur(BuildWilson), lattice.Even), small("SU(2)", 2)),
		OfSampler("RHMC, staggered quarks, Nf = 2", powers.HMC(BuildStaggered, lattice.Even, rational.Power{Num: 1, Den: 1}, 2), small("SU(2)", 4)),
		OfSampler("RHMC, Wilson quarks, Nf = 1, even-odd", powers.HMC(BuildSchur(BuildWilson), lattice.Even, rational.Power{Num: 1, Den: 2}, 1), small("SU(2)", 2)),
		OfSampler("SLHMC", BuildTalkSLHMC(0.05), small("SU(2)", 4), Against(BuildTalkHMC)),
		OfSampler("SLHMC, the target as guide", BuildTalkTarget(true), small("SU(2)", 4), Single(), Identical(BuildTalkTarget(false))),
		OfSampler("SLHMC, bad weights", BuildTalkSLHMC(0.15), small("SU(2)", 4), From(QuarkStart), Against(BuildTalkHMC)),
	)
}

// small are the cases of chains: an L x L torus.
func small(group string, l int) Option {
	return Within(Domain{Fixed: &Case{Group: group, Extents: []int{l, l}, Boundary: []int{1, -1}, Beta: 1.5, Mass: 0.7}})
}

// BuildRectangle makes the plaquette and rectangle action of a case.
func BuildRectangle(c Case, geo *lattice.Geometry) (action.Action, error) {
	return gauge.NewRectangleAction(geo, c.GaugeGroup(), c.Beta, c.C1)
}

// TwinRectangle is that action by the reference.
func TwinRectangle(c Case, _ action.Action, u *reference.Links) (reference.Real, float64, error) {
	return reference.GaugeAction(u, c.Beta, reference.RectangleAction(u.Dim(), c.C1)), 0, nil
}

// oddLoops are loops of no symmetry: one that passes its links twice, a square of
// side two and, above two dimensions, a chair.
func oddLoops(d int) []gauge.Loop {
	loops := []gauge.Loop{
		{Path: gauge.Path{1, 2, -1, -2, 1, 2, -1, -2}, Coefficient: -.5},
		{Path: gauge.Path{1, 1, 2, 2, -1, -1, -2, -2}, Coefficient: .3},
	}
	if d > 2 {
		loops = append(loops, gauge.Loop{Path: gauge.Path{1, 2, 3, -1, -2, -3}, Coefficient: .7})
	}
	return loops
}

// BuildLoops makes an action of plaquettes and loops of no symmetry.
func BuildLoops(c Case, geo *lattice.Geometry) (action.Action, error) {
	return gauge.NewAction(geo, c.GaugeGroup(), c.Beta, append(oddLoops(geo.Dims()), gauge.Plaquettes(geo.Dims(), 1)...))
}

func twinLoops(c Case, _ action.Action, u *reference.Links) (reference.Real, float64, error) {
	var terms []reference.LoopTerm
	for _, l := range append(oddLoops(u.Dim()), gauge.Plaquettes(u.Dim(), 1)...) {
		terms = append(terms, reference.LoopTerm{Coefficient: l.Coefficient, Loops: [][]int{l.Path}})
	}
	return reference.GaugeAction(u, c.Beta, terms), 0, nil
}

// BuildStaggered makes the staggered operator of a case.
func BuildStaggered(c Case, geo *lattice.Geometry) (dirac.Operator, error) {
	return dirac.NewStaggered(geo, c.GaugeGroup(), c.Mass, c.Boundary)
}

// TwinStaggered is the matrix of that operator by the reference.
func TwinStaggered(c Case, u *reference.Links) (*reference.Operator, error) {
	return reference.Staggered(u, c.Mass, c.Phases()), nil
}

// FreeStaggered returns the eigenvalues of the staggered operator on unit links.
func FreeStaggered(c Case) []complex128 {
	return reference.FreeStaggeredSpectrum(c.Extents, c.GaugeGroup().N(), c.Mass, c.Phases())
}

// BuildQuarks makes the staggered pseudofermion action of a case on a subset.
func BuildQuarks(s lattice.Subset) PseudofermionBuilder {
	return func(c Case, geo *lattice.Geometry) (action.Pseudofermion, error) {
		d, err := BuildStaggered(c, geo)
		if err != nil {
			return nil, err
		}
		return action.NewTwoFlavour(d, s, action.Tolerances{Action: 1e-13, Force: 1e-13, MaxIterations: 5000})
	}
}

// TwinQuarks is the staggered action of the phi that a holds, by dense inversion.
func TwinQuarks(c Case, a action.Action, u *reference.Links) (reference.Real, float64, error) {
	s, err := reference.PseudofermionAction(reference.Staggered(u, c.Mass, c.Phases()), Vector(a.(withPhi).Phi()))
	d := float64(u.Dim())
	return s, 1e-12 * (1 + d*d/(c.Mass*c.Mass)), err // the condition of D^†D
}

// Smeared is a pseudofermion action seen through a network: an effective action
// with the heat bath of its own, phi drawn at the network's output.
type Smeared struct {
	*covnet.Effective
	Thin action.Pseudofermion // the action that the network's output goes to
}

// Refresh draws phi.
func (e Smeared) Refresh(u *gauge.Field, s rng.Stream) (float64, error) {
	return e.Thin.Refresh(e.Network().Forward(u), s)
}

// Components returns the number of complex components of phi.
func (e Smeared) Components() int { return e.Thin.Components() }

// Transform rotates phi.
func (e Smeared) Transform(t *gauge.Transformation) { e.Thin.Transform(t) }

// Phi returns phi.
func (e Smeared) Phi() *fermion.Field { return e.Thin.(withPhi).Phi() }

// BuildEffective makes the staggered action seen through the talk's network with
// small random weights.
func BuildEffective(c Case, geo *lattice.Geometry) (action.Pseudofermion, error) {
	s, err := BuildQuarks(lattice.Even)(c, geo)
	if err != nil {
		return nil, err
	}
	u := gauge.NewField(geo, c.GaugeGroup())
	net, err := covnet.NewTalkNetwork(u)
	if err != nil {
		return nil, err
	}
	e := Smeared{covnet.NewEffective(u, net, s), s}
	return e, e.SetParams(weights(c, net.NumParams(), 0.05))
}

func weights(c Case, n int, size float64) []float64 {
	w, r := make([]float64, n), c.Draw("network")
	for i := range w {
		w[i] = size * r.Normal()
	}
	return w
}

// BuildStout makes a stout layer of plaquettes, rectangles, winding lines and
// loops of no symmetry.
func BuildStout(sharing covnet.Sharing) LayerBuilder {
	return func(c Case, geo *lattice.Geometry) (covnet.Layer, error) {
		u := gauge.NewField(geo, c.GaugeGroup())
		return covnet.NewStout(u, sharing, covnet.PlaquetteTerm(geo.Dims()), covnet.RectangleTerm(geo.Dims()),
			covnet.PolyakovTerm("polyakov", geo, func(int) bool { return true }), covnet.LoopTerm("loops", geo.Dims(), oddLoops(geo.Dims())))
	}
}

// BuildLocalStout makes a stout layer of plaquettes and rectangles: it reaches no
// farther than two sites, and the lattice may be divided in any direction.
func BuildLocalStout(c Case, geo *lattice.Geometry) (covnet.Layer, error) {
	return covnet.NewStout(gauge.NewField(geo, c.GaugeGroup()), covnet.PerDirection, covnet.PlaquetteTerm(geo.Dims()), covnet.RectangleTerm(geo.Dims()))
}

// TwinStout is that layer by the reference.
func TwinStout(sharing covnet.Sharing) TwinLayer {
	return func(_ Case, theta []reference.Real, u *reference.Links) *reference.Links {
		d := u.Dim()
		each := map[covnet.Sharing]int{covnet.Shared: 1, covnet.PerDirection: d, covnet.PerSite: d * u.Volume()}[sharing]
		rho := func(term int, c float64) reference.Rho {
			return func(site, mu int) reference.Real {
				k := term * each
				switch sharing {
				case covnet.PerDirection:
					k += mu
				case covnet.PerSite:
					k += mu*u.Volume() + site
				}
				return theta[k].Scale(c)
			}
		}
		layer := reference.Layer{reference.PlaquetteStaples(d, rho(0, 1)), reference.RectangleStaples(d, rho(1, 1)), reference.PolyakovStaples(u.Extents, rho(2, 1))}
		for _, l := range oddLoops(d) {
			layer = append(layer, reference.LoopStaples(d, [][]int{l.Path}, rho(3, l.Coefficient)))
		}
		return layer.Forward(u)
	}
}

// BuildTalk makes the talk's network.
func BuildTalk(c Case, geo *lattice.Geometry) (covnet.Layer, error) {
	net, err := covnet.NewTalkNetwork(gauge.NewField(geo, c.GaugeGroup()))
	if err != nil {
		return nil, err
	}
	return OfNetwork(net), nil
}

// BuildIsotropic makes a network of two layers without a preferred direction.
func BuildIsotropic(c Case, geo *lattice.Geometry) (covnet.Layer, error) {
	u := gauge.NewField(geo, c.GaugeGroup())
	var layers []covnet.Layer
	for range 2 {
		l, err := covnet.NewStout(u, covnet.Shared, covnet.PlaquetteTerm(geo.Dims()), covnet.RectangleTerm(geo.Dims()),
			covnet.PolyakovTerm("polyakov", geo, func(int) bool { return true }))
		if err != nil {
			return nil, err
		}
		layers = append(layers, l)
	}
	return OfNetwork(covnet.NewNetwork(u, layers...)), nil
}

// BuildCG makes the conjugate gradients.
func BuildCG(tolerance float64, iterations int) LinearSolver {
	return &solver.CG{Tolerance: tolerance, MaxIterations: iterations}
}

// TwinTalk is the talk's network by the reference.
func TwinTalk(_ Case, theta []reference.Real, u *reference.Links) *reference.Links {
	net := reference.Network{reference.TalkLayer(u.Extents, theta[0], theta[1], theta[2]), reference.TalkLayer(u.Extents, theta[3], theta[4], theta[5])}
	return net.Forward(u)
}

// MeasurePlaquette measures the average plaquette.
func MeasurePlaquette(_ Case, u *gauge.Field) ([]float64, error) {
	return []float64{observe.NewPlaquette(u.Geometry(), u.Group()).Measure(u)}, nil
}

// TwinPlaquette is the average plaquette by the reference.
func TwinPlaquette(_ Case, u *reference.Links) ([]float64, error) {
	return []float64{reference.Plaquette(u).V}, nil
}

// MeasurePolyakov measures the average Polyakov loop, real and imaginary part.
func MeasurePolyakov(_ Case, u *gauge.Field) ([]float64, error) {
	p, err := observe.NewPolyakovLoop(u.Geometry(), u.Group(), u.Geometry().Dims()-1)
	if err != nil {
		return nil, err
	}
	z := p.Trace(u)
	return []float64{real(z), imag(z)}, nil
}

// TwinPolyakov is the average Polyakov loop by the reference.
func TwinPolyakov(_ Case, u *reference.Links) ([]float64, error) {
	z := reference.PolyakovLoop(u, u.Dim()-1).V
	return []float64{real(z), imag(z)}, nil
}

// MeasurePion measures the correlator of the staggered pion.
func MeasurePion(c Case, u *gauge.Field) ([]float64, error) {
	d, err := dirac.NewStaggered(u.Geometry(), u.Group(), c.Mass, c.Boundary)
	if err != nil {
		return nil, err
	}
	p, err := observe.NewMesons(d, 1e-12)
	if err != nil {
		return nil, err
	}
	g := make([]float64, u.Geometry().Extent(u.Geometry().Dims()-1))
	return g, p.Measure([][]float64{g}, u)
}

// TwinPion is that correlator by dense inversion.
func TwinPion(c Case, u *reference.Links) ([]float64, error) {
	n, err := reference.NewNormal(reference.Staggered(u, c.Mass, c.Phases()))
	if err != nil {
		return nil, err
	}
	return n.Pion(u), nil
}
