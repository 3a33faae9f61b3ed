package reference

// BesselI returns the modified Bessel function of integer order,
//
//	I_n(x) = sum_{k>=0} (x/2)^(2k+|n|) / (k! (k+|n|)!),
//
// summed until a term no longer changes the sum. For x >= 0 all terms are
// positive, so the relative error is a few 1e-16 per factor: below 1e-14 up to
// n + x of about 50. Source: [DLMF, eq. 10.25.2].
func BesselI(n int, x float64) float64 {
	if n < 0 {
		n = -n
	}
	term := 1.0
	for k := 1; k <= n; k++ {
		term *= x / 2 / float64(k)
	}
	total := term
	for k := 1; ; k++ {
		term *= x / 2 * (x / 2) / (float64(k) * float64(k+n))
		if next := total + term; next != total {
			total = next
		} else {
			return total
		}
	}
}

// besselTable returns the dual numbers I_n(x) for n = 0 ... size-1, with
// I_n' = (I_{n-1} + I_{n+1})/2 [DLMF, eq. 10.29.1].
func besselTable(x Real, size int) []Real {
	t := make([]Real, size)
	for n := range t {
		slope := (BesselI(n-1, x.V) + BesselI(n+1, x.V)) / 2
		t[n] = Real{BesselI(n, x.V), slope * x.D}
	}
	return t
}
