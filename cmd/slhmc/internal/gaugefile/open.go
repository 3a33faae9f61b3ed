package gaugefile

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
)

// Open opens a file whose shape is known. Errors: of the command line, that it
// is not.
func Open(name string, told format.Shape, options ...format.Option) (*format.File, error) {
	path, told, err := Split(name, told)
	if err != nil {
		return nil, err
	}
	f, err := format.Open(path, told, options...)
	if errors.Is(err, format.ErrAxes) {
		return nil, cli.Usage(err)
	}
	if err == nil && (f.Extents == nil || f.Group.N() == 0) {
		_ = f.Close()
		return nil, cli.Usage(fmt.Errorf("%s: %s does not say its extents and group: give --extents and --group", path, f.Kind))
	}
	return f, err
}

// Load reads a file whole.
func (s *Flags) Load(name string) (h format.Header, u *gauge.Field, err error) {
	told, err := s.Told()
	if err != nil {
		return h, nil, err
	}
	options, err := s.Options()
	if err != nil {
		return h, nil, err
	}
	h, u, err = read(name, told, options...)
	var broken *format.Broken
	if errors.As(err, &broken) { // the first that is met; the others are as good to know
		if all, _, e := read(name, told, append(options, format.Accept(format.Promises()...))...); e == nil && len(words(all)) > 1 {
			err = fmt.Errorf("%w; it breaks in all: %s", err, strings.Join(words(all), ","))
		}
	}
	return h, u, err
}

func read(name string, told format.Shape, options ...format.Option) (h format.Header, u *gauge.Field, err error) {
	f, err := Open(name, told, options...)
	if err != nil {
		return h, nil, err
	}
	defer f.Close()
	u, err = f.Read()
	return f.Header, u, err
}

// words returns the promises that a file breaks and that were accepted, each once.
func words(h format.Header) (list []string) {
	for _, p := range Accepted(h) {
		if !slices.Contains(list, string(p)) {
			list = append(list, string(p))
		}
	}
	return list
}
