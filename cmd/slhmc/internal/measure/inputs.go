package measure

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/gaugefile"
)

// list brings the files into order. Errors: of the command line.
func (s *survey) list(names []string) ([]input, error) {
	var files []input
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return nil, cli.Usage(fmt.Errorf("%s twice", cli.Printable(name)))
		}
		f, err := s.input(name)
		if err != nil {
			return nil, err
		}
		for flag, path := range map[string]string{"--plot": s.plot, "--out": s.out} {
			if path == f.path {
				return nil, cli.Usage(fmt.Errorf("%s %s is one of the files to be measured", flag, cli.Printable(path)))
			}
		}
		files = append(files, f)
	}
	files, again := sameFiles(files)
	for _, pair := range again {
		s.notice("%s is the file %s: it counts once", cli.Printable(pair[0].name), cli.Printable(pair[1].name))
	}
	if s.asGiven {
		return files, nil
	}
	if earlier, later, found := descends(files); found {
		s.notice("%s stands before %s: the files are taken in natural order (--as-given keeps that of the command line)", cli.Printable(earlier), cli.Printable(later))
		slices.SortStableFunc(files, func(a, b input) int { return natural(a.path, b.path) })
	}
	return files, nil
}

// input is a file of the command line.
type input struct {
	name string // as it is given
	path string // without the shape behind it
	told string // what the command line says of it, "" for nothing: see source
}

// input takes a name of the command line apart. Errors: of the command line.
func (s *survey) input(name string) (f input, err error) {
	path, told, err := gaugefile.Split(name, s.told)
	if err != nil {
		return f, err
	}
	var said []string
	if told.Extents != nil {
		said = append(said, fmt.Sprintf("on %v", told.Extents))
	}
	if told.Group.N() > 0 {
		said = append(said, told.Group.String())
	}
	if s.shape.Axes != "" {
		said = append(said, "axes "+s.shape.Axes)
	}
	if s.shape.Accept != "" {
		said = append(said, "accept "+s.shape.Accept)
	}
	return input{name, path, strings.Join(said, ", ")}, nil
}

// numbered is a name in pieces, digits and others in turn: text first, perhaps empty.
func numbered(name string) (pieces []string) {
	digit := func(i int) bool { return name[i] >= '0' && name[i] <= '9' }
	start := 0
	for i := range len(name) {
		if want := len(pieces)%2 == 1; digit(i) != want {
			pieces = append(pieces, name[start:i])
			start = i
		}
	}
	return append(pieces, name[start:])
}

// natural compares names so that 2 comes before 10: digits by their value.
func natural(a, b string) int {
	x, y := numbered(a), numbered(b)
	for i := range min(len(x), len(y)) {
		c := strings.Compare(x[i], y[i])
		if i%2 == 1 {
			m, n := strings.TrimLeft(x[i], "0"), strings.TrimLeft(y[i], "0")
			if c = cmp.Compare(len(m), len(n)); c == 0 {
				c = strings.Compare(m, n)
			}
		}
		if c != 0 {
			return c
		}
	}
	if c := cmp.Compare(len(x), len(y)); c != 0 {
		return c
	}
	return strings.Compare(a, b) // 01 and 1
}

// descends finds two paths of a list that are alike but for their numbers, the later with
// the smaller ones.
func descends(files []input) (earlier, later string, found bool) {
	last := map[string]string{} // by what is not digits
	for _, f := range files {
		var text strings.Builder
		for i, piece := range numbered(f.path) {
			if i%2 == 0 {
				text.WriteString(piece + "\x00")
			}
		}
		if before, ok := last[text.String()]; ok && natural(f.path, before) < 0 {
			return before, f.path, true
		}
		last[text.String()] = f.path
	}
	return "", "", false
}

// sameFiles returns the list without those files that have come before, by another
// spelling or a link, and these with the one that came first.
func sameFiles(files []input) (different []input, again [][2]input) {
	var infos []os.FileInfo // nil where there is none
	for _, f := range files {
		info, err := os.Stat(f.path)
		if err != nil {
			info = nil // said when it is read
		}
		first := -1
		for i, other := range infos {
			if info != nil && other != nil && different[i].told == f.told && os.SameFile(info, other) {
				first = i
				break
			}
		}
		if first >= 0 {
			again = append(again, [2]input{f, different[first]})
			continue
		}
		different, infos = append(different, f), append(infos, info)
	}
	return different, again
}
