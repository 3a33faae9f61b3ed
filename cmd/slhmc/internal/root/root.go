// Package root puts the commands together, and makes exit codes of their errors.
package root

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/bench"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/configure"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/files"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/measure"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/report"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/run"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/verify"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/version"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/weights"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/sampler"
)

// Execute runs the command and returns its exit code.
func Execute(args []string, stdout, stderr *os.File) int {
	return Program{Name: "slhmc"}.Execute(args, stdout, stderr)
}

// Program is the command, or one with actions of its own.
type Program struct {
	Name string
	Own  []config.Action
}

// Execute runs the program and returns its exit code.
func (p Program) Execute(args []string, stdout, stderr *os.File) int {
	running := false
	root := &cobra.Command{
		Use:              p.Name,
		Short:            "Self-learning hybrid Monte Carlo with gauge-covariant networks",
		SilenceUsage:     true,
		SilenceErrors:    true,
		PersistentPreRun: func(*cobra.Command, []string) { running = true },
	}
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.AddCommand(
		run.Command(stdout, stderr, p.Own...), verify.Command(stderr, p.Own...), configure.Init(p.Own...), configure.Presets(), configure.Config(p.Own...), version.Command(),
		files.Info(), files.Convert(), weights.Command(p.Own...), measure.Command(stderr), report.Command(p.Own...), bench.Command(stderr),
	)
	c, err := root.ExecuteC()
	var problems config.Problems
	switch {
	case err == nil:
		return rundir.ExitDone
	case errors.Is(err, sampler.ErrInterrupted):
		return rundir.ExitResume
	case errors.Is(err, verify.ErrBroken): // and the report has told
		return rundir.ExitFailed
	case !running:
		message := strings.Join(strings.Fields(err.Error()), " ") // suggestions come on lines of their own
		fmt.Fprintf(stderr, "%s: %s (see %[1]s --help)\n", c.CommandPath(), message)
		return rundir.ExitUsage
	case errors.As(err, &problems): // one a line, each with its place
		fmt.Fprintln(stderr, problems)
		return rundir.ExitUsage
	}
	fmt.Fprintln(stderr, p.Name+":", err)
	if cli.IsUsage(err) {
		return rundir.ExitUsage
	}
	return rundir.ExitFailed
}
