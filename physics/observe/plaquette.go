package observe

import (
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// average compiles loops into the mean of Re tr L / N over all of them and all
// sites. Loops of at most two steps each way are within every ghost shell, so
// that they always compile.
func average(geo *lattice.Geometry, g group.Group, loops []gauge.Loop) *gauge.LoopSum {
	for i := range loops {
		loops[i].Coefficient = 1 / (float64(len(loops)) * float64(geo.Volume()) * float64(g.N()))
	}
	s, err := gauge.NewLoopSum(geo, g, loops)
	if err != nil {
		panic("observe: " + err.Error())
	}
	return s
}

// Plaquette measures averages of the 1 x 1 loops.
type Plaquette struct{ all, space, time *gauge.LoopSum }

// NewPlaquette returns the observer for a lattice and group.
func NewPlaquette(geo *lattice.Geometry, g group.Group) *Plaquette {
	var space, time []gauge.Loop
	for _, l := range gauge.Plaquettes(geo.Dims(), 1) {
		if l.Path[0] == geo.Dims() || l.Path[1] == geo.Dims() {
			time = append(time, l)
		} else {
			space = append(space, l)
		}
	}
	p := &Plaquette{time: average(geo, g, time)}
	if len(space) > 0 {
		p.space = average(geo, g, space)
	}
	p.all = average(geo, g, gauge.Plaquettes(geo.Dims(), 1))
	return p
}

// Measure returns the average over all sites and planes mu < nu,
//
//	2 / (D (D-1) V N)  sum_n sum_{mu<nu} Re tr U_mu(n) U_nu(n+mu) U_mu(n+nu)^† U_nu(n)^†.
//
// Panics: u has another geometry or group.
func (p *Plaquette) Measure(u *gauge.Field) float64 { return p.all.ReTr(u) }

// Space returns the average over the planes without time. Panics in two
// dimensions, where there are none; otherwise as Measure.
func (p *Plaquette) Space(u *gauge.Field) float64 {
	if p.space == nil {
		panic("observe: no plane without time in two dimensions")
	}
	return p.space.ReTr(u)
}

// Time returns the average over the planes with time. Panics as Measure.
func (p *Plaquette) Time(u *gauge.Field) float64 { return p.time.ReTr(u) }

// Rectangle measures the average of the 2 x 1 loops.
type Rectangle struct{ sum *gauge.LoopSum }

// NewRectangle returns the observer for a lattice and group.
func NewRectangle(geo *lattice.Geometry, g group.Group) *Rectangle {
	return &Rectangle{average(geo, g, gauge.Rectangles(geo.Dims(), 1))}
}

// Measure returns the average of Re tr R / N over all sites and the D (D-1)
// orientations. Panics: u has another geometry or group.
func (r *Rectangle) Measure(u *gauge.Field) float64 { return r.sum.ReTr(u) }
