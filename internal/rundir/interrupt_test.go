//go:build unix

package rundir

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestInterrupt(t *testing.T) {
	for _, s := range slices.Concat(requests, warnings) {
		t.Run(s.String(), func(t *testing.T) {
			ctx, stop := Interrupt(context.Background())
			defer stop()
			require.NoError(t, ctx.Err())
			self, err := os.FindProcess(os.Getpid())
			require.NoError(t, err)
			require.NoError(t, self.Signal(s))
			<-ctx.Done()
			require.ErrorIs(t, ctx.Err(), context.Canceled)
			require.ErrorContains(t, context.Cause(ctx), s.String())
		})
	}
	ctx, stop := Interrupt(context.Background())
	stop()
	stop()
	require.ErrorIs(t, context.Cause(ctx), context.Canceled)
}

// What the signals ask for, each with the milliseconds at which it comes.
func TestAsked(t *testing.T) {
	type at struct {
		ms int
		s  os.Signal
	}
	usr1, cpu, hup, term, interrupt := syscall.SIGUSR1, syscall.SIGXCPU, syscall.SIGHUP, syscall.SIGTERM, os.Interrupt
	for name, c := range map[string]struct {
		signals []at
		want    []answer
	}{
		"two requests":             {[]at{{0, term}, {101, term}}, []answer{stopSoon, stopNow}},
		"of different kind":        {[]at{{0, interrupt}, {500, hup}}, []answer{stopSoon, stopNow}},
		"echoes":                   {[]at{{0, term}, {0, term}, {100, interrupt}}, []answer{stopSoon, stopSoon, stopSoon}},
		"echo, and again":          {[]at{{0, term}, {0, term}, {300, term}}, []answer{stopSoon, stopSoon, stopNow}},
		"warning, request":         {[]at{{0, usr1}, {60000, term}}, []answer{stopSoon, stopSoon}},
		"warning, requests":        {[]at{{0, usr1}, {60000, term}, {61000, term}}, []answer{stopSoon, stopSoon, stopNow}},
		"every second":             {[]at{{0, cpu}, {1000, cpu}, {2000, cpu}}, []answer{stopSoon, stopSoon, stopSoon}},
		"request, warning":         {[]at{{0, term}, {1000, syscall.SIGUSR2}}, []answer{stopSoon, stopSoon}},
		"a pipe, however often":    {[]at{{0, syscall.SIGPIPE}, {900, syscall.SIGPIPE}}, []answer{stopNever, stopNever}},
		"a pipe is not a first":    {[]at{{0, syscall.SIGPIPE}, {900, term}}, []answer{stopNever, stopSoon}},
		"a warning is not a first": {[]at{{0, usr1}, {10, cpu}, {500, interrupt}}, []answer{stopSoon, stopSoon, stopSoon}},
	} {
		a := &asked{echo: echo}
		var got []answer
		for _, x := range c.signals {
			got = append(got, a.by(x.s, time.UnixMilli(int64(1000+x.ms))))
		}
		assert.Equal(t, c.want, got, name)
	}
}

func TestSignals(t *testing.T) {
	hup, term, interrupt := syscall.SIGHUP, syscall.SIGTERM, syscall.SIGINT
	for name, c := range map[string]struct {
		ignored string // by whoever starts it
		send    []syscall.Signal
		told    syscall.Signal // of the first that it hears
		at      syscall.Signal // that ends it; 0: none
	}{
		"one":                     {"", []syscall.Signal{term}, term, 0},
		"two":                     {"", []syscall.Signal{term, term}, term, term},
		"Ctrl-C twice":            {"", []syscall.Signal{interrupt, interrupt}, interrupt, interrupt},
		"nohup":                   {"HUP", []syscall.Signal{hup, term}, term, 0},
		"background job":          {"INT", []syscall.Signal{interrupt}, interrupt, 0},
		"two of a background job": {"INT", []syscall.Signal{interrupt, interrupt}, interrupt, term},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "x")
			if c.ignored != "" {
				cmd = exec.Command("/bin/sh", "-c", "trap '' "+c.ignored+"; exec "+os.Args[0]+" x")
			}
			cmd.Env = append(os.Environ(), childEnv+"=interrupt")
			in, err := cmd.StdinPipe()
			require.NoError(t, err)
			out, err := cmd.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			t.Cleanup(func() { _ = cmd.Process.Kill() })
			lines := bufio.NewReader(out)
			line, err := lines.ReadString('\n')
			require.NoError(t, err)
			require.Equal(t, "listening\n", line)
			for _, s := range c.send {
				require.NoError(t, cmd.Process.Signal(s))
				if s == c.told {
					line, err := lines.ReadString('\n')
					require.NoError(t, err)
					require.Equal(t, s.String()+" signal received\n", line)
					c.told = 0
				}
			}
			if c.at == 0 {
				require.NoError(t, in.Close())
				require.NoError(t, cmd.Wait(), "it goes on to its end")
				return
			}
			require.Error(t, cmd.Wait())
			require.Equal(t, c.at, cmd.ProcessState.Sys().(syscall.WaitStatus).Signal())
		})
	}
}

func TestListener(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer w.Close()
	_, stop := Interrupt(context.Background())
	defer stop()
	out := Listener(w)
	_, err = io.WriteString(out, "heard\n")
	require.NoError(t, err)
	require.NoError(t, r.Close())
	for range 2 {
		n, err := io.WriteString(out, "not heard\n")
		require.NoError(t, err)
		assert.Equal(t, 10, n)
	}
	if full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0); err == nil {
		defer full.Close()
		_, err = io.WriteString(Listener(full), "x")
		require.ErrorIs(t, err, syscall.ENOSPC)
	}
	closed, err := os.Create(t.TempDir() + "/f")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	_, err = io.WriteString(Listener(closed), "x")
	require.ErrorIs(t, err, os.ErrClosed)
}

// A closed standard output, of which the system makes the signal, ends nothing.
func TestClosedOutput(t *testing.T) {
	cmd := exec.Command(os.Args[0], "x")
	cmd.Env = append(os.Environ(), childEnv+"=interrupt")
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	r, w, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, r.Close())
	cmd.Stdout = w
	require.NoError(t, cmd.Start())
	require.NoError(t, w.Close())
	require.NoError(t, in.Close())
	require.NoError(t, cmd.Wait())
}

func TestExitCodes(t *testing.T) {
	assert.Equal(t, []int{0, 1, 2, 75}, []int{ExitDone, ExitFailed, ExitUsage, ExitResume})
}
