package observe_test

import (
	"fmt"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/physics/rng"
)

// Free quarks of two colours: the condensate by noise and exactly.
func Example() {
	geo, err := lattice.New([]int{4, 4, 4, 4})
	if err != nil {
		fmt.Println(err)
		return
	}
	u := gauge.NewField(geo, group.SU2)
	fmt.Printf("plaquette %.3f\n", observe.NewPlaquette(geo, group.SU2).Measure(u))

	loop, err := observe.NewPolyakovLoop(geo, group.SU2, geo.Dims()-1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("Polyakov loop: trace %.3f, normalised %.3f\n", real(loop.Trace(u)), real(loop.Normalised(u)))

	op, err := dirac.NewStaggered(geo, group.SU2, 0.5, dirac.AntiperiodicTime(geo.Dims()))
	if err != nil {
		fmt.Println(err)
		return
	}
	condensate, err := observe.NewCondensate(op, 1e-10, 20)
	if err != nil {
		fmt.Println(err)
		return
	}
	exact, err := condensate.Exact(u)
	if err != nil {
		fmt.Println(err)
		return
	}
	noisy, noiseError, err := condensate.Measure(u, rng.New(1).Child("condensate"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("condensate %.4f, by noise %.2f(%.2f)\n", exact, noisy, noiseError)
	// Output:
	// plaquette 1.000
	// Polyakov loop: trace 2.000, normalised 1.000
	// condensate 0.5506, by noise 0.56(0.01)
}
