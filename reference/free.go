package reference

import (
	"math"
	"math/cmplx"
)

// Momenta returns the V momenta of a free field with the given boundary phases,
//
//	p_mu = (2 pi k_mu + arg phase_mu) / L_mu,   k_mu = 0 ... L_mu - 1,
//
// k_0 fastest.
func Momenta(extents []int, phases []complex128) [][]float64 {
	if len(phases) != len(extents) {
		panic("reference: one boundary phase per direction needed")
	}
	momenta := [][]float64{{}}
	for mu, l := range extents {
		var longer [][]float64
		for k := range l {
			p := (2*math.Pi*float64(k) + cmplx.Phase(phases[mu])) / float64(l)
			for _, q := range momenta {
				longer = append(longer, append(append([]float64{}, q...), p))
			}
		}
		momenta = longer
	}
	return momenta
}

// FreeStaggeredSpectrum returns the V*N eigenvalues of the staggered operator on
// unit links: m +- i sqrt(sum_mu sin^2 p_mu), each sign for half of the momenta
// (p and p + pi have the same s) and N times for the colours. Extents are even.
func FreeStaggeredSpectrum(extents []int, n int, mass float64, phases []complex128) []complex128 {
	var spectrum []complex128
	for i, p := range Momenta(extents, phases) {
		s := math.Sqrt(sinSquared(p))
		if i%extents[0] >= extents[0]/2 { // k_0 of momentum i: its partner has p_0 + pi
			s = -s
		}
		for range n {
			spectrum = append(spectrum, complex(mass, s))
		}
	}
	return spectrum
}

// FreeStaggeredCondensate returns (1/V) Tr D^{-1} of N free staggered colours,
//
//	(N/V) sum_p m / (m^2 + sum_mu sin^2 p_mu).
func FreeStaggeredCondensate(extents []int, n int, mass float64, phases []complex128) float64 {
	momenta := Momenta(extents, phases)
	total := 0.0
	for _, p := range momenta {
		total += mass / (mass*mass + sinSquared(p))
	}
	return float64(n) * total / float64(len(momenta))
}

// FreeWilsonSpectrum returns the eigenvalues of the Wilson operator (mass form,
// r = 1) on unit links,
//
//	m + sum_mu (1 - cos p_mu) +- i sqrt(sum_mu sin^2 p_mu),
//
// each sign for half of the spins and N times for the colours.
func FreeWilsonSpectrum(extents []int, n int, mass float64, phases []complex128) []complex128 {
	half := Gamma(len(extents))[0].N / 2
	var spectrum []complex128
	for _, p := range Momenta(extents, phases) {
		re := mass
		for _, pi := range p {
			re += 1 - math.Cos(pi)
		}
		s := math.Sqrt(sinSquared(p))
		for range half * n {
			spectrum = append(spectrum, complex(re, s), complex(re, -s))
		}
	}
	return spectrum
}

func sinSquared(p []float64) float64 {
	total := 0.0
	for _, pi := range p {
		total += math.Sin(pi) * math.Sin(pi)
	}
	return total
}
