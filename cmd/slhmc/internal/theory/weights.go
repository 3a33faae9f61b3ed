package theory

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/origin"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/quark"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/sampler"
)

// Weights are those of a guide, with the layers they belong to: what slhmc weights
// writes and slhmc.weights reads.
type Weights struct {
	Lattice      weightsLattice  `json:"lattice"`
	Trajectories uint64          `json:"trajectories"` // of the run when it had them
	Layers       []weightsLayer  `json:"layers"`
	Quarks       []weightsQuarks `json:"quarks,omitempty"`
	// What former versions wrote of the guide's only group in place of Quarks.
	Mass        float64  `json:"mass,omitempty"`
	Coefficient float64  `json:"coefficient,omitempty"`
	Trained     []string `json:"trained,omitempty"`
}

// weightsQuarks is how a guide sees a flavour group.
type weightsQuarks struct {
	Group       string   `json:"group"`
	Mass        float64  `json:"mass"`
	CSW         float64  `json:"c_sw,omitempty"`
	Coefficient float64  `json:"coefficient"`
	Trained     []string `json:"trained,omitempty"` // of these
}

func (q *weightsQuarks) place(name string) *float64 {
	return map[string]*float64{config.TrainMass: &q.Mass, config.TrainCSW: &q.CSW, config.TrainCoefficient: &q.Coefficient}[name]
}

type weightsLattice struct {
	Extents []int  `json:"extents"`
	Group   string `json:"group"`
}

// layersOf returns the layers of a guide with their first weights.
func layersOf(c *config.Config) *Weights {
	w := &Weights{
		Lattice: weightsLattice{c.Lattice.Extents, c.Lattice.Group},
		Layers:  []weightsLayer{},
	}
	for _, l := range c.SLHMC.Layers {
		w.Layers = append(w.Layers, untrained(l, w.Lattice.Extents))
	}
	groups, _ := c.Groups()
	for i := range groups {
		g := c.Seen(i)
		w.Quarks = append(w.Quarks, weightsQuarks{g.Group, massOf(c, i), g.CSW, g.Coefficient, g.Train})
	}
	return w
}

// massOf returns the mass of a group in the guide, however it is given.
func massOf(c *config.Config, i int) float64 {
	groups, _ := c.Groups()
	q, s := *groups[i], c.Seen(i)
	q.Kappa, q.Mass = s.Kappa, s.Mass
	return quark.Mass(&q, c.Lattice.Dimensions())
}

// set takes the parameters of a guide, in its order. Errors: their number.
func (w *Weights) set(params []float64) error {
	all := w.places()
	if len(params) != len(all) {
		return fmt.Errorf("%d parameters for a guide of %d", len(params), len(all))
	}
	for i, x := range params {
		*all[i] = x
	}
	return nil
}

// Params returns the parameters of the guide, in its order.
func (w *Weights) Params() (params []float64) {
	for _, x := range w.places() {
		params = append(params, *x)
	}
	return params
}

func (w *Weights) places() (all []*float64) {
	for i := range w.Layers {
		all = append(all, w.Layers[i].places()...)
	}
	for i := range w.Quarks {
		for _, name := range w.Quarks[i].Trained {
			all = append(all, w.Quarks[i].place(name))
		}
	}
	return all
}

// String names the layers in a line.
func (w *Weights) String() string {
	var layers []string
	for _, l := range w.Layers {
		layers = append(layers, l.String())
	}
	if len(layers) == 0 {
		return "no layers"
	}
	return strings.Join(layers, "; then ")
}

// ReadWeights reads those of a run directory, of a file that slhmc weights wrote, or of
// a checkpoint, and tells the file.
func ReadWeights(path string, own ...config.Action) (w *Weights, from sampler.Source, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, from, err
	}
	if info.IsDir() {
		c, _, err := rundir.Latest(path)
		if err != nil {
			return nil, from, err
		}
		path = c.Name()
		if err := c.Close(); err != nil {
			return nil, from, err
		}
	} else if !info.Mode().IsRegular() {
		return nil, from, fmt.Errorf("%s is no regular file and no directory", path)
	}
	if from, err = origin.File("weights", path); err != nil {
		return nil, from, err
	}
	if w, err = decodeWeights(path, own); err != nil {
		return nil, from, fmt.Errorf("%s: %w", path, err)
	}
	from.About = fmt.Sprintf("%v; trained on %v %s for %d trajectories", w, w.Lattice.Extents, w.Lattice.Group, w.Trajectories)
	return w, from, nil
}

