package rng_test

import (
	"fmt"

	"github.com/slhmc/slhmc/physics/rng"
)

// The momenta of a heat bath: the same ones whoever asks, in any order.
func Example() {
	momenta := rng.New(42).Child("momentum").At(1000) // trajectory 1000
	for _, site := range []uint64{1, 0, 1} {
		source := momenta.Site(site)
		fmt.Printf("site %d: %+.4f %+.4f %+.4f\n", site, source.Normal(), source.Normal(), source.Normal())
	}
	// Output:
	// site 1: -0.0467 -0.7794 -1.9820
	// site 0: -0.7703 +0.4143 -0.5637
	// site 1: -0.0467 -0.7794 -1.9820
}

// Terms of a sum each take a child of their own, or they would share their noise.
func ExampleStream_Child() {
	noise := rng.New(42).Child("pseudofermion")
	for _, term := range []string{"light", "strange"} {
		source := noise.Child(term).Site(0)
		fmt.Printf("%s: %016x\n", term, source.Uint64())
	}
	// Output:
	// light: d1b8bcf249b7a552
	// strange: 629b45fe5377d424
}

// Accept or reject: a number that belongs to no site.
func ExampleSource_Float64() {
	metropolis := rng.New(42).Child("metropolis")
	for trajectory := range uint64(3) {
		source := metropolis.At(trajectory).Site(0)
		fmt.Printf("%.6f\n", source.Float64())
	}
	// Output:
	// 0.301887
	// 0.937655
	// 0.686163
}
