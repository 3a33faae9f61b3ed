package slhmc_test

import (
	"cmp"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// edge is one import: a package (its folder), what it imports, and whether only its tests do.
type edge struct {
	from, to string
	test     bool
}

// readGraph returns the folders of the module that hold packages, and their imports. It reads the import clauses of all files
// rather than asking the go command, which sees one platform and one set of build tags at a time.
func readGraph(tree fs.FS) (packages []string, edges []edge, err error) {
	seen := map[string]bool{}
	found := map[edge]bool{}
	err = fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return skipFolder(tree, name)
		case !strings.HasSuffix(name, ".go") || hidden(name):
			return nil
		}
		source, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ImportsOnly)
		if err != nil {
			return err
		}
		seen[path.Dir(name)] = true
		for _, i := range file.Imports {
			to, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			found[edge{path.Dir(name), to, strings.HasSuffix(name, "_test.go")}] = true
		}
		return nil
	})
	edges = slices.SortedFunc(maps.Keys(found), func(a, b edge) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
	})
	return slices.Sorted(maps.Keys(seen)), edges, err
}

// skipFolder is fs.SkipDir for what the go command leaves out of a module: other modules, test data, hidden folders.
func skipFolder(tree fs.FS, name string) error {
	base := path.Base(name)
	switch _, err := fs.Stat(tree, path.Join(name, "go.mod")); {
	case name == ".":
		return nil
	case base == "testdata", base == "vendor", hidden(name), err == nil:
		return fs.SkipDir
	}
	return nil
}

// hidden reports whether the go command passes over a file or folder because of how its name begins.
func hidden(name string) bool {
	base := path.Base(name)
	return base[0] == '.' || base[0] == '_'
}
