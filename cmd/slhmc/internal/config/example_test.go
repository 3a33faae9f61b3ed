package config_test

import (
	"fmt"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
)

// Everything that is wrong is reported at once.
func ExampleParse() {
	text := `
[lattice]
extents = [4, 4, 5, 8]
group = "SU(2)"
[gauge]
action = "wilson"
beta = 2.7
[quarks]
action = "staggered"
mas = 0.3
[run]
hmc = 100
`
	_, err := config.Parse("run.toml", []byte(text), []config.Override{{Key: "hmc.steps", Value: "0"}})
	fmt.Println(err)
	// Output:
	// run.toml:3:18: lattice.extents: extent 5 in direction 3 is odd, but staggered quarks need even extents (allowed: 2, 4, 6, ...)
	// run.toml:6:10: gauge.action: "wilson" is not allowed (allowed: "plaquette", "symanzik", "iwasaki", "dbw2", "rectangle", "loops")
	// run.toml:10:1: quarks.mas: unknown key, did you mean "mass"? (allowed: name, action, kappa, mass, c_sw, c_sw_time, hop_space, twist, charge, imaginary_mu, isospin_mu, flavours, boundary, theta, method, fields, error, force_error, ratios, levels)
	// --set hmc.steps=0: hmc.steps: 0 is not allowed (allowed: integer, 1 to 1000000)
}

// The text of a preset is a configuration like any other.
func ExamplePreset() {
	text, err := config.Preset("u1-2d")
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := config.Parse("u1-2d", text, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Lattice.Group, c.Lattice.Extents, c.Gauge.Beta)
	// Output: U(1) [8 8] 2
}
