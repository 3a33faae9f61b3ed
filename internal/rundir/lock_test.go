package rundir

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// holdLock is the child of the tests of locks: it takes the lock of a directory or, if that does not exist, of
// a file, makes a temporary file, and holds them until it is killed.
func holdLock(path string) error {
	take, dir := Acquire, path
	if _, err := os.Stat(path); err != nil {
		take, dir = AcquireFile, filepath.Dir(path)
	}
	l, err := take(path)
	if err != nil {
		return err
	}
	if _, err := createTemp(dir); err != nil {
		return err
	}
	if _, err := fmt.Printf("held %q\n", l.Notices()); err != nil {
		return err
	}
	_, err = os.Stdin.Read(make([]byte, 1)) // until it is killed
	return err
}

// hold starts a child that holds the lock of path; before are a command and flags to run it by.
func hold(t *testing.T, path string, before ...string) (kill func(), pid int, said string) {
	t.Helper()
	args := append(before, os.Args[0], path)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), childEnv+"=lock")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	said, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		_ = cmd.Wait()
		require.NoError(t, err, stderr.String())
	}
	require.True(t, strings.HasPrefix(said, "held "), said)
	once := sync.OnceFunc(func() {
		require.NoError(t, cmd.Process.Kill())
		require.NoError(t, in.Close()) // which ends what a killed tracer leaves
		require.Error(t, cmd.Wait())
	})
	t.Cleanup(once)
	return once, cmd.Process.Pid, said
}

// refuse is a system without locks.
func refuse(*os.File) (bool, error) { return false, syscall.ENOSYS }

// kinds are the ways to take the lock of a directory.
var kinds = map[string]func(dir string) (*Lock, error){
	"by the system": Acquire,
	"by existence": func(dir string) (*Lock, error) {
		l := &Lock{what: dir, path: filepath.Join(dir, lockName)}
		return l.take(refuse)
	},
}

func temps(t *testing.T, dir string) (n int) {
	t.Helper()
	for _, name := range fileNames(t, dir) {
		if _, ok := makerOf(name); ok {
			n++
		}
	}
	return n
}

// A lock is refused while its holder lives, whoever has it by the system and whoever by existence; it ends with a
// killed holder, whose temporary file goes too.
func TestLockNamesTheOtherProcess(t *testing.T) {
	for name, acquire := range kinds {
		t.Run(name, func(t *testing.T) {
			if name == "by existence" && runtime.GOOS != "linux" {
				t.Skip("only Linux tells whether a process is the same")
			}
			dir := t.TempDir()
			kill, pid, said := hold(t, dir)
			assert.Equal(t, "held []\n", said)
			_, err := acquire(dir)
			var l *Locked
			require.ErrorAs(t, err, &l)
			assert.Equal(t, &Locked{Path: dir, PID: pid, Host: hostname()}, l)
			assert.EqualError(t, l, fmt.Sprintf("rundir: %s is in use by process %d on host %s", dir, pid, hostname()))
			assert.NotContains(t, fileNames(t, dir), lockName+fileLockSuffix)
			assert.Equal(t, 1, temps(t, dir), "a live process's file stays")

			kill()
			lock, err := acquire(dir)
			require.NoError(t, err)
			assert.Zero(t, temps(t, dir))
			require.NoError(t, lock.Held())
			require.NoError(t, lock.Release())
			assert.Equal(t, []string{lockName}, fileNames(t, dir))
		})
	}
}

func TestLockWithinAProcess(t *testing.T) {
	for name, acquire := range kinds {
		for other, second := range kinds {
			t.Run(name+", then "+other, func(t *testing.T) {
				if runtime.GOOS != "linux" && name == "by existence" {
					t.Skip("only Linux tells whether a process is the same")
				}
				dir := t.TempDir()
				for range 2 {
					lock, err := acquire(dir)
					require.NoError(t, err)
					_, err = second(dir)
					var l *Locked
					require.ErrorAs(t, err, &l)
					assert.Equal(t, os.Getpid(), l.PID)
					require.NoError(t, lock.Held(), "a failed try takes nothing away")
					require.NoError(t, lock.Release())
					require.ErrorIs(t, lock.Release(), os.ErrClosed)
					require.Error(t, lock.Held())
				}
				_, err := acquire(filepath.Join(dir, "none"))
				require.ErrorIs(t, err, os.ErrNotExist)
			})
		}
	}
}

