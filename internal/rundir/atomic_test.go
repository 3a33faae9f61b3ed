package rundir

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func writeString(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

func fileNames(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestWriteAtomicReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "summary.json")
	for _, s := range []string{"first", "", "third"} {
		require.NoError(t, WriteAtomic(path, writeString(s)))
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, s, string(b))
	}
	assert.Equal(t, []string{"summary.json"}, fileNames(t, dir))
}

func TestWriteAtomicLeavesNothingOnError(t *testing.T) {
	broken := errors.New("broken")
	cases := []struct {
		name  string
		write func(io.Writer) error
	}{
		{"at once", func(io.Writer) error { return broken }},
		{"after more than the buffer", func(w io.Writer) error {
			_, err := w.Write(make([]byte, 1<<20))
			return errors.Join(err, broken)
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "f")
			require.NoError(t, WriteAtomic(path, writeString("old")))
			require.ErrorIs(t, WriteAtomic(path, c.write), broken)
			b, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, "old", string(b))
			assert.Equal(t, []string{"f"}, fileNames(t, dir))
		})
	}
	t.Run("panic", func(t *testing.T) {
		dir := t.TempDir()
		assert.Panics(t, func() { _ = WriteAtomic(filepath.Join(dir, "f"), func(io.Writer) error { panic("x") }) })
		assert.Empty(t, fileNames(t, dir))
	})
	t.Run("the target is a folder", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, os.MkdirAll(filepath.Join(dir, "f", "g"), 0o777))
		require.Error(t, WriteAtomic(filepath.Join(dir, "f"), writeString("new")))
		assert.Equal(t, []string{"f"}, fileNames(t, dir))
	})
	t.Run("no folder", func(t *testing.T) {
		require.ErrorIs(t, WriteAtomic(filepath.Join(t.TempDir(), "none", "f"), writeString("new")), os.ErrNotExist)
	})
}

// Readers and concurrent writers see whole files only.
func TestWriteAtomicIsNeverSeenInParts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	const size = 200_000 // three buffers
	body := func(i int) []byte { return bytes.Repeat([]byte{byte('a' + i)}, size) }
	require.NoError(t, WriteAtomic(path, writeString(string(body(0)))))
	var writers sync.WaitGroup
	for i := range 2 {
		writers.Go(func() {
			for range 10 {
				err := WriteAtomic(path, func(w io.Writer) error {
					_, err := w.Write(body(i))
					return err
				})
				assert.NoError(t, err)
			}
		})
	}
	done := make(chan struct{})
	go func() { writers.Wait(); close(done) }()
	for {
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Len(t, b, size)
		require.Equal(t, size, bytes.Count(b, b[:1]))
		select {
		case <-done:
			return
		default:
		}
	}
}
