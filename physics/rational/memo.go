package rational

import "sync"

// Memo finds approximations once for all who ask for the same: terms of an action, their
// guides, and runs that come back to an interval. Its zero value knows none. It may be
// used by several goroutines.
type Memo struct {
	guard sync.Mutex
	found map[wish]*Approximation
}

type wish struct {
	power         Power
	lo, hi, bound float64
}

// Within is the function [Within]. Where the approximation of the inverse power is
// known, it is its [Approximation.Inverse].
func (m *Memo) Within(power Power, lo, hi, bound float64) (*Approximation, error) {
	m.guard.Lock()
	defer m.guard.Unlock()
	key := wish{power, lo, hi, bound}
	if a, ok := m.found[key]; ok {
		return a, nil
	}
	var a *Approximation
	var err error
	if other, ok := m.found[wish{Power{-power.Num, power.Den}, lo, hi, bound}]; ok {
		a, err = other.Inverse()
	} else {
		a, err = Within(power, lo, hi, bound)
	}
	if err != nil {
		return nil, err
	}
	if m.found == nil {
		m.found = map[wish]*Approximation{}
	}
	m.found[key] = a
	return a, nil
}
