package solver

import (
	"math"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/lattice"
)

// krylov iterates (A + sigma_i) x_i = b from one application of A an iteration.
//
// Conjugate gradients of A itself give alpha, beta and r. The residuals of the
// shifted equations are r_i = zeta_i r [J], and in terms of what one step does to zeta,
// rho = zeta'/zeta,
//
//	s = sigma + (beta/alpha)_before (1 - rho_before),  rho = 1/(1 + alpha s),
//	alpha_i = alpha rho,  beta_i = beta rho^2.
//
// 1 - rho is alpha s rho: a sum of positive terms and no difference. The directions are kept as p_i/zeta_i, which
// neither shrink nor grow beside r:
//
//	x_i += alpha zeta_i' p_i,  p_i = r' + beta rho p_i.
//
// These steps wait for one another (fermion.Chains).
type krylov struct {
	r, p, ap   *fermion.Field
	directions []*fermion.Field // p_i/zeta_i
	chains     fermion.Chains
	state      []recurrence
	history    []float64
	ritz       ritz
}

// recurrence is where an equation stands.
type recurrence struct {
	sigma float64
	zeta  float64 // r_i / r
	lost  float64 // 1 - rho
	goal  float64 // for |r_i|^2; below it the equation is left alone
	done  bool
}

// depth is how many steps wait: as many residuals are kept, and a quarter is left of
// the traffic of x_i and p_i.
const depth = 4

// prepare makes work vectors like b for n equations.
func (k *krylov) prepare(n int, b *fermion.Field) {
	if k.r == nil || !k.r.SameShape(b) {
		*k = krylov{r: b.Like(), p: b.Like(), ap: b.Like(), history: k.history, ritz: k.ritz}
		for range depth {
			k.chains.R = append(k.chains.R, b.Like())
		}
	}
	for len(k.directions) < n {
		k.directions = append(k.directions, b.Like())
		k.chains.Of = append(k.chains.Of, fermion.Chain{A: make([]float64, 0, depth), B: make([]float64, 0, depth)})
	}
	k.chains.Of = k.chains.Of[:n]
	if cap(k.state) < n {
		k.state = make([]recurrence, n)
	}
	k.state = k.state[:n]
}

// run iterates from x_i = 0 and r = b, of square rr, until the recursion has every
// residual below its tolerance, or below floor, or can go on no more.
func (k *krylov) run(x []*fermion.Field, a Operator, shifts []Shift, floor, rr float64, most int, s lattice.Subset, stop func() error) (n int, err error) {
	unit := rr
	for i, shift := range shifts {
		t := max(shift.Tolerance, floor)
		k.state[i] = recurrence{sigma: shift.Value, zeta: 1, goal: t * t * unit}
		c := &k.chains.Of[i]
		c.X, c.P, c.A, c.B = x[i], k.directions[i], c.A[:0], c.B[:0]
		c.P.Copy(k.r, s)
	}
	k.p.Copy(k.r, s)
	k.history = k.history[:0]
	ratio := 0. // beta/alpha
	waiting, active := 0, len(shifts)
	for ; n < most && active > 0; n++ {
		if stop != nil {
			if err := stop(); err != nil {
				return n, err
			}
		}
		alpha := rr / applyDot(a, k.ap, k.p, s)
		if !(alpha > 0) || math.IsInf(alpha, 1) {
			break
		}
		next := k.r.AxpyNorm2(-alpha, k.ap, s)
		beta := next / rr
		k.ritz.add(alpha, beta)
		var worst float64
		worst, active = k.step(alpha, beta, ratio, next)
		k.chains.R[waiting].Copy(k.r, s)
		if waiting++; waiting == depth {
			k.flush(s)
			waiting = 0
		}
		k.p.Xpay(k.r, beta, s)
		rr, ratio = next, beta/alpha
		k.history = append(k.history, math.Sqrt(worst/unit))
	}
	k.flush(s)
	return n, nil
}

// step gives every equation that iterates its next step, and returns the largest of
// their residuals' squares and how many have not reached their goal. next is |r|^2.
func (k *krylov) step(alpha, beta, ratio, next float64) (worst float64, active int) {
	for i := range k.state {
		e := &k.state[i]
		if e.done {
			continue
		}
		f := alpha * (e.sigma + ratio*e.lost)
		rho := 1 / (1 + f)
		e.lost = f * rho
		e.zeta *= rho
		c := &k.chains.Of[i]
		c.A, c.B = append(c.A, alpha*e.zeta), append(c.B, beta*rho)
		rr := e.zeta * e.zeta * next
		worst = max(worst, rr)
		if e.done = rr <= e.goal; !e.done {
			active++
		}
	}
	return worst, active
}

// flush makes the steps that wait.
func (k *krylov) flush(s lattice.Subset) {
	k.chains.Step(s)
	for i := range k.chains.Of {
		c := &k.chains.Of[i]
		c.A, c.B = c.A[:0], c.B[:0]
	}
}
