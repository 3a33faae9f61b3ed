// Package verify is slhmc verify: laws that the program, or the theory of a configuration,
// obeys.
package verify

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/origin"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/theory"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/verify"
)

// judgement is one invocation of slhmc verify.
type judgement struct {
	suite   string
	only    string
	law     string
	given   string // the case
	json    string
	junit   string
	html    string
	seed    int64
	workers int
	quiet   bool
	set     cli.Settings
	program string
	stdout  io.Writer
	stderr  *os.File
}

// ErrBroken ends a run of verify that has found a broken law: the report has
// said which.
var ErrBroken = errors.New("a law is broken")

// Command returns the command.
func Command(stderr *os.File, own ...config.Action) *cobra.Command {
	j := &judgement{stderr: stderr, set: cli.Settings{Own: own}}
	c := &cobra.Command{
		Use:   "verify [FILE.toml]",
		Short: "Try the laws that correct actions, operators, networks and samplers obey",
		Long: `Verify tries laws on random cases: that forces are the derivatives of actions, that
everything turns with the gauge, that trajectories are reversible, that heat baths
and chains have their exact distributions, that independent programs agree, and
more. Without a file it judges all that is built in, with a file the action, the
network and the dynamics of that run, on its lattice.

A law that fails is reported with the smallest case that shows it and with the
command that repeats it, and the exit code is 1.`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: cli.CompleteFile,
		RunE: func(c *cobra.Command, args []string) error {
			j.stdout, j.program = c.OutOrStdout(), c.Root().Name()
			return j.run(args)
		},
	}
	f := c.Flags()
	f.StringVar(&j.suite, "suite", "quick", "how much to try: quick (seconds), full (minutes) or long (hours)")
	f.StringVar(&j.only, "only", "", "try the laws whose name, SUBJECT/LAW, matches this regular expression")
	f.StringVar(&j.law, "law", "", "repeat one law, SUBJECT/LAW, on --case")
	f.StringVar(&j.given, "case", "", "the case to repeat --law on, as it was printed")
	f.StringVar(&j.json, "json", "", "write the report as JSON to this file")
	f.StringVar(&j.junit, "junit", "", "write the report as JUnit XML to this file")
	f.StringVar(&j.html, "html", "", "write the report as one HTML page to this file")
	f.Int64Var(&j.seed, "seed", 1, "seed of all cases")
	f.IntVar(&j.workers, "workers", runtime.GOMAXPROCS(0), "laws tried at a time; any number finds the same")
	f.BoolVar(&j.quiet, "quiet", false, "print no progress")
	f.StringArrayVar(&j.set.Set, "set", nil, "override a key of FILE.toml, such as --set hmc.steps=16 (repeatable)")
	j.set.Seeded = func() bool { return false }
	var names []cobra.Completion
	for _, s := range verify.Suites() {
		names = append(names, s.Name)
	}
	if err := c.RegisterFlagCompletionFunc("suite", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic("slhmc: " + err.Error()) // the flag exists, and this is its first completion
	}
	return c
}

