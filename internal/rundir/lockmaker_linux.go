package rundir

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// thisMachine names where a process id and its start mean the same: the boot of the kernel, the namespaces of
// process ids and of time (containers have their own), and the host, as a virtual machine can be doubled.
func thisMachine() string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return unknownMachine
	}
	pids, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return unknownMachine
	}
	times, err := os.Readlink("/proc/self/ns/time")
	if err != nil {
		times = "" // before Linux 5.6 there is one
	}
	sum := sha256.Sum256([]byte(string(boot) + pids + times + hostname()))
	return hex.EncodeToString(sum[:8])
}

// startOf returns when a process started, in clock ticks since the boot; an error for one that has ended
// (proc_pid_stat(5): fields 3 and 22, behind a name that may hold anything).
func startOf(pid int) (string, error) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return "", err
	}
	_, rest, _ := cutLast(string(b), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 20 {
		return "", fmt.Errorf("/proc/%d/stat has %d fields", pid, len(fields))
	}
	if state := fields[0]; state == "Z" || state == "X" {
		return "", errEnded
	}
	return fields[19], nil
}

var errEnded = errors.New("it has ended")

// gone tells whether the process has certainly ended. /proc may hide processes of others, a signal does not.
func (m maker) gone() bool {
	if errors.Is(unix.Kill(m.pid, 0), unix.ESRCH) {
		return true
	}
	start, err := startOf(m.pid)
	return errors.Is(err, errEnded) || err == nil && start != m.start
}
