package bench_test

import (
	"fmt"

	"github.com/slhmc/slhmc/bench"
)

// Ten samples each are enough for one case: twelve in a hundred are far beyond a
// noise of one.
func ExampleJudge() {
	before, after := steady(10, 1), steady(10, 1.12)
	j, err := bench.Judge(before, after, 0.01)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range j.Bad() {
		fmt.Printf("%s is %s: %+.0f%%\n", v.Case, v.Outcome, 100*(v.Ratio-1))
	}
	// Output: case is SLOWER: +12%
}
