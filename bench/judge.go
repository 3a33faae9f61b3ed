package bench

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"golang.org/x/perf/benchmath"
)

// FalseAlarm is the probability that a comparison of two records of the same code
// calls any case slower or faster, were it not for the A/A noise, which makes it
// smaller still.
const FalseAlarm = 1e-3

// confidence of the intervals that are shown.
const confidence = 0.95

// deviations of a normal distribution that are within the confidence.
const deviations = 1.96

// Visible is the slowdown, relative, of which a judgement says in how many cases it
// would have shown.
const Visible = 0.05

// drift is how much a probe may change between two records, beyond their noise.
const drift = 0.02

// Outcome is what became of a case.
type Outcome string

// The outcomes: of times, and of numbers that have no noise.
const (
	Same   Outcome = "same"
	Faster Outcome = "faster"
	Slower Outcome = "SLOWER"
	Fewer  Outcome = "fewer"
	More   Outcome = "MORE"
	New    Outcome = "new"  // flops or bytes that only the new record has derived
	Gone   Outcome = "gone" // or only the old one
)

// Bad reports whether the outcome fails a comparison.
func (o Outcome) Bad() bool { return o == Slower || o == More }

// Verdict is the judgement of one unit of one case.
type Verdict struct {
	Case, Unit string
	Old, New   benchmath.Summary // medians of times with their intervals
	Ratio      float64           // new to old; of times: the shift of the rank test
	Lo, Hi     float64           // of times: the interval of Ratio
	P          float64           // of times: by Mann and Whitney, Holm's correction made
	Outcome    Outcome
	// Blind tells that the times would not have shown a slowdown by Visible: too few
	// samples, too many that were disturbed, or too much noise.
	Blind bool
}

// Allocations reports whether the verdict is of those.
func (v *Verdict) Allocations() bool { return v.Unit == unitAllocs }

// Judgement is that of all cases.
type Judgement struct {
	Noise    float64 // relative: what smaller differences are counted as
	Verdicts []Verdict
	New      []string // cases of the new record only
}

// Bad returns the verdicts that fail the comparison.
func (j *Judgement) Bad() (bad []Verdict) {
	for _, v := range j.Verdicts {
		if v.Outcome.Bad() {
			bad = append(bad, v)
		}
	}
	return bad
}

// Incomparable is the error of samples that allow no judgement.
type Incomparable struct{ Reasons []string }

// Error lists the reasons.
func (e *Incomparable) Error() string {
	return "bench: not comparable: " + strings.Join(e.Reasons, "; ")
}

// exact are the units of numbers that have no noise.
var exact = []string{unitAllocs, unitIterations, unitFlops, unitTraffic}

// Judge compares samples of the same machine, given the noise with which it
// measures the same code twice. Times differ if their shift is more than the noise,
// and if the rank test says so with FalseAlarm shared among all cases;
// allocations, iterations and counts differ if they are not equal. Probes of the
// roofline are the machine's, not the code's, and are left out.
//
// Errors: *Incomparable: cases of old that new has not, none in common, or too
// few samples for any difference to show.
func Judge(old, new Samples, noise float64) (*Judgement, error) {
	var names, reasons []string
	for name := range old {
		switch {
		case strings.HasPrefix(name, "roofline-"):
		case new[name] == nil:
			reasons = append(reasons, fmt.Sprintf("case %s is gone", name))
		default:
			names = append(names, name)
		}
	}
	sort.Strings(names)
	sort.Strings(reasons)
	if len(names) == 0 {
		reasons = append(reasons, "no case in common")
	}
	j := &Judgement{Noise: noise}
	for name := range new {
		if old[name] == nil && !strings.HasPrefix(name, "roofline-") {
			j.New = append(j.New, name)
		}
	}
	sort.Strings(j.New)
	for _, name := range names {
		a, b := old[name][unitTime], new[name][unitTime]
		// the smallest p that the rank test can give: 2 of all orders
		if least := 2 / binomial(len(a)+len(b), len(a)); !(least*float64(len(names)) < FalseAlarm) {
			reasons = append(reasons, fmt.Sprintf("case %s has too few samples, %d and %d, for %d cases", name, len(a), len(b), len(names)))
			continue
		}
		t := benchmath.DefaultThresholds
		x, y := benchmath.NewSample(slices.Clone(a), &t), benchmath.NewSample(slices.Clone(b), &t)
		v := Verdict{Case: name, Unit: unitTime, P: benchmath.AssumeNothing.Compare(x, y).P}
		v.Old, v.New = benchmath.AssumeNothing.Summary(x, confidence), benchmath.AssumeNothing.Summary(y, confidence)
		v.Ratio, v.Lo, v.Hi = shift(a, b)
		slower := make([]float64, len(b)) // the new times as they would be; Holm's first threshold
		for i := range b {
			slower[i] = b[i] * (1 + Visible) / v.Ratio
		}
		p := benchmath.AssumeNothing.Compare(x, benchmath.NewSample(slower, &t)).P
		v.Blind = !(p*float64(len(names)) < FalseAlarm && noise < Visible)
		j.Verdicts = append(j.Verdicts, v)
	}
	if len(reasons) > 0 {
		return nil, &Incomparable{reasons}
	}
	holm(j.Verdicts)
	for i := range j.Verdicts {
		v := &j.Verdicts[i]
		v.Outcome = Same
		switch {
		case v.P >= FalseAlarm:
		case v.Ratio > 1+noise:
			v.Outcome = Slower
		case v.Ratio < 1/(1+noise):
			v.Outcome = Faster
		}
	}
	j.Verdicts = append(j.Verdicts, judgeExact(old, new, names)...)
	return j, nil
}

