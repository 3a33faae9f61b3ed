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
	"github.com/slhmc/slhmc/physics/lattice"
)

// A run interleaves its cases, adds the probes, names its machine, and its record
// is a table and a file.
func TestRun(t *testing.T) {
	c := []bench.Case{*find(t, "staggered-dslash", su3, 4), *find(t, "gauge-drift", su3, 4)}
	var seen []string
	rec, err := bench.Run(context.Background(), bench.Plan{
		Cases: c, Samples: 6, Visits: 3, Time: 20 * time.Millisecond, Commit: "abc",
		Progress: func(round int, c *bench.Case) {
			seen = append(seen, c.Name())
			assert.Equal(t, (len(seen)-1)/6, round)
		},
	})
	require.NoError(t, err)
	names := rec.Cases()
	require.Len(t, names, 2+4, "two cases; the peak and three levels of memory")
	require.Len(t, seen, 6*3*6, "visits of samples of cases")
	for i, n := range seen {
		assert.Equal(t, names[i%len(names)], n)
	}
	for name, units := range rec.Samples() {
		assert.Len(t, units["sec/op"], 6, name)
	}
	var file, table bytes.Buffer
	require.NoError(t, rec.Write(&file))
	require.NoError(t, rec.WriteTable(&table))
	for _, key := range []string{"cpu: ", "cores: ", "kernels: ", "go: go", "commit: abc", "aa-noise: "} {
		assert.Contains(t, file.String(), key)
	}
	for _, n := range names {
		assert.Contains(t, table.String(), n)
		assert.Equal(t, 6, strings.Count(file.String(), n+" "))
	}
	m, err := bench.ThisMachine()
	require.NoError(t, err)
	key, err := rec.MachineKey()
	require.NoError(t, err)
	assert.Equal(t, m.Key(), key)

	for _, p := range []bench.Plan{{Cases: c, Visits: 1}, {Cases: c, Samples: 1}, {Samples: 1, Visits: 1}} {
		_, err = bench.Run(context.Background(), p)
		require.ErrorContains(t, err, "allowed: at least 1 of each")
	}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	_, err = bench.Run(stopped, bench.Plan{Cases: c, Samples: 1, Visits: 1, Time: 1})
	require.ErrorIs(t, err, context.Canceled)
}

// The visits of a sample are apart, and its allocations the least of them: what every
// other pair of visits allocates no sample has.
func TestVisits(t *testing.T) {
	visits := 0
	var garbage []byte
	c := bench.Case{Kernel: "counted", Level: "visit", Workers: 1, Build: func(*bench.Case, *lattice.Geometry) (bench.Call, error) {
		visit := visits
		visits++
		return func() (int, error) {
			if visit/2%2 == 0 {
				garbage = make([]byte, 1<<16)
			}
			return visit, nil
		}, nil
	}}
	rec, err := bench.Run(context.Background(), bench.Plan{Cases: []bench.Case{c}, Samples: 4, Visits: 2, Time: 20 * time.Millisecond})
	require.NoError(t, err)
	_ = garbage
	s := rec.Samples()["counted/visit/workers=1"]
	assert.Equal(t, 8, visits)
	assert.Equal(t, make([]float64, 4), s["allocs/op"])
	for k, mean := range s["iterations/op"] {
		first := float64(4*(k/2) + k%2) // of two halves, the second one two samples later
		assert.Greater(t, mean, first)
		assert.Less(t, mean, first+2)
	}

	// what takes long is visited once
	visits = 0
	rec, err = bench.Run(context.Background(), bench.Plan{Cases: []bench.Case{c}, Samples: 4, Visits: 2, Time: 1})
	require.NoError(t, err)
	assert.Equal(t, 4, visits)
	assert.Len(t, rec.Samples()["counted/visit/workers=1"]["sec/op"], 4)
}

var su3 = group.SU3
