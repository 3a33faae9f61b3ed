package rundir

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func number(n uint64) func(*CheckpointWriter) error {
	return func(c *CheckpointWriter) error { c.Uint64("n", n); return nil }
}

func writeNumbers(t *testing.T, dir string, numbers ...uint64) {
	t.Helper()
	for _, n := range numbers {
		require.NoError(t, WriteCheckpoint(dir, n, number(n)))
	}
}

func damageFile(t *testing.T, path string) {
	t.Helper()
	b := []byte(readFile(t, path))
	require.NoError(t, os.WriteFile(path, flipBit(b, 8*30), 0o666))
}

func TestCheckpointNames(t *testing.T) {
	for n, want := range map[uint64]string{
		1234:           "checkpoint-00001234.slhmc",
		0:              "checkpoint-00000000.slhmc",
		123456789:      "checkpoint-123456789.slhmc",
		math.MaxUint64: "checkpoint-18446744073709551615.slhmc",
	} {
		assert.Equal(t, want, CheckpointName(n))
	}
	dir := t.TempDir()
	for _, n := range []string{"checkpoint-1.slhmc", "checkpoint-00000001.slhmc.bak", "checkpoint-+0000001.slhmc", "checkpoint-.slhmc", "00000001", "checkpoint-000000001.slhmc"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, n), nil, 0o666))
	}
	_, _, err := Latest(dir)
	require.ErrorIs(t, err, ErrNoCheckpoint, "other names are no checkpoints")
	_, _, err = Latest(filepath.Join(dir, "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestTheLastTwoAreKept(t *testing.T) {
	dir := t.TempDir()
	want := [][]string{}
	for _, n := range []uint64{0, 99_999_999, 100_000_000, 100_000_001} { // numbers, not names, are ordered
		writeNumbers(t, dir, n)
		want = append(want, fileNames(t, dir))
	}
	assert.Equal(t, [][]string{
		{CheckpointName(0)},
		{CheckpointName(0), CheckpointName(99_999_999)},
		{CheckpointName(100_000_000), CheckpointName(99_999_999)},
		{CheckpointName(100_000_000), CheckpointName(100_000_001)},
	}, want)
	c, skipped, err := Latest(dir)
	require.NoError(t, err)
	assert.Empty(t, skipped)
	assert.EqualValues(t, 100_000_001, c.Trajectory())
	require.NoError(t, c.Close())
}

// A checkpoint that cannot be written costs no older one.
func TestFailedCheckpointRemovesNothing(t *testing.T) {
	dir := t.TempDir()
	writeNumbers(t, dir, 1, 2)
	own := errors.New("own")
	require.ErrorIs(t, WriteCheckpoint(dir, 3, func(*CheckpointWriter) error { return own }), own)
	assert.Equal(t, []string{CheckpointName(1), CheckpointName(2)}, fileNames(t, dir))
}

func TestLatestFallsBackAloud(t *testing.T) {
	dir := t.TempDir()
	writeNumbers(t, dir, 10, 20)
	damageFile(t, filepath.Join(dir, CheckpointName(20)))
	c, skipped, err := Latest(dir)
	require.NoError(t, err)
	require.Len(t, skipped, 1)
	require.ErrorContains(t, skipped[0], CheckpointName(20))
	require.ErrorContains(t, skipped[0], "SHA-256")
	n, err := c.Uint64("n")
	require.NoError(t, err)
	assert.EqualValues(t, 10, n)
	require.NoError(t, c.Close())

	damageFile(t, filepath.Join(dir, CheckpointName(10)))
	_, skipped, err = Latest(dir)
	require.Error(t, err)
	require.NotErrorIs(t, err, ErrNoCheckpoint, "a run with damaged checkpoints does not start afresh")
	require.Len(t, skipped, 2)
	require.ErrorContains(t, err, CheckpointName(10))
	require.ErrorContains(t, err, CheckpointName(20))
}

func TestLatestRefusesAnotherName(t *testing.T) {
	dir := t.TempDir()
	writeNumbers(t, dir, 10)
	require.NoError(t, os.Rename(filepath.Join(dir, CheckpointName(10)), filepath.Join(dir, CheckpointName(11))))
	_, _, err := Latest(dir)
	require.ErrorContains(t, err, "it is the checkpoint of trajectory 10")
}

// Two VALID ones are kept: a damaged one is no spare.
func TestPruneKeepsAValidSpare(t *testing.T) {
	dir := t.TempDir()
	writeNumbers(t, dir, 100, 200)
	damageFile(t, filepath.Join(dir, CheckpointName(200)))
	// Resumed from 100, next checkpoint before the damaged one ...
	writeNumbers(t, dir, 150)
	assert.Equal(t, []string{CheckpointName(100), CheckpointName(150)}, fileNames(t, dir))
	// ... or after it.
	damageFile(t, filepath.Join(dir, CheckpointName(150)))
	writeNumbers(t, dir, 160)
	assert.Equal(t, []string{CheckpointName(100), CheckpointName(160)}, fileNames(t, dir))
	// ... or over it.
	damageFile(t, filepath.Join(dir, CheckpointName(160)))
	writeNumbers(t, dir, 160)
	assert.Equal(t, []string{CheckpointName(100), CheckpointName(160)}, fileNames(t, dir))
}

// A later checkpoint than the one written is of a run that was given up: its journals have been cut.
func TestPruneRemovesTheAbandonedFuture(t *testing.T) {
	dir := t.TempDir()
	writeNumbers(t, dir, 100, 200, 150)
	assert.Equal(t, []string{CheckpointName(100), CheckpointName(150)}, fileNames(t, dir))
}

// What cannot be read now (here: a link to nowhere) is not taken for damaged, and stays.
func TestPruneLeavesTheUnreadable(t *testing.T) {
	dir := t.TempDir()
	writeNumbers(t, dir, 1)
	if err := os.Symlink("nowhere", filepath.Join(dir, CheckpointName(2))); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	require.Error(t, WriteCheckpoint(dir, 3, number(3)))
	assert.Equal(t, []string{CheckpointName(1), CheckpointName(2), CheckpointName(3)}, fileNames(t, dir))
}
