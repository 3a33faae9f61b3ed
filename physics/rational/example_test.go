package rational_test

import (
	"fmt"

	"github.com/slhmc/slhmc/physics/rational"
)

// One staggered flavour of four tastes: det A^(1/4), so x^(-1/4) in the action and x^(1/8) in the heat bath.
func ExampleWithin() {
	action, err := rational.Within(rational.Power{Num: -1, Den: 4}, 1e-4, 5, 1e-3)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.5f\n", action.Constant())
	for i, b := range action.Shifts() {
		fmt.Printf("%.5f / (x + %.5f)\n", action.Residues()[i], b)
	}
	fmt.Printf("error %.3e, proved at %d points\n", action.MaxError(), len(action.Certificate().Points))

	heatBath, err := rational.Within(rational.Power{Num: 1, Den: 8}, 1e-4, 5, 1e-15)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("heat bath: %d poles, error %.1e, round-off below %.1e\n", heatBath.Degree(), heatBath.MaxError(), heatBath.RoundOff())
	// Output:
	// 0.43886
	// 0.00068 / (x + 0.00008)
	// 0.00405 / (x + 0.00136)
	// 0.02552 / (x + 0.01642)
	// 0.16642 / (x + 0.19620)
	// 1.50955 / (x + 2.84435)
	// error 9.288e-04, proved at 12 points
	// heat bath: 24 poles, error 5.4e-16, round-off below 4.1e-14
}
