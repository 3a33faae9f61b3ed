package rundir

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// holdLock is the child of TestLock.
func holdLock(dir string) error {
	if _, err := Acquire(dir); err != nil {
		return err
	}
	if _, err := os.Stdout.WriteString("held\n"); err != nil {
		return err
	}
	_, err := os.Stdin.Read(make([]byte, 1)) // until it is killed
	return err
}

func TestLockNamesTheOtherProcess(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], dir)
	cmd.Env = append(os.Environ(), childEnv+"=lock")
	cmd.Stderr = os.Stderr
	_, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "held\n", line)

	_, err = Acquire(dir)
	if !haveLocks {
		require.Error(t, err)
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait()
		return
	}
	var l *Locked
	require.ErrorAs(t, err, &l)
	host, err := os.Hostname()
	require.NoError(t, err)
	assert.Equal(t, &Locked{Dir: dir, PID: cmd.Process.Pid, Host: host}, l)
	assert.Contains(t, l.Error(), dir+" is in use by process")

	// The system releases the lock of a killed process.
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	lock, err := Acquire(dir)
	require.NoError(t, err)
	require.NoError(t, lock.Release())
}

func TestLockWithinAProcess(t *testing.T) {
	for name, acquire := range map[string]func(string) (*Lock, error){"Acquire": Acquire, "AcquireByFile": AcquireByFile} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for range 2 {
				lock, err := acquire(dir)
				require.NoError(t, err)
				_, err = acquire(dir)
				var l *Locked
				require.ErrorAs(t, err, &l)
				assert.Equal(t, os.Getpid(), l.PID)
				require.NoError(t, lock.Release())
				require.Error(t, lock.Release())
			}
			_, err := acquire(filepath.Join(dir, "none"))
			require.ErrorIs(t, err, os.ErrNotExist)
		})
	}
}

// The portable lock of a killed process stays, and the error says what to do.
func TestStaleFileLock(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, fileLockName)
	for content, want := range map[string]string{
		"4321 node7\n": "in use by process 4321 on host node7 (if that process is dead, remove " + path + ")",
		"":             "in use by another process (if that process is dead, remove " + path + ")",
		"x y\n":        "in use by another process",
		"-4 y\n":       "in use by another process",
	} {
		require.NoError(t, os.WriteFile(path, []byte(content), 0o666))
		_, err := AcquireByFile(dir)
		require.ErrorContains(t, err, want)
	}
	require.NoError(t, os.Remove(path))
	lock, err := AcquireByFile(dir)
	require.NoError(t, err)
	require.NoError(t, lock.Release())
	assert.Empty(t, fileNames(t, dir))
}

func TestAcquireRemovesTemporaryFiles(t *testing.T) {
	dir := t.TempDir()
	sub := filepath.Join(dir, "configurations")
	require.NoError(t, os.Mkdir(sub, 0o777))
	keep := []string{"slhmc-1.tmp", ".slhmc-1", "x.tmp"}
	for _, d := range []string{dir, sub} {
		f, err := createTemp(d)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		for _, n := range keep {
			require.NoError(t, os.WriteFile(filepath.Join(d, n), nil, 0o666))
		}
	}
	lock, err := Acquire(dir)
	require.NoError(t, err)
	defer func() { require.NoError(t, lock.Release()) }()
	assert.ElementsMatch(t, keep, fileNames(t, sub))
	assert.Len(t, fileNames(t, dir), len(keep)+2)
}
