//go:build chaos && linux

package root

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/internal/rundir"
)

// TestChaosDiskFull runs on disks of 51 sizes, from 4 KB to more than the run needs: on one that is full, it ends with exit
// code 1 and a line that says so, resumed there too, and ends as one that was left alone once there is room. Disks
// are file systems in memory, which only root may mount; else files may not grow beyond the sizes (ulimit -f).
func TestChaosDiskFull(t *testing.T) {
	replay(t)
	dir := harness.Scratch(t)
	v := victims[0]
	v.whole(t, dir)
	whole := filepath.Join(dir, "whole")
	mounts := mounting(t, filepath.Join(dir, "disk"))
	if !mounts {
		t.Log("no file system can be mounted here: ulimit -f instead")
	}
	const sizes = 51
	var full, again atomic.Int64
	parallel(sizes, func(i int, random *rand.Rand) {
		size := 4 + i*16 // KB; the run needs some 560
		at := filepath.Join(dir, strconv.Itoa(i))
		mkdir(t, at)
		limited := func(args ...string) *exec.Cmd { return harness.Command(t, at, args...) }
		if mounts {
			if !assert.NoError(t, mount(at, size, 0)) {
				return
			}
			defer func() { assert.NoError(t, syscall.Unmount(at, 0)) }()
		} else {
			limited = func(args ...string) *exec.Cmd {
				c := harness.Command(t, at, args...)
				c.Args = append([]string{"/bin/bash", "-c", `ulimit -f "$0"; trap '' XFSZ; exec "$@"`, fmt.Sprint(size), c.Path}, args...)
				c.Path = "/bin/bash"
				return c
			}
		}
		o := harness.Finish(t, limited(v.start(at, "run", random)...))
		if o.Code != rundir.ExitDone {
			full.Add(1)
			assert.Equal(t, rundir.ExitFailed, o.Code, "%d KB: %s", size, o.Stderr)
			assert.Regexp(t, "no space left on device|file too large", o.Stderr, "%d KB", size)
			if o = harness.Finish(t, limited(v.start(at, "run", random)...)); o.Code != rundir.ExitDone {
				again.Add(1)
			}
			assert.False(t, crashed(o.Stderr), "%d KB, resumed on the full disk: %s", size, o.Stderr)
		}
		if mounts {
			if !assert.NoError(t, mount(at, 8192, syscall.MS_REMOUNT)) {
				return
			}
		}
		o = harness.Run(t, at, v.start(at, "run", random)...)
		if assert.Equal(t, rundir.ExitDone, o.Code, "%d KB, with room: %s", size, o.Stderr) {
			assert.Empty(t, differences(t, whole, filepath.Join(at, "run")), "%d KB", size)
		}
	})
	t.Logf("%d sizes: %d full, %d of them when resumed too", sizes, full.Load(), again.Load())
	require.Greater(t, full.Load(), int64(25))
}

func mount(at string, kilobytes int, flags uintptr) error {
	return syscall.Mount("tmpfs", at, "tmpfs", flags, fmt.Sprintf("size=%dk", kilobytes))
}

// mounting tells whether this process may mount.
func mounting(t *testing.T, at string) bool {
	t.Helper()
	mkdir(t, at)
	defer os.RemoveAll(at)
	return mount(at, 64, 0) == nil && syscall.Unmount(at, 0) == nil
}
