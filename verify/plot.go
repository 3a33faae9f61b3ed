package verify

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// The plots of a report are drawn here, as SVG whose colours are those of the
// page: light, dark or on paper.

const (
	plotWidth, plotHeight   = 420.0, 260.0
	plotLeft, plotRight     = 64.0, 14.0
	plotTop, plotBottom     = 16.0, 46.0
	plotTicks               = 5
	markRadius, whiskerHalf = 3.5, 5.0
)

// axis maps numbers to pixels.
type axis struct {
	low, high float64 // of the number, or of its decimal logarithm
	from, to  float64 // pixels
	log       bool
}

func newAxis(low, high, from, to float64, log bool) axis {
	if log {
		low, high = math.Log10(low), math.Log10(high)
	}
	if !(high > low) {
		low, high = low-0.5, low+0.5
	}
	margin := 0.06 * (high - low)
	return axis{low - margin, high + margin, from, to, log}
}

func (a axis) at(x float64) float64 {
	if a.log {
		x = math.Log10(x)
	}
	return a.from + (x-a.low)/(a.high-a.low)*(a.to-a.from)
}

// ticks returns round numbers along the axis.
func (a axis) ticks() (list []float64) {
	if a.log {
		every := math.Max(1, math.Ceil((a.high-a.low)/plotTicks))
		digits := []float64{1}
		if a.high-a.low < 2 { // within two decades
			digits = []float64{1, 2, 5}
		}
		for e := (math.Floor(a.low/every) - 1) * every; e <= a.high; e += every {
			for _, d := range digits {
				if x := math.Log10(d) + e; x >= a.low && x <= a.high {
					list = append(list, d*math.Pow(10, e))
				}
			}
		}
		return list
	}
	raw := (a.high - a.low) / plotTicks
	step := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, k := range []float64{1, 2, 5, 10} {
		if k*step >= raw {
			step *= k
			break
		}
	}
	for x := math.Ceil(a.low/step) * step; x <= a.high; x += step {
		list = append(list, x)
	}
	return list
}

func (a axis) label(x float64) string {
	if !a.log && math.Abs(x) < 1e-9*(a.high-a.low) {
		x = 0
	}
	return fmt.Sprintf("%.3g", x)
}

// SVG draws the series.
func (s Series) SVG() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %g %g" role="img" aria-label="%s">`, plotWidth, plotHeight, html.EscapeString(s.Title))
	x, y, points := s.axes()
	if len(points) == 0 {
		fmt.Fprintf(&b, `<text x="%g" y="%g" class="label" text-anchor="middle">nothing to show</text></svg>`, plotWidth/2, plotHeight/2)
		return b.String()
	}
	bottom := plotHeight - plotBottom
	fmt.Fprintf(&b, `<path class="frame" d="M%g %gV%gH%g"/>`, plotLeft, plotTop, bottom, plotWidth-plotRight)
	for _, t := range y.ticks() {
		fmt.Fprintf(&b, `<path class="grid" d="M%g %.1fH%g"/><text class="tick" x="%g" y="%.1f" text-anchor="end">%s</text>`,
			plotLeft, y.at(t), plotWidth-plotRight, plotLeft-6, y.at(t)+4, y.label(t))
	}
	if s.Names == nil {
		for _, t := range x.ticks() {
			fmt.Fprintf(&b, `<text class="tick" x="%.1f" y="%g" text-anchor="middle">%s</text>`, x.at(t), bottom+16, x.label(t))
		}
	}
	for _, i := range points {
		if i < len(s.Names) {
			fmt.Fprintf(&b, `<text class="tick" x="%.1f" y="%g" text-anchor="middle">%s</text>`, x.at(s.X[i]), bottom+16, html.EscapeString(s.Names[i]))
		}
	}
	s.marks(&b, x, y, points, bottom)
	fmt.Fprintf(&b, `<text class="label" x="%g" y="%g" text-anchor="middle">%s</text>`, (plotLeft+plotWidth-plotRight)/2, plotHeight-8, html.EscapeString(s.XLabel))
	fmt.Fprintf(&b, `<text class="label" transform="translate(14 %g) rotate(-90)" text-anchor="middle">%s</text></svg>`, (plotTop+bottom)/2, html.EscapeString(s.YLabel))
	return b.String()
}

// axes returns the axes and the points that can be shown on them.
func (s Series) axes() (x, y axis, points []int) {
	xs, ys := [2]float64{math.Inf(1), math.Inf(-1)}, [2]float64{math.Inf(1), math.Inf(-1)}
	for i := range s.X {
		bad := math.IsNaN(s.X[i]+s.Y[i]) || math.IsInf(s.X[i]+s.Y[i], 0)
		if bad || s.Log && !(s.X[i] > 0 && s.Y[i] > 0) {
			continue
		}
		points = append(points, i)
		e := 0.0
		if s.Errors != nil {
			e = s.Errors[i]
		}
		xs = [2]float64{math.Min(xs[0], s.X[i]), math.Max(xs[1], s.X[i])}
		ys = [2]float64{math.Min(ys[0], s.Y[i]-e), math.Max(ys[1], s.Y[i]+e)}
	}
	if s.Bars {
		ys[0] = 0
	}
	if s.Names != nil {
		xs = [2]float64{xs[0] - 0.5, xs[1] + 0.5}
	}
	x = newAxis(xs[0], xs[1], plotLeft, plotWidth-plotRight, s.Log)
	y = newAxis(ys[0], ys[1], plotHeight-plotBottom, plotTop, s.Log)
	if s.Bars {
		y.low = 0
	}
	return x, y, points
}

// marks draws bars, or points with their errors, joined unless they have names.
func (s Series) marks(b *strings.Builder, x, y axis, points []int, bottom float64) {
	if s.Bars {
		width := (plotWidth - plotLeft - plotRight) / float64(len(points)+1)
		for _, i := range points {
			fmt.Fprintf(b, `<rect class="bar" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, x.at(s.X[i])-0.42*width, y.at(s.Y[i]), 0.84*width, bottom-y.at(s.Y[i]))
		}
		return
	}
	if s.Names == nil {
		b.WriteString(`<path class="curve" d="`)
		for k, i := range points {
			fmt.Fprintf(b, "%c%.1f %.1f", "ML"[min(k, 1)], x.at(s.X[i]), y.at(s.Y[i]))
		}
		b.WriteString(`"/>`)
	}
	for _, i := range points {
		px, py := x.at(s.X[i]), y.at(s.Y[i])
		if s.Errors != nil {
			lo, hi := y.at(s.Y[i]-s.Errors[i]), y.at(s.Y[i]+s.Errors[i])
			fmt.Fprintf(b, `<path class="curve" d="M%.1f %.1fV%.1fM%.1f %.1fh%gM%.1f %.1fh%g"/>`, px, lo, hi, px-whiskerHalf, lo, 2*whiskerHalf, px-whiskerHalf, hi, 2*whiskerHalf)
		}
		fmt.Fprintf(b, `<circle class="mark" cx="%.1f" cy="%.1f" r="%g"/>`, px, py, markRadius)
	}
}
