package observe

import (
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Energy measures the density of the gauge field's energy,
//
//	E = -1/2 sum_{mu,nu} tr F_munu F_munu, averaged over sites,
//
// F from the four leaves of a clover, anti-Hermitian and traceless [L].
type Energy struct {
	s           *fieldStrength
	space, time bool // the planes that are summed
}

// NewEnergy returns the observer for a lattice and group.
func NewEnergy(geo *lattice.Geometry, g group.Group) *Energy {
	e := &Energy{s: cloverStrength(geo, g)}
	v := float64(geo.Volume())
	var withTime []bool
	for mu := range geo.Dims() {
		for nu := mu + 1; nu < geo.Dims(); nu++ {
			withTime = append(withTime, nu == geo.Dims()-1)
		}
	}
	e.s.density = func(f []lattice.Vec) (sum lattice.Vec) {
		for p, t := range withTime {
			if t && !e.time || !t && !e.space {
				continue
			}
			d := e.s.dot(f, p, p)
			for l := range sum {
				sum[l] += d[l] / v
			}
		}
		return sum
	}
	return e
}

func (e *Energy) sum(u *gauge.Field, space, time bool) float64 {
	e.space, e.time = space, time
	return e.s.sum(u)
}

// Measure returns E. Panics: u has another geometry or group.
func (e *Energy) Measure(u *gauge.Field) float64 { return e.sum(u, true, true) }

// Space returns the part of the planes without time, the magnetic one, 0 in two
// dimensions; Time the rest. Panics as Measure.
func (e *Energy) Space(u *gauge.Field) float64 { return e.sum(u, true, false) }

// Time returns the part of the planes with time, the electric one. Panics as Measure.
func (e *Energy) Time(u *gauge.Field) float64 { return e.sum(u, false, true) }

// EnergyPlaquette measures the energy density by the plaquette action,
//
//	E = 2 sum_{mu<nu} Re tr(1 - P_munu) = D (D-1) N (1 - average plaquette) [L].
type EnergyPlaquette struct {
	p    *Plaquette
	d, n float64
}

// NewEnergyPlaquette returns the observer for a lattice and group.
func NewEnergyPlaquette(geo *lattice.Geometry, g group.Group) *EnergyPlaquette {
	return &EnergyPlaquette{NewPlaquette(geo, g), float64(geo.Dims()), float64(g.N())}
}

// Measure returns E. Panics: u has another geometry or group.
func (e *EnergyPlaquette) Measure(u *gauge.Field) float64 {
	return e.d * (e.d - 1) * e.n * (1 - e.p.Measure(u))
}

// Space returns the part of the planes without time, 0 in two dimensions; Time the rest.
// Panics as Measure.
func (e *EnergyPlaquette) Space(u *gauge.Field) float64 {
	if e.d == 2 {
		return 0
	}
	return (e.d - 1) * (e.d - 2) * e.n * (1 - e.p.Space(u))
}

// Time returns the part of the planes with time. Panics as Measure.
func (e *EnergyPlaquette) Time(u *gauge.Field) float64 {
	return 2 * (e.d - 1) * e.n * (1 - e.p.Time(u))
}
