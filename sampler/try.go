package sampler

// Try does one trajectory of each phase, with all that follows one, and forgets it: the
// run then holds all the memory that it will ever hold. What fails is not told.
func (r *Run) Try() {
	r.names, r.observed = nil, nil
	for _, o := range r.Observables {
		r.names = append(r.names, o.Names...)
	}
	r.observed = make([]float64, len(r.names))
	for i := range r.Phases {
		p := &r.Phases[i]
		if p.Trajectories == 0 {
			continue
		}
		t, err := p.Sampler.step(r.Links, r.Stream, rules{refuse: true})
		if err == nil && t.Failure == nil && p.Train {
			start, end := p.Sampler.Proposal()
			_, _ = r.Trainer.Step(start, end, r.Stream, 0)
		}
		if p.Measure {
			_, _ = r.measure(r.Stream)
		}
	}
}
