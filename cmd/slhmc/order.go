package main

import (
	"cmp"
	"os"
	"slices"
	"strings"
)

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

// descends finds two names of a list that are alike but for their numbers, the later with
// the smaller ones.
func descends(names []string) (earlier, later string, found bool) {
	last := map[string]string{} // by what is not digits
	for _, name := range names {
		var text strings.Builder
		for i, piece := range numbered(name) {
			if i%2 == 0 {
				text.WriteString(piece + "\x00")
			}
		}
		if before, ok := last[text.String()]; ok && natural(name, before) < 0 {
			return before, name, true
		}
		last[text.String()] = name
	}
	return "", "", false
}

// sameFiles returns the names without those of a file that has come before, by another
// spelling or a link, and these with the name that came first.
func sameFiles(names []string) (different []string, again [][2]string) {
	var infos []os.FileInfo // nil where there is none
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			info = nil // said when it is read
		}
		first := -1
		if info != nil {
			first = slices.IndexFunc(infos, func(other os.FileInfo) bool { return other != nil && os.SameFile(info, other) })
		}
		if first >= 0 {
			again = append(again, [2]string{name, different[first]})
			continue
		}
		different, infos = append(different, name), append(infos, info)
	}
	return different, again
}
