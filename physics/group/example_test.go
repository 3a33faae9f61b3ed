package group_test

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/rng"
)

func ExampleParse() {
	g, err := group.Parse("SU(3)")
	fmt.Println(g, g.N(), g.Dim(), err)
	_, err = group.Parse("SO(3)")
	fmt.Println(err)
	// Output:
	// SU(3) 3 8 <nil>
	// group: unknown gauge group "SO(3)": allowed are U(1) and SU(2) ... SU(16)
}

// A rotation by 2π changes the sign of a spinor.
func ExampleGroup_Exp() {
	g := group.SU2
	m := g.NewMatrix()
	g.Exp(m, []float64{0, 0, 2 * math.Pi})
	fmt.Printf("%.3f\n", real(m[0]))
	// Output: -1.000
}

// The derivative of exp along its own argument is the argument.
func ExampleGroup_DExp() {
	x := []float64{0.1, 0.2, 0.3}
	dst := make([]float64, 3)
	group.SU2.DExp(dst, x, x)
	fmt.Printf("%.3f\n", dst)
	// Output: [0.100 0.200 0.300]
}

// A gauge transformation changes a link, not the trace of a closed one.
func ExampleGroup_Haar() {
	g := group.SU3
	s := rng.New(1).Child("example").Site(0)
	u, w := g.NewMatrix(), g.NewMatrix()
	g.Haar(u, &s)
	g.Haar(w, &s)
	wu, rotated := g.NewMatrix(), g.NewMatrix()
	group.Mul(wu, w, u)
	group.MulDagger(rotated, wu, w)
	d := group.Trace(rotated) - group.Trace(u)
	fmt.Println(g.Unitarity(u) < 1e-14, math.Hypot(real(d), imag(d)) < 1e-14)
	// Output: true true
}

// A sum of group elements is projected back, as in smearing.
func ExampleGroup_Project() {
	g := group.SU2
	a, b := g.NewMatrix(), g.NewMatrix()
	g.Exp(a, []float64{0, 0, 0.2})
	g.Exp(b, []float64{0, 0, 0.4})
	for i := range a {
		a[i] += b[i]
	}
	err := g.Project(a)
	g.Exp(b, []float64{0, 0, 0.3})
	fmt.Printf("%.6f %.6f %v\n", a[0], b[0], err)
	// Output: (0.988771+0.149438i) (0.988771+0.149438i) <nil>
}
