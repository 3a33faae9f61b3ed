package config

import (
	"fmt"
	"slices"
)

// check reports the settings that are right one by one and wrong together. It
// judges only from keys that nothing is wrong with.
func (r *reader) check() {
	r.checkQuarks()
	r.checkBackground()
	r.checkLevels()
	r.checkGuide()
	r.checkLoops()
	r.checkLayers()
	r.checkSolver()
	r.checkTraining()
	r.checkPhases()
	r.checkObservables()
	r.checkExtents() // last: the others need to know the dimensions only
}

func (r *reader) checkExtents() {
	const path = "lattice.extents"
	if !r.sound(path) {
		return
	}
	sites := 1
	for _, l := range r.cfg.Lattice.Extents {
		if l > maxSites/sites {
			r.report(r.at(path), path, fmt.Sprintf("the lattice has too many sites (allowed: up to %d)", maxSites))
			return
		}
		sites *= l
	}
	if !r.sound("quarks.action") || !r.cfg.Staggered() {
		return
	}
	for i, l := range r.cfg.Lattice.Extents {
		if l%2 != 0 {
			r.report(r.element(path, i), path, fmt.Sprintf("extent %d in direction %d is odd, but staggered quarks need even extents "+
				"(allowed: 2, 4, 6, ...)", l, i+1))
		}
	}
}

// element returns the position of an element of a list, or of the list.
func (r *reader) element(path string, i int) position {
	return r.at(index(path, i))
}

func (r *reader) checkLoops() {
	if !r.sound("lattice.extents") {
		return
	}
	var work pathWork
	for i, loop := range r.cfg.Gauge.Loops {
		path := fmt.Sprintf("gauge.loops.%d.path", i)
		if !r.sound(path) {
			continue
		}
		if wrong := loopProblem(loop.Path, r.cfg.Lattice.Extents); wrong != "" {
			r.report(r.at(path), path, wrong)
		} else if wrong := work.add(len(loop.Path), 2); wrong != "" {
			r.report(r.at(path), path, wrong)
			return
		}
	}
}

// pathWork counts the steps of the derivatives of paths: that of a loop of n steps by
// its links has n paths of n - 1 steps, and that of a layer is derived once more.
type pathWork int

// PathWork returns the steps of all derivatives of the paths of the gauge action and the
// layers, to which their memory and time are proportional.
func (c *Config) PathWork() int {
	var w pathWork
	for _, l := range c.Gauge.Loops {
		_ = w.add(len(l.Path), 2)
	}
	if c.SLHMC != nil {
		for _, l := range c.SLHMC.Layers {
			for _, t := range l.Terms {
				_ = w.add(len(t.Path), 3)
			}
		}
	}
	return int(w)
}

// add says whether all paths so far are too many.
func (w *pathWork) add(steps, power int) string {
	const most = 2_000_000 // of 24 bytes each, and seconds to list
	n := 1
	for range power {
		n *= steps
	}
	if *w += pathWork(n); *w > most {
		return fmt.Sprintf("the derivatives of all paths up to here have %d steps, which is more than memory and time allow (allowed: up to %d; a path of n has n^%d)", int(*w), most, power)
	}
	return ""
}

func (r *reader) checkSolver() {
	s := r.cfg.Solver
	if path := "solver.action_tolerance"; r.sound(path, "solver.force_tolerance") && s.ActionTolerance > s.ForceTolerance {
		r.report(r.at(path), path, fmt.Sprintf("%g is looser than force_tolerance = %g, but exactness rests on the action "+
			"(allowed: up to force_tolerance)", s.ActionTolerance, s.ForceTolerance))
	}
}

func (r *reader) checkTraining() {
	t := r.cfg.Training
	if t == nil || t.Mode != "batch" {
		return
	}
	if path := "training.batch"; r.sound(path, "training.keep") && t.Batch > t.Keep {
		r.report(r.at(path), path, fmt.Sprintf("a batch of %d cannot be drawn from keep = %d configurations (allowed: 1 to %d)", t.Batch, t.Keep, t.Keep))
	}
}

func (r *reader) checkPhases() {
	run, guide := r.cfg.Run, r.cfg.SLHMC
	if !r.sound("run.thermalise", "run.train", "run.hmc", "run.slhmc") {
		return
	}
	if run.Thermalise+run.Train+run.HMC+run.SLHMC == 0 {
		r.report(r.at("run"), "run", "there is nothing to do (allowed: at least one of thermalise, train, hmc, slhmc > 0)")
	}
	if !r.sound("slhmc") {
		return
	}
	if guide == nil {
		if run.Train > 0 {
			r.report(r.at("run.train"), "run.train", fmt.Sprintf("is %d, but there is no guide to train (allowed: 0, or a table [slhmc])", run.Train))
		}
		if run.SLHMC > 0 {
			r.report(r.at("run.slhmc"), "run.slhmc", fmt.Sprintf("is %d, but there is no guide (allowed: 0, or a table [slhmc])", run.SLHMC))
		}
		return
	}
	if run.Train == 0 {
		return
	}
	if r.sound("training") && r.cfg.Training == nil {
		r.report(r.at("run.train"), "run.train", "training needs to know how (allowed: 0, or a table [training])")
	}
	if r.sound("slhmc.layers", "slhmc.quarks", "slhmc.quarks.train") && !guide.Trains() {
		r.report(r.at("run.train"), "run.train", "the guide has nothing to train "+
			"(allowed: 0, or [[slhmc.layers]], or names in slhmc.quarks.train)")
	}
}

func (r *reader) checkObservables() {
	const path = "measure.observables"
	if !r.sound(path) {
		return
	}
	all := r.cfg.Measure.Observables
	for i, name := range all {
		if slices.Index(all, name) < i {
			r.report(r.element(path, i), path, fmt.Sprintf("%q is there twice (allowed: once)", name))
		}
		if name == "condensate" && r.sound("quarks", "quarks.action", "quarks.isospin_mu") && !r.cfg.Condensates() {
			r.report(r.element(path, i), path, `"condensate" needs staggered quarks (allowed without: "plaquette", "polyakov")`)
		}
	}
}