// shift returns the ratio of b to a that goes with the rank test: the median of
// those of all pairs, and their order statistics between which the true one lies
// with the stated confidence [HL, L]. What disturbs both sides alike makes as many of
// them larger as smaller; medians, where half of the samples are disturbed, fall on
// one side or the other of the gap. The order statistics are the quantiles of the
// number U of pairs with y < x, of mean nm/2 and variance nm(n+m+1)/12 where nothing
// differs, taken as normal [L].
func shift(a, b []float64) (ratio, lo, hi float64) {
	pairs := make([]float64, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			pairs = append(pairs, y/x)
		}
	}
	slices.Sort(pairs)
	n, m := float64(len(a)), float64(len(b))
	k := int(n*m/2 - deviations*math.Sqrt(n*m*(n+m+1)/12))
	if k < 1 {
		return median(pairs), 0, math.Inf(1)
	}
	return median(pairs), pairs[k-1], pairs[len(pairs)-k]
}

// judgeExact compares the numbers without noise. Of allocations the least
// counts: the runtime may add its own.
func judgeExact(old, new Samples, names []string) (verdicts []Verdict) {
	for _, name := range names {
		for _, unit := range exact {
			a, b := old[name][unit], new[name][unit]
			if len(a) == 0 && len(b) == 0 {
				continue
			}
			v := Verdict{Case: name, Unit: unit, Outcome: Same, P: 1}
			derived := unit == unitFlops || unit == unitTraffic // none is not 0
			v.Old.Center, v.New.Center = least(a), least(b)
			v.Ratio = v.New.Center / v.Old.Center
			switch {
			case derived && len(a) == 0:
				v.Outcome = New
			case derived && len(b) == 0:
				v.Outcome = Gone
			case v.New.Center > v.Old.Center:
				v.Outcome = More
			case v.New.Center < v.Old.Center:
				v.Outcome = Fewer
			}
			verdicts = append(verdicts, v)
		}
	}
	return verdicts
}

// least returns the smallest value, 0 of none.
func least(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	return slices.Min(x)
}

// holm replaces the p of all verdicts by Holm's: of k in rising order, the i-th
// (from 0) times k - i, and none less than the one before [H].
func holm(v []Verdict) {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(i, j int) bool { return v[order[i]].P < v[order[j]].P })
	last := 0.0
	for i, k := range order {
		last = math.Max(last, math.Min(1, v[k].P*float64(len(v)-i)))
		v[k].P = last
	}
}

// binomial returns n over k.
func binomial(n, k int) float64 {
	b := 1.0
	for i := 1; i <= k; i++ {
		b *= float64(n-k+i) / float64(i)
	}
	return b
}

// Noise returns how much the same code differs from itself: for each case, the
// shift of the second half of its times against the first; of their logarithms,
// three standard deviations, one being 1.4826 times the median of their sizes, so
// that a case or two that were disturbed do not count. The rank test takes samples
// for independent, which those of a disturbed machine are not quite: what the noise
// excuses makes up for that.
//
// Errors: no case with at least four samples.
func (s Samples) Noise() (float64, error) {
	var sizes []float64
	for name, units := range s {
		t := units[unitTime]
		if len(t) < 4 || strings.HasPrefix(name, "roofline-") {
			continue
		}
		ratio, _, _ := shift(t[:len(t)/2], t[len(t)/2:])
		sizes = append(sizes, math.Abs(math.Log(ratio)))
	}
	if len(sizes) == 0 {
		return 0, fmt.Errorf("bench: too few samples to tell the noise (allowed: at least 4 of a case)")
	}
	return math.Expm1(3 * 1.4826 * median(sizes)), nil
}

// median returns the middle of x, which stays as it is.
func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	n := len(x)
	return (x[n/2] + x[(n-1)/2]) / 2
}

// Compare judges two records.
//
// Errors: *Incomparable, also for records of different machines.
func Compare(old, new *Record) (*Judgement, error) {
	if err := sameMachine(old, new); err != nil {
		return nil, &Incomparable{[]string{strings.TrimPrefix(err.Error(), "bench: ")}}
	}
	noise := 0.0
	for _, r := range []*Record{old, new} {
		n, err := r.Noise()
		if err != nil {
			return nil, &Incomparable{[]string{strings.TrimPrefix(err.Error(), "bench: ")}}
		}
		noise = math.Max(noise, n)
	}
	a, b := old.Samples(), new.Samples()
	if err := sameState(a, b, noise); err != nil {
		return nil, err
	}
	return Judge(a, b, noise)
}

// sameState judges the probes of the roofline: they are the same code, so if they
// differ the machine was in another state (clock, load, neighbours on a virtual
// machine), and so may be everything else.
func sameState(old, new Samples, noise float64) error {
	var reasons []string
	for name, units := range old {
		if !strings.HasPrefix(name, "roofline-") || len(units[unitTime]) == 0 || len(new[name][unitTime]) == 0 {
			continue
		}
		if r, _, _ := shift(units[unitTime], new[name][unitTime]); math.Abs(math.Log(r)) > math.Log1p(noise)+math.Log1p(drift) {
			reasons = append(reasons, fmt.Sprintf("%s takes %+.1f%%", name, 100*(r-1)))
		}
	}
	if len(reasons) == 0 {
		return nil
	}
	sort.Strings(reasons)
	reasons[0] = fmt.Sprintf("the machine was in another state, measure both again (noise %.1f%%): %s", 100*noise, reasons[0])
	return &Incomparable{reasons}
}
