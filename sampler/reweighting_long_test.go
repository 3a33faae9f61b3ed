//go:build long

package sampler_test

import "testing"

// With errors of 2e-4 of the plaquette.
func TestLongWilsonQuarksAgreeWithReweighting(t *testing.T) { reweighting(t, 50000) }