func TestNoticeOfASystemWithoutLocks(t *testing.T) {
	dir := t.TempDir()
	lock, err := kinds["by existence"](dir)
	require.NoError(t, err)
	require.Len(t, lock.Notices(), 1)
	assert.Contains(t, lock.Notices()[0], "without locks ("+syscall.ENOSYS.Error()+"): the lock is the file lock.pid")
	require.NoError(t, lock.Release())
}

// What a lock by existence makes of the files it may find. The clock is the file system's: no process waits.
func TestStaleFileLock(t *testing.T) {
	here := self()
	ended := here
	ended.start = "1" // that of another process with this id, long ago
	away := maker{machine: "deadbeef", pid: 4321, start: "77"}
	text := func(m maker, host string) string { return fmt.Sprintf("%d %s %v\n", m.pid, host, m) }
	const young, old = staleAfter - time.Minute, staleAfter + time.Minute
	for _, c := range []struct {
		name    string
		content string
		age     time.Duration
		want    string // of the error; empty: taken over
		linux   bool
	}{
		{"alive here, however old", text(here, "node7"), 100 * old, "in use by process", true},
		{"dead here, however young", text(ended, "node7"), 0, "", true},
		{"young elsewhere", text(away, "node7"), young, "in use by process 4321 on host node7, whose last sign of life is 9m", false},
		{"old elsewhere", text(away, "node7"), old, "", false},
		{"without a mark, young", "4321 node7\n", young, "in use by process 4321 on host node7, whose", false},
		{"without a mark, old", "4321 node7\n", old, "", false},
		{"being written", "", young, "in use by another process, whose last sign", false},
		{"never written", "", old, "", false},
		{"zeros after a power failure", "\x00\x00\x00", old, "", false},
		{"something else", "my notes\n", old, "does not hold what a lock does: remove it", false},
		{"something longer", "12 a b c\n", old, "does not hold what a lock does: remove it", false},
		{"not a process", "-4 y\n", old, "does not hold what a lock does: remove it", false},
	} {
		for kind, acquire := range kinds { // one that has the system's lock heeds the file all the same
			t.Run(c.name+", "+kind, func(t *testing.T) {
				if c.linux && runtime.GOOS != "linux" {
					t.Skip("only Linux tells whether a process is the same")
				}
				dir := t.TempDir()
				path := filepath.Join(dir, lockName+fileLockSuffix)
				require.NoError(t, os.WriteFile(path, []byte(c.content), 0o666))
				then := time.Now().Add(-c.age)
				require.NoError(t, os.Chtimes(path, then, then))
				lock, err := acquire(dir)
				if c.want != "" {
					require.ErrorContains(t, err, c.want)
					assert.Equal(t, c.content, readFile(t, path))
					return
				}
				require.NoError(t, err)
				require.NoError(t, lock.Held())
				require.NoError(t, lock.Release())
				assert.Equal(t, []string{lockName}, fileNames(t, dir))
			})
		}
	}
}

// Likewise of the file of a lock by the system whose holder cannot be asked.
func TestFileLockHeedsTheSystems(t *testing.T) {
	away := maker{machine: "deadbeef", pid: 4321, start: "77"}
	for age, locked := range map[time.Duration]bool{staleAfter - time.Minute: true, staleAfter + time.Minute: false} {
		dir := t.TempDir()
		path := filepath.Join(dir, lockName)
		require.NoError(t, os.WriteFile(path, fmt.Appendf(nil, "4321 node7 %v\n", away), 0o666))
		then := time.Now().Add(-age)
		require.NoError(t, os.Chtimes(path, then, then))
		lock, err := kinds["by existence"](dir)
		if locked {
			require.ErrorContains(t, err, "process 4321 on host node7")
		} else {
			require.NoError(t, err)
			require.NoError(t, lock.Release())
		}
		assert.Equal(t, []string{lockName}, fileNames(t, dir))
	}
}

