package theory

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
)

// weightsLayer is a layer with its weights; what its kind does not have is empty.
type weightsLayer struct {
	Kind   string        `json:"kind"`
	Share  string        `json:"share"`
	Scheme string        `json:"scheme,omitempty"` // ode
	Steps  int           `json:"steps,omitempty"`  // ode
	Link   []float64     `json:"link,omitempty"`   // ape: one
	Alphas []float64     `json:"alphas,omitempty"` // hyp: three
	Terms  []weightsTerm `json:"terms,omitempty"`
}

type weightsTerm struct {
	Loop    string    `json:"loop"`
	Path    []int     `json:"path,omitempty"`
	Weights []float64 `json:"weights"`
}

// sharers names, for a sharing, what has a weight of its own.
var sharers = map[string]string{"all": "all links", "direction": "each direction", "site": "each link"}

// untrained returns the layer as it is before training, on a lattice.
func untrained(l config.Layer, extents []int) weightsLayer {
	w := weightsLayer{Kind: l.Kind, Share: l.Share, Scheme: l.Scheme, Steps: l.Steps, Alphas: slices.Clone(l.Alphas)}
	if l.Kind == "ape" {
		w.Link = []float64{l.Link}
	}
	for _, t := range l.Terms {
		w.Terms = append(w.Terms, weightsTerm{t.Loop, t.Path, slices.Repeat([]float64{t.Weight}, each(l.Share, extents))})
	}
	return w
}

// each returns how many weights a term has.
func each(share string, extents []int) int {
	n := 1
	if share != "all" {
		n = len(extents)
	}
	if share == "site" {
		for _, l := range extents {
			n *= l
		}
	}
	return n
}

// places returns where the weights are, in the order of the layer's parameters.
func (l weightsLayer) places() (all []*float64) {
	lists := [][]float64{l.Link, l.Alphas}
	for _, t := range l.Terms {
		lists = append(lists, t.Weights)
	}
	for _, list := range lists {
		for i := range list {
			all = append(all, &list[i])
		}
	}
	return all
}

// identity sets the weights with which the layer changes nothing.
func (l weightsLayer) identity() {
	for _, x := range l.places() {
		*x = 0
	}
	for i := range l.Link {
		l.Link[i] = 1
	}
}

// like reports whether the layers differ in nothing but their weights.
func (l weightsLayer) like(m weightsLayer) bool {
	return l.Kind == m.Kind && l.Share == m.Share && l.Scheme == m.Scheme && l.Steps == m.Steps &&
		slices.EqualFunc(l.Terms, m.Terms, func(s, t weightsTerm) bool { return s.Loop == t.Loop && slices.Equal(s.Path, t.Path) })
}

// check returns an error if the layer has another number of weights than its kind, its
// terms and the lattice give it. The error completes "layer i".
func (l weightsLayer) check(extents []int) error {
	if kinds := config.Names("slhmc.layers.kind"); !slices.Contains(kinds, l.Kind) {
		return fmt.Errorf(": kind %q (allowed: %s)", l.Kind, strings.Join(kinds, ", "))
	}
	for _, list := range []struct {
		name string
		kind string
		has  int
		want int
	}{{"link", "ape", len(l.Link), 1}, {"alphas", "hyp", len(l.Alphas), 3}} {
		want := 0
		if l.Kind == list.kind {
			want = list.want
		}
		if list.has != want {
			return fmt.Errorf(", %s has %d weights (allowed with kind = %q: %d)", list.name, list.has, l.Kind, want)
		}
	}
	for k, t := range l.Terms {
		if n := each(l.Share, extents); len(t.Weights) != n {
			return fmt.Errorf(", term %d has %d weights (allowed with share = %q: %d)", k, len(t.Weights), l.Share, n)
		}
	}
	return nil
}

// String names the layer.
func (l weightsLayer) String() string {
	var of []string
	if len(l.Link) > 0 {
		of = append(of, "link")
	}
	for _, t := range l.Terms {
		name := t.Loop
		if len(t.Path) > 0 {
			name += strings.ReplaceAll(fmt.Sprint(t.Path), " ", ",")
		}
		of = append(of, name)
	}
	kind := l.Kind
	switch kind {
	case "hyp":
		of = append(of, "three alphas")
	case "ode":
		kind += fmt.Sprintf(" (%s, steps: %d)", l.Scheme, l.Steps)
	}
	return fmt.Sprintf("%s of %s, a weight for %s", kind, strings.Join(of, " and "), sharers[l.Share])
}
