//go:build long

package sampler_test

import "testing"

// With errors of 1e-4 of the plaquette, of each number of tastes and each way to have them.
func TestLongRationalQuarksAgreeWithReweighting(t *testing.T) { rationalQuarks(t, 40000) }
