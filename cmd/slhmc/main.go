// Command slhmc samples lattice QCD by hybrid Monte Carlo and self-learning
// hybrid Monte Carlo, and trains the gauge-covariant network that guides the
// latter.
//
//	slhmc run                the talk's system: HMC, training, SLHMC side by side
//	slhmc init > my.toml     a configuration to edit
//	slhmc run my.toml
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
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/sampler"
)

func main() { os.Exit(execute(os.Args[1:], os.Stdout, os.Stderr)) }

// usage marks an error of the command line or the configuration.
type usage struct{ error }

func (u usage) Unwrap() error { return u.error }

// execute runs the command and returns its exit code.
func execute(args []string, stdout, stderr *os.File) int {
	root := &cobra.Command{
		Use:           "slhmc",
		Short:         "Self-learning hybrid Monte Carlo with gauge-covariant networks",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage{err} })
	root.AddCommand(runCommand(), initCommand(), presetsCommand(), configCommand(), versionCommand())
	err := root.Execute()
	if err == nil {
		return rundir.ExitDone
	}
	var u usage
	switch {
	case errors.Is(err, sampler.ErrInterrupted):
		return rundir.ExitResume
	case errors.As(err, &u):
		fmt.Fprintln(stderr, err)
		return rundir.ExitUsage
	}
	fmt.Fprintln(stderr, "slhmc:", err)
	return rundir.ExitFailed
}

// arguments turns a refusal of positional arguments into a usage error.
func arguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return usage{fmt.Errorf("%s: %w (see %s --help)", c.CommandPath(), err, c.CommandPath())}
		}
		return nil
	}
}
