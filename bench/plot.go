package bench

import (
	"fmt"
	"html"
	"io"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// point is a place in a picture, with what it is.
type point struct {
	x, y  float64
	label string
}

// curve is points in one colour, joined by lines or not.
type curve struct {
	name   string
	points []point
	joined bool
	roof   bool // grey: what nothing passes
}

// picture is a plot with logarithmic axes, or with a linear one along x.
type picture struct {
	title, xname, yname string
	linear              bool     // x
	ticks               []string // of a linear x: 0, 1, …
	curves              []curve
}

// Sizes of a picture in pixels.
const (
	width, height = 960, 560
	left, right   = 80, 350
	top, bottom   = 40, 60
)

// colours of the curves, told apart by those who see few: P. Tol, "Colour Schemes"
// (2021), bright, and black.
var colours = []string{"#4477AA", "#EE6677", "#228833", "#CCBB44", "#66CCEE", "#AA3377", "#BBBBBB", "#000000"}

// svg writes the picture. Errors: w; no point to draw.
func (p *picture) svg(w io.Writer) error {
	x, y, err := p.axes()
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", width, height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="white"/>`+"\n", width, height)
	text := func(px, py float64, anchor, s string) {
		fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" text-anchor="%s">%s</text>`+"\n", px, py, anchor, html.EscapeString(s))
	}
	line := func(x1, y1, x2, y2 float64, style string) {
		fmt.Fprintf(&b, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" %s/>`+"\n", x1, y1, x2, y2, style)
	}
	text((left+width-right)/2, 24, "middle", p.title)
	text((left+width-right)/2, height-16, "middle", p.xname)
	fmt.Fprintf(&b, `<text transform="translate(20 %d) rotate(-90)" text-anchor="middle">%s</text>`+"\n", (top+height-bottom)/2, html.EscapeString(p.yname))
	for _, t := range x.ticks {
		line(x.at(t.x), top, x.at(t.x), height-bottom, `stroke="#ddd"`)
		text(x.at(t.x), height-bottom+18, "middle", t.label)
	}
	for _, t := range y.ticks {
		line(left, y.at(t.x), width-right, y.at(t.x), `stroke="#ddd"`)
		text(left-6, y.at(t.x)+4, "end", t.label)
	}
	coloured := 0
	for i, c := range p.curves {
		colour, dash := "#888888", ""
		if !c.roof {
			colour = colours[coloured%len(colours)]
			if coloured >= len(colours) { // the colours are used up
				dash = fmt.Sprintf(` stroke-dasharray="%d 3"`, 3*(coloured/len(colours)))
			}
			coloured++
		}
		for k, q := range c.points {
			px, py := x.at(q.x), y.at(q.y)
			if c.joined && k > 0 {
				before := c.points[k-1]
				line(x.at(before.x), y.at(before.y), px, py, fmt.Sprintf(`stroke="%s" stroke-width="1.5"%s`, colour, dash))
			}
			fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="3.5" fill="%s"><title>%s</title></circle>`+"\n", px, py, colour, html.EscapeString(q.label))
		}
		row := float64(top + 16*i)
		fmt.Fprintf(&b, `<circle cx="%d" cy="%.1f" r="4" fill="%s"/>`+"\n", width-right+16, row, colour)
		text(width-right+26, row+4, "start", c.name)
	}
	b.WriteString("</svg>\n")
	_, err = io.WriteString(w, b.String())
	return err
}

// axis maps values to pixels.
type axis struct {
	lo, hi   float64 // transformed
	from, to float64
	log      bool
	ticks    []point
}

func (a *axis) at(v float64) float64 {
	if a.log {
		v = math.Log10(v)
	}
	return a.from + (v-a.lo)/(a.hi-a.lo)*(a.to-a.from)
}

func (p *picture) axes() (x, y *axis, err error) {
	var xs, ys []float64
	for _, c := range p.curves {
		for _, q := range c.points {
			if !(q.y > 0) || !p.linear && !(q.x > 0) || math.IsInf(q.x+q.y, 0) {
				return nil, nil, fmt.Errorf("bench: %s: %s is at (%g, %g) (allowed: positive)", p.title, q.label, q.x, q.y)
			}
			xs, ys = append(xs, q.x), append(ys, q.y)
		}
	}
	if len(xs) == 0 {
		return nil, nil, fmt.Errorf("bench: %s: the records have nothing to draw", p.title)
	}
	y = decades(slices.Min(ys), slices.Max(ys), height-bottom, top)
	if !p.linear {
		return decades(slices.Min(xs), slices.Max(xs), left, width-right), y, nil
	}
	x = &axis{lo: slices.Min(xs) - 0.5, hi: slices.Max(xs) + 0.5, from: left, to: width - right}
	for i, label := range p.ticks {
		x.ticks = append(x.ticks, point{x: float64(i), label: label})
	}
	return x, y, nil
}

// decades returns a logarithmic axis with ticks at 1, 2 and 5 times powers of ten,
// at powers only if there are many, at 1, 2, 3, … times them within one.
func decades(lo, hi, from, to float64) *axis {
	lo, hi = lo/1.3, hi*1.3
	a := &axis{math.Log10(lo), math.Log10(hi), from, to, true, nil}
	steps := []float64{1, 2, 5}
	switch {
	case a.hi-a.lo > 4:
		steps = steps[:1]
	case a.hi-a.lo < 1:
		steps = []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}
	}
	for e := math.Floor(a.lo); e <= a.hi; e++ {
		for _, s := range steps {
			if v := s * math.Pow(10, e); v >= lo && v <= hi {
				a.ticks = append(a.ticks, point{x: v, label: strconv.FormatFloat(v, 'g', 4, 64)})
			}
		}
	}
	return a
}

// rooflinePicture shows the cases that have flops and bytes below the roof of one
// worker: lines are the peak and the triads.
func rooflinePicture(r *Record) *picture {
	p := &picture{title: "Roofline, one worker: " + r.key("cpu") + ", " + r.key("kernels"), xname: "flops per byte of compulsory traffic", yname: "GFLOP/s"}
	s := r.Samples()
	peak, single := 0.0, false
	kinds := map[string][]point{}
	lo, hi := math.Inf(1), 0.0
	for _, name := range r.Cases() {
		units := s[name]
		if !strings.HasSuffix(name, "/workers=1") || len(units[unitFlops]) == 0 {
			continue
		}
		speed := median(units[unitSpeed])
		if strings.HasPrefix(name, peakKernel) {
			peak = slices.Max(units[unitSpeed])
			continue
		}
		if strings.HasPrefix(name, triadKernel) || len(units[unitTraffic]) == 0 {
			continue
		}
		intensity := median(units[unitFlops]) / median(units[unitTraffic])
		lo, hi = min(lo, intensity), max(hi, intensity)
		kernel, _, _ := strings.Cut(name, "/")
		single = single || strings.Contains(name, "/single/")
		kinds[kernel] = append(kinds[kernel], point{intensity, speed, name})
	}
	if hi == 0 {
		return p
	}
	lo, hi = lo/2, hi*2
	for _, l := range levels {
		b := s[triadKernel+"/"+l.name+"/workers=1"][unitBandwidth]
		if len(b) == 0 || peak == 0 {
			continue
		}
		bandwidth := slices.Max(b)
		ridge := min(max(peak/bandwidth, lo), hi)
		c := curve{name: fmt.Sprintf("%s %.3g GB/s", l.name, bandwidth), joined: true, roof: true}
		for _, x := range []float64{lo, ridge, hi} {
			c.points = append(c.points, point{x, min(peak, x*bandwidth), c.name})
		}
		p.curves = append(p.curves, c)
	}
	if single && peak > 0 {
		name := fmt.Sprintf("peak in single precision, %.3g GFLOP/s", 2*peak)
		p.curves = append(p.curves, curve{name, []point{{lo, 2 * peak, name}, {hi, 2 * peak, name}}, true, true})
	}
	for _, kernel := range slices.Sorted(keys(kinds)) {
		p.curves = append(p.curves, curve{name: kernel, points: kinds[kernel]})
	}
	return p
}

// scaling shows nanoseconds per site of every kernel, group and precision against
// the number that the key ("L" or "workers") has in its names, where that takes
// more than one value; cases that differ in the other key are curves of their own.
func scaling(r *Record, key, title, xname string) *picture {
	p := &picture{title: title, xname: xname, yname: "ns per site"}
	s := r.Samples()
	curves := map[string][]point{}
	for _, name := range r.Cases() {
		if len(s[name][unitSite]) == 0 {
			continue
		}
		parts := strings.Split(name, "/")
		i := slices.IndexFunc(parts, func(x string) bool { return strings.HasPrefix(x, key+"=") })
		if i < 0 {
			continue
		}
		n, err := strconv.Atoi(strings.TrimPrefix(parts[i], key+"="))
		if err != nil {
			continue
		}
		x := float64(n)
		if key == "L" {
			x = x * x * x * x
		}
		rest := strings.Join(slices.Delete(slices.Clone(parts), i, i+1), "/")
		curves[rest] = append(curves[rest], point{x, median(s[name][unitSite]) * 1e9, name})
	}
	for _, rest := range slices.Sorted(keys(curves)) {
		points := curves[rest]
		if len(points) < 2 {
			continue
		}
		sort.Slice(points, func(i, j int) bool { return points[i].x < points[j].x })
		p.curves = append(p.curves, curve{name: rest, points: points, joined: true})
	}
	return p
}

func keys[V any](m map[string]V) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// Picture is one of the pictures of a record.
type Picture struct {
	Name string // fit for a file
	p    *picture
}

// WriteSVG writes the picture.
func (p Picture) WriteSVG(w io.Writer) error { return p.p.svg(w) }

// Pictures returns what can be drawn of a record: the roofline, and the cost per
// site against the volume and against the workers where these differ.
//
// Errors: nothing can.
func (r *Record) Pictures() (list []Picture, err error) {
	for _, x := range []Picture{
		{"roofline", rooflinePicture(r)},
		{"volume", scaling(r, "L", "Cost against volume", "sites")},
		{"workers", scaling(r, "workers", "Cost against workers", "workers")},
	} {
		if len(x.p.curves) > 0 {
			list = append(list, x)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("bench: %s has nothing to draw (wanted: cases with flops, or of several volumes or workers)", r.Source)
	}
	return list, nil
}

// WriteHTML writes pictures as one page.
func WriteHTML(w io.Writer, title string, list []Picture) error {
	if _, err := fmt.Fprintf(w, "<!DOCTYPE html>\n<meta charset=\"utf-8\">\n<title>%s</title>\n<h1>%[1]s</h1>\n", html.EscapeString(title)); err != nil {
		return err
	}
	for _, p := range list {
		if err := p.WriteSVG(w); err != nil {
			return err
		}
	}
	return nil
}
