//go:build unix

package rundir

import (
	"context"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestInterrupt(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGUSR1} {
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
}

func TestExitCodes(t *testing.T) {
	assert.Equal(t, []int{0, 1, 2, 75}, []int{ExitDone, ExitFailed, ExitUsage, ExitResume})
}
