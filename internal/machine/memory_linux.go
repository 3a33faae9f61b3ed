package machine

import (
	"bufio"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Available returns the least of the memory that the machine has free, that is left in the process's cgroup and
// in those above it (of version 1 or 2), and below RLIMIT_AS and RLIMIT_DATA (ulimit -v, -d).
//
// Errors: none of them can be read.
func Available() (Memory, error) {
	var as, data unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_AS, &as); err != nil {
		as.Cur = unix.RLIM_INFINITY
	}
	if err := unix.Getrlimit(unix.RLIMIT_DATA, &data); err != nil {
		data.Cur = unix.RLIM_INFINITY
	}
	return available(os.DirFS("/"), as.Cur, data.Cur, uint64(os.Getpagesize()))
}

// available is Available from the files of root.
func available(root fs.FS, as, data, page uint64) (Memory, error) {
	m := Memory{Bytes: math.MaxUint64}
	least := func(bytes uint64, limit string) {
		if bytes < m.Bytes {
			m = Memory{bytes, limit}
		}
	}
	if kb, ok := field(root, "proc/meminfo", "MemAvailable:"); ok {
		least(kb*1024, "MemAvailable")
	} else if kb, ok := field(root, "proc/meminfo", "MemFree:"); ok { // Linux before 3.14
		least(kb*1024, "MemFree")
	}
	if text, err := fs.ReadFile(root, "proc/self/statm"); err == nil {
		pages := strings.Fields(string(text)) // size, resident, shared, text, lib, data, dt
		for _, l := range []struct {
			limit uint64
			at    int
			name  string
		}{{as, 0, "ulimit -v"}, {data, 5, "ulimit -d"}} {
			if l.limit == unix.RLIM_INFINITY || len(pages) <= l.at {
				continue
			}
			if used, err := strconv.ParseUint(pages[l.at], 10, 64); err == nil {
				least(less(l.limit, used*page), l.name)
			}
		}
	}
	cgroups(root, least)
	if m.Limit == "" {
		return Memory{}, fmt.Errorf("how much memory is free is unknown: no /proc/meminfo")
	}
	return m, nil
}

func less(a, b uint64) uint64 {
	if a < b {
		return 0
	}
	return a - b
}

// field returns the number behind a word that begins a line of a file.
func field(root fs.FS, name, word string) (uint64, bool) {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); len(words) > 1 && words[0] == word {
			n, err := strconv.ParseUint(words[1], 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}

// controller is how a version of cgroups names its files.
type controller struct{ limit, usage, cache string }

var (
	version1 = controller{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"}
	version2 = controller{"memory.max", "memory.current", "inactive_file"}
)

// cgroups passes on what is left in each cgroup that holds the process.
func cgroups(root fs.FS, least func(bytes uint64, limit string)) {
	text, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return
	}
	for line := range strings.Lines(string(text)) { // hierarchy:controllers:path
		parts := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(parts) < 3 {
			continue
		}
		switch {
		case parts[0] == "0" && parts[1] == "":
			version2.left(root, parts[2], least)
		case strings.Contains(","+parts[1]+",", ",memory,"):
			version1.left(root, parts[2], least)
		}
	}
}

// left passes on, for the cgroup group and those above it, the limit less what is used. Pages of files that
// nobody has used for a while are given back before the limit bites.
func (c controller) left(root fs.FS, group string, least func(bytes uint64, limit string)) {
	top, point, ok := c.mount(root)
	if !ok {
		return
	}
	// A container may be shown only a part of the tree, and that its own place in it or from the host's root.
	below := strings.TrimPrefix(group, strings.TrimSuffix(top, "/"))
	if strings.HasPrefix(group, "/..") {
		below = "/"
	}
	for dir := path.Join("/", below); ; dir = path.Dir(dir) {
		at := strings.TrimPrefix(path.Join(point, dir), "/")
		limit, okLimit := number(root, path.Join(at, c.limit))
		usage, okUsage := number(root, path.Join(at, c.usage))
		if okLimit && okUsage {
			cache, _ := field(root, path.Join(at, "memory.stat"), c.cache)
			least(less(limit, less(usage, cache)), c.limit+" of the cgroup "+dir)
		}
		if dir == "/" {
			return
		}
	}
}

// mount returns which part of the tree of cgroups is mounted, and where.
func (c controller) mount(root fs.FS) (top, point string, ok bool) {
	f, err := root.Open("proc/self/mountinfo")
	if err != nil {
		return "", "", false
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		before, after, found := strings.Cut(lines.Text(), " - ")
		place, kind := strings.Fields(before), strings.Fields(after) // type, source, options
		if !found || len(place) < 5 || len(kind) < 3 {
			continue
		}
		ours := kind[0] == "cgroup2"
		if c == version1 {
			ours = kind[0] == "cgroup" && strings.Contains(","+kind[2]+",", ",memory,")
		}
		if ours {
			return unescape.Replace(place[3]), unescape.Replace(place[4]), true
		}
	}
	return "", "", false
}

// unescape turns back how mountinfo writes blanks and backslashes.
var unescape = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

// number reads a file that holds one; "max" is none.
func number(root fs.FS, name string) (uint64, bool) {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	return n, err == nil
}
