package config

import "fmt"

// loopProblem says what is wrong with a closed loop of the gauge action on a
// lattice of these extents, "" if nothing. The loop closes where the steps along
// each direction add up to a multiple of the extent, so that it may wind.
func loopProblem(path, extents []int) string {
	if wrong := stepProblem(path, len(extents)); wrong != "" {
		return wrong
	}
	for mu, n := range displacement(path, len(extents)) {
		if n%extents[mu] != 0 {
			return fmt.Sprintf("the loop is open: its steps along direction %d add up to %d (allowed: 0 or a multiple of the extent %d)",
				mu+1, n, extents[mu])
		}
	}
	if path[0] == -path[len(path)-1] {
		return fmt.Sprintf("the last step %d and the first %d cancel (allowed: a loop without a step that is taken back)", path[len(path)-1], path[0])
	}
	return ""
}

// stapleProblem says what is wrong with a path from n to n+mu, written with 1 for
// mu, as the term of a layer in these dimensions; "" if nothing.
func stapleProblem(path []int, dimensions int) string {
	if wrong := stepProblem(path, dimensions); wrong != "" {
		return wrong
	}
	for mu, n := range displacement(path, dimensions) {
		if want := max(1-mu, 0); n != want {
			return fmt.Sprintf("the path does not join the ends of the link: its steps along %d add up to %d, not %d "+
				"(allowed: 1 along the link's own direction 1, 0 along the others)", mu+1, n, want)
		}
	}
	if len(path) == 1 {
		return "the path is the link itself, which adds nothing to it (allowed: such as [2, 1, -2])"
	}
	return ""
}

// stepProblem looks at the steps one by one.
func stepProblem(path []int, dimensions int) string {
	for i, step := range path {
		if max(step, -step) > dimensions {
			return fmt.Sprintf("step %d leaves the %d dimensions of the lattice (allowed: 1, -1, ... %d, -%d)", step, dimensions, dimensions, dimensions)
		}
		if i > 0 && step == -path[i-1] {
			return fmt.Sprintf("the steps %d and %d cancel (allowed: a path without a step that is taken back)", path[i-1], step)
		}
	}
	return ""
}

// displacement adds up the steps along each direction.
func displacement(path []int, dimensions int) []int {
	sum := make([]int, dimensions)
	for _, step := range path {
		if step > 0 {
			sum[step-1]++
		} else {
			sum[-step-1]--
		}
	}
	return sum
}
