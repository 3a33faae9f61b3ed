package rundir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	checkpointPrefix = "checkpoint-"
	checkpointSuffix = ".slhmc"
)

// ErrNoCheckpoint is the error of [Latest] in a directory without any checkpoint.
var ErrNoCheckpoint = errors.New("no checkpoint")

// CheckpointName returns the file name of the checkpoint after a trajectory: checkpoint-00001234.slhmc.
func CheckpointName(trajectory uint64) string {
	return fmt.Sprintf("%s%08d%s", checkpointPrefix, trajectory, checkpointSuffix)
}

// Latest opens the newest valid checkpoint in dir. The caller closes it, and shows the user why newer ones
// were skipped: skipped has one reason for each, newest first, with its file.
//
// Errors: ErrNoCheckpoint if there is none; if there are some but none is valid, another error that holds
// every reason.
func Latest(dir string) (c *Checkpoint, skipped []error, err error) {
	skipped, err = each(dir, func(newest *Checkpoint) (bool, error) {
		c = newest
		return false, nil
	})
	return c, skipped, err
}

// Newest calls use with the newest valid checkpoint in dir; while that returns an error and true, with the one
// before. Skipped and errors are those of [Latest], and what use says when there is no other to try.
func Newest(dir string, use func(*Checkpoint) (again bool, err error)) (skipped []error, err error) {
	return each(dir, func(c *Checkpoint) (bool, error) {
		again, err := use(c)
		if err != nil && !strings.Contains(err.Error(), c.name) {
			err = fmt.Errorf("%s: %w", c.name, err)
		}
		return again, errors.Join(err, c.Close())
	})
}

func each(dir string, use func(*Checkpoint) (again bool, err error)) (skipped []error, err error) {
	numbers, err := Checkpoints(dir)
	if err != nil {
		return nil, err
	}
	if len(numbers) == 0 {
		return nil, fmt.Errorf("rundir: %s: %w", dir, ErrNoCheckpoint)
	}
	for _, n := range numbers {
		c, err := openNumbered(dir, n)
		if err == nil {
			again := false
			if again, err = use(c); err == nil || !again {
				return skipped, err
			}
		}
		skipped = append(skipped, err)
	}
	if len(skipped) == 1 {
		return skipped, skipped[0]
	}
	return skipped, fmt.Errorf("rundir: no valid checkpoint in %s:\n%w", dir, errors.Join(skipped...))
}

// openNumbered opens the checkpoint of trajectory n, and checks that it is that.
func openNumbered(dir string, n uint64) (*Checkpoint, error) {
	c, err := OpenCheckpoint(filepath.Join(dir, CheckpointName(n)))
	if err != nil {
		return nil, err
	}
	if c.trajectory != n {
		_ = c.Close() // nothing was written
		return nil, c.damage(int64(len(magic)+4), "it is the checkpoint of trajectory %d", c.trajectory)
	}
	return c, nil
}

// Checkpoints returns the trajectories of the checkpoints in dir, valid or not, falling.
func Checkpoints(dir string) ([]uint64, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("rundir: %w", err)
	}
	var numbers []uint64
	for _, e := range entries {
		digits := strings.TrimSuffix(strings.TrimPrefix(e.Name(), checkpointPrefix), checkpointSuffix)
		n, err := strconv.ParseUint(digits, 10, 64)
		if err == nil && CheckpointName(n) == e.Name() {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	slices.Reverse(numbers)
	return numbers, nil
}

// prune removes all checkpoints but that of trajectory n and the newest valid one before it.
func prune(dir string, n uint64) error {
	numbers, err := Checkpoints(dir)
	if err != nil {
		return err
	}
	spare := false
	for _, m := range numbers {
		if m == n {
			continue
		}
		if m < n && !spare {
			c, err := openNumbered(dir, m)
			var damage *Damage
			switch {
			case err == nil:
				spare = true
				if err := c.Close(); err != nil {
					return err
				}
				continue
			case !errors.As(err, &damage):
				return err // unreadable now is not damaged
			}
		}
		if err := os.Remove(filepath.Join(dir, CheckpointName(m))); err != nil {
			return fmt.Errorf("rundir: %w", err)
		}
	}
	return nil
}