// Of many that find a dead one's file, one gets the lock at a time: each adds 1 to a number that only the lock
// protects. A file left by a killed taker does not stop them.
func TestTakeOverByMany(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells whether a process is the same")
	}
	ended := self()
	ended.start = "1"
	dead := fmt.Appendf(nil, "%d node7 %v\n", ended.pid, ended)
	for round := range 30 {
		dir := t.TempDir()
		path := filepath.Join(dir, lockName+fileLockSuffix)
		require.NoError(t, os.WriteFile(path, dead, 0o666))
		if round%2 == 1 {
			require.NoError(t, os.WriteFile(path+".take", dead, 0o666))
		}
		var holders, got int
		var mutex sync.Mutex
		var takers sync.WaitGroup
		for range 8 {
			takers.Go(func() {
				lock, err := kinds["by existence"](dir)
				if err != nil {
					var l *Locked
					assert.ErrorAs(t, err, &l)
					return
				}
				mutex.Lock()
				holders++
				got++
				assert.Equal(t, 1, holders)
				mutex.Unlock()
				runtime.Gosched()
				mutex.Lock()
				holders--
				mutex.Unlock()
				assert.NoError(t, lock.Release())
			})
		}
		takers.Wait()
		lock, err := kinds["by existence"](dir)
		require.NoError(t, err)
		require.NoError(t, lock.Release())
		assert.Equal(t, []string{lockName}, fileNames(t, dir), "%d got it", got)
	}
}

// A lock whose file was taken away is known to be lost, and its Release takes nothing from the new holder.
func TestLostLock(t *testing.T) {
	for name, acquire := range kinds {
		t.Run(name, func(t *testing.T) {
			if runtime.GOOS == "windows" {
				t.Skip("an open file cannot be removed")
			}
			dir := t.TempDir()
			lock, err := acquire(dir)
			require.NoError(t, err)
			require.NoError(t, os.Remove(lock.path))
			require.ErrorContains(t, lock.Held(), "was taken away")
			next, err := kinds["by existence"](dir)
			require.NoError(t, err)
			require.ErrorContains(t, lock.Release(), "was taken away")
			require.NoError(t, next.Held())
			require.NoError(t, next.Release())
		})
	}
}

// A lock that is no lock's file, or a link to one, is not written to.
func TestLockThatIsSomethingElse(t *testing.T) {
	for _, foreign := range []string{"precious\n", "12 apples and pears\n", "12 apples pears\n", "12 apples 1-12-1-1\n", strings.Repeat("x", 5000)} {
		dir := t.TempDir()
		path := filepath.Join(dir, lockName)
		require.NoError(t, os.WriteFile(path, []byte(foreign), 0o666))
		lock, err := Acquire(dir)
		require.NoError(t, err)
		assert.Equal(t, []string{path + " does not hold what a lock does, and is left as it is"}, lock.Notices())
		_, err = Acquire(dir)
		require.ErrorContains(t, err, "in use by another process")
		require.NoError(t, lock.Release())
		assert.Equal(t, foreign, readFile(t, path))
	}
	if runtime.GOOS == "windows" {
		return // links need a privilege there
	}
	for _, name := range []string{lockName, lockName + fileLockSuffix} {
		for _, target := range []string{"precious", "none"} {
			dir := t.TempDir()
			precious := filepath.Join(dir, "precious")
			require.NoError(t, os.WriteFile(precious, []byte("numbers"), 0o666))
			require.NoError(t, os.Symlink(target, filepath.Join(dir, name)))
			_, err := Acquire(dir)
			require.ErrorContains(t, err, filepath.Join(dir, name)+" is a symbolic link")
			assert.Equal(t, "numbers", readFile(t, precious))
			assert.NotContains(t, fileNames(t, dir), "none")
		}
	}
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, lockName), 0o777))
	_, err := Acquire(dir)
	require.ErrorContains(t, err, "is not an ordinary file")
}
