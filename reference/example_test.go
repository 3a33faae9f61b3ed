package reference_test

import (
	"fmt"

	"github.com/slhmc/slhmc/reference"
)

// The exact average plaquette of two-dimensional SU(2) on a 4 x 4 torus.
func ExamplePlaquette2D() {
	fmt.Printf("%.12f\n", reference.Plaquette2D(2, 2.7, 4*4))
	// Output: 0.532980575657
}

// The condensate of free staggered quarks, by momentum sum and by dense inverse.
func ExampleStaggered() {
	extents := []int{4, 4}
	bc := reference.AntiperiodicTime(2)
	u := reference.Unit(extents, 3)
	d, err := reference.NewNormal(reference.Staggered(u, 0.5, bc))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.12f\n", real(d.TraceInverse())/16)
	fmt.Printf("%.12f\n", reference.FreeStaggeredCondensate(extents, 3, 0.5, bc))
	// Output:
	// 1.428571428571
	// 1.428571428571
}

// The derivative of a smeared plaquette with respect to the weight of the layer.
func ExampleLayer_Forward() {
	u := reference.Random([]int{2, 2}, 2, 1)
	smeared := func(rho reference.Real) reference.Real {
		layer := reference.Layer{reference.PlaquetteStaples(2, reference.Shared(rho))}
		return reference.Plaquette(layer.Forward(u))
	}
	const h = 1e-5
	exact := smeared(reference.Variable(0.1)).D
	difference := (smeared(reference.Constant(0.1+h)).V - smeared(reference.Constant(0.1-h)).V) / (2 * h)
	fmt.Printf("%t %t\n", exact > 0, exact-difference < 1e-8 && difference-exact < 1e-8)
	// Output: true true
}
