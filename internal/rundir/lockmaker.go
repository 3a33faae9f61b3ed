package rundir

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// maker is a process that makes files here, told from every other: lock files hold its mark, and the names of
// temporary files.
type maker struct {
	machine string // where process ids mean the same; unknownMachine: nothing can be said of the process
	pid     int
	start   string // of the process: an id is used again
}

const unknownMachine = "0"

// self is this process.
var self = sync.OnceValue(func() maker {
	m := maker{machine: thisMachine(), pid: os.Getpid()}
	start, err := startOf(m.pid)
	if err != nil {
		m.machine = unknownMachine
		start = strconv.FormatInt(time.Now().UnixNano(), 36)
	}
	m.start = start
	return m
})

// String is the mark: words and numbers with a dash between.
func (m maker) String() string { return fmt.Sprintf("%s-%d-%s", m.machine, m.pid, m.start) }

func parseMaker(s string) (maker, bool) {
	words := strings.Split(s, "-")
	if len(words) != 3 || words[0] == "" || words[2] == "" {
		return maker{}, false
	}
	pid, err := strconv.Atoi(words[1])
	if err != nil || pid <= 0 {
		return maker{}, false
	}
	m := maker{machine: words[0], pid: pid, start: words[2]}
	return m, m.String() == s
}

// here tells whether gone can be asked.
func (m maker) here() bool { return m.machine != unknownMachine && m.machine == self().machine }

func hostname() string {
	host, err := os.Hostname()
	if err != nil || host == "" || strings.ContainsAny(host, " \t\r\n") {
		return "unknown"
	}
	return host
}
