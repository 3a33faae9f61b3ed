package gauge_test

import (
	"fmt"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// The plaquette action of SU(3) on unit, nearly unit and random links: S/beta is the
// sum of 1 - Re tr P/3 over the plaquettes.
func ExampleNewRectangleAction() {
	geo, err := lattice.New([]int{4, 4, 4, 4})
	if err != nil {
		panic(err)
	}
	s, err := gauge.NewRectangleAction(geo, group.SU3, 6, gauge.Wilson)
	if err != nil {
		panic(err)
	}
	u := gauge.NewField(geo, group.SU3)
	show := func(name string) {
		value, err := s.Value(u)
		if err != nil {
			panic(err)
		}
		plaquettes := float64(geo.Volume() * 6)
		fmt.Printf("%-5s S = %4.0f, mean of 1 - Re tr P/3: %.2f\n", name, value, value/(6*plaquettes))
	}
	show("cold")
	u.Rough(0.3, rng.New(1))
	show("rough")
	u.Hot(rng.New(1))
	show("hot")
	// Output:
	// cold  S =    0, mean of 1 - Re tr P/3: 0.00
	// rough S = 1984, mean of 1 - Re tr P/3: 0.22
	// hot   S = 9252, mean of 1 - Re tr P/3: 1.00
}

// A loop is a path of signed directions, counted from 1: here the 2 x 1 rectangle.
func ExampleNewLoopSum() {
	geo, err := lattice.New([]int{8, 8})
	if err != nil {
		panic(err)
	}
	sum, err := gauge.NewLoopSum(geo, group.SU2, []gauge.Loop{{Path: gauge.Path{1, 1, 2, -1, -1, -2}, Coefficient: 1}})
	if err != nil {
		panic(err)
	}
	u := gauge.NewField(geo, group.SU2)
	fmt.Println("sum of Re tr over the sites, unit links:", sum.ReTr(u))
	// Output:
	// sum of Re tr over the sites, unit links: 128
}
