package covnet

// Scheme integrates dU/dt = Q(U) U on the group by s stages,
//
//	K <- A_i K + eps Q(U),  U <- exp(B_i K) U,  i = 1 … s,
//
// one field of memory for K: the low-storage form of Williamson, for groups.
type Scheme struct {
	Name  string
	Order int
	A, B  []float64
}

// Euler is the step that a stout layer takes with rho = eps.
func Euler() Scheme { return Scheme{"Euler", 1, []float64{0}, []float64{1}} }

// RK3 is Luescher's third-order scheme [L, appendix C],
//
//	U_1 = exp(1/4 Z_0) U_0,  U_2 = exp(8/9 Z_1 - 17/36 Z_0) U_1,
//	U_3 = exp(3/4 Z_2 - 8/9 Z_1 + 17/36 Z_0) U_2,  Z_i = eps Q(U_i),
//
// with K_1 = Z_0, K_2 = Z_1 - 17/32 Z_0, K_3 = Z_2 - 32/27 K_2.
func RK3() Scheme {
	return Scheme{"RK3", 3, []float64{0, -17. / 32, -32. / 27}, []float64{1. / 4, 8. / 9, 3. / 4}}
}
