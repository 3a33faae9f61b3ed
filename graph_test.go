package slhmc_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/slhmc/slhmc"

// room is a package of this module with, if it is not bare, all packages below its folder. It may import rooms of lower levels, the peers it
// names, the modules it names, and the standard library. Its tests are free to import any room (Go itself refuses cycles).
type room struct {
	path    string
	level   int
	peers   []string // rooms of the same level
	modules []string // other modules
	alone   bool     // imports no other room: what checks the rest must not share its code
	bare    bool     // without the folders below it, which are rooms of their own
}

// The table: covnet and sampler meet only in an action, a solver sees an operator only through its own interface, and what
// ships knows nothing of what checks it.
var rooms = []room{
	{path: "."},

	{path: "physics/lattice", level: 0},
	{path: "physics/rng", level: 0},
	{path: "physics/rational", level: 0},
	{path: "physics/statistics", level: 0, modules: []string{"gonum.org/v1/gonum"}},
	{path: "internal/rundir", level: 0, modules: []string{"golang.org/x/sys"}},
	{path: "internal/machine", level: 0, modules: []string{"golang.org/x/sys"}},

	{path: "physics/group", level: 1},
	{path: "internal/kernel", level: 1, peers: []string{"physics/group"}, modules: []string{"golang.org/x/sys"}},

	{path: "physics/gauge", level: 2},
	{path: "physics/fermion", level: 2, peers: []string{"physics/gauge"}},

	{path: "physics/dirac", level: 3},
	{path: "physics/solver", level: 3},

	{path: "physics/action", level: 4},
	{path: "physics/observe", level: 4},
	{path: "physics/format", level: 4},

	{path: "covnet", level: 5},
	{path: "sampler", level: 5},

	{path: "reference", level: 6, alone: true, modules: []string{"gonum.org/v1/gonum"}},

	{path: "verify", level: 7, modules: []string{
		"github.com/leanovate/gopter", "github.com/stretchr/testify", "gonum.org/v1/gonum",
	}},
	{path: "bench", level: 7, modules: []string{"golang.org/x/perf", "gonum.org/v1/gonum"}},

	// The command, from what its rooms share to main. Commands do not know each other: what two of them need lies below.
	{path: "cmd/slhmc/internal/config", level: 8, modules: []string{"github.com/pelletier/go-toml/v2"}},
	{path: "cmd/slhmc/internal/origin", level: 8},
	{path: "cmd/slhmc/internal/quark", level: 8, peers: []string{"cmd/slhmc/internal/config"}},
	{path: "cmd/slhmc/internal/svg", level: 8},

	{path: "cmd/slhmc/internal/cli", level: 9, modules: []string{"github.com/spf13/cobra"}},
	{path: "cmd/slhmc/internal/summary", level: 9},
	{path: "cmd/slhmc/internal/theory", level: 9},

	{path: "cmd/slhmc/internal/gaugefile", level: 10, modules: []string{"github.com/spf13/cobra"}},

	{path: "cmd/slhmc/internal/bench", level: 11, modules: []string{"github.com/spf13/cobra"}},
	{path: "cmd/slhmc/internal/configure", level: 11, modules: []string{"github.com/spf13/cobra"}},
	{path: "cmd/slhmc/internal/files", level: 11, modules: []string{"github.com/spf13/cobra", "golang.org/x/sys"}},
	{path: "cmd/slhmc/internal/measure", level: 11, modules: []string{"github.com/spf13/cobra", "github.com/spf13/pflag", "golang.org/x/term"}},
	{path: "cmd/slhmc/internal/report", level: 11, modules: []string{"github.com/spf13/cobra"}},
	{path: "cmd/slhmc/internal/run", level: 11, modules: []string{"github.com/spf13/cobra", "golang.org/x/sys", "golang.org/x/term"}},
	{path: "cmd/slhmc/internal/verify", level: 11, modules: []string{"github.com/spf13/cobra", "golang.org/x/term"}},
	{path: "cmd/slhmc/internal/version", level: 11, modules: []string{"github.com/spf13/cobra"}},
	{path: "cmd/slhmc/internal/weights", level: 11, modules: []string{"github.com/spf13/cobra"}},

	{path: "cmd/slhmc/internal/root", level: 12, modules: []string{"github.com/spf13/cobra"}},
	{path: "cmd/slhmc/internal/harness", level: 12, modules: []string{"github.com/stretchr/testify"}}, // for tests

	{path: "cmd/slhmc/program", level: 13}, // of others, with actions of their own
	{path: "cmd/slhmc", level: 13, bare: true},
}

// testModules may be imported by the tests of any room.
var testModules = []string{
	"github.com/leanovate/gopter", "github.com/stretchr/testify", "gonum.org/v1/gonum", "pgregory.net/rapid",
}

