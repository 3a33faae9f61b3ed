package action

import (
	"fmt"
	"slices"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/rng"
)

// Action is a real function S of the links with its force. The links are an
// argument and never kept, and neither method changes them; an action may keep
// scratch (one per goroutine). After an error f is unchanged (Sum: see there).
type Action interface {
	// Value returns S[u].
	Value(u *gauge.Field) (float64, error)
	// AddForce adds f += c F[u].
	AddForce(f *gauge.Algebra, c float64, u *gauge.Field) error
}

// Pseudofermion is an action with a stochastic field of its own, phi.
type Pseudofermion interface {
	Action
	// Refresh draws phi from its distribution exp(-S[u, phi]) and returns S.
	// Errors: *Drawn if only S could not be found.
	Refresh(u *gauge.Field, s rng.Stream) (float64, error)
	// Components returns the number n of complex components of phi: at refresh
	// 2 S is chi-squared distributed with 2n degrees of freedom.
	Components() int
	// Transform rotates phi.
	Transform(t *gauge.Transformation)
}

// Drawn is the error of a Refresh that has drawn phi and could not find its S: who
// may refuse a proposal may refuse one that would start there.
type Drawn struct{ Err error }

func (d *Drawn) Error() string { return d.Err.Error() }

// Unwrap returns why there is no S.
func (d *Drawn) Unwrap() error { return d.Err }

// Work counts what an action has spent since it was made. All its numbers are whole,
// so that differences are exact.
type Work struct {
	Solves       int
	Iterations   int // of the solver
	Applications int // of D^†D
	// Flops are floating-point operations of the textbook's algorithms (see package
	// group). Calls of what does not know its own are Uncounted.
	Flops     int64
	Uncounted int
}

// Add sets w += v.
func (w *Work) Add(v Work) {
	w.Solves += v.Solves
	w.Iterations += v.Iterations
	w.Applications += v.Applications
	w.Flops += v.Flops
	w.Uncounted += v.Uncounted
}

// Minus returns what has been spent between v and w.
func (w Work) Minus(v Work) Work {
	return Work{w.Solves - v.Solves, w.Iterations - v.Iterations, w.Applications - v.Applications, w.Flops - v.Flops, w.Uncounted - v.Uncounted}
}

// Worker is the power of an action that counts its work.
type Worker interface{ Work() Work }

// Counter is the power of an action without solves that counts its flops.
type Counter interface{ Flops() int64 }

// Counts reports whether a, or each term of a sum, counts its work.
func Counts(a Action) bool {
	switch w := a.(type) {
	case Sum:
		return !slices.ContainsFunc(w, func(a Action) bool { return !Counts(a) })
	case Worker, Counter:
		return true
	}
	return false
}

// WorkOf returns the work of a, zero if it does not count.
func WorkOf(a Action) Work {
	switch w := a.(type) {
	case Worker:
		return w.Work()
	case Counter:
		return Work{Flops: w.Flops()}
	}
	return Work{}
}

// Sum is the sum of its terms. It is a Pseudofermion: terms that are draw their
// fields from streams of their own, the others contribute their values.
type Sum []Action

// Value returns the sum of the values.
func (s Sum) Value(u *gauge.Field) (float64, error) {
	total := 0.0
	for _, a := range s {
		v, err := a.Value(u)
		if err != nil {
			return 0, err
		}
		total += v
	}
	return total, nil
}

// AddForce adds the sum of the forces. After an error f holds those of the terms
// before the one that failed.
func (s Sum) AddForce(f *gauge.Algebra, c float64, u *gauge.Field) error {
	for _, a := range s {
		if err := a.AddForce(f, c, u); err != nil {
			return err
		}
	}
	return nil
}

// Refresh refreshes the pseudofermions among the terms and returns the sum of
// all values.
func (s Sum) Refresh(u *gauge.Field, stream rng.Stream) (float64, error) {
	total := 0.0
	for i, a := range s {
		var v float64
		var err error
		if p, ok := a.(Pseudofermion); ok {
			v, err = p.Refresh(u, stream.Child(termName(i)))
		} else {
			v, err = a.Value(u)
		}
		if err != nil {
			return 0, err
		}
		total += v
	}
	return total, nil
}

// termName names the stream of a term: a table for as many terms as anybody has,
// so that refreshing allocates nothing.
func termName(i int) string {
	if i < len(termNames) {
		return termNames[i]
	}
	return fmt.Sprintf("term %d", i)
}

var termNames = func() (t [64]string) {
	for i := range t {
		t[i] = fmt.Sprintf("term %d", i)
	}
	return t
}()

// Components returns the sum over the pseudofermions.
func (s Sum) Components() int {
	n := 0
	for _, a := range s {
		if p, ok := a.(Pseudofermion); ok {
			n += p.Components()
		}
	}
	return n
}

// Transform rotates the pseudofermions.
func (s Sum) Transform(t *gauge.Transformation) {
	for _, a := range s {
		if p, ok := a.(Pseudofermion); ok {
			p.Transform(t)
		}
	}
}

// Work returns the sum over the terms.
func (s Sum) Work() (w Work) {
	for _, a := range s {
		w.Add(WorkOf(a))
	}
	return w
}
