package reference

// HaarMoment is an exact average over the group: of |tr U|^(2k) or (tr U)^k.
type HaarMoment struct {
	N        int    // U(1) for 1, else SU(N)
	Function string // "|tr U|^2", "(tr U)^3", ...
	Power    int    // k
	Modulus  bool   // |tr U|^(2k) rather than (tr U)^k
	Value    float64
}

// HaarMoments returns the table of trace moments for N = 1 ... 4:
//
//	<|tr U|^(2k)> = number of permutations of k objects without an increasing subsequence longer than N,
//	<(tr U)^N> = 1 for SU(N), and (tr U)^k vanishes unless N divides k.
//
// Source: [Rains] (for U(N); |tr U| does not see the phase that tells SU(N) from U(N)).
func HaarMoments() []HaarMoment {
	return []HaarMoment{
		{1, "|tr U|^2", 1, true, 1},
		{1, "(tr U)^1", 1, false, 0},
		{2, "|tr U|^2", 1, true, 1},
		{2, "|tr U|^4", 2, true, 2},
		{2, "|tr U|^6", 3, true, 5},
		{2, "|tr U|^8", 4, true, 14},
		{2, "(tr U)^1", 1, false, 0},
		{2, "(tr U)^2", 2, false, 1},
		{3, "|tr U|^2", 1, true, 1},
		{3, "|tr U|^4", 2, true, 2},
		{3, "|tr U|^6", 3, true, 6},
		{3, "|tr U|^8", 4, true, 23},
		{3, "(tr U)^2", 2, false, 0},
		{3, "(tr U)^3", 3, false, 1},
		{4, "|tr U|^2", 1, true, 1},
		{4, "|tr U|^4", 2, true, 2},
		{4, "|tr U|^6", 3, true, 6},
		{4, "|tr U|^8", 4, true, 24},
		{4, "(tr U)^3", 3, false, 0},
		{4, "(tr U)^4", 4, false, 1},
	}
}

// HaarElementMoment returns <|U_ij|^(2k)> for one entry of U(N) or SU(N), N >= 2:
// a column is uniform on the sphere in C^N, so |U_ij|^2 ~ Beta(1, N-1) and
//
//	<|U_ij|^(2k)> = k! (N-1)! / (N+k-1)!.
func HaarElementMoment(n, k int) float64 {
	if n < 2 || k < 0 {
		panic("reference: element moments need N >= 2 and k >= 0")
	}
	v := 1.0
	for i := 1; i <= k; i++ {
		v *= float64(i) / float64(n-1+i)
	}
	return v
}
