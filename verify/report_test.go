package verify_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/verify"
)

// example is a report on a law that holds, with a plot, and on two that do not.
func example() verify.Report {
	right := verify.Subject{Name: "a <right> subject", Laws: []verify.Law{
		{Name: "close", Check: func(verify.Case) []verify.Result {
			return []verify.Result{{
				Law: "small", Measured: 1e-8, Bound: 1, Because: "a & b",
				Series: []verify.Series{
					{Title: "a curve", XLabel: "x", YLabel: "y", X: []float64{0.1, 0.01, math.NaN()}, Y: []float64{1, 0.01, 1}, Log: true, Note: "falls"},
					{Title: "bars", X: []float64{1, 2, 3}, Y: []float64{5, 7, 0}, Bars: true},
					{Title: "side by side", Names: []string{"one", "other"}, X: []float64{0, 1}, Y: []float64{5, 7}, Errors: []float64{1, 2}},
					{Title: "nothing"},
				},
			}}
		}},
		{Name: "exact", Check: func(verify.Case) []verify.Result { return []verify.Result{{Law: "equal", Because: "exact"}} }},
	}}
	wrong := verify.Subject{Name: "wrong", Laws: []verify.Law{
		{Name: "NaN", Check: func(verify.Case) []verify.Result {
			return []verify.Result{{Law: "a number", Measured: math.NaN(), Bound: 1}}
		}},
		{Name: "never", Check: func(verify.Case) []verify.Result { panic(verify.ErrUnsupported) }},
	}}
	right.Laws = append(right.Laws, verify.Law{Name: "elsewhere", Check: func(verify.Case) []verify.Result {
		verify.Skip("nothing & <nowhere>")
		return nil
	}})
	none := verify.OfAction("none", func(verify.Case, *lattice.Geometry) (action.Action, error) { return nil, verify.ErrUnsupported })
	none.Laws = none.Laws[:1]
	r := verify.Report{Title: "an example", Program: "slhmc test", Suite: "quick", Seed: 7, Replay: "slhmc verify"}
	r.Verdicts = verify.Judge([]verify.Subject{right, wrong, none}, 3, nil, verify.Seed(7))
	return r
}

