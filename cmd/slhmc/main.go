// Command slhmc samples lattice QCD by hybrid Monte Carlo and self-learning
// hybrid Monte Carlo, and trains the gauge-covariant network that guides the
// latter.
//
//	slhmc run                the talk's system: HMC, training, SLHMC side by side
//	slhmc init > my.toml     a configuration to edit
//	slhmc run my.toml
//	slhmc verify             are the laws obeyed? my.toml: by that run
//
// # Conventions
//
// Exit codes: 0 done, 1 the run or a check failed, 2 the command line or the
// configuration is wrong, 75 interrupted after a checkpoint: resume.
//
// # References
//
//	[TN] A. Tomiya, Y. Nagai, arXiv:2103.11965
package main

import (
	"os"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/root"
)

func main() { os.Exit(root.Execute(os.Args[1:], os.Stdout, os.Stderr)) }
