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
//
// A kick with a gradient g takes the force not at the links but at exp(-i g h² F) U, F
// being the force there: to the order h^3 that is the kick by the force and by its
// gradient, [B, [A, B]], which an integrator of fourth order needs if all its steps
// are to go forward [CJKS, YM]. It moves the momenta by a function of the links, so
// it keeps the volume of phase space and reads the same backwards.
type Scheme struct {
	Name      string
	Order     int // error of the energy at fixed trajectory length: h^Order
	Kicks     []float64
	Drifts    []float64
	Gradients []float64 // of each kick, 0 at the ends; nil: all 0
	Source    string
}

// gradient returns that of kick k.
func (s *Scheme) gradient(k int) float64 {
	if s.Gradients == nil {
		return 0
	}
	return s.Gradients[k]
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
	return []Scheme{Leapfrog(), Omelyan2(), Omelyan4(), ForceGradient(), ABADABA(), BADABADAB(), ABADABADABA()}
}

// Leapfrog is second order with one force a step [DKPR].
func Leapfrog() Scheme {
	return Scheme{Name: "leapfrog", Order: 2, Kicks: []float64{0.5, 0.5}, Drifts: []float64{1}, Source: "Duane et al., Phys. Lett. B 195 (1987) 216"}
}

// Omelyan2 is the minimum-norm integrator of second order, two forces a step:
// its energy error is about a tenth of the leapfrog's at equal step.
func Omelyan2() Scheme {
	return Scheme{Name: "omelyan2", Order: 2, Kicks: []float64{omelyan, 1 - 2*omelyan, omelyan}, Drifts: []float64{0.5, 0.5}, Source: "hep-lat/0505020 eq. (12)"}
}

// Omelyan4 is a minimum-norm integrator of fourth order, five forces a step.
func Omelyan4() Scheme {
	k := 0.5 - omelyan4Lambda - omelyan4Theta
	return Scheme{
		Name: "omelyan4", Order: 4,
		Kicks:  []float64{omelyan4Theta, omelyan4Lambda, k, k, omelyan4Lambda, omelyan4Theta},
		Drifts: []float64{omelyan4Rho, omelyan4Mu, 1 - 2*(omelyan4Mu+omelyan4Rho), omelyan4Mu, omelyan4Rho},
		Source: "hep-lat/0505020 eq. (24)",
	}
}

// ForceGradient is fourth order with three forces a step, two of them in the middle:
//
//	exp(h/6 B) exp(h/2 A) exp(2h/3 B + h³/72 [B,[A,B]]) exp(h/2 A) exp(h/6 B)
//
// A kick b h with c h³ [B,[A,B]] has the gradient 2 c/b: 1/24 here.
func ForceGradient() Scheme {
	return Scheme{
		Name: "force_gradient", Order: 4, Kicks: []float64{1. / 6, 2. / 3, 1. / 6}, Drifts: []float64{0.5, 0.5}, Gradients: []float64{0, 1. / 24, 0},
		Source: "arXiv:1108.1828; the gradient by a second force as in arXiv:1111.5059",
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
