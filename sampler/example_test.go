package sampler_test

import (
	"context"
	"fmt"
	"os"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/statistics"
	"github.com/slhmc/slhmc/sampler"
)

// HMC of two-dimensional SU(2), whose plaquette is known: 0.53298057565657 on 4x4
// at beta = 2.7.
func ExampleNewSLHMC() {
	geo, err := lattice.New([]int{4, 4})
	if err != nil {
		panic(err)
	}
	u := gauge.NewField(geo, group.SU2)
	u.Hot(rng.New(1))
	s, err := gauge.NewRectangleAction(geo, group.SU2, 2.7, gauge.Wilson)
	if err != nil {
		panic(err)
	}
	h, err := sampler.NewSLHMC(u, s, []sampler.Level{{Force: s, Scheme: sampler.Omelyan2(), Steps: 4}}, 1)
	if err != nil {
		panic(err)
	}
	plaquette := observe.NewPlaquette(geo, group.SU2)
	stream := rng.New(2)
	var series []float64
	for n := range uint64(2000) {
		if _, err := h.Step(u, stream.At(n)); err != nil {
			panic(err)
		}
		if n >= 100 {
			series = append(series, plaquette.Measure(u))
		}
	}
	e, err := statistics.Gamma(series)
	if err != nil {
		panic(err)
	}
	fmt.Println("known to half a percent:", e.Error < 0.005*e.Value)
	fmt.Println("within 3 errors of the exact result:", statistics.Sigma(e.Value, e.Error, 0.53298057565657, 0) < 3)
	// Output:
	// known to half a percent: true
	// within 3 errors of the exact result: true
}

// A guide is trained during HMC and then moves the same target, exactly.
func ExampleRun() {
	geo, err := lattice.New([]int{4, 4})
	if err != nil {
		panic(err)
	}
	u := gauge.NewField(geo, group.SU2)
	u.Hot(rng.New(1))

	// the target: gauge action and two tastes of mass 0.3
	sg, err := gauge.NewRectangleAction(geo, group.SU2, 2.7, gauge.Wilson)
	if err != nil {
		panic(err)
	}
	d, err := dirac.NewStaggered(geo, group.SU2, 0.3, dirac.AntiperiodicTime(2))
	if err != nil {
		panic(err)
	}
	sf, err := action.NewTwoFlavour(d, lattice.Even, action.Tight())
	if err != nil {
		panic(err)
	}
	target := action.Sum{sg, sf}

	// the guide: the same pseudofermions, a mass of 0.4 to be trained as well, and a network between
	heavier, err := dirac.NewStaggered(geo, group.SU2, 0.4, dirac.AntiperiodicTime(2))
	if err != nil {
		panic(err)
	}
	seen, err := sf.With(heavier)
	if err != nil {
		panic(err)
	}
	network, err := covnet.NewTalkNetwork(u)
	if err != nil {
		panic(err)
	}
	guide, err := covnet.NewEffectiveSum(u, covnet.Part{Network: network, Action: seen, C: 1, Train: []string{"mass"}})
	if err != nil {
		panic(err)
	}

	along := func(quark action.Action) *sampler.SLHMC {
		s, err := sampler.NewSLHMC(u, target, []sampler.Level{{Force: action.Sum{sg, quark}, Scheme: sampler.Omelyan2(), Steps: 4}}, 1)
		if err != nil {
			panic(err)
		}
		return s
	}
	hmc, slhmc := along(sf), along(guide)

	dir, err := os.MkdirTemp("", "slhmc")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	r := &sampler.Run{
		Dir: dir, Links: u, Stream: rng.New(2), Guide: guide,
		Trainer: &sampler.Trainer{Guide: guide, Target: sf, Loss: sampler.DeltaLoss{}, Optimizer: sampler.NewAdam(1e-3, 0.9, 0.999)},
		Phases: []sampler.Phase{
			{Name: "thermalise", Sampler: hmc, Trajectories: 50},
			{Name: "train", Sampler: hmc, Trajectories: 200, Train: true},
			{Name: "slhmc", Sampler: slhmc, Trajectories: 200, Measure: true},
		},
		MeasureEvery: 1, CheckpointEvery: 1000,
	}
	if err := r.Start(context.Background()); err != nil {
		panic(err)
	}
	s, err := sampler.Summarise(dir)
	if err != nil {
		panic(err)
	}
	fmt.Println("the loss fell:", s.Training.LossLast < s.Training.LossFirst)
	fmt.Printf("mass %.1f\n", seen.Mass())
	fmt.Println("accepted more than 8 of 10:", s.Phases["slhmc"].Acceptance.Value > 0.8)
	// Output:
	// the loss fell: true
	// mass 0.3
	// accepted more than 8 of 10: true
}
