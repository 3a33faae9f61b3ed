package configure

import (
	"errors"
	"slices"
	"strings"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
)

// draft is a configuration on its way: a preset and what has been answered so far. It is
// valid after each answer.
type draft struct {
	preset string
	text   []byte // of the preset
	set    []config.Override
	own    []config.Action
	c      *config.Config
}

// begin takes a preset. Errors: there is none of the name.
func (d *draft) begin(preset string) error {
	text, err := config.Preset(preset)
	if err != nil {
		return err
	}
	c, err := config.Parse(preset, text, nil, d.own...)
	if err == nil {
		d.preset, d.text, d.set, d.c = preset, text, nil, c
	}
	return err
}

// take takes an answer. Keys that were valid and do not fit the answer, such as boundary
// conditions on a lattice of other dimensions, get their defaults, and their names are
// returned. Errors: what is wrong with the answer, by the rules of the file; the draft is
// as it was.
func (d *draft) take(answer []config.Override) (dropped []string, err error) {
	all := slices.Concat(d.set, answer)
	for {
		c, err := config.Parse("preset "+d.preset, d.text, all, d.own...)
		if err == nil {
			d.set, d.c = all, c
			return dropped, nil
		}
		var problems config.Problems
		if !errors.As(err, &problems) {
			return nil, err
		}
		if slices.ContainsFunc(problems, func(p config.Problem) bool { return answers(answer, p) }) {
			return nil, reasons(problems)
		}
		drop := problems[0].Key
		for slices.Contains(dropped, drop) { // not enough: the table that holds it
			dropped = slices.DeleteFunc(dropped, func(key string) bool { return key == drop })
			drop = drop[:max(strings.LastIndexByte(drop, '.'), 0)]
		}
		if drop == "" {
			return nil, reasons(problems)
		}
		dropped = append(dropped, drop)
		all = append(all, config.Override{Key: drop})
	}
}

// answers reports whether a problem is one of the answer's own.
func answers(answer []config.Override, p config.Problem) bool {
	return slices.ContainsFunc(answer, func(o config.Override) bool {
		return o.Value != "" && (p.File == o.String() || p.Key == o.Key)
	})
}

// reasons returns problems without their places.
func reasons(problems config.Problems) error {
	var lines []string
	for _, p := range problems {
		lines = append(lines, p.Key+": "+p.Message)
	}
	return errors.New(strings.Join(lines, "\n"))
}

// file returns the configuration with its comments.
func (d *draft) file() ([]byte, error) {
	text := d.text
	if len(d.set) == 0 {
		return config.AnnotateWith("preset "+d.preset, text, nil, d.own...)
	}
	for strings.HasPrefix(string(text), "#") { // what the preset is, and this is not
		_, rest, _ := strings.Cut(string(text), "\n")
		text = []byte(rest)
	}
	text = append([]byte("# Begun from the preset "+d.preset+".\n\n"), text...)
	return config.AnnotateWith("preset "+d.preset, text, d.set, d.own...)
}
