package theory

import (
	"runtime"
	"slices"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/physics/lattice"
)

// runNeeds returns the bytes that a run needs: found by making two small runs that
// differ in nothing but the size of the lattice, which says what a block of sites
// costs. So it knows of every action, layer and solver what it really takes.
//
// Errors: the configuration cannot be built.
func runNeeds(c *config.Config) (uint64, error) {
	small := smallExtents(c.Lattice.Extents)
	first, err := tryOn(c, small)
	if err != nil {
		return 0, err
	}
	large := append([]int(nil), small...)
	t := len(large) - 1
	large[t] *= 3 // of the same residue by 4: as many sites in a block
	second, err := tryOn(c, large)
	if err != nil {
		return 0, err
	}
	whole := blocks(c.Lattice.Extents)
	each := float64(second.bytes-min(first.bytes, second.bytes)) / (second.blocks - first.blocks)
	const program = 40 << 20 // what it takes itself: measured, 30 to 40 MiB
	need := program + float64(first.bytes) + max(whole-first.blocks, 0)*each
	// Beside what stays there are the links on their way into a checkpoint, once more
	// while it is read, and two configurations for each trajectory kept for training.
	links := 8 * float64(2*c.Lattice.Colours()*c.Lattice.Colours()*c.Lattice.Dimensions())
	for _, l := range c.Lattice.Extents {
		links *= float64(l)
	}
	need += 2 * links
	if t := c.Training; t != nil && t.Mode == "batch" && c.Run.Train > 0 {
		need += 2 * float64(min(t.Keep, c.Run.Train)) * (links * whole * first.lanes / sites(c.Lattice.Extents))
	}
	const margin, most = 1.1, 1 << 62
	return uint64(min(margin*need, most)), nil
}

// Possible returns the bytes that a run needs, or what keeps it from beginning: files
// that it starts from (if it is fresh), layers and loops that cannot be made.
func Possible(c *config.Config, fresh bool) (needs uint64, err error) {
	if fresh {
		b := &builder{c: c, fresh: true}
		if err := b.files(); err != nil {
			return 0, err
		}
	}
	return runNeeds(c)
}

// trial is what a small run takes.
type trial struct {
	bytes         uint64
	blocks, lanes float64
}

// tryOn makes the run on another lattice, and does one trajectory of each kind.
func tryOn(c *config.Config, extents []int) (t trial, err error) {
	other := *c
	other.Lattice.Extents, other.Lattice.Start = extents, "hot"
	other.HMC.Steps, other.HMC.GaugeSteps, other.HMC.Levels = 1, min(c.HMC.GaugeSteps, 1), single(c.HMC.Levels)
	other.Solver.ActionTolerance, other.Solver.ForceTolerance = 0.1, 0.1 // an iteration takes the memory of all
	if c.SLHMC != nil {
		guide := *c.SLHMC
		guide.Weights, guide.Steps, guide.GaugeSteps, guide.Levels = "", 1, min(guide.GaugeSteps, 1), single(guide.Levels)
		other.SLHMC = &guide
	}
	if c.Training != nil {
		training := *c.Training
		training.Batch, training.Keep = min(training.Batch, 1), min(training.Keep, 1)
		other.Training = &training
	}
	other.Measure.Noise = min(c.Measure.Noise, 1)
	pool := lattice.NewPool(1)
	defer pool.Close()
	before := live()
	r, geo, err := Build(&other, pool, false)
	if err != nil {
		return t, err
	}
	if c.PathWork() < 20_000 { // else it would take minutes, to find scratch of a few fields
		r.Try()
	}
	after := live()
	runtime.KeepAlive(r)
	t.bytes = after - min(before, after)
	t.lanes = float64(geo.ActiveLanes())
	t.blocks = sites(extents) / t.lanes
	return t, nil
}

// single returns levels of one step each.
func single(levels []config.Level) []config.Level {
	levels = slices.Clone(levels)
	for i := range levels {
		levels[i].Steps = 1
	}
	return levels
}

// live returns the bytes that are in use.
func live() uint64 {
	runtime.GC()
	runtime.GC() // what finalizers freed
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// smallExtents returns the smallest lattice that shares the given one's blocks and
// winding loops: each extent a divisor with the same residues by 2 and 4.
func smallExtents(extents []int) []int {
	small := make([]int, len(extents))
	for i, l := range extents {
		switch {
		case l%4 == 0:
			small[i] = 4
		case l%2 == 0:
			small[i] = 2
		default:
			for small[i] = 3; l%small[i] != 0; small[i] += 2 {
			}
		}
	}
	return small
}

func sites(extents []int) float64 {
	n := 1.
	for _, l := range extents {
		n *= float64(l)
	}
	return n
}

// blocks returns how many blocks the lattice has.
func blocks(extents []int) float64 {
	small, err := lattice.New(smallExtents(extents))
	if err != nil {
		return 0
	}
	return sites(extents) / float64(small.ActiveLanes())
}
