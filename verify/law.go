package verify

import (
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/prop"
)

// Law is a statement that holds for every correct subject.
type Law struct {
	Name   string
	Check  func(c Case) []Result
	Volume int  // most sites; 0: as many as the suite has
	Strict bool // on a fixed lattice of more than Volume sites it is left out: dense matrices
	Cost   int  // the suite's number of cases is divided by it; 0: by 1
}

// Subject is what is judged, with the laws of its kind.
type Subject struct {
	Name   string
	Domain Domain // the cases it is made for
	Laws   []Law
}

// ErrUnsupported is what a builder answers for a case that its subject is not
// made for: the case is not counted.
var ErrUnsupported = errors.New("verify: case not supported")

// unsupported is what a law panics with when a builder answers ErrUnsupported.
type unsupported struct{}

// inapplicable is what [Skip] panics with.
type inapplicable string

// Skip ends a case that a law does not apply to, from within the law: others are
// drawn, and a law that applies to none is told as such, with the reason.
func Skip(reason string) { panic(inapplicable(reason)) }

// must returns v. An error ends the case: it is passed over if it is
// ErrUnsupported and broken otherwise.
func must[T any](v T, err error) T {
	check(err)
	return v
}

func check(err error) {
	if errors.Is(err, ErrUnsupported) {
		panic(unsupported{})
	}
	if err != nil {
		panic(err)
	}
}

// attempt returns the results of the law, an error or a panic being one that is
// not OK. Errors: ErrUnsupported, or why the law does not apply to the case.
func attempt(law func(Case) []Result, c Case) (results []Result, err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case unsupported:
			results, err = nil, ErrUnsupported
		case inapplicable:
			results, err = nil, p
		case error:
			results = failed("no error", fmt.Errorf("%w\n%s", p, debug.Stack()))
		default:
			results = failed("no panic", fmt.Errorf("%v\n%s", p, debug.Stack()))
		}
	}()
	return law(c), nil
}

// Error says why a law does not apply.
func (why inapplicable) Error() string { return string(why) }

// patience is how many cases are looked at for one that a law applies to: what applies
// to one in twenty is missed once in 700.
const patience = 2 * redraws

// judge tries the law on cases of its domain.
func judge(s Subject, law Law, o settings) (v Verdict) {
	d := o.domain(s, law)
	d.turns = law.Name != "" // few cases are to see every group
	v = Verdict{Subject: s.Name, Law: law.Name, Seed: o.seed, Closest: Result{Bound: 1}}
	began := time.Now()
	defer func() { v.Seconds = time.Since(began).Seconds() }()
	h := fnv.New64a()
	h.Write([]byte(v.Name())) // a hash returns no error
	parameters := gopter.DefaultTestParametersWithSeed(o.seed ^ int64(h.Sum64()>>1))
	parameters.MinSuccessfulTests = d.Cases
	parameters.MaxDiscardRatio = 8
	if o.coarse {
		parameters.MaxShrinkCount = 0
	}
	// Whether a case is supported shows when it is tried: what a case that is drawn
	// gave is kept for the property.
	var drawn []Result
	fresh, applied, passed, reason := false, false, 0, ""
	try := func(c Case) bool {
		if passed == patience && !applied {
			return false
		}
		var err error
		if drawn, err = attempt(law.Check, c); err == nil {
			fresh, applied = true, true
			return true
		}
		var why inapplicable
		if errors.As(err, &why) {
			passed, reason = min(passed+1, patience), string(why)
		}
		fresh = false
		return false
	}
	never := map[string]Result{} // of what has to hold somewhere, one that does if there is
	var last *Case               // that does not
	outcome := prop.ForAll(func(c Case) *gopter.PropResult {
		if !fresh && !try(c) { // while it shrinks: no simpler failure
			return gopter.NewPropResult(true, "")
		}
		fresh = false
		results, failure, broken := drawn, "", Result{Law: law.Name}
		if len(results) == 0 {
			failure = "the law has checked nothing"
		}
		for _, r := range results {
			if !r.OK() {
				failure, broken = r.String(), r
				break
			}
			if r.Somewhere {
				if _, known := never[r.Law]; !known {
					never[r.Law] = r
				}
				if !r.obeyed() {
					last = &c
					continue
				}
				never[r.Law] = r
			}
			if v.Checks++; v.Checks == 1 || r.Ratio() > v.Closest.Ratio() {
				v.Closest = r
			}
			if v.Series == nil { // one case is enough to look at
				v.Series = r.Series
			}
		}
		if failure == "" {
			return gopter.NewPropResult(true, "")
		}
		v.Failure, v.Smallest, v.Closest, v.Series = failure, &c, broken, broken.Series
		return gopter.NewPropResult(false, failure)
	}, d.generator(try)).Check(parameters)
	v.Cases, v.After = outcome.Succeeded, outcome.Succeeded
	for _, name := range slices.Sorted(maps.Keys(never)) {
		if r := never[name]; v.Failure == "" && !r.obeyed() {
			v.Failure, v.Smallest, v.Closest, v.Series, v.After = "in no case: "+r.String(), last, r, r.Series, v.Cases-1
		}
	}
	switch {
	case !applied && reason != "":
		v.Skipped = reason
	case v.Failure == "" && outcome.Error != nil: // no case could be drawn
		v.Failure = outcome.Error.Error()
	case v.Failure == "" && v.Cases < (d.Cases+1)/2:
		v.Failure = fmt.Sprintf("covered %d cases (at least %d of %d needed; %d were not supported)", v.Cases, (d.Cases+1)/2, d.Cases, outcome.Discarded)
	}
	if v.OK() {
		v.After = 0
	}
	return v
}

// Judge tries all laws of the subjects and returns the verdicts in the order of
// the laws. Several are tried at a time; each is told to done, if that is not
// nil, one at a time, as it is reached.
//
// Every law draws its cases by a seed of its own, made from the master seed and
// its name, so that it can be tried alone.
func Judge(subjects []Subject, workers int, done func(v Verdict), options ...Option) []Verdict {
	o := newSettings(options)
	type job struct {
		s   Subject
		law Law
	}
	var jobs []job
	for _, s := range subjects {
		for _, l := range s.Laws {
			if o.wants(s, l) {
				jobs = append(jobs, job{s, l})
			}
		}
	}
	verdicts := make([]Verdict, len(jobs))
	next := make(chan int)
	var told sync.Mutex
	var wg sync.WaitGroup
	for range max(1, min(workers, len(jobs))) {
		wg.Go(func() {
			for i := range next {
				verdicts[i] = judge(jobs[i].s, jobs[i].law, o)
				if done != nil {
					told.Lock()
					done(verdicts[i])
					told.Unlock()
				}
			}
		})
	}
	for i := range jobs {
		next <- i
	}
	close(next)
	wg.Wait()
	return verdicts
}

// Replay tries one law, named as Verdict.Name does, on one case. Errors: no such
// law; a case that its subject does not support, or the law does not apply to.
func Replay(subjects []Subject, name string, c Case) ([]Result, error) {
	for _, s := range subjects {
		for _, l := range s.Laws {
			if fullName(s.Name, l.Name) != name {
				continue
			}
			results, err := attempt(l.Check, c)
			if err != nil {
				return nil, fmt.Errorf("verify: %s does not apply: %w: %v", name, err, c)
			}
			return results, nil
		}
	}
	return nil, fmt.Errorf("verify: no law %q", name)
}
