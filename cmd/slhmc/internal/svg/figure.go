// Package svg draws figures of curves as SVG.
package svg

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
)

// Figure is a plot of curves, bars or points with error bars, as SVG.
type Figure struct {
	Title, X, Y string
	Curves      []Curve
	Marks       []Mark // horizontal and vertical lines
	Log         bool   // logarithmic y axis
}

// Curve is a line through points; Bars draws columns from 0, Points dots instead.
type Curve struct {
	Label  string
	Colour int // of the palette, counted from 1; 0: by position
	X, Y   []float64
	Errors []float64 // of Y; nil: none
	Bars   bool
	Points bool
}

// Mark is a line at a value of one axis, with a word beside it.
type Mark struct {
	At       float64
	Vertical bool
	Label    string
}

// Sizes in pixels.
const (
	figureWidth  = 640
	figureHeight = 280
	leftMargin   = 78
	rightMargin  = 16
	topMargin    = 28
	lowMargin    = 42
)

// palette is that of M. Okabe and K. Ito, readable by the colour-blind.
var palette = [...]string{"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"}

// colour returns that of a curve.
func (f *Figure) colour(i int) string {
	if c := f.Curves[i].Colour; c > 0 {
		i = c - 1
	}
	return palette[i%len(palette)]
}

// scale maps an axis to pixels.
type scale struct {
	lo, hi   float64
	from, to float64
	log      bool
}

func (s scale) at(v float64) float64 {
	lo, hi := s.lo, s.hi
	if s.log {
		v, lo, hi = math.Log10(v), math.Log10(lo), math.Log10(hi)
	}
	return s.from + (v-lo)/(hi-lo)*(s.to-s.from)
}

// drawable reports whether a point has a place.
func (f *Figure) drawable(x, y float64) bool {
	return !math.IsNaN(x+y) && !math.IsInf(x+y, 0) && (!f.Log || y > 0)
}

// ranges returns the axes that hold all points.
func (f *Figure) ranges() (x, y scale) {
	x = scale{lo: math.Inf(1), hi: math.Inf(-1), from: leftMargin, to: figureWidth - rightMargin}
	y = scale{lo: math.Inf(1), hi: math.Inf(-1), from: figureHeight - lowMargin, to: topMargin, log: f.Log}
	grow := func(s *scale, v float64) { s.lo, s.hi = min(s.lo, v), max(s.hi, v) }
	for _, c := range f.Curves {
		for i := range c.X {
			if !f.drawable(c.X[i], c.Y[i]) {
				continue
			}
			e := 0.0
			if c.Errors != nil && !math.IsNaN(c.Errors[i]) {
				e = c.Errors[i]
			}
			grow(&x, c.X[i])
			grow(&y, c.Y[i]+e)
			if !f.Log || c.Y[i]-e > 0 {
				grow(&y, c.Y[i]-e)
			}
			if c.Bars && !f.Log {
				grow(&y, 0)
			}
		}
	}
	for _, m := range f.Marks {
		if !m.Vertical && f.drawable(0, m.At) {
			grow(&y, m.At)
		}
	}
	for _, s := range []*scale{&x, &y} {
		switch {
		case s.lo > s.hi: // nothing to draw
			s.lo, s.hi = 0, 1
			if s.log {
				s.lo = .1
			}
		case s.lo == s.hi && s.log:
			s.lo, s.hi = s.lo/2, s.hi*2
		case s.lo == s.hi:
			d := max(math.Abs(s.lo)*.1, 1e-12)
			s.lo, s.hi = s.lo-d, s.hi+d
		}
	}
	return x, y
}

// ticks returns round values of an axis.
func (s scale) ticks() (t []float64) {
	if s.log {
		first, last := int(math.Floor(math.Log10(s.lo))), int(math.Ceil(math.Log10(s.hi)))
		for e := first; e <= last; e += max((last-first)/6, 1) {
			if v := math.Pow10(e); v >= s.lo*(1-1e-9) && v <= s.hi*(1+1e-9) {
				t = append(t, v)
			}
		}
		if len(t) > 1 {
			return t
		}
		return []float64{s.lo, s.hi}
	}
	rough := (s.hi - s.lo) / 5
	step := math.Pow10(int(math.Floor(math.Log10(rough))))
	for _, m := range []float64{1, 2, 5, 10} {
		if step*m >= rough {
			step *= m
			break
		}
	}
	for k := math.Ceil(s.lo / step); k*step <= s.hi+step*1e-9; k++ {
		t = append(t, k*step)
	}
	return t
}

