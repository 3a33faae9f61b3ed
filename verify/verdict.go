package verify

import (
	"fmt"
	"slices"
	"strings"
)

// Verdict says how a law fared with a subject.
type Verdict struct {
	Subject string `json:"subject"`
	Law     string `json:"law"`
	Cases   int    `json:"cases"`  // tried, of those that the subject supports
	Checks  int    `json:"checks"` // results looked at

	Closest Result   `json:"closest"` // to its bound; in a failure: what was broken
	Series  []Series `json:"series,omitempty"`
	// Skipped says why the law does not apply: it neither holds nor is broken.
	Skipped string `json:"skipped,omitempty"`
	// Failure says what went wrong, and is empty if nothing did; Smallest is the
	// smallest case that shows it, After the number of cases that did not.
	Failure  string `json:"failure,omitempty"`
	Smallest *Case  `json:"smallest,omitempty"`
	After    int    `json:"after,omitempty"`

	Seed    int64   `json:"seed"` // the master seed
	Seconds float64 `json:"seconds"`
}

// OK reports whether the law is not broken: it holds, or does not apply.
func (v Verdict) OK() bool { return v.Failure == "" }

// Applies reports whether the law has been tried: it holds or is broken.
func (v Verdict) Applies() bool { return v.Skipped == "" }

// aside are laws of a program that computes no matter what: where they alone apply
// nothing that matters has been judged.
var aside = []string{"pure", "workers", "ranks", "repeatable", "instances"}

// idle reports whether nothing that matters applied: some laws do not, and all others
// are aside.
func idle(verdicts []Verdict) bool {
	skipped := false
	for _, v := range verdicts {
		if v.Applies() && !slices.Contains(aside, v.Law) {
			return false
		}
		skipped = skipped || !v.Applies()
	}
	return skipped
}

// reasons says why laws do not apply.
func reasons(verdicts []Verdict) string {
	var all []string
	for _, v := range verdicts {
		if !v.Applies() {
			all = append(all, v.Law+" ("+v.Skipped+")")
		}
	}
	return strings.Join(all, ", ")
}

// Name returns "subject/law", by which the law is replayed, or what there is of
// the two.
func (v Verdict) Name() string { return fullName(v.Subject, v.Law) }

func fullName(subject, law string) string {
	if law == "" {
		return subject
	}
	return subject + "/" + law
}

// String says in one line how the law fared.
func (v Verdict) String() string {
	switch {
	case !v.OK():
		return fmt.Sprintf("%s: %s", v.Name(), v.Failure)
	case !v.Applies():
		return fmt.Sprintf("%s: does not apply: %s", v.Name(), v.Skipped)
	}
	return fmt.Sprintf("%s: %d checks in %d cases, the closest at %.3f of its bound: %v", v.Name(), v.Checks, v.Cases, v.Closest.Ratio(), v.Closest)
}
