package verify

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// Case is the recipe of one trial of a law: a lattice, a theory on it and a
// seed. It is written as JSON, and everything that a law looks at is made from
// it by counter-based random numbers, so that a case is all it takes to see a
// failure again.
type Case struct {
	Group     string  `json:"group"` // as group.Parse reads it
	Extents   []int   `json:"extents"`
	Boundary  []int   `json:"boundary"`  // of fermions, per direction: 1 or -1
	Beta      float64 `json:"beta"`      // gauge coupling
	C1        float64 `json:"c1"`        // coefficient of the rectangles
	Mass      float64 `json:"mass"`      // of fermions
	Roughness float64 `json:"roughness"` // eps of gauge.Field.Rough: 0 is cold, 10 as good as random
	Seed      uint64  `json:"seed"`
	Draws     int     `json:"draws,omitempty"` // of statistical laws
}

// ParseCase reads a case as String writes it. Errors: unknown keys, a group, an
// extent or a boundary phase that does not exist.
func ParseCase(text string) (Case, error) {
	var c Case
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return c, fmt.Errorf("verify: case: %w", err)
	}
	if _, err := group.Parse(c.Group); err != nil {
		return c, err
	}
	if _, err := lattice.New(c.Extents); err != nil {
		return c, err
	}
	if len(c.Boundary) != len(c.Extents) {
		return c, fmt.Errorf("verify: case: %d boundary phases for %d directions", len(c.Boundary), len(c.Extents))
	}
	return c, nil
}

// String writes c as JSON.
func (c Case) String() string {
	b, err := json.Marshal(c)
	if err != nil { // an infinity or NaN
		return fmt.Sprintf("%+v", struct{ Case }{c})
	}
	return string(b)
}

// GaugeGroup returns the group. Panics if there is no such group.
func (c Case) GaugeGroup() group.Group {
	g, err := group.Parse(c.Group)
	if err != nil {
		panic(err)
	}
	return g
}

// Geometry lays the lattice out. Panics if it cannot.
func (c Case) Geometry(options ...lattice.Option) *lattice.Geometry {
	geo, err := lattice.New(c.Extents, options...)
	if err != nil {
		panic(err)
	}
	return geo
}

// Stream returns the random numbers of c for a purpose.
func (c Case) Stream(purpose string) rng.Stream { return rng.New(c.Seed).Child(purpose) }

// Draw returns a source for numbers that belong to no site.
func (c Case) Draw(purpose string) *rng.Source {
	s := c.Stream(purpose).Site(0)
	return &s
}

// Links returns links of the case's roughness; other purposes give others.
func (c Case) Links(geo *lattice.Geometry, purpose string) *gauge.Field {
	u := gauge.NewField(geo, c.GaugeGroup())
	u.Rough(c.Roughness, c.Stream(purpose))
	return u
}

// Volume returns the number of sites.
func (c Case) Volume() int {
	v := 1
	for _, l := range c.Extents {
		v *= l
	}
	return v
}

// Phases returns the boundary phases as the reference takes them.
func (c Case) Phases() []complex128 {
	p := make([]complex128, len(c.Boundary))
	for mu, b := range c.Boundary {
		p[mu] = complex(float64(b), 0)
	}
	return p
}

// Roundoff is the unit round-off of float64.
const Roundoff = 0x1p-53

// Distance returns the largest |a_i - b_i|, NaN if there is one. Panics if the
// lengths differ.
func Distance(a, b []complex128) float64 {
	if len(a) != len(b) {
		panic("verify: vectors of different length")
	}
	d := 0.0
	for i := range a {
		z := a[i] - b[i]
		d = math.Max(d, math.Hypot(real(z), imag(z)))
	}
	return d
}
