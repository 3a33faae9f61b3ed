package statistics

import (
	"fmt"
	"math"
)

// data are replicas[r][alpha][i] with their means.
type data struct {
	replicas     [][][]float64
	n            int         // entries of all replicas
	means        []float64   // of observable alpha, over all replicas
	replicaMeans [][]float64 // of replica r, observable alpha
}

// newData checks the shape and the numbers of the replicas and takes the means.
func newData(replicas [][][]float64) (*data, error) {
	if len(replicas) == 0 {
		return nil, fmt.Errorf("no series: %w", ErrTooShort)
	}
	observables := len(replicas[0])
	if observables == 0 {
		panic("statistics: no observables")
	}
	d := &data{replicas: replicas, means: make([]float64, observables)}
	for r, replica := range replicas {
		if len(replica) != observables {
			panic("statistics: replicas differ in their number of observables")
		}
		length := len(replica[0])
		for _, series := range replica {
			if len(series) != length {
				panic("statistics: observables of one replica differ in length")
			}
		}
		if length < MinLength {
			return nil, fmt.Errorf("%w: %d in replica %d, at least %d are needed", ErrTooShort, length, r, MinLength)
		}
		d.n += length
		d.replicaMeans = append(d.replicaMeans, make([]float64, observables))
	}
	for alpha := range observables {
		// About the first entry: the mean of a constant is then exact, and its
		// deviations vanish.
		origin := replicas[0][alpha][0]
		var all Sum
		for r, replica := range replicas {
			var one Sum
			for i, a := range replica[alpha] {
				if !finite(a) || !finite(a-origin) {
					return nil, fmt.Errorf("%w: entry %d of observable %d in replica %d is %g", ErrNotFinite, i, alpha, r, a)
				}
				one.Add(a - origin)
				all.Add(a - origin)
			}
			d.replicaMeans[r][alpha] = origin + one.Value()/float64(len(replica[alpha]))
		}
		d.means[alpha] = origin + all.Value()/float64(d.n)
	}
	return d, nil
}

// values returns F = f(means) and, for R >= 2 replicas with F_r = f(means of r) and
// Fbar = sum_r (N_r/N) F_r, the bias of F and the scatter of the F_r [W]:
//
//	bias = (Fbar - F)/(R - 1),   scatter[r] = sqrt(N_r) (F_r - Fbar)
func (d *data) values(f func([]float64) float64) (value, bias float64, scatter []float64, err error) {
	arguments := append([]float64(nil), d.means...)
	value = f(arguments)
	if !finite(value) {
		return 0, 0, nil, fmt.Errorf("function at the means: %w", ErrNotFinite)
	}
	if len(d.replicas) == 1 {
		return value, 0, nil, nil
	}
	// All relative to F: equal values give exactly zero.
	scatter = make([]float64, len(d.replicas))
	var mean Sum
	for r, means := range d.replicaMeans {
		copy(arguments, means)
		scatter[r] = f(arguments) - value
		if !finite(scatter[r]) {
			return 0, 0, nil, fmt.Errorf("function at the means of replica %d: %w", r, ErrNotFinite)
		}
		mean.Add(scatter[r] * (d.length(r) / float64(d.n)))
	}
	for r := range scatter {
		scatter[r] = math.Sqrt(d.length(r)) * (scatter[r] - mean.Value())
	}
	return value, mean.Value() / float64(len(d.replicas)-1), scatter, nil
}

// length returns N_r.
func (d *data) length(r int) float64 { return float64(len(d.replicas[r][0])) }

// project returns the deviations sum_alpha (df/da_alpha)(a_alpha - means_alpha) of
// each replica, in units of the power of two just above their largest modulus, so
// that no square over- or underflows. The unit is 0 if there are no deviations.
func (d *data) project(f func([]float64) float64) (deviations [][]float64, unit float64, err error) {
	deviations = make([][]float64, len(d.replicas))
	for r, replica := range d.replicas {
		deviations[r] = make([]float64, len(replica[0]))
	}
	for alpha := range d.means {
		slope, err := d.derivative(f, alpha)
		if err != nil {
			return nil, 0, err
		}
		if slope == 0 {
			continue
		}
		for r, replica := range d.replicas {
			for i, a := range replica[alpha] {
				deviations[r][i] += slope * (a - d.means[alpha])
			}
		}
	}
	largest := 0.0
	for _, replica := range deviations {
		for _, x := range replica {
			if !finite(x) {
				return nil, 0, fmt.Errorf("deviations from the mean: %w", ErrNotFinite)
			}
			largest = math.Max(largest, math.Abs(x))
		}
	}
	if largest == 0 {
		return deviations, 0, nil
	}
	_, exponent := math.Frexp(largest)
	for _, replica := range deviations {
		for i := range replica {
			replica[i] = math.Ldexp(replica[i], -exponent)
		}
	}
	return deviations, math.Ldexp(1, exponent), nil
}

// derivative returns df/da_alpha at the means by a central difference over ± h, h =
// sqrt(Gamma_alpha,alpha(0)/N), at least 2^-26 |mean|; 0 for an observable without
// fluctuations, which moves nothing.
func (d *data) derivative(f func([]float64) float64, alpha int) (float64, error) {
	mean, largest := d.means[alpha], 0.0
	for _, replica := range d.replicas {
		for _, a := range replica[alpha] {
			largest = math.Max(largest, math.Abs(a-mean))
		}
	}
	if largest == 0 {
		return 0, nil
	}
	var square Sum
	for _, replica := range d.replicas {
		for _, a := range replica[alpha] {
			x := (a - mean) / largest
			square.Add(x * x)
		}
	}
	n := float64(d.n)
	h := math.Max(largest*math.Sqrt(square.Value()/n/n), 0x1p-26*math.Abs(mean))
	arguments := append([]float64(nil), d.means...)
	above, below := mean+h, mean-h
	arguments[alpha] = above
	up := f(arguments)
	copy(arguments, d.means)
	arguments[alpha] = below
	slope := (up - f(arguments)) / (above - below)
	if !finite(slope) {
		return 0, fmt.Errorf("derivative of the function by mean %d: %w", alpha, ErrNotFinite)
	}
	return slope, nil
}
