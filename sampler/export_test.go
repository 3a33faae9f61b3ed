package sampler

import (
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/rng"
)

// StepRefusing is Step that counts a failed proposal as refused.
func (s *SLHMC) StepRefusing(u *gauge.Field, stream rng.Stream) (Trajectory, error) {
	return s.step(u, stream, rules{refuse: true})
}
