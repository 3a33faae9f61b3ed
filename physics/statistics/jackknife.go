package statistics

import (
	"fmt"
	"math"
)

// Resampled is a function of means with its error by the jackknife.
type Resampled struct {
	Value float64 // f of the means, as it stands
	Bias  float64 // its estimated bias of order 1/N: Value - Bias is free of it
	Error float64 // one standard deviation
	Bins  int     // K
}

// Jackknife returns the mean of a series with its error by the jackknife over bins
// of binLength entries; see JackknifeDerived.
func Jackknife(series []float64, binLength int) (Resampled, error) {
	return JackknifeDerived(func(means []float64) float64 { return means[0] }, binLength, series)
}

// JackknifeDerived returns f of the means of several series of equal length, with
// its error from leaving out one bin at a time [ET]. The K bins have binLength
// consecutive entries, which should be many tau_int; entries that fill no bin are
// left out at the beginning of the series.
//
//	F_k    = f(means without bin k),   Fbar = (1/K) sum_k F_k
//	Error² = (K - 1)/K sum_k (F_k - Fbar)²,   Bias = (K - 1)(Fbar - F)
//
// f must not keep its argument.
// Errors: ErrTooShort for fewer than MinLength bins; ErrNotFinite.
// Panics: no series, series of different lengths, binLength < 1.
func JackknifeDerived(f func(means []float64) float64, binLength int, series ...[]float64) (Resampled, error) {
	if len(series) == 0 {
		panic("statistics: no observables")
	}
	if binLength < 1 {
		panic("statistics: bins of less than one entry")
	}
	length := len(series[0])
	for _, s := range series {
		if len(s) != length {
			panic("statistics: observables differ in length")
		}
	}
	bins := length / binLength
	if bins < MinLength {
		return Resampled{}, fmt.Errorf("%w: %d bins, at least %d are needed", ErrTooShort, bins, MinLength)
	}

	binned := make([][]float64, len(series)) // mean of bin k, of observable alpha
	means := make([]float64, len(series))
	for alpha, s := range series {
		s = s[length-bins*binLength:]
		origin := s[0] // as in newData
		var all Sum
		binned[alpha] = make([]float64, bins)
		for k := range bins {
			var one Sum
			for _, a := range s[k*binLength : (k+1)*binLength] {
				if !finite(a) || !finite(a-origin) {
					return Resampled{}, fmt.Errorf("%w: observable %d holds %g", ErrNotFinite, alpha, a)
				}
				one.Add(a - origin)
			}
			binned[alpha][k] = origin + one.Value()/float64(binLength)
			all.Add(one.Value() / float64(binLength))
		}
		means[alpha] = origin + all.Value()/float64(bins)
	}

	arguments := append([]float64(nil), means...)
	value := f(arguments)
	differences := make([]float64, bins) // F_k - F
	var mean Sum
	for k := range differences {
		for alpha, m := range means {
			arguments[alpha] = m + (m-binned[alpha][k])/float64(bins-1)
		}
		differences[k] = f(arguments) - value
		if !finite(differences[k]) {
			return Resampled{}, fmt.Errorf("function without bin %d: %w", k, ErrNotFinite)
		}
		mean.Add(differences[k])
	}
	average := mean.Value() / float64(bins)
	var square Sum
	for _, x := range differences {
		square.Add((x - average) * (x - average))
	}
	factor := float64(bins - 1)
	result := Resampled{
		Value: value,
		Bias:  factor * average,
		Error: math.Sqrt(factor / float64(bins) * square.Value()),
		Bins:  bins,
	}
	if !finite(result.Error) {
		return Resampled{}, fmt.Errorf("error: %w", ErrNotFinite)
	}
	return result, nil
}
