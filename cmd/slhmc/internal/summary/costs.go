package summary

import (
	"fmt"
	"strings"

	"github.com/slhmc/slhmc/sampler"
)

// costTable adds the prices with their errors: of a trajectory, of an accepted
// one, and of a configuration that is independent as an observable sees it.
func (t *table) costTable() {
	known := false
	for _, p := range t.phases {
		known = known || t.summary.Phases[p].Costs != nil
	}
	if !known {
		return
	}
	t.row()
	header := []string{"cost"}
	for _, p := range t.phases {
		header = append(header, strings.ToUpper(p))
	}
	t.row(header...)
	t.prices("trajectory", func(c *sampler.CostTable) *sampler.Prices { return &c.Trajectory })
	t.prices("accepted", func(c *sampler.CostTable) *sampler.Prices { return c.Accepted })
	for _, o := range t.observables() {
		t.prices("independent by "+o, func(c *sampler.CostTable) *sampler.Prices {
			p, ok := c.Independent[o]
			if !ok {
				return nil
			}
			return &p
		})
	}
}

// prices adds a row for each kind of price, those that are 0 in all phases left
// out.
func (t *table) prices(name string, of func(*sampler.CostTable) *sampler.Prices) {
	for _, kind := range []struct {
		unit  string
		scale float64
		of    func(*sampler.Prices) *sampler.Price
	}{
		{"ms", 1e3, func(p *sampler.Prices) *sampler.Price { return p.Seconds }},
		{"solves", 1, func(p *sampler.Prices) *sampler.Price { return p.Solves }},
		{"D^+D applications", 1, func(p *sampler.Prices) *sampler.Price { return p.Applications }},
		{"Gflop", 1e-9, func(p *sampler.Prices) *sampler.Price { return p.Flops }},
	} {
		row, any := []string{fmt.Sprintf("  %s: %s", name, kind.unit)}, false
		for _, phase := range t.phases {
			cell := "?"
			if c := t.summary.Phases[phase].Costs; c != nil {
				if p := of(c); p != nil && kind.of(p) != nil {
					price := kind.of(p)
					cell = withPriceError(kind.scale*price.Value, price.Error, kind.scale)
					any = any || price.Value != 0
				}
			}
			row = append(row, cell)
		}
		if any {
			t.row(row...)
		}
	}
}

// withPriceError writes a value with its error, "?" for one that is not known.
func withPriceError(v float64, e *float64, scale float64) string {
	switch {
	case e == nil:
		return plain(v) + "(?)"
	case *e == 0:
		return plain(v)
	}
	return bracket(v, scale**e, 2)
}
