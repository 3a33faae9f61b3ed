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
	degree        int // in place of bound
}

// Within is the function [Within]. Where the approximation of the inverse power is
// known, it is its [Approximation.Inverse].
func (m *Memo) Within(power Power, lo, hi, bound float64) (*Approximation, error) {
	m.guard.Lock()
	defer m.guard.Unlock()
	return m.find(wish{power, lo, hi, bound, 0}, func() (*Approximation, error) { return Within(power, lo, hi, bound) })
}

// New is the function [New], as Within is that.
func (m *Memo) New(power Power, lo, hi float64, degree int) (*Approximation, error) {
	m.guard.Lock()
	defer m.guard.Unlock()
	return m.find(wish{power, lo, hi, 0, degree}, func() (*Approximation, error) { return New(power, lo, hi, degree) })
}

func (m *Memo) find(key wish, make func() (*Approximation, error)) (*Approximation, error) {
	if a, ok := m.found[key]; ok {
		return a, nil
	}
	inverse := key
	inverse.power.Num = -key.power.Num
	if other, ok := m.found[inverse]; ok {
		make = other.Inverse
	}
	a, err := make()
	if err != nil {
		return nil, err
	}
	if m.found == nil {
		m.found = map[wish]*Approximation{}
	}
	m.found[key] = a
	return a, nil
}
