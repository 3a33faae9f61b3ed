package verify_test

import (
	"fmt"
	"strings"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/verify"
)

// halved is an action with half of its force.
type halved struct{ *gauge.Action }

func (h halved) AddForce(f *gauge.Algebra, c float64, u *gauge.Field) error {
	return h.Action.AddForce(f, c/2, u)
}

// In a test the call is verify.Action(t, build). Outside of one, subjects are
// judged together, and the verdicts returned.
func ExampleJudge() {
	build := func(c verify.Case, geo *lattice.Geometry) (action.Action, error) {
		a, err := gauge.NewRectangleAction(geo, c.GaugeGroup(), c.Beta, gauge.Iwasaki)
		return halved{a}, err
	}
	for _, v := range verify.Judge([]verify.Subject{verify.OfAction("mine", build)}, 1, nil) {
		if v.OK() {
			fmt.Println(v.Name(), "holds")
			continue
		}
		what, _, _ := strings.Cut(v.Failure, ":")
		fmt.Printf("%s is broken on %v of U(1): %s\n", v.Name(), v.Smallest.Extents, what)
	}
	// Output:
	// mine/pure holds
	// mine/gauge holds
	// mine/force is broken on [2 2] of U(1): force = dS/dtau
	// mine/force order is broken on [2 2] of U(1): error of the central difference ~ h^2
	// mine/force adds holds
	// mine/witness holds
	// mine/sum holds
	// mine/workers holds
}
