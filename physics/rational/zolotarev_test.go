package rational

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// jacobi returns sn, cn, dn of u for the complementary parameter mc = 1 - m, by descending Landen transformations
// (R. Bulirsch, Numer. Math. 7 (1965) 78): another way than the theta functions of the package.
func jacobi(u, mc float64) (sn, cn, dn float64) {
	var m, n []float64
	a := 1.0
	var c float64
	dn = 1
	for range 20 {
		m = append(m, a)
		mc = math.Sqrt(mc)
		n = append(n, mc)
		c = (a + mc) / 2
		if math.Abs(a-mc) <= 1e-9*a {
			break
		}
		mc *= a
		a = c
	}
	u *= c
	sn, cn = math.Sincos(u)
	if sn == 0 {
		return sn, cn, dn
	}
	a = cn / sn
	c *= a
	for l := len(m) - 1; l >= 0; l-- {
		b := m[l]
		a *= c
		c *= dn
		dn = (n[l] + a) / (b + a)
		a = c / b
	}
	a = 1 / math.Sqrt(c*c+1)
	sn = math.Copysign(a, sn)
	return sn, c * sn, dn
}

// Zolotarev's solution for x^(-1/2) on [eps, 1], with k'^2 = 1 - eps and K' the quarter period of modulus k' [Z]:
//
//	zeros -c_{2l}, poles -c_{2l-1},  c_l = eps sn^2 / cn^2 (l K' / (2n+1), k'),   l = 1 ... 2n
//	extrema  dn^2(j K' / (2n+1), k'),  j = 0 ... 2n+1
//
// The error follows from the ratio of r sqrt x at the first two extrema. Everything is in double precision: c_l is worth
// 1e-13 (a few tens of operations), the products of 2n factors 1e-14 n and the error, which cancels, 1e-14 n / delta.
func TestZolotarev(t *testing.T) {
	for _, eps := range []float64{0.5, 1e-5, 1e-10} {
		for _, n := range []int{1, 2, 5, 12} {
			t.Run(fmt.Sprintf("%g, %d poles", eps, n), func(t *testing.T) {
				a := must(t)(New(Power{-1, 2}, eps, 1, n))
				zeros, poles := must(t)(a.Inverse()).Shifts(), a.Shifts()

				quarter := math.Pi / (2 * mean(1, math.Sqrt(eps)))
				step := quarter / float64(2*n+1)
				r := func(x float64) float64 {
					out := math.Sqrt(x)
					for l := 1; l <= n; l++ {
						s, c, _ := jacobi(float64(2*l)*step, eps)
						out *= x + eps*s*s/(c*c)
						s, c, _ = jacobi(float64(2*l-1)*step, eps)
						out /= x + eps*s*s/(c*c)
					}
					return out
				}
				for l := 1; l <= n; l++ {
					s, c, _ := jacobi(float64(2*l)*step, eps)
					assert.InEpsilon(t, eps*s*s/(c*c), zeros[l-1], 1e-12)
					s, c, _ = jacobi(float64(2*l-1)*step, eps)
					assert.InEpsilon(t, eps*s*s/(c*c), poles[l-1], 1e-12)
				}
				points := a.Certificate().Points
				require.Len(t, points, 2*n+2)
				for j := range points {
					_, _, d := jacobi(float64(j)*step, eps)
					assert.InEpsilon(t, d*d, points[2*n+1-j], 1e-12)
				}
				_, _, d := jacobi(step, eps)
				high, low := r(1), r(d*d)
				assert.InDelta(t, math.Abs(high-low)/(high+low), a.MaxError(), 4e-14*float64(n))
			})
		}
	}
}

// The error in closed form: the transformation of degree N = 2n + 1 takes the nome q' = exp(-pi K / K') to q'^N, and
// (1 - delta) / (1 + delta) = (theta_4 / theta_3)^2 (q'^N) [Z, DLMF 20.7]. To 13 digits at any size of the error.
func TestZolotarevError(t *testing.T) {
	for _, eps := range []float64{0.5, 1e-2, 1e-7, 1e-10} {
		for _, n := range []int{1, 2, 5, 12} {
			q := newNome(math.Sqrt(eps)).conjugate
			s := math.Pow(q, float64(2*n+1))
			// theta_3 - theta_4 and theta_3 + theta_4 without cancellation; tanh of half the logarithm of the ratio's square
			var odd, even float64
			even = 1
			for k := 1; k < 40; k++ {
				term := 2 * math.Pow(s, float64(k*k))
				if k%2 == 1 {
					odd += term
				} else {
					even += term
				}
			}
			delta := 2 * odd * even / (even*even + odd*odd)
			// q'^N loses N log(q') eps of its digits
			assert.InEpsilon(t, delta, must(t)(New(Power{-1, 2}, eps, 1, n)).MaxError(), 1e-13+4e-16*float64(2*n+1)*-math.Log(q), "eps %g, n %d", eps, n)
		}
	}
}

// The sign function on [0.01, 1] is x r(x^2), and as good.
func TestSign(t *testing.T) {
	a := must(t)(New(Power{-1, 2}, 1e-4, 1, 8))
	var worst float64
	for _, x := range grid(0.01, 1, 4001) {
		worst = max(worst, math.Abs(x*a.Eval(x*x)-1))
		require.InDelta(t, -1, -x*a.Eval(x*x), a.MaxError()+a.RoundOff()+3e-16)
	}
	assert.InEpsilon(t, a.MaxError(), worst, 1e-3)
}

// Small errors follow 4 sin(pi alpha) q'^(2n+1) for every power [St], to some tenths of 1/n.
func TestHeight(t *testing.T) {
	for _, p := range []Power{{1, 4}, {3, 4}, {1, 8}} {
		var before float64
		for _, n := range []int{4, 8, 16} {
			size, _ := newNome(math.Sqrt(1e-3)).height(p.Float(), n)
			off := math.Abs(must(t)(New(p, 1e-3, 1, n)).MaxError()/size - 1)
			assert.Less(t, off, 0.35/float64(n), "x^(%s), %d poles", p, n)
			if n > 4 {
				assert.InEpsilon(t, before/2, off, 0.15, "x^(%s), %d poles", p, n) // it is of order 1/n
			}
			before = off
		}
	}
}
