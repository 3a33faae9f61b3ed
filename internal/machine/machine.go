// Package machine tells how much memory this process may use, so that what needs more is refused in one line
// instead of being ended in the middle by the system.
//
// # Conventions
//
// Sizes are in bytes. They are written with binary units, 1 GiB = 2^30 bytes; in what is read, G and GiB are the
// same. What is free is the least of all that limits, at the moment of asking: what other processes will take or
// give back is not known, and swap does not count.
//
// # References
//
//	[proc]     proc_meminfo(5), proc_pid_statm(5), proc_pid_mountinfo(5), cgroups(7), getrlimit(2) of man-pages
//	[cgroupv1] Linux, Documentation/admin-guide/cgroup-v1/memory.rst
//	[cgroupv2] Linux, Documentation/admin-guide/cgroup-v2.rst
package machine

import "fmt"

// Memory is what this process may still take, and what limits it.
type Memory struct {
	Bytes uint64
	Limit string // "MemAvailable", "memory.max of the cgroup /job", "ulimit -v"
}

// Exceeded is the error that something needs more memory than there is.
type Exceeded struct {
	Needs uint64
	Memory
	Told bool // the limit is what the user allows, not what the machine has
}

// Error is one line, with the way around it.
func (e *Exceeded) Error() string {
	if e.Told {
		return fmt.Sprintf("needs %s, %s allows %s", FormatSize(e.Needs), e.Limit, FormatSize(e.Bytes))
	}
	return fmt.Sprintf("needs %s, this machine has %s free (%s); --memory SIZE overrides", FormatSize(e.Needs), FormatSize(e.Bytes), e.Limit)
}

// Check returns an error if needs is more than allowed, the user's --memory, or, where that is 0, than what this
// machine has. Nothing is refused where that is unknown.
//
// Errors: *Exceeded.
func Check(needs, allowed uint64) error {
	if allowed > 0 {
		return check(needs, Memory{allowed, "--memory"}, true)
	}
	m, err := Available()
	if err != nil {
		return nil //nolint:nilerr // unknown
	}
	return check(needs, m, false)
}

func check(needs uint64, m Memory, told bool) error {
	if needs <= m.Bytes {
		return nil
	}
	return &Exceeded{Needs: needs, Memory: m, Told: told}
}
