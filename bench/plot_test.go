package bench_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/bench"
)

// drawn is a record of a kernel on three volumes, with the roof of one worker.
func drawn(t *testing.T, scale float64) *bench.Record {
	t.Helper()
	var b strings.Builder
	fmt.Fprint(&b, "cpu: some <cpu>\ncores: 2\nkernels: avx2\ngoos: linux\ngoarch: amd64\ngo: go1\ncommit: c\naa-noise: 0.01\n\n")
	fmt.Fprint(&b, "BenchmarkCases/roofline-peak/registers/workers=1 1 1 ns/op 100 GFLOP/s 64 flop/op\n")
	for _, level := range []string{"L1", "L2", "L3", "memory"} {
		fmt.Fprintf(&b, "BenchmarkCases/roofline-triad/%s/workers=1 1 1 ns/op 1 GFLOP/s 64 flop/op 40 GB/s 384 traffic-B/op\n", level)
	}
	for _, l := range []int{4, 8, 16} {
		for _, workers := range []int{1, 2} {
			fmt.Fprintf(&b, "BenchmarkCases/hop/SU3/L=%d/double/workers=%d 1 %g ns/op %g ns/site 30 GFLOP/s 570 flop/op 600 traffic-B/op\n",
				l, workers, scale*100, scale*float64(l*10/workers))
		}
	}
	r, err := bench.Read(strings.NewReader(b.String()), "drawn.txt")
	require.NoError(t, err)
	return r
}

// circles returns the places of the points of an SVG by their titles, and checks
// that it is well formed.
func circles(t *testing.T, svg string) map[string][2]float64 {
	t.Helper()
	at, d := map[string][2]float64{}, xml.NewDecoder(strings.NewReader(svg))
	var last [2]float64
	title := false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return at
		}
		require.NoError(t, err)
		switch x := token.(type) {
		case xml.StartElement:
			title = x.Name.Local == "title"
			for _, a := range x.Attr {
				if a.Name.Local == "cx" || a.Name.Local == "cy" {
					_, err := fmt.Sscan(a.Value, &last[a.Name.Local[1]-'x'])
					require.NoError(t, err)
				}
			}
		case xml.CharData:
			if title {
				at[string(x)] = last
				title = false
			}
		}
	}
}

// Pictures are of the three kinds; points stand where their numbers say.
func TestPictures(t *testing.T) {
	list, err := drawn(t, 1).Pictures()
	require.NoError(t, err)
	require.Len(t, list, 3)
	for _, p := range list {
		var b bytes.Buffer
		require.NoError(t, p.WriteSVG(&b))
		at := circles(t, b.String())
		name := func(l, workers int) string { return fmt.Sprintf("hop/SU3/L=%d/double/workers=%d", l, workers) }
		switch p.Name {
		case "roofline":
			assert.Contains(t, b.String(), "some &lt;cpu&gt;")
			assert.Contains(t, at, name(8, 1))
			assert.Contains(t, at, "L2 40 GB/s")
			assert.NotContains(t, at, name(8, 2))
		case "volume":
			// equal ratios are equal steps: 4, 8, 16 along x and 40, 80, 160 along y
			a, b, c := at[name(4, 1)], at[name(8, 1)], at[name(16, 1)]
			assert.InDelta(t, b[0]-a[0], c[0]-b[0], 0.11, "pixels are rounded to a tenth")
			assert.InDelta(t, b[1]-a[1], c[1]-b[1], 0.21)
			assert.Less(t, b[1], a[1], "up")
			assert.Greater(t, b[0], a[0], "to the right")
		case "workers":
			assert.Len(t, at, 6)
			assert.Greater(t, at[name(8, 2)][1], at[name(8, 1)][1], "two workers are faster")
		}
	}
	var page bytes.Buffer
	require.NoError(t, bench.WriteHTML(&page, "a <title>", list))
	assert.Equal(t, 3, strings.Count(page.String(), "<svg"))
	assert.Contains(t, page.String(), "a &lt;title&gt;")
	_, err = recorded(t).Pictures()
	require.NoError(t, err)

	r, err := bench.Read(strings.NewReader("BenchmarkCases/x 1 5 ns/op\n"), "nothing.txt")
	require.NoError(t, err)
	_, err = r.Pictures()
	require.ErrorContains(t, err, "nothing.txt has nothing to draw")
}

// A history has the commits that recorded the case, in their order.
func TestHistory(t *testing.T) {
	const name = "hop/SU3/L=8/double/workers=1"
	revisions := []bench.Revision{
		{Commit: "1111111111111111", Date: "2026-01-01", Record: drawn(t, 1)},
		{Commit: "2222222222222222", Date: "2026-01-02", Record: recorded(t)}, // without the case
		{Commit: "3333333333333333", Date: "2026-01-03", Record: drawn(t, 0.5)},
	}
	h, err := bench.NewHistory(name, revisions)
	require.NoError(t, err)
	var out, svg bytes.Buffer
	require.NoError(t, h.Write(&out))
	assert.Contains(t, out.String(), "333333333333  2026-01-03  50 ns")
	assert.Contains(t, out.String(), "-50.0%")
	assert.NotContains(t, out.String(), "2222222")
	require.NoError(t, h.Picture().WriteSVG(&svg))
	assert.Len(t, circles(t, svg.String()), 2)
	_, err = bench.NewHistory("none", revisions)
	require.ErrorContains(t, err, `none of 3 baselines has case "none"`)
}
