package verify

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strings"
)

// Report is what a suite found.
type Report struct {
	Title    string    `json:"title"` // what was judged
	Program  string    `json:"program"`
	Suite    string    `json:"suite"`
	Seed     int64     `json:"seed"`
	Seconds  float64   `json:"seconds"`
	Verdicts []Verdict `json:"laws"`
	// Replay is the command that repeats a failure, less the law and the case.
	Replay string `json:"replay"`
}

// Failed returns the verdicts on laws that do not hold.
func (r Report) Failed() (failed []Verdict) {
	for _, v := range r.Verdicts {
		if !v.OK() {
			failed = append(failed, v)
		}
	}
	return failed
}

// Skipped returns the verdicts on laws that do not apply.
func (r Report) Skipped() (skipped []Verdict) {
	for _, v := range r.Verdicts {
		if !v.Applies() {
			skipped = append(skipped, v)
		}
	}
	return skipped
}

// Idle reports whether nothing that matters applied, which is a failure: what is left
// holds of a program that computes no matter what.
func (r Report) Idle() bool { return idle(r.Verdicts) }

// OK reports whether no law is broken, and something that matters applied.
func (r Report) OK() bool { return len(r.Failed()) == 0 && !r.Idle() }

// Checks returns the number of results that were looked at.
func (r Report) Checks() (n int) {
	for _, v := range r.Verdicts {
		n += v.Checks
	}
	return n
}

// Command returns the command that repeats the failure of v.
func (r Report) Command(v Verdict) string {
	if v.Smallest == nil {
		return fmt.Sprintf("%s --only '^%s$' --suite %s --seed %d", r.Replay, v.Name(), r.Suite, r.Seed)
	}
	return fmt.Sprintf("%s --law '%s' --case '%v'", r.Replay, v.Name(), v.Smallest)
}

// Sentence is the report in one line.
func (r Report) Sentence() string {
	failed, skipped := len(r.Failed()), len(r.Skipped())
	applied := len(r.Verdicts) - skipped
	rest := ""
	switch skipped {
	case 0:
	case 1:
		rest = ", 1 does not apply"
	default:
		rest = fmt.Sprintf(", %d do not apply", skipped)
	}
	switch {
	case len(r.Verdicts) == 0:
		return "no law was tried"
	case failed == 1:
		return fmt.Sprintf("1 of %d laws is broken%s", applied, rest)
	case failed > 1:
		return fmt.Sprintf("%d of %d laws are broken%s", failed, applied, rest)
	case r.Idle():
		return fmt.Sprintf("nothing that matters was judged: %d laws hold%s", applied, rest)
	}
	return fmt.Sprintf("all %d laws hold%s: %d checks", applied, rest, r.Checks())
}

// WriteText writes the report for a terminal: subject by subject, then what is
// broken, with the smallest case and the command that repeats it.
func (r Report) WriteText(w io.Writer) error {
	var b strings.Builder
	last := ""
	for _, v := range r.Verdicts {
		if v.Subject != last {
			fmt.Fprintf(&b, "%s\n", v.Subject)
			last = v.Subject
		}
		if !v.Applies() {
			fmt.Fprintf(&b, "  %-6s %-26s does not apply: %s\n", "-", v.Law, v.Skipped)
			continue
		}
		mark := "ok"
		if !v.OK() {
			mark = "BROKEN"
		}
		fmt.Fprintf(&b, "  %-6s %-26s %5d checks in %3d cases, closest %8.2g of its bound, %6.2f s\n", mark, v.Law, v.Checks, v.Cases, v.Closest.Ratio(), v.Seconds)
	}
	for _, v := range r.Failed() {
		fmt.Fprintf(&b, "\n%s: %s\n", v.Name(), v.Failure)
		if v.Smallest != nil {
			fmt.Fprintf(&b, "  after %d cases that hold; the smallest that does not: %v\n", v.After, v.Smallest)
		}
		fmt.Fprintf(&b, "  repeat it: %s\n", r.Command(v))
	}
	fmt.Fprintf(&b, "\n%s (%s suite, seed %d, %.1f s)\n", r.Sentence(), r.Suite, r.Seed, r.Seconds)
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteJSON writes the report as JSON.
func (r Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// number is a float64 that JSON can hold: NaN and infinities become strings.
type number float64

// MarshalJSON implements json.Marshaler.
func (x number) MarshalJSON() ([]byte, error) {
	if f := float64(x); math.IsNaN(f) || math.IsInf(f, 0) {
		return json.Marshal(fmt.Sprint(f))
	}
	return json.Marshal(float64(x))
}

func numbers(x []float64) []number {
	n := make([]number, len(x))
	for i := range x {
		n[i] = number(x[i])
	}
	return n
}

// MarshalJSON implements json.Marshaler.
func (r Result) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Statement string `json:"statement"`
		Measured  number `json:"measured"`
		Bound     number `json:"bound"`
		Because   string `json:"because"`
		Vacuous   bool   `json:"vacuous,omitempty"`
		Somewhere bool   `json:"somewhere,omitempty"`
	}{r.Law, number(r.Measured), number(r.Bound), r.Because, r.Vacuous, r.Somewhere})
}

// MarshalJSON implements json.Marshaler.
func (s Series) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Title  string   `json:"title"`
		XLabel string   `json:"x_label"`
		YLabel string   `json:"y_label"`
		X      []number `json:"x"`
		Y      []number `json:"y"`
		Errors []number `json:"errors,omitempty"`
		Names  []string `json:"names,omitempty"`
		Note   string   `json:"note,omitempty"`
	}{s.Title, s.XLabel, s.YLabel, numbers(s.X), numbers(s.Y), numbers(s.Errors), s.Names, s.Note})
}

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitFailure `xml:"failure"`
	Skipped *junitSkipped `xml:"skipped"`
	Output  string        `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

// WriteJUnit writes the report as JUnit XML: a test suite for each subject, a
// test case for each law. If nothing that matters applied, a test case that fails
// says so.
func (r Report) WriteJUnit(w io.Writer) error {
	var all junitSuites
	seconds := map[string]float64{}
	for _, v := range r.Verdicts {
		n := len(all.Suites)
		if n == 0 || all.Suites[n-1].Name != v.Subject {
			all.Suites = append(all.Suites, junitSuite{Name: v.Subject})
			n++
		}
		s := &all.Suites[n-1]
		c := junitCase{Name: v.Law, Class: v.Subject, Time: fmt.Sprintf("%.3f", v.Seconds)}
		s.Tests++
		seconds[v.Subject] += v.Seconds
		s.Time = fmt.Sprintf("%.3f", seconds[v.Subject])
		switch {
		case !v.Applies():
			s.Skipped++
			c.Skipped = &junitSkipped{v.Skipped}
		case v.OK():
			c.Output = v.String()
		default:
			s.Failures++
			c.Failure = &junitFailure{Message: v.Failure, Text: "repeat it: " + r.Command(v)}
		}
		s.Cases = append(s.Cases, c)
	}
	if r.Idle() {
		all.Suites = append(all.Suites, junitSuite{Name: r.Title, Tests: 1, Failures: 1, Time: "0.000", Cases: []junitCase{{
			Name: "something that matters applies", Class: r.Title, Time: "0.000",
			Failure: &junitFailure{Message: r.Sentence(), Text: reasons(r.Verdicts)},
		}}})
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
