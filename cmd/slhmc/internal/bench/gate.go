package bench

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
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/bench"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/internal/rundir"
)

// Of the time that the gate may take, its rounds have a third, the first one aside, so
// that the instructions, which are judged, have time enough; what is left in the end
// is for cleaning up. One count takes a second or two of an idle machine; one that
// takes countLimit hangs.
const (
	roundsShare = 1. / 3
	countsShare = 0.9
	countLimit  = 45 * time.Second
	tries       = 3 // of what looks worse, or failed: other things only add to a count
)

// gate is one invocation of slhmc bench gate.
type gate struct {
	base      string
	rounds    int
	limit     time.Duration
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
instructions. Times are printed with their intervals and fail nothing. What it has
passed over, for want of valgrind or of time, it says.

The base is --base, else the environment's BENCH_BASE, else HEAD~1. Run it in the
root of the checkout.

Exit codes: 0 nothing is worse, 1 something is, 2 nothing was judged (there is no such
base, as in a clone of one commit, or it has no benchmarks for the gate).`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			ctx, stop := rundir.Interrupt(c.Context()) // to leave no worktree behind
			defer stop()
			return g.run(ctx, c.OutOrStdout())
		},
	}
	f := c.Flags()
	f.StringVar(&g.base, "base", "", "commit to compare with")
	f.IntVar(&g.rounds, "rounds", 10, "times that both are run, fewer if they take over a third of the limit")
	f.DurationVar(&g.limit, "limit", 10*time.Minute, "time that the gate may take")
	f.BoolVar(&g.callgrind, "callgrind", true, "count instructions if valgrind is there")
	return c
}

func (g *gate) run(ctx context.Context, out io.Writer) error {
	g.began = time.Now()
	if g.rounds < 1 || g.limit <= 0 {
		return cli.Usage(fmt.Errorf("--rounds %d --limit %v (allowed: positive)", g.rounds, g.limit))
	}
	ctx, end := context.WithDeadline(ctx, g.began.Add(g.limit))
	defer end()
	err := g.compare(ctx, out)
	if errors.Is(err, context.DeadlineExceeded) {
		return cli.Usage(fmt.Errorf("nothing is judged: building and the first round do not end within --limit %v here: %w", g.limit, err))
	}
	return err
}

// compare builds, measures and judges both sides.
func (g *gate) compare(ctx context.Context, out io.Writer) (err error) {
	if g.base == "" {
		g.base = os.Getenv("BENCH_BASE")
	}
	if g.base == "" {
		g.base = "HEAD~1"
	}
	commit, err := g.output(ctx, "git", "merge-base", g.base, "HEAD")
	if err != nil {
		return cli.Usage(fmt.Errorf("nothing is judged: there is no base %s to compare with (a clone of one commit has none; --base or BENCH_BASE name another): %w", g.base, err))
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
		return cli.Usage(fmt.Errorf("nothing is judged: base %s is from before there were benchmarks for the gate", commit))
	}
	fmt.Fprintf(g.stderr, "base %s\n", commit)
	rounds, err := g.measure(ctx, base, head)
	if err != nil {
		return err
	}
	ruling, err := rounds.Rule()
	if err != nil {
		return cli.Usage(err)
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

// sides are the base and the checkout: binaries, and what they did.
type sides struct {
	binaries [2]string
	records  [2]*bench.Record
}

// cases runs the benchmarks of a pattern on one side.
func (g *gate) cases(ctx context.Context, s *sides, side int, pattern string) error {
	text, err := g.output(ctx, s.binaries[side], "-test.run", "^$", "-test.bench", pattern,
		"-test.short", "-test.benchmem", "-test.benchtime", "20ms")
	if err != nil {
		return err
	}
	rec, err := bench.Read(strings.NewReader(text), filepath.Base(s.binaries[side]))
	if err != nil {
		return err
	}
	if s.records[side] == nil {
		s.records[side] = rec
	} else {
		s.records[side].Results = append(s.records[side].Results, rec.Results...)
	}
	return nil
}

func (s *sides) rounds() *bench.Rounds {
	return &bench.Rounds{Base: s.records[0].Samples(), Head: s.records[1].Samples()}
}

// measure runs both binaries in turn, in alternating order, and counts
// instructions.
func (g *gate) measure(ctx context.Context, base, head string) (*bench.Rounds, error) {
	s := &sides{binaries: [2]string{base, head}}
	for round := range g.rounds {
		if round > 0 && time.Since(g.began).Seconds() > roundsShare*g.limit.Seconds() {
			fmt.Fprintf(g.stderr, "stopped after %d rounds: they take long here\n", round)
			break
		}
		fmt.Fprintf(g.stderr, "round %d of %d\n", round+1, g.rounds)
		for k := range 2 {
			if err := g.cases(ctx, s, (k+round)%2, "^BenchmarkCases$"); err != nil {
				return nil, err
			}
		}
	}
	// what allocates more does so again, unless it was the runtime
	for range tries - 1 {
		ruling, err := s.rounds().Rule()
		if err != nil {
			return nil, cli.Usage(err)
		}
		for _, v := range ruling.Bad() {
			if v.Allocations() {
				fmt.Fprintf(g.stderr, "allocations of %s again\n", v.Case)
				if err := g.cases(ctx, s, 1, only("BenchmarkCases", v.Case)); err != nil {
					return nil, err
				}
			}
		}
	}
	r := s.rounds()
	valgrind, err := exec.LookPath("valgrind")
	switch {
	case !g.callgrind:
	case err != nil || runtime.GOARCH != "amd64":
		r.Passed = append(r.Passed, "instructions are not counted: no valgrind for amd64 here")
	default:
		r.BaseInstructions, r.HeadInstructions = map[string]float64{}, map[string]float64{}
		for _, c := range bench.CountedCases() {
			fmt.Fprintf(g.stderr, "instructions of %s\n", c.Case)
			counts, err := g.count(ctx, valgrind, s, c)
			if err != nil {
				if ctx.Err() != nil {
					return nil, err
				}
				r.Passed = append(r.Passed, fmt.Sprintf("instructions of %s are not counted: %s", c.Case, strings.ReplaceAll(err.Error(), "\n", "; ")))
				continue
			}
			r.BaseInstructions[c.Case], r.HeadInstructions[c.Case] = counts[0], counts[1]
		}
	}
	return r, nil
}

// only is the pattern of one case.
func only(benchmark, name string) string {
	pattern := "^" + benchmark + "$"
	for part := range strings.SplitSeq(name, "/") {
		pattern += "/^" + regexp.QuoteMeta(part) + "$"
	}
	return pattern
}

// count returns the instructions of a call on both sides. Those of the runtime depend on the
// clock and only add to a total, of which the least counts: if the checkout has more, both are
// counted again.
func (g *gate) count(ctx context.Context, valgrind string, s *sides, c bench.Counted) (counts [2]float64, err error) {
	var least [2][2]float64
	for try := range tries {
		var failed [2]error
		var both sync.WaitGroup // both sides at once: instructions do not depend on the time they take
		for side := range least {
			both.Go(func() {
				for k, calls := range []int{c.Few, c.Many} {
					file := filepath.Join(g.temp, fmt.Sprintf("callgrind.%d.out", side))
					n, err := g.instructions(ctx, valgrind, file, s.binaries[side], c.Case, calls)
					if err != nil {
						failed[side] = err
						return
					}
					if try == 0 || n < least[side][k] {
						least[side][k] = n
					}
				}
				counts[side] = c.Instructions(least[side][0], least[side][1])
			})
		}
		both.Wait()
		if err := errors.Join(failed[:]...); err != nil {
			return counts, err
		}
		if !(counts[1] > counts[0]*(1+bench.InstructionsTolerance)) {
			break
		}
	}
	return counts, nil
}

var totals = regexp.MustCompile(`(?m)^totals: (\d+)`)

// instructions counts those of a process that does a number of calls. The
// collector and preemption by signals are off, as they follow the clock. Valgrind
// does not always get along with the threads of a Go program (it may crash, or wait
// for ever), for which a count is tried up to twice more.
func (g *gate) instructions(ctx context.Context, valgrind, file, binary, name string, calls int) (float64, error) {
	var failed error
	for range tries {
		left := time.Duration(countsShare*float64(g.limit)) - time.Since(g.began)
		if left <= 0 {
			return 0, errors.Join(errors.New("no time is left"), failed)
		}
		text, err := callgrind(ctx, min(left, countLimit), valgrind, "--fair-sched=try", "--tool=callgrind", "--callgrind-out-file="+file,
			binary, "-test.run", "^$", "-test.bench", only("BenchmarkCounted", name), "-test.benchtime", strconv.Itoa(calls)+"x")
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
		failed = fmt.Errorf("%w: %s", err, lastLine(text))
		if ctx.Err() != nil {
			break
		}
	}
	return 0, failed
}

// callgrind runs valgrind once. It hides AVX-512 from the program.
func callgrind(ctx context.Context, limit time.Duration, valgrind string, args ...string) ([]byte, error) {
	ctx, stop := context.WithTimeoutCause(ctx, limit, fmt.Errorf("valgrind has not ended in %v", limit.Round(time.Second)))
	defer stop()
	cmd := exec.CommandContext(ctx, valgrind, args...)
	cmd.Env = append(os.Environ(), "GOGC=off", "GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1", "SLHMC_KERNEL=avx2")
	text, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return text, err
}

// lastLine is what a program said last.
func lastLine(text []byte) string {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return lines[len(lines)-1]
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
