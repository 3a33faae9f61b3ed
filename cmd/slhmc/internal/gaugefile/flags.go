// Package gaugefile opens configuration files as the command line tells them: what a
// file does not say, and the promises that it may break.
package gaugefile

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/group"
)

// Help says what the flags of Flags are for.
const Help = `What a file does not say is told by --extents, --group and --axes, or for one file
behind its name: FILE@4x4x4x8@SU(3). An L^4 lattice of SU(2), SU(3) or SU(4) needs no
telling if no other fits. What is told overrules what the file says.

A file that breaks a promise is refused: its checksum, plaquette, trace of the links,
their unitarity, a header that contradicts itself or the size of the file, flags of
LIME records. --accept reads it all the same, and what was accepted is said. Files may
be compressed by gzip.`

// Flags are what some configuration files do not say, and what they may break, as text.
type Flags struct{ Extents, Group, Axes, Accept string }

// Add adds the flags.
func (s *Flags) Add(c *cobra.Command) {
	c.Flags().StringVarP(&s.Extents, "extents", "L", "", "extents x,y,z,t or XxYxZxT of the files")
	c.Flags().StringVarP(&s.Group, "group", "N", "", "gauge group of the files: SU(3), or the number of colours")
	c.Flags().StringVar(&s.Axes, "axes", "", fmt.Sprintf("axes of NumPy and Fortran files from slowest to fastest: %s or %s", format.DirectionFastest, format.DirectionSlowest))
	c.Flags().StringVar(&s.Accept, "accept", "", "promises that files may break: of "+Promises())
}

// Promises lists all that --accept takes, with commas.
func Promises() string {
	var words []string
	for _, p := range format.Promises() {
		words = append(words, string(p))
	}
	return strings.Join(words, ",")
}

// Told returns what the flags say about the shape. Errors: of the command line.
func (s *Flags) Told() (told format.Shape, err error) {
	if _, err := s.Options(); err != nil {
		return told, err
	}
	if s.Extents != "" {
		if told.Extents, err = parseExtents(s.Extents); err != nil {
			return told, cli.Usage(fmt.Errorf("--extents %s: %w", s.Extents, err))
		}
	}
	if s.Group != "" {
		if told.Group, err = parseGroup(s.Group); err != nil {
			return told, cli.Usage(fmt.Errorf("--group: %w", err))
		}
	}
	return told, nil
}

// Options returns how files are to be opened. Errors: of the command line.
func (s *Flags) Options() ([]format.Option, error) {
	options := []format.Option{format.Overrule()}
	if s.Axes != "" {
		axes, err := format.ParseAxes(s.Axes)
		if err != nil {
			return nil, cli.Usage(fmt.Errorf("--axes: %w", err))
		}
		options = append(options, format.WithAxes(axes))
	}
	if s.Accept != "" {
		accept, err := format.ParsePromises(s.Accept)
		if err != nil {
			return nil, cli.Usage(fmt.Errorf("--accept: %w", err))
		}
		options = append(options, format.Accept(accept...))
	}
	return options, nil
}

// parseExtents reads 4,4,4,8 or 4x4x4x8.
func parseExtents(text string) (extents []int, err error) {
	for word := range strings.SplitSeq(strings.ReplaceAll(strings.ToLower(text), "x", ","), ",") {
		l, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || l < 1 {
			return nil, fmt.Errorf("%q is not a number of sites (allowed: as in 4,4,4,8 or 4x4x4x8)", word)
		}
		extents = append(extents, l)
	}
	if d := len(extents); d < 2 || d > 4 {
		return nil, fmt.Errorf("%d directions (allowed: 2 … 4)", d)
	}
	return extents, nil
}

// parseGroup reads SU(3) or 3.
func parseGroup(text string) (group.Group, error) {
	n, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return group.Parse(text)
	case n == 1:
		return group.U1, nil
	}
	return group.SU(n)
}

// Split returns the path of a file, and its shape as told behind its name,
// FILE@4x4x4x8, FILE@SU(3), FILE@4x4x4x8@3, or else for all files. A file of the whole
// name is meant where there is one. Errors: of the command line.
func Split(name string, told format.Shape) (string, format.Shape, error) {
	if _, err := os.Lstat(name); err == nil {
		return name, told, nil
	}
	path, rest, found := strings.Cut(name, "@")
	if last := strings.LastIndexAny(name, `/\`); last > len(path) { // in the name of a folder
		path, rest, found = strings.Cut(name[last:], "@")
		path = name[:last] + path
	}
	for found {
		var word string
		var err error
		word, rest, found = strings.Cut(rest, "@")
		if strings.ContainsAny(word, "xX,") {
			told.Extents, err = parseExtents(word)
		} else {
			told.Group, err = parseGroup(word)
		}
		if err != nil {
			return "", told, cli.Usage(fmt.Errorf("%s: no such file, and behind an @: %w", name, err))
		}
	}
	return path, told, nil
}
