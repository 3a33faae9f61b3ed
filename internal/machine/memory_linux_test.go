package machine

import (
	"os"
	"os/exec"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// tree returns the files of a machine with 100 MiB available, and more.
func tree(more map[string]string) fstest.MapFS {
	root := fstest.MapFS{
		"proc/meminfo":    {Data: []byte("MemTotal:  409600 kB\nMemFree:  1000 kB\nMemAvailable:   102400 kB\n")},
		"proc/self/statm": {Data: []byte("512 400 300 5 0 256 0\n")}, // 2 MiB and 1 MiB
	}
	for name, text := range more {
		if text == "" {
			delete(root, name)
			continue
		}
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return root
}

func TestAvailable(t *testing.T) {
	const (
		none   = uint64(unix.RLIM_INFINITY)
		mib    = uint64(1 << 20)
		v2     = "30 22 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n"
		v1     = "31 30 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n34 30 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
		job    = "sys/fs/cgroup/slurm/job7/"
		jobOf1 = "sys/fs/cgroup/memory/slurm/job7/"
	)
	for name, c := range map[string]struct {
		more     map[string]string
		as, data uint64
		want     Memory
	}{
		"nothing else":      {nil, none, none, Memory{100 * mib, "MemAvailable"}},
		"an old kernel":     {map[string]string{"proc/meminfo": "MemFree:  2048 kB\n"}, none, none, Memory{2 * mib, "MemFree"}},
		"ulimit -v":         {nil, 52 * mib, none, Memory{50 * mib, "ulimit -v"}},
		"ulimit -d":         {nil, none, 61 * mib, Memory{60 * mib, "ulimit -d"}},
		"the lesser":        {nil, 52 * mib, 31 * mib, Memory{30 * mib, "ulimit -d"}},
		"already above":     {nil, mib, none, Memory{0, "ulimit -v"}},
		"a generous ulimit": {nil, 900 * mib, 900 * mib, Memory{100 * mib, "MemAvailable"}},
		"version 2": {map[string]string{
			"proc/self/cgroup": "0::/slurm/job7\n", "proc/self/mountinfo": v2,
			job + "memory.max": "41943040\n", job + "memory.current": "20971520\n", job + "memory.stat": "anon 1\ninactive_file 10485760\nactive_file 3\n",
		}, none, none, Memory{30 * mib, "memory.max of the cgroup /slurm/job7"}},
		"version 2, limit above": {map[string]string{
			"proc/self/cgroup": "0::/slurm/job7\n", "proc/self/mountinfo": v2,
			job + "memory.max": "max\n", job + "memory.current": "20971520\n",
			"sys/fs/cgroup/slurm/memory.max": "31457280\n", "sys/fs/cgroup/slurm/memory.current": "20971520\n",
		}, none, none, Memory{10 * mib, "memory.max of the cgroup /slurm"}},
		"version 2, seen from inside a container": {map[string]string{
			"proc/self/cgroup": "0::/\n", "proc/self/mountinfo": v2,
			"sys/fs/cgroup/memory.max": "31457280\n", "sys/fs/cgroup/memory.current": "0\n",
		}, none, none, Memory{30 * mib, "memory.max of the cgroup /"}},
		"version 2, inside, named from the host": {map[string]string{
			"proc/self/cgroup": "0::/docker/abc/x\n", "proc/self/mountinfo": "30 22 0:27 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
			"sys/fs/cgroup/x/memory.max": "31457280\n", "sys/fs/cgroup/x/memory.current": "0\n",
		}, none, none, Memory{30 * mib, "memory.max of the cgroup /x"}},
		"version 2, above what is shown": {map[string]string{
			"proc/self/cgroup": "0::/../other\n", "proc/self/mountinfo": v2,
			"sys/fs/cgroup/memory.max": "31457280\n", "sys/fs/cgroup/memory.current": "0\n",
		}, none, none, Memory{30 * mib, "memory.max of the cgroup /"}},
		"version 1": {map[string]string{
			"proc/self/cgroup": "9:name=systemd:/\n4:hugetlb,memory:/slurm/job7\n0::/\n", "proc/self/mountinfo": v1,
			jobOf1 + "memory.limit_in_bytes": "41943040\n", jobOf1 + "memory.usage_in_bytes": "20971520\n",
			jobOf1 + "memory.stat":                       "inactive_file 5\ntotal_inactive_file 10485760\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n", "sys/fs/cgroup/memory/memory.usage_in_bytes": "1\n",
		}, none, none, Memory{30 * mib, "memory.limit_in_bytes of the cgroup /slurm/job7"}},
		"version 1, unlimited": {map[string]string{
			"proc/self/cgroup": "4:memory:/\n", "proc/self/mountinfo": v1,
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n", "sys/fs/cgroup/memory/memory.usage_in_bytes": "1\n",
		}, none, none, Memory{100 * mib, "MemAvailable"}},
		"a mount point with a blank": {map[string]string{
			"proc/self/cgroup": "0::/\n", "proc/self/mountinfo": `30 22 0:27 / /my\040cgroups rw - cgroup2 cgroup2 rw` + "\n",
			"my cgroups/memory.max": "31457280\n", "my cgroups/memory.current": "0\n",
		}, none, none, Memory{30 * mib, "memory.max of the cgroup /"}},
		"nonsense": {map[string]string{
			"proc/self/cgroup": "0::\n4:memory\n\n:::\n", "proc/self/mountinfo": "30 -\n - \nx - cgroup2\n", "proc/self/statm": "x",
		}, mib, none, Memory{100 * mib, "MemAvailable"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := available(tree(c.more), c.as, c.data, 4096)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
	_, err := available(fstest.MapFS{}, none, none, 4096)
	require.ErrorContains(t, err, "unknown")
}

// The real limits of a process, by a shell that sets them.
func TestUlimit(t *testing.T) {
	if os.Getenv("MACHINE_TEST_CHILD") != "" {
		m, err := Available()
		require.NoError(t, err)
		assert.Equal(t, "ulimit -v", m.Limit)
		assert.Less(t, m.Bytes, uint64(4_000_000<<10))
		return
	}
	cmd := exec.Command("/bin/sh", "-c", "ulimit -v 4000000 && exec "+os.Args[0]+" -test.run '^TestUlimit$'")
	cmd.Env = append(os.Environ(), "MACHINE_TEST_CHILD=1")
	m, err := Available()
	require.NoError(t, err)
	if m.Bytes < 4_000_000<<10 {
		t.Skipf("this machine has less memory free than the limit: %v", m)
	}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}
