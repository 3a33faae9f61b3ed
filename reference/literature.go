package reference

// Result is a number published or computed elsewhere that a correct program
// reproduces within its error.
type Result struct {
	System     string // gauge group, quarks, lattice
	Setting    string // couplings, masses, boundary
	Observable string
	Value      float64
	Error      float64 // one standard deviation, or a rounding unit; 0: none was given
	Source     string
}

// Literature returns the table of Monte Carlo results from elsewhere. Polyakov
// loops are traces, not divided by N; condensates are (1/V) Tr D^{-1} of one
// staggered field.
func Literature() []Result {
	const (
		talk         = "talk on self-learning HMC with gauge-covariant networks, and [Tomiya-Nagai] arXiv:2103.11965"
		scratch      = "independent HMC program, same system"
		quenched     = "independent heat-bath program"
		boyd         = "G. Boyd et al., hep-lat/9602007"
		reweighted   = "quenched heat bath reweighted with dense determinants, no HMC involved"
		su2          = "SU(2), Nf=4 staggered, 4^4"
		su2Setting   = "beta 2.7, m 0.3, antiperiodic time"
		small        = "SU(2), one-link staggered, 2^4"
		smallSetting = "beta 2.7, m 1, antiperiodic time"
	)
	return []Result{
		{su2, su2Setting, "plaquette, HMC", 0.7025, 0.0001, talk},
		{su2, su2Setting, "plaquette, SLHMC", 0.7023, 0.0002, talk},
		{su2, su2Setting, "plaquette", 0.70253, 0.00010, scratch},
		{su2, su2Setting, "Polyakov loop (trace), HMC", 0.82, 0.01, talk},
		{su2, su2Setting, "Polyakov loop (trace), SLHMC", 0.83, 0.01, talk},
		{su2, su2Setting, "Polyakov loop (trace)", 0.808, 0.013, scratch},
		{su2, su2Setting, "condensate, HMC", 0.4245, 0.0005, talk},
		{su2, su2Setting, "condensate, SLHMC", 0.4241, 0.0005, talk},
		{su2, su2Setting, "condensate", 0.4236, 0.0004, scratch},
		{su2, su2Setting + "; MD mass 0.4, 2 layers, 6 weights", "acceptance", 0.4, 0, talk},
		{su2, su2Setting + "; 8 Omelyan steps", "acceptance, HMC", 0.98, 0, talk},
		{"SU(2), Nf=2 domain wall, 4^4, N5=4", "beta 2.7, m 0.1; MD mass 0.12", "acceptance", 0.5, 0, talk + " (preliminary)"},
		{"SU(2), quenched, 4^4", "beta 2.7", "plaquette", 0.687145, 0.000047, quenched},
		{"SU(2), quenched, 4^4", "beta 2.3", "plaquette", 0.60940, 0.00021, quenched},
		{"SU(3), quenched, 4^4", "beta 5.7", "plaquette", 0.56015, 0.00022, quenched},
		{"SU(3), quenched, 16^4", "beta 6.0", "plaquette", 0.593678, 0.000024, boyd},
		{small + ", Nf=2", smallSetting, "plaquette", 0.706321, 0.000075, reweighted},
		{small + ", Nf=2", smallSetting, "condensate", 0.601016, 0.000333, reweighted},
		{small + ", Nf=4", smallSetting, "plaquette", 0.712495, 0.000136, reweighted},
		{small + ", Nf=4", smallSetting, "condensate", 0.540471, 0.000246, reweighted},
	}
}
