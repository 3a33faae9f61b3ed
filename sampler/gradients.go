package sampler

// The schemes of this file are of fourth order with gradients, named as in [SFGK] by a
// step's drifts (A), kicks (B) and kicks with a gradient (D): of each number of its stages
// the one with the smallest Eff = 1/(n^4 E), n being forces a step and E the norm of the four
// coefficients of h^5 that are left where [B,[B,[A,B]]] = 0 [OMF]. E n^4 is 0.0169 for the
// fourth-order one of [OMF] and 0.0578 for BADAB, which is ForceGradient.
//
// Coefficients are those of the authors' openQCD (github.com/KevinSchaefers/openQCD_force-gradient,
// modules/update/mdsteps.c), to 15 digits; the last of each kind is what the others
// leave. The gradient of a kick b with their c is 2 c/b. TestSchemesInTheFreeAlgebra
// finds their order and E.

// ABADABA has four forces a step: E n^4 = 0.0362.
func ABADABA() Scheme {
	const a, b, c = 0.089775972994422, 0.247597680043986, 0.006911440413815
	return gradients("abadaba", []float64{0, b, 1 - 2*b}, []float64{a, 0.5 - a}, []float64{0, 0, c})
}

// BADABADAB has six forces a step: E n^4 = 0.00842.
func BADABADAB() Scheme {
	const a, b0, b1, c = 0.219039425103133, 0.068466565514186, 0.311000565033563, 0.001602470431500
	return gradients("badabadab", []float64{b0, b1, 1 - 2*(b0+b1)}, []float64{a, 0.5 - a}, []float64{0, c, 0})
}

// ABADABADABA has seven forces a step: E n^4 = 0.00323. All its steps go forward.
func ABADABADABA() Scheme {
	const a0, a1, b0, b1, c = 0.062702644098210, 0.193174566017780, 0.149293739165427, 0.220105234408407, 0.000966194415594
	return gradients("abadabadaba", []float64{0, b0, b1, 1 - 2*(b0+b1)}, []float64{a0, a1, 0.5 - a0 - a1}, []float64{0, 0, c, 0})
}

// gradients returns the scheme of which these are the first half: kicks b and their
// coefficients c up to the one in the middle, and drifts a before it.
func gradients(name string, b, a, c []float64) Scheme {
	s := Scheme{Name: name, Order: 4, Source: "arXiv:2403.10370"}
	for k := range 2*len(b) - 1 {
		i := min(k, 2*len(b)-2-k)
		g := 0.
		if c[i] != 0 {
			g = 2 * c[i] / b[i]
		}
		s.Kicks, s.Gradients = append(s.Kicks, b[i]), append(s.Gradients, g)
	}
	for k := range 2 * len(a) {
		s.Drifts = append(s.Drifts, a[min(k, 2*len(a)-1-k)])
	}
	return s
}
