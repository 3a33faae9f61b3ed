package covnet_test

import (
	"fmt"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// Positive plaquette weights smooth: two layers take a rough field nearer to unit
// links, and the effective action S[U^NN] sees the smooth ones.
func Example() {
	geo, err := lattice.New([]int{4, 4, 4, 4})
	if err != nil {
		panic(err)
	}
	u := gauge.NewField(geo, group.SU2)
	u.Rough(0.5, rng.New(1))
	network, err := covnet.NewTalkNetwork(u)
	if err != nil {
		panic(err)
	}
	// plaquette, Polyakov loops in space, in time; twice
	if err := network.SetParams([]float64{0.1, 0, 0, 0.1, 0, 0}); err != nil {
		panic(err)
	}
	s, err := gauge.NewRectangleAction(geo, group.SU2, 2.7, gauge.Wilson)
	if err != nil {
		panic(err)
	}
	rough, err := s.Value(u)
	if err != nil {
		panic(err)
	}
	e := covnet.NewEffective(u, network, s)
	smooth, err := e.Value(u)
	if err != nil {
		panic(err)
	}
	fmt.Printf("S[U] = %.1f, S[U^NN] = %.1f\n", rough, smooth)

	gradient := make([]float64, e.NumParams())
	if err := e.AddParamGradient(gradient, 1, u); err != nil {
		panic(err)
	}
	fmt.Printf("dS/drho of the plaquettes: %.0f, %.0f\n", gradient[0], gradient[3])
	// Output:
	// S[U] = 1302.3, S[U^NN] = 52.1
	// dS/drho of the plaquettes: -647, -961
}