func decodeWeights(path string, own []config.Action) (*Weights, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	start := make([]byte, 1)
	if _, err := io.ReadFull(f, start); err != nil {
		return nil, fmt.Errorf("the file is empty")
	}
	if start[0] != '{' {
		s, err := sampler.LoadParams(path)
		if err != nil {
			return nil, err
		}
		return storedWeights(s, own)
	}
	const most = 1 << 30
	data, err := io.ReadAll(io.LimitReader(io.MultiReader(bytes.NewReader(start), f), most))
	if err != nil {
		return nil, err
	}
	w := &Weights{}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(w); err != nil {
		return nil, fmt.Errorf("these are no weights as slhmc weights writes them: %w", err)
	}
	for i, l := range w.Layers {
		if err := l.check(w.Lattice.Extents); err != nil {
			return nil, fmt.Errorf("layer %d%w", i, err)
		}
	}
	if len(w.Quarks) == 0 {
		w.Quarks = []weightsQuarks{{"", w.Mass, 0, w.Coefficient, w.Trained}}
	}
	for _, q := range w.Quarks {
		for _, name := range q.Trained {
			if q.place(name) == nil {
				return nil, fmt.Errorf("trained: %q (allowed: %q, %q, %q)", name, config.TrainMass, config.TrainCSW, config.TrainCoefficient)
			}
		}
	}
	return w, nil
}

// storedWeights are those of a checkpoint.
func storedWeights(s *sampler.Stored, own []config.Action) (*Weights, error) {
	c, err := config.Parse("its configuration", []byte(s.Settings), nil, own...)
	if err != nil {
		return nil, err
	}
	if c.SLHMC == nil {
		return nil, errors.New("its run has no guide, so no weights")
	}
	w := layersOf(c)
	w.Trajectories = s.Trajectory
	return w, w.set(s.Params)
}

// adopt returns the parameters of the guide of c that weights of another run give.
//
// Errors: other layers; a mass or coefficient that was trained there and is given
// another value here.
func (w *Weights) adopt(c *config.Config) ([]float64, error) {
	own := layersOf(c)
	same := slices.EqualFunc(w.Layers, own.Layers, weightsLayer.like)
	if !same {
		return nil, fmt.Errorf("they belong to other layers: %v; this guide has %v", w, own)
	}
	for i, l := range own.Layers {
		from, to := w.Layers[i].places(), l.places()
		if len(from) != len(to) || l.Share == "site" && !slices.Equal(w.Lattice.Extents, own.Lattice.Extents) {
			return nil, fmt.Errorf("layer %d has a weight for %s of %v, this lattice is %v (allowed: the same extents; with share = \"all\" any, "+
				"with share = \"direction\" as many directions)", i, sharers[l.Share], w.Lattice.Extents, own.Lattice.Extents)
		}
		for k := range to {
			*to[k] = *from[k]
		}
	}
	for i := range own.Quarks {
		if err := own.Quarks[i].adopt(w.Quarks, len(own.Quarks)); err != nil {
			return nil, err
		}
	}
	return own.Params(), nil
}

// adopt takes what was trained of the group: of that name, or of the only one there is.
func (q *weightsQuarks) adopt(from []weightsQuarks, groups int) error {
	k := slices.IndexFunc(from, func(o weightsQuarks) bool { return o.Group == q.Group })
	if k < 0 && groups == 1 && len(from) == 1 {
		k = 0
	}
	if k < 0 {
		return nil // nothing is known of it
	}
	for _, name := range from[k].Trained {
		there, here := from[k].place(name), q.place(name)
		switch {
		case slices.Contains(q.Trained, name):
			*here = *there
		case *here != *there:
			return fmt.Errorf("their %s was trained too, to %v, and is %v here (allowed: slhmc.quarks.%[1]s = %[2]v, or %[1]q in slhmc.quarks.train)", name, *there, *here)
		}
	}
	return nil
}
