package program_test

import (
	"fmt"
	"os"

	"github.com/slhmc/slhmc/cmd/slhmc/program"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// A command whose target can have rectangles with a coupling of their own.
func ExampleExecute() {
	rectangles := program.Action{
		Name: "rectangles", Doc: "Rectangles with a coupling of their own.",
		Numbers: []program.Number{{Name: "beta", Doc: "Their coupling.", Allowed: program.NotNegative}},
		New: func(geo *lattice.Geometry, g group.Group, numbers map[string]float64) (action.Action, error) {
			return gauge.NewAction(geo, g, numbers["beta"], gauge.Rectangles(geo.Dims(), 1))
		},
	}
	main := func(args ...string) int { return program.Execute("mine", args, os.Stdout, os.Stdout, rectangles) }
	fmt.Println(main("run", "--preset", "quenched", "--set", "actions.rectangles.beta=-1"))
	fmt.Println(main("run", "--preset", "quenched", "--set", "actions.rectangle.beta=1"))
	// Output:
	// --set actions.rectangles.beta=-1: actions.rectangles.beta: -1 is not allowed (allowed: finite number >= 0)
	// 2
	// --set actions.rectangle.beta=1: actions.rectangle: unknown key, did you mean "rectangles"? (allowed: rectangles)
	// 2
}
