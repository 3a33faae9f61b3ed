package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/bench"
	"github.com/slhmc/slhmc/internal/rundir"
)

// The gate ends within gateLimit; its rounds stop after gateRounds, so that the
// instructions, which are judged, have time enough. One count takes two seconds of
// an idle machine; one that takes countLimit hangs.
const (
	gateLimit  = 10 * time.Minute
	gateRounds = 3 * time.Minute
	gateCounts = 7 * time.Minute // no case is begun later
	countLimit = 45 * time.Second
)

// gate is one invocation of slhmc bench gate.
type gate struct {
	base      string
	rounds    int
	callgrind bool
	stderr    io.Writer
	temp      string
	began     time.Time
}

func benchGateCommand(stderr *os.File) *cobra.Command {
	g := gate{stderr: stderr}
	c := &cobra.Command{
		Use:   "gate",
		Short: "Compare the checkout with its merge base, as CI does",
		Long: `Gate builds the benchmarks of the merge base and of the checkout, runs both in turn,
and fails (exit 1) if the checkout allocates more, needs more solver iterations,
counts more flops or bytes, or, where valgrind is installed, executes more
instructions. Times are printed with their intervals and fail nothing.

The base is --base, else the environment's BENCH_BASE, else HEAD~1. Run it in the
root of the checkout.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			interrupted, stop := rundir.Interrupt(c.Context()) // to leave no worktree behind
			defer stop()
			ctx, end := context.WithTimeout(interrupted, gateLimit)
			defer end()
			return g.run(ctx, c.OutOrStdout())
		},
	}
	f := c.Flags()
	f.StringVar(&g.base, "base", "", "commit to compare with")
	f.IntVar(&g.rounds, "rounds", 10, "times that both are run, fewer if they take over 3 minutes")
	f.BoolVar(&g.callgrind, "callgrind", true, "count instructions if valgrind is there")
	return c
}

func (g *gate) run(ctx context.Context, out io.Writer) (err error) {
	g.began = time.Now()
	if g.rounds < 1 {
		return usage{fmt.Errorf("--rounds %d (allowed: at least 1)", g.rounds)}
	}
	if g.base == "" {
		g.base = os.Getenv("BENCH_BASE")
	}
	if g.base == "" {
		g.base = "HEAD~1"
	}
	commit, err := g.output(ctx, "git", "merge-base", g.base, "HEAD")
	if err != nil {
		return usage{fmt.Errorf("base %s: %w", g.base, err)}
	}
	commit = strings.TrimSpace(commit)
	if g.temp, err = os.MkdirTemp("", "slhmc-gate-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(g.temp)) }()
	tree := filepath.Join(g.temp, "base")
	if _, err := g.output(ctx, "git", "worktree", "add", "--detach", tree, commit); err != nil {
		return err
	}
	defer func() {
		_, e := g.output(context.WithoutCancel(ctx), "git", "worktree", "remove", "--force", tree)
		err = errors.Join(err, e)
	}()
	base, head := filepath.Join(g.temp, "base.test"), filepath.Join(g.temp, "head.test")
	for from, to := range map[string]string{tree: base, ".": head} {
		if _, err := g.output(ctx, "go", "-C", from, "test", "-c", "-o", to, "./bench"); err != nil {
			return err
		}
	}
	if ok, err := g.hasTable(ctx, base); err != nil {
		return err
	} else if !ok {
		_, err := fmt.Fprintf(out, "NOTHING JUDGED: base %s is from before there were benchmarks for the gate\n", commit)
		return err
	}
	fmt.Fprintf(g.stderr, "base %s\n", commit)
	rounds, err := g.measure(ctx, base, head)
	if err != nil {
		return err
	}
	ruling, err := rounds.Rule()
	if err != nil {
		return usage{err}
	}
	if err := ruling.Write(out); err != nil {
		return err
	}
	if n := len(ruling.Bad()); n > 0 {
		return fmt.Errorf("the checkout is worse than %s in %d respects", commit, n)
	}
	return nil
}

// hasTable reports whether a test binary has the benchmarks that the gate runs.
func (g *gate) hasTable(ctx context.Context, binary string) (bool, error) {
	list, err := g.output(ctx, binary, "-test.list", "^BenchmarkC(ases|ounted)$")
	return strings.Contains(list, "BenchmarkCases\n") && strings.Contains(list, "BenchmarkCounted\n"), err
}

// measure runs both binaries in turn, in alternating order, and counts
// instructions.
func (g *gate) measure(ctx context.Context, base, head string) (*bench.Rounds, error) {
	var records [2]*bench.Record
	binaries := [2]string{base, head}
	for round := range g.rounds {
		if round > 0 && time.Since(g.began) > gateRounds {
			fmt.Fprintf(g.stderr, "stopped after %d rounds: they take long here\n", round)
			break
		}
		fmt.Fprintf(g.stderr, "round %d of %d\n", round+1, g.rounds)
		for k := range 2 {
			side := (k + round) % 2
			text, err := g.output(ctx, binaries[side], "-test.run", "^$", "-test.bench", "^BenchmarkCases$",
				"-test.short", "-test.benchmem", "-test.benchtime", "20ms")
			if err != nil {
				return nil, err
			}
			rec, err := bench.Read(strings.NewReader(text), filepath.Base(binaries[side]))
			if err != nil {
				return nil, err
			}
			if records[side] == nil {
				records[side] = rec
			} else {
				records[side].Results = append(records[side].Results, rec.Results...)
			}
		}
	}
	r := &bench.Rounds{Base: records[0].Samples(), Head: records[1].Samples()}
	valgrind, err := exec.LookPath("valgrind")
	switch {
	case !g.callgrind:
	case err != nil || runtime.GOARCH != "amd64":
		fmt.Fprintln(g.stderr, "instructions are not counted: no valgrind for amd64 here")
	default:
		r.BaseInstructions, r.HeadInstructions = map[string]float64{}, map[string]float64{}
		for _, c := range bench.CountedCases() {
			if time.Since(g.began) > gateCounts {
				r.Uncounted = append(r.Uncounted, c.Case)
				continue
			}
			fmt.Fprintf(g.stderr, "instructions of %s\n", c.Case)
			for side, into := range []map[string]float64{r.BaseInstructions, r.HeadInstructions} {
				var totals [2]float64
				for k, calls := range []int{c.Few, c.Many} {
					if totals[k], err = g.instructions(ctx, valgrind, binaries[side], c.Case, calls); err != nil {
						return nil, err
					}
				}
				into[c.Case] = c.Instructions(totals[0], totals[1])
			}
		}
	}
	return r, nil
}

var totals = regexp.MustCompile(`(?m)^totals: (\d+)`)

// instructions counts those of a process that does a number of calls. The
// collector and preemption by signals are off, as they follow the clock. Valgrind
// does not always get along with the threads of a Go program (it may crash, or wait
// for ever), for which a count is tried up to twice more.
func (g *gate) instructions(ctx context.Context, valgrind, binary, name string, calls int) (float64, error) {
	file := filepath.Join(g.temp, "callgrind.out")
	pattern := "^BenchmarkCounted$"
	for part := range strings.SplitSeq(name, "/") {
		pattern += "/^" + regexp.QuoteMeta(part) + "$"
	}
	var failed error
	for range 3 {
		text, err := callgrind(ctx, valgrind, "--fair-sched=try", "--tool=callgrind", "--callgrind-out-file="+file,
			binary, "-test.run", "^$", "-test.bench", pattern, "-test.benchtime", strconv.Itoa(calls)+"x")
		if err == nil && !bytes.Contains(text, []byte("BenchmarkCounted/")) {
			return 0, nil // a side without this case
		}
		var counts []byte
		if err == nil {
			counts, err = os.ReadFile(file)
		}
		if err == nil {
			if m := totals.FindSubmatch(counts); m != nil {
				return strconv.ParseFloat(string(m[1]), 64)
			}
			err = errors.New("callgrind wrote no totals")
		}
		failed = fmt.Errorf("counting instructions of %s: %w\n%s", name, err, text)
		if ctx.Err() != nil {
			break
		}
	}
	return 0, failed
}

// callgrind runs valgrind once. It hides AVX-512 from the program.
func callgrind(ctx context.Context, valgrind string, args ...string) ([]byte, error) {
	ctx, stop := context.WithTimeout(ctx, countLimit)
	defer stop()
	cmd := exec.CommandContext(ctx, valgrind, args...)
	cmd.Env = append(os.Environ(), "GOGC=off", "GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1", "SLHMC_KERNEL=avx2")
	text, err := cmd.CombinedOutput()
	return text, errors.Join(ctx.Err(), err)
}

// output runs a program and returns what it printed.
func (g *gate) output(ctx context.Context, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", filepath.Base(name), strings.Join(args, " "), errors.Join(ctx.Err(), err), strings.TrimSpace(stderr.String()))
	}
	return stdout.String(), nil
}
