package sampler

import (
	"fmt"
	"strings"
)

// Scheme is a symmetric splitting integrator, one step of length h being
//
//	K(k_0 h) D(d_1 h) K(k_1 h) … D(d_s h) K(k_s h),
//
// K a kick of the momenta by the force, D a drift of the links. Kicks and drifts
// each add up to one and read the same backwards.
type Scheme struct {
	Name   string
	Order  int // error of the energy at fixed trajectory length: h^Order
	Kicks  []float64
	Drifts []float64
	Source string
}

// Omelyan's minimum-norm coefficient of second order: the real root of
// 12 x^3 + … that minimises the leading error, [OMF] eq. (31), [TF] eq. (12).
const omelyan = 0.1931833275037836

// The fourth-order coefficients of [TF] eq. (24) (theta, rho, lambda there),
// "4MN5FV" with five forces a step, [OMF] eq. (71).
const (
	omelyan4Theta  = 0.08398315262876693
	omelyan4Rho    = 0.2539785108410595
	omelyan4Lambda = 0.6822365335719091
	omelyan4Mu     = -0.03230286765269967
)

// Schemes returns the integrators by name.
func Schemes() []Scheme {
	return []Scheme{Leapfrog(), Omelyan2(), Omelyan4()}
}

// Leapfrog is second order with one force a step [DKPR].
func Leapfrog() Scheme {
	return Scheme{"leapfrog", 2, []float64{0.5, 0.5}, []float64{1}, "Duane et al., Phys. Lett. B 195 (1987) 216"}
}

// Omelyan2 is the minimum-norm integrator of second order, two forces a step:
// its energy error is about a tenth of the leapfrog's at equal step.
func Omelyan2() Scheme {
	return Scheme{"omelyan2", 2, []float64{omelyan, 1 - 2*omelyan, omelyan}, []float64{0.5, 0.5}, "hep-lat/0505020 eq. (12)"}
}

// Omelyan4 is a minimum-norm integrator of fourth order, five forces a step.
func Omelyan4() Scheme {
	k := 0.5 - omelyan4Lambda - omelyan4Theta
	return Scheme{
		"omelyan4", 4,
		[]float64{omelyan4Theta, omelyan4Lambda, k, k, omelyan4Lambda, omelyan4Theta},
		[]float64{omelyan4Rho, omelyan4Mu, 1 - 2*(omelyan4Mu+omelyan4Rho), omelyan4Mu, omelyan4Rho},
		"hep-lat/0505020 eq. (24)",
	}
}

// SchemeByName returns the scheme called name. Errors: no such scheme.
func SchemeByName(name string) (Scheme, error) {
	var names []string
	for _, s := range Schemes() {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Scheme{}, fmt.Errorf("sampler: integrator %q (allowed: %s)", name, strings.Join(names, ", "))
}
