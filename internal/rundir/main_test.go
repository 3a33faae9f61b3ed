package rundir

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/leanovate/gopter"
)

var seed = flag.Int64("rundir.seed", 20261, "seed of the property and crash tests")

// childEnv names the mode in which the test binary runs as a child of a test, see child.
const childEnv = "RUNDIR_TEST_CHILD"

func TestMain(m *testing.M) {
	if mode := os.Getenv(childEnv); mode != "" {
		if err := child(mode, os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(ExitFailed)
		}
		os.Exit(ExitDone)
	}
	flag.Parse()
	// rapid draws a random seed unless told; it prints the command that replays a failure.
	for name, value := range map[string]string{"rapid.seed": "20261", "rapid.nofailfile": "true"} {
		if f := flag.Lookup(name); f.Value.String() == f.DefValue {
			if err := flag.Set(name, value); err != nil {
				panic(err)
			}
		}
	}
	os.Exit(m.Run())
}

// check runs properties with the seed of the flag, and says how to replay a failure.
func check(t *testing.T, runs int, add func(*gopter.Properties)) {
	t.Helper()
	p := gopter.DefaultTestParametersWithSeed(*seed)
	p.MinSuccessfulTests = runs
	properties := gopter.NewProperties(p)
	add(properties)
	if !properties.Run(gopter.ConsoleReporter(false)) {
		t.Errorf("replay: go test ./internal/rundir -run '^%s$' -rundir.seed=%d", t.Name(), *seed)
	}
}

// flipBit returns a copy of b with one bit changed.
func flipBit(b []byte, bit int) []byte {
	c := append([]byte(nil), b...)
	c[bit/8] ^= 1 << (bit % 8)
	return c
}

// interruptible is the child of TestSignals, without echoes: it says when it listens and why it is to stop, and
// goes on until its input ends.
func interruptible() error {
	ctx, stop := interrupt(context.Background(), &asked{})
	defer stop()
	out := Listener(os.Stdout)
	if _, err := io.WriteString(out, "listening\n"); err != nil {
		return err
	}
	go func() {
		<-ctx.Done()
		_, _ = io.WriteString(out, context.Cause(ctx).Error()+"\n")
	}()
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}
