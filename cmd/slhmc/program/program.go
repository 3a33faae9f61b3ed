// Package program makes a command like slhmc of a main of your own, whose target can have
// actions that slhmc does not know: with runs, checkpoints, resume, progress, reports,
// verify, and a configuration in which a table [actions.NAME] adds such an action and
// gives its numbers.
//
// # Conventions
//
// The table has the numbers that the action declares and level, the time scale of the
// molecular dynamics on which its force acts (0 is the outermost). It is read, checked,
// completed and written like all other keys, and is part of what a run is. In SLHMC the
// guide has the action as it is.
package program

import (
	"os"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/root"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/theory"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Action is an action that the target has if the configuration has [actions.NAME].
type Action struct {
	Name    string   // letters, digits and _
	Doc     string   // what it is, as a sentence
	Numbers []Number // keys of its table
	// New makes the action, on links of the group on a lattice, with the numbers by name.
	// It is called several times in a process, also for other lattices. An action with
	// pseudofermions, action.Pseudofermion, has them drawn before each trajectory.
	// Errors: numbers that do not go together, which the user is told.
	New func(geo *lattice.Geometry, g group.Group, numbers map[string]float64) (action.Action, error)
}

// Number is a key of an action.
type Number struct {
	Name    string   // letters, digits and _
	Doc     string   // what it is, as a sentence
	Default *float64 // nil: it must be given
	Allowed Range
}

// Range is the set of values that a number may have.
type Range = config.Range

// The ranges: all that is finite, >= 0, > 0, and 0, 1, 2, ….
const (
	Finite      = config.Finite
	NotNegative = config.NotNegative
	Positive    = config.Positive
	Whole       = config.Whole
)

// Main runs the command with the arguments of the process and ends it.
func Main(name string, actions ...Action) {
	os.Exit(Execute(name, os.Args[1:], os.Stdout, os.Stderr, actions...))
}

// Execute runs the command and returns its exit code: 0 done, 1 failed, 2 the command
// line or the configuration is wrong, 75 interrupted after a checkpoint.
//
// Panics: names that cannot be or are there twice, no description, a default that is not
// allowed.
func Execute(name string, args []string, stdout, stderr *os.File, actions ...Action) int {
	p := root.Program{Name: name}
	for _, a := range actions {
		own := config.Action{Name: a.Name, Doc: a.Doc}
		for _, n := range a.Numbers {
			own.Numbers = append(own.Numbers, config.Number(n))
		}
		p.Own = append(p.Own, theory.Own(own, a.New))
	}
	return p.Execute(args, stdout, stderr)
}
