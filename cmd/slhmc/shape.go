package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/group"
)

// shapeFlags are what some configuration files do not say.
type shapeFlags struct{ extents, group string }

func (s *shapeFlags) add(c *cobra.Command) {
	c.Flags().StringVarP(&s.extents, "extents", "L", "", "extents x,y,z,t of files that do not say them")
	c.Flags().StringVarP(&s.group, "group", "N", "", "gauge group of files that do not say it: SU(3), or the number of colours")
}

// shape returns what the flags say. Errors: of the command line.
func (s *shapeFlags) shape() (told format.Shape, err error) {
	if s.extents != "" {
		for _, word := range strings.Split(s.extents, ",") {
			l, err := strconv.Atoi(strings.TrimSpace(word))
			if err != nil || l < 1 {
				return told, usage{fmt.Errorf("--extents %s: %q is not a number of sites (allowed: as in 4,4,4,8)", s.extents, word)}
			}
			told.Extents = append(told.Extents, l)
		}
		if d := len(told.Extents); d < 2 || d > 4 {
			return told, usage{fmt.Errorf("--extents %s: %d directions (allowed: 2 … 4)", s.extents, d)}
		}
	}
	if s.group == "" {
		return told, nil
	}
	if n, e := strconv.Atoi(s.group); e == nil {
		if n == 1 {
			told.Group = group.U1
			return told, nil
		}
		told.Group, err = group.SU(n)
	} else {
		told.Group, err = group.Parse(s.group)
	}
	if err != nil {
		return told, usage{fmt.Errorf("--group: %w", err)}
	}
	return told, nil
}
