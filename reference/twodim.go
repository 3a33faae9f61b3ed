package reference

import (
	"fmt"
	"math"
)

// Plaquette2D returns the exact average plaquette <Re tr P / N> of the Wilson
// action with coupling beta on a two-dimensional torus of `volume` sites,
// SU(N) or U(1) (N = 1):
//
//	Z = sum_r c_r^V,   <P> = (1/V) d ln Z / d beta.
//
// Cost grows like the number of Young diagrams: fast up to SU(4), beta/N of
// about 10. It panics for N < 1, beta <= 0 or volume < 1.
// Source: [Migdal]; [DZ, section 3.1] for c_r.
func Plaquette2D(n int, beta float64, volume int) float64 {
	if volume < 1 {
		panic("reference: a torus has at least one plaquette")
	}
	reps, c0 := characters(n, beta)
	var z Real // Z / c_0^V
	for _, r := range reps {
		z = z.Add(r.ratio.Pow(volume))
	}
	return c0.Log().D + z.Log().D/float64(volume)
}

// WilsonLoop2D returns the exact <Re tr W / N> of a contractible simple loop
// that encloses `area` plaquettes of a torus of `volume` plaquettes:
//
//	<W> = (1/(N Z)) sum_r sum_{s in r x f} (d_s/d_r) c_r^(V-A) c_s^A,
//
// r outside, s inside the loop. Area 1 is the plaquette. Panics as Plaquette2D,
// and unless 0 <= area <= volume. Source: [Migdal].
func WilsonLoop2D(n int, beta float64, volume, area int) float64 {
	if volume < 1 || area < 0 || area > volume {
		panic("reference: a loop encloses part of the torus")
	}
	reps, _ := characters(n, beta)
	index := map[string]character{}
	for _, r := range reps {
		index[fmt.Sprint(r.rows)] = r
	}
	z, w := 0.0, 0.0
	for _, r := range reps {
		z += math.Pow(r.ratio.V, float64(volume))
		for _, key := range r.withBox() {
			s := index[key] // absent beyond the cut: contributes 0
			w += s.dim / r.dim * math.Pow(r.ratio.V, float64(volume-area)) * math.Pow(s.ratio.V, float64(area))
		}
	}
	return w / (float64(n) * z)
}

// WilsonLoop2DInfinite returns <Re tr W / N> in infinite volume, the area law
//
//	<W> = u^A,  u = c_f/c_0 = the infinite-volume plaquette:
//	U(1): I_1(beta)/I_0(beta), SU(2): I_2(beta)/I_1(beta).
func WilsonLoop2DInfinite(n int, beta float64, area int) float64 {
	return math.Pow(plaquetteRatio(n, beta).V, float64(area))
}

// plaquetteRatio returns u = c_f/c_0 and its derivative in beta.
func plaquetteRatio(n int, beta float64) Real {
	reps, _ := characters(n, beta)
	fundamental := make([]int, n)
	fundamental[0] = 1
	for _, r := range reps {
		if fmt.Sprint(r.rows) == fmt.Sprint(fundamental) {
			return r.ratio
		}
	}
	panic("reference: no fundamental representation below the cut")
}

// ChargeSquared2D returns the exact <Q^2> of the geometric charge
// Q = (1/2 pi) sum_P arg P of U(1) on a torus of `volume` plaquettes:
//
//	Z(theta) = sum_n f(n + theta/2pi)^V,  f(nu) = (1/2pi) int_{-pi}^{pi} dphi e^{beta cos phi} e^{i nu phi},
//	<Q^2> = -Z''(0)/Z(0) = -(1/4pi^2) sum_n [ V f^(V-1) f'' + V (V-1) f^(V-2) f'^2 ] / sum_n f^V,
//
// where with e^{beta cos phi} = sum_k I_k e^{ik phi} the derivatives at integer n are
//
//	f(n) = I_n,   f'(n) = sum_k I_k (-1)^m/m,   f''(n) = -sum_k I_k 2 (-1)^m/m^2,   m = n + k
//	(m = 0: 0 and -I_k pi^2/3).
//
// It panics for beta <= 0 and below 3 plaquettes, where the sum over n converges
// too slowly (the smallest torus here has 4).
func ChargeSquared2D(beta float64, volume int) float64 {
	if volume < 3 || beta <= 0 {
		panic("reference: the charge needs beta > 0 and at least three plaquettes")
	}
	cut := 1
	for BesselI(cut, beta) > 1e-20*BesselI(0, beta) {
		cut++
	}
	scale := BesselI(0, beta) // common factor, against overflow of f^V
	i := make([]float64, cut+1)
	for k := range i {
		i[k] = BesselI(k, beta) / scale
	}
	v := float64(volume)
	z, q2 := 0.0, 0.0
	for n := -cut; n <= cut; n++ {
		f, slope, curvature := i[max(n, -n)], 0.0, 0.0
		for k := -cut; k <= cut; k++ {
			ik, m := i[max(k, -k)], float64(n+k)
			sign := float64(1 - 2*((n+k)&1))
			if m == 0 {
				curvature -= ik * math.Pi * math.Pi / 3
				continue
			}
			slope += ik * sign / m
			curvature -= ik * 2 * sign / (m * m)
		}
		z += math.Pow(f, v)
		q2 -= v*math.Pow(f, v-1)*curvature + v*(v-1)*math.Pow(f, v-2)*slope*slope
	}
	return q2 / z / (4 * math.Pi * math.Pi)
}
