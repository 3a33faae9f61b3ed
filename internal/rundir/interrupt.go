package rundir

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"sync"
	"time"
)

// echo is how long after the first request to stop another counts as its echo: timeout(1) sends SIGTERM to the
// process and then to its group, a launcher passes on the Ctrl-C that the terminal has sent to all. Nobody
// presses Ctrl-C twice so fast.
const echo = 100 * time.Millisecond

// Interrupt returns a context that ends when the process is asked to stop, until stop is called.
//
// A run polls ctx.Err() after each trajectory; when it is not nil, it checkpoints and exits with
// [ExitResume]. context.Cause(ctx) names the signal. Keep ctx away from the inside of a trajectory: how far that
// got must not depend on time.
//
// A request to stop is SIGINT (Ctrl-C), SIGTERM, or SIGHUP unless it was ignored from the start (nohup). The
// first ends ctx, a second one ends the process at once, by that signal (exit code 130, 143, 129 in a shell), and
// costs the trajectories since the last checkpoint; what comes within 0.1 s of the first is its echo.
//
// Warnings of batch systems, SIGUSR1, SIGUSR2 (time is nearly up) and SIGXCPU (processor time is; sent again
// every second), end ctx too, but are no requests: the SIGTERM that follows is then the first, and does not cut
// short the checkpoint.
//
// A write to a closed pipe is an error (EPIPE) instead of the end of the process: see [Listener].
func Interrupt(parent context.Context) (ctx context.Context, stop context.CancelFunc) {
	return interrupt(parent, &asked{echo: echo})
}

func interrupt(parent context.Context, a *asked) (ctx context.Context, stop context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	listening := slices.Concat(requests, warnings, broken)
	if signal.Ignored(hangup) {
		listening = slices.DeleteFunc(listening, func(s os.Signal) bool { return s == hangup })
	}
	signals, done := make(chan os.Signal, 8), make(chan struct{})
	signal.Notify(signals, listening...)
	var listener sync.WaitGroup
	listener.Go(func() {
		for {
			select {
			case <-done:
				return
			case s := <-signals:
				switch a.by(s, time.Now()) {
				case stopSoon:
					cancel(fmt.Errorf("%v signal received", s))
				case stopNow:
					end(s)
				}
			}
		}
	})
	return ctx, sync.OnceFunc(func() {
		signal.Stop(signals)
		close(done)
		listener.Wait()
		cancel(context.Canceled)
	})
}

// asked is what was asked of the process so far.
type asked struct {
	echo  time.Duration
	first time.Time // request
}

type answer int

const (
	stopNever answer = iota
	stopSoon
	stopNow
)

func (a *asked) by(s os.Signal, now time.Time) answer {
	switch {
	case slices.Contains(broken, s): // the write has failed, and tells
		return stopNever
	case slices.Contains(warnings, s):
		return stopSoon
	case a.first.IsZero():
		a.first = now
		return stopSoon
	case now.Sub(a.first) <= a.echo:
		return stopSoon
	}
	return stopNow
}

// Listener returns a writer to f, such as the standard output, that falls silent when nobody listens any more: the
// pipe's reader has gone, or the terminal. A run does not end with whom it tells. Any other error is one.
func Listener(f *os.File) io.Writer { return &listener{f: f} }

type listener struct {
	mutex sync.Mutex
	f     *os.File
	gone  bool
}

func (l *listener) Write(b []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.gone {
		return len(b), nil
	}
	n, err := l.f.Write(b)
	if err != nil && hungUp(l.f, err) {
		l.gone = true
		return len(b), nil
	}
	return n, err
}
