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
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/sampler"
)

func main() { os.Exit(execute(os.Args[1:], os.Stdout, os.Stderr)) }

// execute runs the command and returns its exit code.
func execute(args []string, stdout, stderr *os.File) int {
	running := false
	root := &cobra.Command{
		Use:              "slhmc",
		Short:            "Self-learning hybrid Monte Carlo with gauge-covariant networks",
		SilenceUsage:     true,
		SilenceErrors:    true,
		PersistentPreRun: func(*cobra.Command, []string) { running = true },
	}
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.AddCommand(
		runCommand(stdout, stderr), verifyCommand(stderr), initCommand(), presetsCommand(), configCommand(), versionCommand(),
		infoCommand(), convertCommand(), weightsCommand(), measureCommand(stderr), reportCommand(), benchCommand(stderr),
	)
	c, err := root.ExecuteC()
	var problems config.Problems
	switch {
	case err == nil:
		return rundir.ExitDone
	case errors.Is(err, sampler.ErrInterrupted):
		return rundir.ExitResume
	case errors.Is(err, errBroken): // and the report has told
		return rundir.ExitFailed
	case !running:
		message := strings.Join(strings.Fields(err.Error()), " ") // suggestions come on lines of their own
		fmt.Fprintf(stderr, "%s: %s (see %[1]s --help)\n", c.CommandPath(), message)
		return rundir.ExitUsage
	case errors.As(err, &problems): // one a line, each with its place
		fmt.Fprintln(stderr, problems)
		return rundir.ExitUsage
	}
	fmt.Fprintln(stderr, "slhmc:", err)
	if cli.IsUsage(err) {
		return rundir.ExitUsage
	}
	return rundir.ExitFailed
}
