package sampler_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/sampler"
)

// free is an element of the algebra that A (a drift) and B (a kick) generate freely:
// a number for each word, of up to five letters.
type free map[string]float64

func (x free) times(y free) free {
	z := free{}
	for v, a := range x {
		for w, b := range y {
			if len(v)+len(w) <= 5 {
				z[v+w] += a * b
			}
		}
	}
	return z
}

func (x free) plus(c float64, y free) free {
	z := free{}
	for w, a := range x {
		z[w] += a
	}
	for w, a := range y {
		z[w] += c * a
	}
	return z
}

func commutator(x, y free) free { return x.times(y).plus(-1, y.times(x)) }

// series returns sum_n c(n) x^n, of an x without a constant.
func (x free) series(c func(n int) float64) free {
	sum, power := free{"": c(0)}, free{"": 1}
	for n := 1; n <= 5; n++ {
		power = power.times(x)
		sum = sum.plus(c(n), power)
	}
	return sum
}

func exponential(x free) free {
	return x.series(func(n int) float64 { return 1 / math.Gamma(float64(n+1)) })
}

func logarithm(x free) free {
	return x.plus(-1, free{"": 1}).series(func(n int) float64 {
		if n == 0 {
			return 0
		}
		return -math.Pow(-1, float64(n)) / float64(n)
	})
}

// A step is exp(h (A + B) + h^(order+1) …) in the free algebra, a kick b with the
// gradient g being exp(b B + b g/2 [B,[A,B]]): exactly, whatever the theory. What is left
// of fourth-order schemes has the norm that the literature tells, or that stands with them.
func TestSchemesInTheFreeAlgebra(t *testing.T) {
	a, b := free{"A": 1}, free{"B": 1}
	ab := commutator(a, b)
	bab, aab := commutator(b, ab), commutator(a, ab)
	// E forces^4: of the first two [OMF] has E = 2.70e-5 and 7.13e-4
	want := map[string]float64{"omelyan4": 0.0169, "force_gradient": 0.0578, "abadaba": 0.0362, "badabadab": 0.00842, "abadabadaba": 0.00323}
	for _, s := range sampler.Schemes() {
		step, forces := exponential(free{"B": s.Kicks[0]}), 0.0
		for i, d := range s.Drifts {
			step = step.times(exponential(free{"A": d}))
			kick := free{"B": s.Kicks[i+1]}
			if s.Kicks[i+1] != 0 {
				forces++
			}
			if s.Gradients != nil && s.Gradients[i+1] != 0 {
				forces++
				kick = kick.plus(s.Kicks[i+1]*s.Gradients[i+1]/2, bab)
			}
			step = step.times(exponential(kick))
		}
		left := logarithm(step).plus(-1, a).plus(-1, b)
		for w, c := range left {
			if len(w) <= s.Order {
				// a dozen numbers of 16 digits, multiplied up to five times
				assert.InDelta(t, 0, c, 2e-15, "%s: %s", s.Name, w)
			}
		}
		if s.Order != 4 {
			continue
		}
		e := coordinates(t, left, []free{
			commutator(a, commutator(a, aab)), commutator(a, commutator(a, bab)), commutator(b, commutator(a, aab)), commutator(b, commutator(a, bab)),
			commutator(a, commutator(b, bab)), commutator(b, commutator(b, bab)),
		})
		norm := math.Sqrt(e[0]*e[0] + e[1]*e[1] + e[2]*e[2] + e[3]*e[3]) // the last two vanish
		assert.InEpsilon(t, want[s.Name], norm*math.Pow(forces, 4), 0.005, s.Name)
	}
}

// coordinates returns those of the words of five letters of x in a basis, by normal
// equations: x is in its span.
func coordinates(t *testing.T, x free, basis []free) []float64 {
	t.Helper()
	dot := func(x, y free) (s float64) {
		for w, a := range x {
			if len(w) == 5 {
				s += a * y[w]
			}
		}
		return s
	}
	n := len(basis)
	m, rhs := reference.NewMatrix(n, make([]complex128, n*n)), make([]complex128, n)
	for i := range n {
		rhs[i] = complex(dot(basis[i], x), 0)
		for j := range n {
			m.V[i*n+j] = complex(dot(basis[i], basis[j]), 0)
		}
	}
	lu, err := reference.Factor(m)
	require.NoError(t, err)
	e, rest := make([]float64, n), x
	for i, z := range lu.Solve(rhs) {
		e[i] = real(z)
		rest = rest.plus(-e[i], basis[i])
	}
	require.Less(t, math.Sqrt(dot(rest, rest)), 1e-14)
	return e
}
