package bench

import (
	"fmt"
	"strings"

	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Count is floating-point operations and bytes of compulsory traffic.
type Count struct{ Flops, Bytes float64 }

// plus returns c + n d.
func (c Count) plus(n float64, d Count) Count {
	return Count{c.Flops + n*d.Flops, c.Bytes + n*d.Bytes}
}

// Call does the operation of a case once, and returns the iterations of its
// solver, if it has one.
type Call func() (iterations int, err error)

// Case is one row of the table.
type Case struct {
	Kernel    string      // what is done
	Level     string      // of memory, for probes of the roofline, which have no lattice
	Group     group.Group // of links, on a lattice
	L         int         // extent of each of its four directions
	Precision lattice.Precision
	Workers   int
	Short     bool // one of the short set

	Once      Count // of a call
	Iteration Count // of each of its iterations, in addition
	Sweep     Count // what is repeated, whose bytes caches may hold; zero: an iteration, or the call
	// Build prepares the operation: it allocates fields and fills them.
	Build func(c *Case, geo *lattice.Geometry) (Call, error)
}

// Name identifies the case in records: the kernel, and what it works on.
func (c *Case) Name() string {
	if c.L == 0 {
		return fmt.Sprintf("%s/%s/workers=%d", c.Kernel, c.Level, c.Workers)
	}
	precision := "double"
	if c.Precision == lattice.Float32 {
		precision = "single"
	}
	return fmt.Sprintf("%s/%s/L=%d/%s/workers=%d", c.Kernel, plain(c.Group), c.L, precision, c.Workers)
}

// plain is the name of a group without its brackets: a pattern finds it.
func plain(g group.Group) string { return strings.NewReplacer("(", "", ")", "").Replace(g.String()) }

// Sites returns the volume, 1 for a probe.
func (c *Case) Sites() float64 { return max(1, float64(c.L*c.L*c.L*c.L)) }

// Count returns what a call with so many iterations takes.
func (c *Case) Count(iterations float64) Count { return c.Once.plus(iterations, c.Iteration) }

// Open prepares a case and calls it once, so that its scratch exists. close gives
// its workers back.
func (c *Case) Open() (call Call, close func(), err error) {
	var geo *lattice.Geometry
	close = func() {}
	if c.L > 0 {
		pool := lattice.NewPool(c.Workers)
		close = pool.Close
		if geo, err = lattice.New([]int{c.L, c.L, c.L, c.L}, lattice.WithPool(pool)); err != nil {
			close()
			return nil, nil, fmt.Errorf("bench: %s: %w", c.Name(), err)
		}
	}
	if call, err = c.Build(c, geo); err == nil {
		_, err = call()
	}
	if err != nil {
		close()
		return nil, nil, fmt.Errorf("bench: %s: %w", c.Name(), err)
	}
	return call, close, nil
}

// Table returns all cases, probes of the roofline first.
func Table() []Case {
	var t []Case
	for _, part := range [][]Case{roofline(), links(), network(), staggered(), background(), wilson(), evenOdd(), clover(), actions(), trajectories()} {
		t = append(t, part...)
	}
	return t
}

// Sets of cases.
const (
	Short = "short"
	Full  = "full"
)

// Set returns the cases of a set. Errors: a name that is not Short or Full.
func Set(name string) ([]Case, error) {
	t := Table()
	switch name {
	case Full:
		return t, nil
	case Short:
		var s []Case
		for _, c := range t {
			if c.Short {
				s = append(s, c)
			}
		}
		return s, nil
	}
	return nil, fmt.Errorf("bench: set %q (allowed: %s, %s)", name, Short, Full)
}
