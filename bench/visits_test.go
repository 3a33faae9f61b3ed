package bench

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Every sample gets its visits, one of each sample of a half before the next of any.
func TestSchedule(t *testing.T) {
	assert.Equal(t, []int{0, 1, 0, 1, 0, 1, 2, 3, 4, 2, 3, 4, 2, 3, 4}, schedule(5, 3))
	assert.Equal(t, []int{0, 0}, schedule(1, 2))
	assert.Equal(t, []int{0, 1, 2, 3}, schedule(4, 1))
}

// Of two visits the fastest batch counts, the least allocations, and the iterations
// of all calls.
func TestSampleOfTwoVisits(t *testing.T) {
	c := &Case{Kernel: "any"}
	slow := Sample{Case: c, Calls: 3, Seconds: 2, Iterations: 10, Allocs: 1, AllocBytes: 64}
	fast := Sample{Case: c, Calls: 1, Seconds: 1, Iterations: 14, Allocs: 2, AllocBytes: 32}
	want := Sample{Case: c, Calls: 4, Seconds: 1, Iterations: 11, Allocs: 1, AllocBytes: 32}
	assert.Equal(t, slow, Sample{}.with(slow))
	assert.Equal(t, want, slow.with(fast))
	assert.Equal(t, want, fast.with(slow))
}
