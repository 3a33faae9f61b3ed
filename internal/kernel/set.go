package kernel

import (
	"fmt"
	"os"
	"strings"
)

// A Set is one implementation of the kernels.
type Set struct {
	Name                   string
	two, three             *table // of N = 2, 3; other N are portable in all sets
	linear                 *Linear[float64]
	twoSingle, threeSingle *Hops[float32]
	single                 *Linear[float32]
	peak                   func(n int)
	round                  int // operations in a round of peak
}

var portable = Set{"portable", &table2, &table3, &linear, &hops2Single, &hops3Single, &linearSingle, peak, 12 * 2}

// Sets returns the kernel sets that this machine can run, the fastest one last.
func Sets() []Set { return append([]Set{portable}, machineSets()...) }

// Variable is the environment variable that names the kernel set to use.
const Variable = "SLHMC_KERNEL"

// active is chosen once, when the program starts: fields are laid out alike in
// all sets, but last bits differ.
var active = choose(os.Getenv(Variable))

type choice struct {
	set Set
	err error
}

// choose returns the set of a name, or the fastest one without a name.
func choose(name string) choice {
	sets := Sets()
	if name == "" {
		return choice{set: sets[len(sets)-1]}
	}
	var names []string
	for _, s := range sets {
		if s.Name == name {
			return choice{set: s}
		}
		names = append(names, s.Name)
	}
	return choice{portable, fmt.Errorf("kernel: %s=%s is not to be had on this machine (allowed: %s)", Variable, name, strings.Join(names, ", "))}
}

// Active returns the name of the kernel set in use. Errors: the environment asks
// for one that does not exist or that this machine cannot run.
func Active() (string, error) { return active.set.Name, active.err }
