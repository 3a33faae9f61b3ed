package rundir

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAcquireFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "measured.jsonl")
	lock, err := AcquireFile(path)
	require.NoError(t, err)
	_, err = AcquireFile(path)
	require.EqualError(t, err, "rundir: "+path+" is in use by process "+firstWord(signature())+" on host "+hostname())
	other, err := AcquireFile(filepath.Join(dir, "other.jsonl"))
	require.NoError(t, err)
	require.NoError(t, other.Release())
	require.NoError(t, lock.Held())
	require.NoError(t, lock.Release())
	if runtime.GOOS != "windows" {
		assert.Empty(t, fileNames(t, dir), "nothing stays behind")
	}

	// a killed holder's is taken over
	kill, _, _ := hold(t, path)
	_, err = AcquireFile(path)
	var l *Locked
	require.ErrorAs(t, err, &l)
	assert.Equal(t, 1, temps(t, dir))
	kill()
	lock, err = AcquireFile(path)
	require.NoError(t, err)
	require.NoError(t, lock.Release())

	_, err = AcquireFile(dir)
	require.ErrorContains(t, err, "is not an ordinary file")
	_, err = AcquireFile(filepath.Join(dir, "none", "f"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func firstWord(b []byte) string {
	for i, c := range b {
		if c == ' ' {
			return string(b[:i])
		}
	}
	return string(b)
}

// Two names of one file have one lock.
func TestAcquireFileByALink(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege there")
	}
	dir, elsewhere := t.TempDir(), t.TempDir()
	path, link := filepath.Join(dir, "f"), filepath.Join(elsewhere, "g")
	require.NoError(t, os.WriteFile(path, nil, 0o666))
	require.NoError(t, os.Symlink(path, link))
	lock, err := AcquireFile(link)
	require.NoError(t, err)
	for _, name := range []string{path, link, filepath.Join(dir, "..", filepath.Base(dir), "f")} {
		_, err = AcquireFile(name)
		require.ErrorContains(t, err, name+" is in use by process")
	}
	require.NoError(t, lock.Release())
	assert.Equal(t, []string{"f"}, fileNames(t, dir))
	assert.Equal(t, []string{"g"}, fileNames(t, elsewhere))
}

// Where the system has no locks, that of a file leaves nothing either.
func TestAcquireFileByExistence(t *testing.T) {
	dir := t.TempDir()
	take := func() (*Lock, error) {
		l := &Lock{what: filepath.Join(dir, "f"), path: filepath.Join(dir, ".f.lock"), temporary: true}
		return l.take(refuse)
	}
	lock, err := take()
	require.NoError(t, err)
	assert.Equal(t, []string{".f.lock.pid"}, fileNames(t, dir))
	if runtime.GOOS == "linux" {
		_, err = take()
		require.ErrorContains(t, err, "is in use by process")
		_, err = AcquireFile(filepath.Join(dir, "f"))
		require.ErrorContains(t, err, "is in use by process")
	}
	require.NoError(t, lock.Held())
	require.NoError(t, lock.Release())
	assert.NotContains(t, fileNames(t, dir), ".f.lock.pid")
}

// Cleaning touches only files that a dead process made in this very folder.
func TestOnlyDeadProcessesFilesAreRemoved(t *testing.T) {
	dir := t.TempDir()
	sub := filepath.Join(dir, "configurations")
	require.NoError(t, os.Mkdir(sub, 0o777))
	kill, _, _ := hold(t, dir)
	var his string
	for _, n := range fileNames(t, dir) {
		if _, ok := makerOf(n); ok {
			his = n
		}
	}
	mark := his[len(tempPrefix) : len(his)-len(tempSuffix)]
	mine, err := createTemp(dir) // as of a report that is being written
	require.NoError(t, err)
	defer mine.Close()
	keep := []string{
		filepath.Base(mine.Name()), "slhmc-1.tmp", ".slhmc-1", "x.tmp", ".slhmc-x.tmp", ".slhmc-1-2-3.tmp",
		".slhmc-deadbeef-4321-77-abc.tmp", his + ".tmp", "x" + his, tempPrefix + mark[:len(mark)-1] + "!" + tempSuffix,
	}
	for _, n := range keep[1:] {
		require.NoError(t, os.WriteFile(filepath.Join(dir, n), nil, 0o666))
	}
	require.NoError(t, os.WriteFile(filepath.Join(sub, his), nil, 0o666))
	mark = mark[:len(mark)-1]
	folder := tempPrefix + mark + tempSuffix // a folder, and a link, by the name of one
	require.NoError(t, os.Mkdir(filepath.Join(dir, folder), 0o777))
	keep = append(keep, folder, "configurations", lockName)
	if runtime.GOOS != "windows" {
		link := tempPrefix + mark[:len(mark)-1] + tempSuffix
		require.NoError(t, os.Symlink("x.tmp", filepath.Join(dir, link)))
		keep = append(keep, link)
	}
	require.NoError(t, Sweep(dir))
	assert.ElementsMatch(t, append(keep, his), fileNames(t, dir), "he lives")
	kill()
	lock, err := Acquire(dir)
	require.NoError(t, err)
	assert.ElementsMatch(t, keep, fileNames(t, dir))
	assert.Equal(t, []string{his}, fileNames(t, sub))
	require.NoError(t, lock.Release())

	require.NoError(t, Sweep(sub))
	if runtime.GOOS == "linux" {
		assert.Empty(t, fileNames(t, sub))
	}
}

// The holder before removes its file between this one's opening and locking of it.
func TestLockOfAFileThatGoes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("an open file cannot be removed")
	}
	dir := t.TempDir()
	l := &Lock{what: filepath.Join(dir, "f"), path: filepath.Join(dir, ".f.lock"), temporary: true}
	tries := 0
	lock, err := l.take(func(f *os.File) (bool, error) {
		if tries++; tries < 3 {
			require.NoError(t, os.Remove(f.Name()))
		}
		return tryLock(f)
	})
	require.NoError(t, err)
	assert.Equal(t, 3, tries)
	require.NoError(t, lock.Held())
	_, err = AcquireFile(l.what)
	require.ErrorContains(t, err, "in use by process")
	require.NoError(t, lock.Release())
}