// withheld are packages of the standard library that only the named rooms, and tests, may import.
var withheld = map[string][]string{
	"C":      nil, // a machine without a C compiler builds everything
	"unsafe": nil, // fields are ordinary slices

	// Noise comes from physics/rng (one seed, one answer): reference stands alone, rundir names temporary files.
	"math/rand":    {"verify"},
	"math/rand/v2": {"verify", "reference", "internal/rundir"},

	// Libraries print nothing, and what ships does not carry the test flags.
	"log":      {"cmd/slhmc"},
	"log/slog": {"cmd/slhmc"},
	"testing":  {"verify", "bench", "reference", "cmd/slhmc/internal/harness"},
}

// TestPackageGraph holds every import of the module against the table.
func TestPackageGraph(t *testing.T) {
	require.Contains(t, goMod(t), "module "+module+"\n")

	packages, edges, err := readGraph(os.DirFS("."))
	require.NoError(t, err)
	require.NotEmpty(t, packages)
	require.NotEmpty(t, edges)
	for _, v := range violations(packages, edges) {
		t.Error(v)
	}
}

// TestGraphTable keeps the table itself sound: rooms apart from each other, peers on one level and without a cycle.
func TestGraphTable(t *testing.T) {
	for i, r := range rooms {
		for _, s := range rooms[i+1:] {
			assert.False(t, r.has(s.path) || s.has(r.path), "%s and %s overlap", r.path, s.path)
		}
		for _, p := range r.peers {
			s, ok := roomOf(p)
			require.True(t, ok, "%s names the unknown peer %s", r.path, p)
			assert.Equal(t, r.level, s.level, "%s and its peer %s", r.path, p)
			assert.Empty(t, s.peers, "%s is a peer of %s and may have none itself", p, r.path)
		}
	}
}

// TestGraphCatches plants imports, one at a time, in a module that is otherwise in order, and expects each to be named.
func TestGraphCatches(t *testing.T) {
	const ours = module + "/"
	for name, c := range map[string]struct {
		file, imports string
		want          string // empty: allowed
	}{
		"down":                      {"covnet/a.go", ours + "physics/action", ""},
		"up":                        {"physics/rng/a.go", ours + "physics/gauge", "physics/rng imports physics/gauge"},
		"other platform":            {"physics/rng/a_windows.go", ours + "physics/gauge", "physics/rng imports physics/gauge"},
		"build tag":                 {"physics/rng/tag.go", ours + "physics/gauge", "physics/rng imports physics/gauge"},
		"same level":                {"covnet/a.go", ours + "sampler", "covnet imports sampler"},
		"same level, other way":     {"sampler/a.go", ours + "covnet", "sampler imports covnet"},
		"solver sees operators":     {"physics/solver/a.go", ours + "physics/dirac", "physics/solver imports physics/dirac"},
		"peer":                      {"physics/fermion/a.go", ours + "physics/gauge", ""},
		"peer, other way":           {"physics/gauge/a.go", ours + "physics/fermion", "physics/gauge imports physics/fermion"},
		"own folder":                {"sampler/a.go", ours + "sampler/deep", ""},
		"folder of a bare room":     {"cmd/slhmc/internal/any/a.go", "fmt", "cmd/slhmc/internal/any is in no room"},
		"up, below a bare room":     {"cmd/slhmc/internal/config/a.go", ours + "cmd/slhmc/internal/harness", "cmd/slhmc/internal/config imports cmd/slhmc/internal/harness"},
		"below a room":              {"sampler/deep/er/a.go", ours + "verify", "sampler/deep/er imports verify"},
		"ships its checks":          {"physics/action/a.go", ours + "reference", "physics/action imports reference"},
		"test with its checks":      {"physics/action/a_test.go", ours + "reference", ""},
		"twin that shares code":     {"reference/a.go", ours + "physics/group", "reference imports physics/group"},
		"unknown package":           {"physics/util/a.go", "fmt", "physics/util is in no room"},
		"test of an unknown one":    {"physics/util/a_test.go", "fmt", "physics/util is in no room"},
		"import of an unknown one":  {"cmd/slhmc/a.go", ours + "physics/util", "cmd/slhmc imports physics/util"},
		"name that only begins so":  {"physics/rngs/a.go", "fmt", "physics/rngs is in no room"},
		"command by a command":      {"cmd/slhmc/internal/run/a.go", ours + "cmd/slhmc/internal/measure", "cmd/slhmc/internal/run imports cmd/slhmc/internal/measure"},
		"command by what is shared": {"cmd/slhmc/internal/cli/a.go", ours + "cmd/slhmc/internal/run", "cmd/slhmc/internal/cli imports cmd/slhmc/internal/run"},
		"theory by a command":       {"cmd/slhmc/internal/run/a.go", ours + "cmd/slhmc/internal/theory", ""},
		"ships its harness":         {"cmd/slhmc/internal/run/a.go", ours + "cmd/slhmc/internal/harness", "cmd/slhmc/internal/run imports cmd/slhmc/internal/harness"},
		"module":                    {"cmd/slhmc/internal/root/a.go", "github.com/spf13/cobra", ""},
		"module elsewhere":          {"sampler/a.go", "github.com/spf13/cobra", "sampler imports github.com/spf13/cobra"},
		"module that only tests do": {"covnet/a.go", "github.com/stretchr/testify/assert", "covnet imports github.com/stretchr/testify/assert"},
		"test module":               {"covnet/a_test.go", "github.com/leanovate/gopter/gen", ""},
		"module no test may use":    {"covnet/a_test.go", "example.com/other", "covnet imports example.com/other (in a test)"},
		"unsafe":                    {"internal/kernel/a.go", "unsafe", "internal/kernel imports unsafe"},
		"random numbers of Go":      {"covnet/a.go", "math/rand/v2", "covnet imports math/rand/v2"},
		"standard library":          {"covnet/a.go", "math/cmplx", ""},
		"nested module":             {"examples/mine/a.go", "example.com/other", ""},
		"passed over":               {"covnet/_a.go", "example.com/other", ""},
		"test data":                 {"covnet/testdata/a.go", "example.com/other", ""},
	} {
		t.Run(name, func(t *testing.T) {
			source := fmt.Sprintf("package p\nimport %q\n", c.imports)
			if name == "build tag" {
				source = "//go:build long\n\n" + source
			}
			packages, edges, err := readGraph(fstest.MapFS{
				c.file:                {Data: []byte(source)},
				"physics/group/a.go":  {Data: []byte("package group\nimport \"fmt\"\n")},
				"examples/go.mod":     {Data: []byte("module example.com/examples\n")},
				"bin/tools/any/extra": {Data: []byte("not Go")},
			})
			require.NoError(t, err)
			got := violations(packages, edges)
			if c.want == "" {
				assert.Empty(t, got)
				return
			}
			require.Len(t, got, 1)
			assert.Contains(t, got[0], c.want)
		})
	}
}

