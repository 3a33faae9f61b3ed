// Command isospin is slhmc with the action of package newaction: staggered quarks with
// an isospin chemical potential. All of slhmc is there, and a table
//
//	[actions.isospin]
//	mass = 0.5
//	mu = 0.3
//
// in a configuration adds the action to the target, at level = 0 of the molecular dynamics.
//
//	go run ./isospin init --preset quenched > my.toml
//	go run ./isospin run my.toml --set actions.isospin.mass=0.5 --out runs/mine
//	go run ./isospin run --resume --out runs/mine --set run.hmc=20000
//	go run ./isospin report runs/mine
//	go run ./isospin verify my.toml --set actions.isospin.mass=0.5
package main

import (
	"github.com/slhmc/slhmc/cmd/slhmc/program"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"

	"example.com/newaction"
)

var isospin = program.Action{
	Name: "isospin",
	Doc:  "Staggered quarks with an isospin chemical potential: S = phi^dagger (D^dagger D)^-1 phi, D = D(mu).",
	Numbers: []program.Number{
		{Name: "mass", Doc: "Mass of the quarks.", Allowed: program.Positive},
		{Name: "mu", Doc: "Chemical potential mu: exp(mu) on the links forward in time, exp(-mu) on those backward.", Default: new(0.)},
	},
	New: func(geo *lattice.Geometry, g group.Group, numbers map[string]float64) (action.Action, error) {
		d, err := newaction.NewIsospin(geo, g, numbers["mass"], numbers["mu"])
		if err != nil {
			return nil, err
		}
		return action.NewTwoFlavour(d, lattice.All, action.Tight())
	},
}

func main() { program.Main("isospin", isospin) }