// line and text add elements.
func line(b *strings.Builder, x1, y1, x2, y2 float64, style string) {
	fmt.Fprintf(b, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" %s/>`, x1, y1, x2, y2, style)
}

func text(b *strings.Builder, x, y float64, attributes, words string) {
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" %s>%s</text>`, x, y, attributes, html.EscapeString(words))
}

// String returns the figure.
func (f *Figure) String() string {
	const left, right, top, low = leftMargin, figureWidth - rightMargin, topMargin, figureHeight - lowMargin
	x, y := f.ranges()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`,
		figureWidth, figureHeight, figureWidth, figureHeight)
	b.WriteString(`<rect width="100%" height="100%" fill="white"/>`)
	text(&b, left, 18, `font-size="14"`, f.Title)
	for _, v := range x.ticks() {
		line(&b, x.at(v), top, x.at(v), low, `stroke="#ddd"`)
		text(&b, x.at(v), low+16, `text-anchor="middle"`, tick(v))
	}
	for _, v := range y.ticks() {
		line(&b, left, y.at(v), right, y.at(v), `stroke="#ddd"`)
		text(&b, left-6, y.at(v)+4, `text-anchor="end"`, tick(v))
	}
	fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" fill="none" stroke="#444"/>`, left, top, right-left, low-top)
	text(&b, (left+right)/2, figureHeight-8, `text-anchor="middle"`, f.X)
	text(&b, 14, (top+low)/2, fmt.Sprintf(`text-anchor="middle" transform="rotate(-90 14 %d)"`, (top+low)/2), f.Y)
	for i := range f.Curves {
		f.draw(&b, &f.Curves[i], f.colour(i), x, y)
	}
	f.legend(&b)
	const dashed = `stroke="#888" stroke-dasharray="4"`
	for _, m := range f.Marks {
		if m.Vertical && m.At >= x.lo && m.At <= x.hi {
			line(&b, x.at(m.At), top, x.at(m.At), low, dashed)
			text(&b, x.at(m.At)+3, top+12, `fill="#666"`, m.Label)
		} else if !m.Vertical && m.At >= y.lo && m.At <= y.hi {
			line(&b, left, y.at(m.At), right, y.at(m.At), dashed)
		}
	}
	b.WriteString("</svg>")
	return b.String()
}

func tick(v float64) string {
	if math.Abs(v) < 1e-12 {
		v = 0
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

// draw adds a curve.
func (f *Figure) draw(b *strings.Builder, c *Curve, colour string, x, y scale) {
	var path strings.Builder
	verb := 'M'
	for i := range c.X {
		if !f.drawable(c.X[i], c.Y[i]) {
			verb = 'M' // a gap
			continue
		}
		px, py := x.at(c.X[i]), y.at(c.Y[i])
		if c.Errors != nil && !math.IsNaN(c.Errors[i]) {
			low := max(c.Y[i]-c.Errors[i], y.lo)
			line(b, px, y.at(low), px, y.at(c.Y[i]+c.Errors[i]), fmt.Sprintf("stroke=%q", colour))
		}
		switch {
		case c.Bars:
			width := 1.0
			if len(c.X) > 1 {
				width = max((x.to-x.from)/float64(len(c.X))*.9, 1)
			}
			fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s" fill-opacity=".6"/>`, px-width/2, py, width, math.Abs(y.at(max(0, y.lo))-py), colour)
		case c.Points:
			fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="2.5" fill="%s"/>`, px, py, colour)
		default:
			fmt.Fprintf(&path, "%c%.1f %.1f", verb, px, py)
			verb = 'L'
		}
	}
	if path.Len() > 0 {
		fmt.Fprintf(b, `<path d="%s" fill="none" stroke="%s" stroke-width="1.2"/>`, path.String(), colour)
	}
}

// legend names the curves that have a label.
func (f *Figure) legend(b *strings.Builder) {
	at := figureWidth - rightMargin - 8
	for i := len(f.Curves) - 1; i >= 0; i-- {
		if label := f.Curves[i].Label; label != "" {
			text(b, float64(at), 18, fmt.Sprintf(`text-anchor="end" fill=%q`, f.colour(i)), label)
			at -= 8*len(label) + 16
		}
	}
}

// Stack returns one SVG of figures below one another.
func Stack(figures []Figure) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d">`, figureWidth, figureHeight*len(figures))
	for i := range figures {
		fmt.Fprintf(&b, `<g transform="translate(0 %d)">%s</g>`, i*figureHeight, figures[i].String())
	}
	b.WriteString("</svg>\n")
	return b.String()
}