// The file of the lock goes with each release; nobody ever holds one that is gone.
func TestOneHolderOfAFileAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	var takers sync.WaitGroup
	var holders, got atomic.Int64
	for range 8 {
		takers.Go(func() {
			for range 50 {
				lock, err := AcquireFile(path)
				if err != nil {
					continue
				}
				got.Add(1)
				assert.EqualValues(t, 1, holders.Add(1))
				assert.NoError(t, lock.Held())
				runtime.Gosched()
				holders.Add(-1)
				assert.NoError(t, lock.Release())
			}
		})
	}
	takers.Wait()
	t.Logf("%d of 400 got it", got.Load())
	assert.Positive(t, got.Load())
}

// The same by a system that has no locks, or no sync: the real one with an error put in its place.
func TestWithoutLocksOrSync(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("no strace")
	}
	if err := exec.Command("strace", "-f", "-o", os.DevNull, "true").Run(); err != nil {
		t.Skipf("strace does not work here: %v", err)
	}
	for _, c := range []struct{ inject, notice string }{
		{"flock:error=ENOSYS", "without locks (function not implemented): the lock is the file"},
		{"flock:error=ENOLCK", "without locks (no locks available): the lock is the file"},
		{"flock:error=EOPNOTSUPP", "without locks (operation not supported): the lock is the file"},
		{"fsync:error=EINVAL", "does not sync files (invalid argument)"},
		{"fsync:error=EOPNOTSUPP", "does not sync files (operation not supported)"},
	} {
		t.Run(c.inject, func(t *testing.T) {
			call, _, _ := strings.Cut(c.inject, ":")
			dir := t.TempDir()
			for _, path := range []string{dir, filepath.Join(dir, "f")} {
				_, _, said := hold(t, path, "strace", "-f", "-qq", "-o", os.DevNull, "-e", "trace="+call, "-e", "inject="+c.inject)
				assert.Contains(t, said, c.notice)
				var l *Locked
				take := Acquire
				if path != dir {
					take = AcquireFile
				}
				_, err := take(path)
				require.ErrorAs(t, err, &l, "from here, where there are locks")
				assert.Empty(t, l.File, "it is known to live")
			}
		})
	}
	// A disk that fails is an error.
	cmd := exec.Command("strace", "-f", "-qq", "-o", os.DevNull, "-e", "trace=fsync", "-e", "inject=fsync:error=EIO", os.Args[0], t.TempDir())
	cmd.Env = append(os.Environ(), childEnv+"=lock")
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(out), "input/output error")
}
