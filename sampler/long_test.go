//go:build long

package sampler_test

import "testing"

// The short tests with statistics for a part in ten thousand.
func TestLongStepKeepsTheTarget(t *testing.T)             { equilibrium(t, 100000) }
func TestLongExactPlaquettesInTwoDimensions(t *testing.T) { exactPlaquettes(t, 200000) }
func TestLongAnyGuideAgreesWithHMC(t *testing.T)          { agreement(t, 100000) }