// Every form of the report tells what holds, what does not, and how to repeat it.
func TestReport(t *testing.T) {
	r := example()
	assert.Equal(t, "3 of 5 laws are broken, 1 does not apply", r.Sentence())
	assert.Equal(t, 12, r.Checks())
	require.Len(t, r.Failed(), 3)
	command := "slhmc verify --law 'wrong/NaN' --case '{"

	var b bytes.Buffer
	require.NoError(t, r.WriteText(&b))
	text := b.String()
	for _, want := range []string{"a <right> subject", "ok     close", "BROKEN NaN", command, "-      elsewhere                  does not apply: nothing & <nowhere>", "3 of 5 laws are broken, 1 does not apply (quick suite, seed 7", "covered 0 cases (at least 3 of 6 needed", "--only '^none/pure$' --suite quick --seed 7"} {
		assert.Contains(t, text, want)
	}

	b.Reset()
	require.NoError(t, r.WriteJSON(&b))
	var j struct {
		Laws []struct {
			Subject, Law, Failure, Skipped string
			Cases                          int
			Closest                        struct{ Measured any }
			Smallest                       *verify.Case
			Series                         []struct{ X []any }
		}
	}
	require.NoError(t, json.Unmarshal(b.Bytes(), &j))
	require.Len(t, j.Laws, 6)
	assert.Equal(t, "nothing & <nowhere>", j.Laws[2].Skipped)
	assert.Zero(t, j.Laws[2].Cases)
	assert.Equal(t, "NaN", j.Laws[3].Closest.Measured)
	assert.NotNil(t, j.Laws[3].Smallest)
	assert.Len(t, j.Laws[0].Series, 4)

	b.Reset()
	require.NoError(t, r.WriteJUnit(&b))
	var x struct {
		Suites []struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
			Skipped  int `xml:"skipped,attr"`
			Cases    []struct {
				Skipped *struct {
					Message string `xml:"message,attr"`
				} `xml:"skipped"`
				Failure *struct {
					Text string `xml:",chardata"`
				} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	require.NoError(t, xml.Unmarshal(b.Bytes(), &x))
	require.Len(t, x.Suites, 3)
	assert.Equal(t, 3, x.Suites[0].Tests)
	assert.Equal(t, 1, x.Suites[0].Skipped)
	assert.Nil(t, x.Suites[0].Cases[0].Skipped)
	assert.Equal(t, "nothing & <nowhere>", x.Suites[0].Cases[2].Skipped.Message)
	assert.Zero(t, x.Suites[0].Failures)
	assert.Equal(t, 2, x.Suites[1].Failures)
	assert.Contains(t, x.Suites[1].Cases[0].Failure.Text, command)

	b.Reset()
	require.NoError(t, r.WriteHTML(&b))
	wellFormed(t, b.String())
	page := b.String()
	for _, want := range []string{
		"<title>slhmc verify: 3 of 5 laws are broken, 1 does not apply</title>", "– elsewhere</td>", "does not apply: nothing &amp; &lt;nowhere&gt;", `class="verdict broken"`, "a &lt;right&gt; subject", "a &amp; b", "✓ close", "✗ NaN",
		"slhmc verify --law &#39;wrong/NaN&#39; --case", `style="width:50.0%"`, "<span class=\"faint\">exact</span>", "nothing to show", "side by side", "prefers-color-scheme: dark", "@media print",
	} {
		assert.Contains(t, page, want)
	}
	assert.Equal(t, 4, strings.Count(page, "<svg "))
	for _, outside := range []string{"<script", "src=", "href=", "url(", "@import", "http"} {
		assert.NotContains(t, page, outside, "the page needs nothing else")
	}
	assert.Equal(t, "no law was tried", verify.Report{}.Sentence())
}

// A report on which nothing that matters applied is not that of what is right.
func TestIdleReport(t *testing.T) {
	law := func(name, reason string) verify.Law {
		return verify.Law{Name: name, Check: func(verify.Case) []verify.Result {
			if reason != "" {
				verify.Skip(reason)
			}
			return []verify.Result{{Law: "equal", Because: "exact"}}
		}}
	}
	for _, c := range []struct {
		laws     []verify.Law
		sentence string
		idle     bool
	}{
		{[]verify.Law{law("force", "no force"), law("pure", "")}, "nothing that matters was judged: 1 laws hold, 1 does not apply", true},
		{[]verify.Law{law("force", "no force"), law("heat bath", "no noise")}, "nothing that matters was judged: 0 laws hold, 2 do not apply", true},
		{[]verify.Law{law("force", ""), law("heat bath", "no noise")}, "all 1 laws hold, 1 does not apply: 6 checks", false},
		{[]verify.Law{law("pure", "")}, "all 1 laws hold: 6 checks", false},
	} {
		r := verify.Report{Title: "idle", Verdicts: verify.Judge([]verify.Subject{{Name: "a", Laws: c.laws}}, 1, nil)}
		assert.Equal(t, c.sentence, r.Sentence())
		assert.Equal(t, c.idle, r.Idle())
		assert.Equal(t, !c.idle, r.OK())
		assert.Empty(t, r.Failed())
		var junit, page bytes.Buffer
		require.NoError(t, r.WriteJUnit(&junit))
		require.NoError(t, r.WriteHTML(&page))
		assert.Equal(t, c.idle, strings.Contains(junit.String(), "<failure "), junit.String())
		assert.Equal(t, c.idle, strings.Contains(page.String(), `class="verdict broken"`))
	}
}

// wellFormed holds the page against XML, void elements closed.
func wellFormed(t *testing.T, page string) {
	t.Helper()
	_, page, _ = strings.Cut(page, "<!DOCTYPE html>")
	page = strings.ReplaceAll(page, `<meta charset="utf-8">`, "")
	page = strings.ReplaceAll(page, `<meta name="viewport" content="width=device-width, initial-scale=1">`, "")
	d := xml.NewDecoder(strings.NewReader(page))
	d.Entity = xml.HTMLEntity
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
	}
}

// The same seed finds the same, whatever the number of workers; another seed
// draws other cases; a law that is tried alone draws what it draws among others.
func TestJudgeRepeats(t *testing.T) {
	cases := map[int64]map[string][]string{}
	subject := func(seed int64, name string) verify.Subject {
		return verify.Subject{Name: name, Laws: []verify.Law{{Name: "law", Check: func(c verify.Case) []verify.Result {
			cases[seed][name] = append(cases[seed][name], c.String())
			return []verify.Result{{Law: "equal", Because: "exact"}}
		}}}}
	}
	for _, seed := range []int64{1, 2, 3} {
		cases[seed] = map[string][]string{}
		subjects := []verify.Subject{subject(seed, "a"), subject(seed, "b")}
		if seed == 3 {
			subjects = subjects[1:]
		}
		verify.Judge(subjects, 1, nil, verify.Seed(min(seed, 2)))
	}
	assert.NotEqual(t, cases[1]["a"], cases[1]["b"], "laws draw apart")
	assert.NotEqual(t, cases[1]["a"], cases[2]["a"], "seeds draw apart")
	assert.Equal(t, cases[2]["b"], cases[3]["b"], "alone as among others")
	groups := map[string]bool{}
	for _, c := range cases[1]["a"] {
		parsed, err := verify.ParseCase(c)
		require.NoError(t, err)
		groups[parsed.Group] = true
	}
	assert.Len(t, groups, 4, "every group has its turn")
}

// One law is repeated on one case by its name.
func TestReplay(t *testing.T) {
	subjects := verify.BuiltIn()
	c, err := verify.ParseCase(`{"group":"SU(3)","extents":[2,4],"boundary":[1,-1],"beta":2,"c1":0,"mass":0.5,"roughness":0.4,"seed":5}`)
	require.NoError(t, err)
	results, err := verify.Replay(subjects, "staggered operator/adjoint", c)
	require.NoError(t, err)
	require.Len(t, results, 1)
	assert.True(t, results[0].OK(), "%v", results[0])
	_, err = verify.Replay(subjects, "staggered operator/none", c)
	require.ErrorContains(t, err, `no law "staggered operator/none"`)
	c.Extents = []int{2, 3}
	results, err = verify.Replay(subjects, "staggered operator/adjoint", c)
	require.NoError(t, err)
	assert.False(t, results[0].OK(), "what the operator refuses is no law that holds")
	_, err = verify.ParseCase(`{"group":"SU(3)","extents":[2,4],"boundary":[1,-1],"tolerance":1}`)
	require.ErrorContains(t, err, "tolerance")
}
