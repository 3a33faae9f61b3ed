package observe

import (
	"fmt"
	"math"
)

// FlowPoint is the energy density at a flow time.
type FlowPoint struct{ T, E float64 }

// T0 returns the flow time t_0 at which t^2 E(t) first reaches a level, .3 by its
// definition [L], and not sqrt(8 t_0). Between points it interpolates by the cubic
// through four of them: an error of the fourth order in their distance.
//
// Errors: fewer than four points, times that do not increase, a first point that is above
// the level already, or a level that is not reached.
func T0(points []FlowPoint, level float64) (float64, error) {
	return crossing(points, level, func(c *cubic, t float64) float64 { return c.value(t) })
}

// W0 returns w_0: W(w_0^2) = level, .3 by its definition [W0], with
//
//	W(t) = t d/dt (t^2 E(t)),
//
// the derivative being that of the cubic of T0. Errors: as T0.
func W0(points []FlowPoint, level float64) (float64, error) {
	t, err := crossing(points, level, func(c *cubic, t float64) float64 { return t * c.slope(t) })
	return math.Sqrt(t), err
}

// crossing returns the first time at which f of the local cubic reaches the level.
func crossing(points []FlowPoint, level float64, f func(c *cubic, t float64) float64) (float64, error) {
	if len(points) < 4 {
		return 0, fmt.Errorf("observe: %d points of a flow (allowed: at least 4)", len(points))
	}
	for i := range points[1:] {
		if !(points[i+1].T > points[i].T) {
			return 0, fmt.Errorf("observe: flow times %v and %v do not increase", points[i].T, points[i+1].T)
		}
	}
	highest := math.Inf(-1)
	for i := range points[1:] {
		lo, hi := points[i].T, points[i+1].T
		first := min(max(i-1, 0), len(points)-4)
		c := newCubic(points[first : first+4])
		a, b := f(c, lo), f(c, hi)
		if i == 0 && a > level {
			return 0, fmt.Errorf("observe: the flow starts above the level, with %.4g at t = %v, and not below %v: begin it earlier", a, lo, level)
		}
		highest = max(highest, a, b)
		if !(a <= level && b >= level) {
			continue
		}
		for range 100 { // to the last bit
			mid := (lo + hi) / 2
			if f(c, mid) < level {
				lo = mid
			} else {
				hi = mid
			}
		}
		return (lo + hi) / 2, nil
	}
	return 0, fmt.Errorf("observe: the flow to t = %v reaches %.4g, not %v: flow longer", points[len(points)-1].T, highest, level)
}

// cubic is the polynomial through four points of t^2 E, in Newton's form.
type cubic struct{ t, c [4]float64 }

func newCubic(p []FlowPoint) *cubic {
	var q cubic
	for i := range q.t {
		q.t[i] = p[i].T
		q.c[i] = p[i].T * p[i].T * p[i].E
	}
	for k := 1; k < 4; k++ {
		for i := 3; i >= k; i-- {
			q.c[i] = (q.c[i] - q.c[i-1]) / (q.t[i] - q.t[i-k])
		}
	}
	return &q
}

func (q *cubic) value(t float64) float64 {
	v := q.c[3]
	for i := 2; i >= 0; i-- {
		v = v*(t-q.t[i]) + q.c[i]
	}
	return v
}

func (q *cubic) slope(t float64) float64 {
	v, d := q.c[3], 0.0
	for i := 2; i >= 0; i-- {
		d = d*(t-q.t[i]) + v
		v = v*(t-q.t[i]) + q.c[i]
	}
	return d
}
