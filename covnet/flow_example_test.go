package covnet_test

import (
	"fmt"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/physics/rng"
)

// Random links flow until t²E has reached .1; usual is .3, on larger lattices.
func ExampleFlow() {
	geo, err := lattice.New([]int{4, 4, 4, 4})
	if err != nil {
		fmt.Println(err)
		return
	}
	u := gauge.NewField(geo, group.SU2)
	u.Hot(rng.New(1))
	flow, err := covnet.NewFlow(u, covnet.WilsonFlow())
	if err != nil {
		fmt.Println(err)
		return
	}
	energy := observe.NewEnergy(geo, group.SU2)
	var curve []observe.FlowPoint
	for range 20 {
		if err := flow.Step(.02); err != nil {
			fmt.Println(err)
			return
		}
		curve = append(curve, observe.FlowPoint{T: flow.Time(), E: energy.Measure(flow.Links())})
	}
	t, err := observe.T0(curve, .1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("t²E = .1 at t = %.3f\n", t)
	// Output:
	// t²E = .1 at t = 0.220
}

// One level of APE smearing and one of HYP make links smoother.
func ExampleNewNetwork() {
	geo, err := lattice.New([]int{4, 4, 4, 4})
	if err != nil {
		fmt.Println(err)
		return
	}
	u := gauge.NewField(geo, group.SU3)
	u.Rough(.5, rng.New(1))
	ape, err := covnet.NewAPESmearing(u, .5)
	if err != nil {
		fmt.Println(err)
		return
	}
	hyp, err := covnet.NewHYP(u, [3]float64{.75, .6, .3})
	if err != nil {
		fmt.Println(err)
		return
	}
	plaquette := observe.NewPlaquette(geo, group.SU3)
	smeared := covnet.NewNetwork(u, ape, hyp).Forward(u)
	fmt.Printf("plaquette %.3f -> %.3f\n", plaquette.Measure(u), plaquette.Measure(smeared))
	// Output:
	// plaquette 0.503 -> 0.990
}
