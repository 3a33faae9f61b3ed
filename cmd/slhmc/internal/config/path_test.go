package config

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// The loops of the actions by name, and windings, are closed; the first step where
// an open or a trivial one differs is named.
func TestLoopProblem(t *testing.T) {
	extents := []int{4, 6, 2}
	for _, c := range []struct {
		path []int
		want string // "" or a part of the message
	}{
		{[]int{1, 2, -1, -2}, ""},
		{[]int{1, 1, 2, -1, -1, -2}, ""},
		{[]int{1, 1, 1, 1}, ""},
		{[]int{-2, -2, -2, -2, -2, -2}, ""},
		{[]int{3, 3}, ""},
		{[]int{1, 3, 1, 3, 1, 1}, ""},
		{[]int{1, 2, -1, -2, 1, 2, -1, -2}, ""},
		{[]int{1, 1, 1, 1, 1}, "direction 1 add up to 5"},
		{[]int{2, 2, 2, 2}, "direction 2 add up to 4"},
		{[]int{3}, "direction 3 add up to 1"},
		{[]int{1, 4, -1, -4}, "step 4 leaves the 3 dimensions"},
		{[]int{-4, -4}, "step -4 leaves the 3 dimensions"},
		{[]int{1, 2, -2, -1}, "2 and -2 cancel"},
		{[]int{1, 2, 3, -2, -3, -1}, "last step -1 and the first 1 cancel"},
	} {
		got := loopProblem(c.path, extents)
		if c.want == "" {
			assert.Empty(t, got, c.path)
		} else {
			assert.Contains(t, got, c.want, c.path)
		}
	}
}

func TestStapleProblem(t *testing.T) {
	for _, c := range []struct {
		path []int
		want string
	}{
		{[]int{2, 1, -2}, ""},
		{[]int{-3, 1, 3}, ""},
		{[]int{2, 1, 1, -2, -1}, ""},
		{[]int{2, 3, 1, -3, -2}, ""},
		{[]int{1}, "the link itself"},
		{[]int{-1, -1, -1}, "along 1 add up to -3"},
		{[]int{2, 1}, "along 2 add up to 1"},
		{[]int{2, 1, -2, 1}, "along 1 add up to 2"},
		{[]int{4, 1, -4}, "step 4 leaves the 3 dimensions"},
		{[]int{1, 2, -2}, "2 and -2 cancel"},
	} {
		got := stapleProblem(c.path, 3)
		if c.want == "" {
			assert.Empty(t, got, c.path)
		} else {
			assert.Contains(t, got, c.want, c.path)
		}
	}
}
