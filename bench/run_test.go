package bench_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/bench"
	"github.com/slhmc/slhmc/physics/group"
)

// A run interleaves its cases, adds the probes, names its machine, and its record
// is a table and a file.
func TestRun(t *testing.T) {
	c := []bench.Case{*find(t, "staggered-dslash", su3, 4), *find(t, "gauge-drift", su3, 4)}
	var seen []string
	rec, err := bench.Run(context.Background(), bench.Plan{
		Cases: c, Rounds: 4, Time: time.Microsecond, Commit: "abc",
		Progress: func(_ int, c *bench.Case) { seen = append(seen, c.Name()) },
	})
	require.NoError(t, err)
	names := rec.Cases()
	require.Len(t, names, 2+4, "two cases; the peak and three levels of memory")
	for i, n := range seen {
		assert.Equal(t, names[i%len(names)], n)
	}
	for name, units := range rec.Samples() {
		assert.Len(t, units["sec/op"], 4, name)
	}
	var file, table bytes.Buffer
	require.NoError(t, rec.Write(&file))
	require.NoError(t, rec.WriteTable(&table))
	for _, key := range []string{"cpu: ", "cores: ", "kernels: ", "go: go", "commit: abc", "aa-noise: "} {
		assert.Contains(t, file.String(), key)
	}
	for _, n := range names {
		assert.Contains(t, table.String(), n)
		assert.Equal(t, 4, strings.Count(file.String(), n+" "))
	}
	m, err := bench.ThisMachine()
	require.NoError(t, err)
	key, err := rec.MachineKey()
	require.NoError(t, err)
	assert.Equal(t, m.Key(), key)

	_, err = bench.Run(context.Background(), bench.Plan{Cases: c})
	require.ErrorContains(t, err, "0 rounds of 2 cases")
	stopped, stop := context.WithCancel(context.Background())
	stop()
	_, err = bench.Run(stopped, bench.Plan{Cases: c, Rounds: 1, Time: 1})
	require.ErrorIs(t, err, context.Canceled)
}

var su3 = group.SU3
