package action_test

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// Four tastes of staggered quarks: phi from the heat bath, the action, and its force.
func ExampleNewTwoFlavour() {
	geo, err := lattice.New([]int{4, 4, 4, 4})
	if err != nil {
		panic(err)
	}
	u := gauge.NewField(geo, group.SU2)
	u.Hot(rng.New(1))
	d, err := dirac.NewStaggered(geo, group.SU2, 0.3, dirac.AntiperiodicTime(4))
	if err != nil {
		panic(err)
	}
	s, err := action.NewTwoFlavour(d, lattice.Even, action.Tight())
	if err != nil {
		panic(err)
	}
	value, err := s.Refresh(u, rng.New(2).Child("phi"))
	if err != nil {
		panic(err)
	}
	n := float64(s.Components()) // S is the sum of n squares |xi|^2, of mean and variance 1
	fmt.Printf("S = %.0f, expected %.0f ± %.0f\n", value, n, math.Sqrt(n))

	// the other mass sees the same phi: how a guide follows its target
	heavier, err := dirac.NewStaggered(geo, group.SU2, 0.4, dirac.AntiperiodicTime(4))
	if err != nil {
		panic(err)
	}
	guide, err := s.With(heavier)
	if err != nil {
		panic(err)
	}
	lower, err := guide.Value(u)
	if err != nil {
		panic(err)
	}
	fmt.Printf("at mass 0.4 lower: %v\n", lower < value)

	f := gauge.NewAlgebra(geo, group.SU2)
	if err := s.AddForce(f, 1, u); err != nil {
		panic(err)
	}
	fmt.Printf("solves: %d and %d\n", s.Work().Solves, guide.Work().Solves)
	// Output:
	// S = 271, expected 256 ± 16
	// at mass 0.4 lower: true
	// solves: 2 and 1
}