func (j *judgement) run(args []string) error {
	suite, err := suiteByName(j.suite)
	if err != nil {
		return cli.Usage(err)
	}
	if (j.law == "") != (j.given == "") {
		return cli.Usage(errors.New("--law and --case belong together: what to repeat, and on what"))
	}
	if j.workers < 1 || j.workers > 1024 {
		return cli.Usage(fmt.Errorf("--workers %d (allowed: 1 … 1024)", j.workers))
	}
	if len(j.set.Set) > 0 && len(args) == 0 {
		return cli.Usage(errors.New("--set overrides keys of a file: FILE.toml is missing"))
	}
	options := []verify.Option{verify.With(suite), verify.Seed(j.seed)}
	only, err := regexp.Compile(j.only)
	if err != nil {
		return cli.Usage(fmt.Errorf("--only: %w", err))
	}
	options = append(options, verify.Only(only))
	report := verify.Report{Title: "everything built in", Program: "slhmc " + origin.Version(), Suite: suite.Name, Seed: j.seed, Replay: j.program + " verify"}
	subjects := verify.BuiltIn()
	if len(args) > 0 {
		c, err := j.set.Load(args)
		if err != nil {
			return err
		}
		if subjects, err = theory.Subjects(c, suite); err != nil {
			return cli.Usage(err)
		}
		report.Title = args[0]
		report.Replay += " " + args[0]
		for _, s := range j.set.Set {
			report.Replay += fmt.Sprintf(" --set '%s'", s)
		}
	}
	if j.law != "" {
		return j.replay(subjects)
	}
	began := time.Now()
	show := &tally{to: j.stderr, quiet: j.quiet, terminal: term.IsTerminal(int(j.stderr.Fd()))}
	for _, s := range subjects {
		for _, l := range s.Laws {
			if only.MatchString(s.Name + "/" + l.Name) {
				show.total++
			}
		}
	}
	report.Verdicts = verify.Judge(subjects, j.workers, show.update, options...)
	show.end()
	report.Seconds = time.Since(began).Seconds()
	if len(report.Verdicts) == 0 {
		return cli.Usage(fmt.Errorf("--only %s: no law has such a name", j.only))
	}
	return j.tell(report)
}

// replay repeats one law on one case.
func (j *judgement) replay(subjects []verify.Subject) error {
	c, err := verify.ParseCase(j.given)
	if err != nil {
		return cli.Usage(err)
	}
	results, err := verify.Replay(subjects, j.law, c)
	if err != nil {
		return cli.Usage(err)
	}
	broken := len(results) == 0
	for _, r := range results {
		mark := "ok    "
		if !r.OK() {
			mark, broken = "BROKEN", true
		}
		if _, err := fmt.Fprintf(j.stdout, "%s %v\n", mark, r); err != nil {
			return err
		}
	}
	if broken {
		return ErrBroken
	}
	return nil
}

// tell writes the reports.
func (j *judgement) tell(r verify.Report) error {
	if err := r.WriteText(j.stdout); err != nil {
		return err
	}
	for _, file := range []struct {
		path  string
		write func(io.Writer) error
	}{{j.json, r.WriteJSON}, {j.junit, r.WriteJUnit}, {j.html, r.WriteHTML}} {
		if file.path == "" {
			continue
		}
		if err := rundir.WriteAtomic(file.path, file.write); err != nil {
			return err
		}
	}
	if !r.OK() {
		return ErrBroken
	}
	return nil
}

func suiteByName(name string) (verify.Suite, error) {
	var names []string
	for _, s := range verify.Suites() {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return verify.Suite{}, fmt.Errorf("--suite %q (allowed: %s)", name, strings.Join(names, ", "))
}

// tally shows how many laws have been tried: one line that is rewritten on a
// terminal, a line now and then elsewhere. What breaks is told at once.
type tally struct {
	to       *os.File
	quiet    bool
	terminal bool
	total    int
	done     int
	broken   int
	shown    time.Time
}

func (t *tally) update(v verify.Verdict) {
	t.done++
	if !v.OK() {
		t.broken++
	}
	if t.quiet {
		return
	}
	if t.terminal {
		if !v.OK() {
			fmt.Fprintf(t.to, "\r\033[KBROKEN %s\n", v.Name())
		}
		fmt.Fprintf(t.to, "\r\033[K%d/%d laws, %d broken, last: %s", t.done, t.total, t.broken, v.Name())
		return
	}
	if now := time.Now(); !v.OK() || now.Sub(t.shown) > 10*time.Second {
		t.shown = now
		fmt.Fprintf(t.to, "%d/%d laws, %d broken, last: %s\n", t.done, t.total, t.broken, v.Name())
	}
}

// end leaves the line.
func (t *tally) end() {
	if t.terminal && !t.quiet {
		fmt.Fprint(t.to, "\r\033[K")
	}
}
