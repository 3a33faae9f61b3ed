package newaction_test

import (
	"testing"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/verify"

	"example.com/newaction"
)

// Is it right?
func TestIsospin(t *testing.T) { verify.Pseudofermion(t, newaction.Build) }

// What it costs, beside the staggered action that is built in: a force on 8^4.
func BenchmarkForce(b *testing.B) {
	geo, err := lattice.New([]int{8, 8, 8, 8})
	if err != nil {
		b.Fatal(err)
	}
	u := gauge.NewField(geo, group.SU3)
	u.Rough(0.5, rng.New(1))
	own, err := newaction.NewIsospin(geo, group.SU3, 0.5, 0)
	if err != nil {
		b.Fatal(err)
	}
	builtIn, err := dirac.NewStaggered(geo, group.SU3, 0.5, dirac.AntiperiodicTime(4))
	if err != nil {
		b.Fatal(err)
	}
	for name, d := range map[string]dirac.Operator{"own": own, "built-in": builtIn} {
		b.Run(name, func(b *testing.B) {
			s, err := action.NewTwoFlavour(d, lattice.All, action.Tight())
			if err != nil {
				b.Fatal(err)
			}
			if _, err := s.Refresh(u, rng.New(2)); err != nil {
				b.Fatal(err)
			}
			f := gauge.NewAlgebra(geo, group.SU3)
			for b.Loop() {
				if err := s.AddForce(f, 1, u); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
