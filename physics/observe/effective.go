package observe

import "math"

// EffectiveMass returns the mass that a correlator which is symmetric about the middle
// of the lattice shows at the middle of three neighbouring times,
//
//	cosh m = (G(t-1) + G(t+1)) / (2 G(t)),
//
// NaN where there is none: the noise of G can make the right-hand side less than 1.
// A staggered correlator that alternates in sign wants times two apart, and half of m.
func EffectiveMass(before, here, after float64) float64 {
	return math.Acosh((before + after) / (2 * here))
}

// Potential returns the energy of two static charges at a distance R, as the loops of
// two neighbouring times show it,
//
//	V(R) = ln( W(R,T) / W(R,T+1) ),
//
// NaN where the loops have no common sign.
func Potential(w, later float64) float64 { return math.Log(w / later) }