// violations names every package without a room and every edge that the table does not allow.
func violations(packages []string, edges []edge) []string {
	var out []string
	for _, p := range packages {
		if _, ok := roomOf(p); !ok {
			out = append(out, fmt.Sprintf("%s is in no room: give it a line and a level in the table of graph_test.go", p))
		}
	}
	for _, e := range edges {
		r, ok := roomOf(e.from)
		if !ok {
			continue // said above
		}
		if why := r.refuses(e); why != "" {
			where := ""
			if e.test {
				where = " (in a test)"
			}
			out = append(out, fmt.Sprintf("%s imports %s%s: %s", e.from, strings.TrimPrefix(e.to, module+"/"), where, why))
		}
	}
	return out
}

// refuses says why the room may not have the edge, and nothing if it may.
func (r room) refuses(e edge) string {
	isIn := func(m string) bool { return within(e.to, m) }
	if to, ours := strings.CutPrefix(e.to, module+"/"); ours {
		s, ok := roomOf(to)
		switch {
		case !ok:
			return "which is in no room"
		case e.test || s.path == r.path:
			return ""
		case r.alone:
			return r.path + " imports no other room"
		case s.level < r.level || slices.Contains(r.peers, s.path):
			return ""
		}
		return fmt.Sprintf("level %d may not import level %d", r.level, s.level)
	}
	first, _, _ := strings.Cut(e.to, "/")
	switch {
	case strings.Contains(first, "."):
		if slices.ContainsFunc(r.modules, isIn) || e.test && slices.ContainsFunc(testModules, isIn) {
			return ""
		}
		return "not one of its modules in the table of graph_test.go"
	case e.test:
		return ""
	}
	if allowed, ok := withheld[e.to]; ok && !slices.Contains(allowed, r.path) {
		return "withheld from it by graph_test.go"
	}
	return ""
}

// roomOf returns the room that a folder belongs to.
func roomOf(folder string) (room, bool) {
	i := slices.IndexFunc(rooms, func(r room) bool { return r.has(folder) })
	if i < 0 {
		return room{}, false
	}
	return rooms[i], true
}

// has reports whether a folder is part of the room.
func (r room) has(folder string) bool {
	return folder == r.path || !r.bare && within(folder, r.path)
}

// within reports whether p is the path top or lies below it.
func within(p, top string) bool {
	return p == top || strings.HasPrefix(p, top+"/")
}

func goMod(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("go.mod")
	require.NoError(t, err)
	return string(b)
}
