package rundir

import (
	"context"
	"os/signal"
)

// Interrupt returns a context that ends when the process is asked to stop: by SIGINT, SIGTERM or SIGUSR1
// (on Windows: Ctrl-C, and the closing of the console).
//
// A run polls ctx.Err() after each trajectory; when it is not nil, it checkpoints and exits with
// [ExitResume]. context.Cause(ctx) names the signal. Further signals have no effect until stop is called,
// so that a batch system's SIGUSR1, SIGTERM does not cut short the checkpoint; SIGQUIT and SIGKILL end the
// process at once and cost the trajectories since the last one. Keep ctx away from the inside of a
// trajectory: how far that got must not depend on time.
func Interrupt(parent context.Context) (ctx context.Context, stop context.CancelFunc) {
	return signal.NotifyContext(parent, stopSignals()...)
}
