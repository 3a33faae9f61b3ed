package kernel

import (
	"fmt"
	"os"
	"strings"
)

// A Set is one implementation of the kernels.
type Set struct {
	Name       string
	two, three *table // of N = 2, 3; other N are portable in all sets
	linear     *linear
}

// linear is the linear algebra of flat fields.
type linear struct {
	axpy     func(x []Vec, a float64, y []Vec)
	xpay     func(x, y []Vec, a float64)
	scale    func(x []Vec, a float64)
	step     func(x []Vec, a float64, p, r []Vec, b float64)
	triad    func(x, y []Vec, a float64, z []Vec)
	axpyNorm func(x []Vec, a float64, y []Vec) Vec
	dot      func(x, y []Vec) Vec
	peak     func(n int)
}

var portable = Set{"portable", &table2, &table3, &linearKernels}

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
