package theory

import (
	"fmt"
	"slices"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/origin"
	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/sampler"
)

func (b *builder) lattice(pool *lattice.Pool) func(*sampler.Run) error {
	return func(r *sampler.Run) (err error) {
		l := b.c.Lattice
		if b.group, err = group.Parse(l.Group); err != nil {
			return err
		}
		if b.geo, err = lattice.New(l.Extents, lattice.WithPool(pool)); err != nil {
			return err
		}
		b.links = gauge.NewField(b.geo, b.group)
		start := rng.New(b.c.Seed).Child("start")
		switch l.Start {
		case "hot":
			b.links.Hot(start)
		case "rough":
			b.links.Rough(l.Roughness, start)
		case "file":
			if err := b.links0(r); err != nil {
				return fmt.Errorf("lattice.file: %w", err)
			}
		}
		r.Links = b.links
		return nil
	}
}

// links0 reads the configuration that the run starts from.
func (b *builder) links0(r *sampler.Run) error {
	if !b.fresh {
		return nil
	}
	path := b.c.Lattice.File
	f, err := b.linksFile()
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.ReadInto(b.links); err != nil {
		return err
	}
	source, err := origin.File("links", path)
	source.About = fmt.Sprintf("%s, %d bits", f.Kind, f.Precision)
	// Of single precision they are off by some 1e-7, and molecular dynamics keeps that.
	if off := b.links.Unitarity(); off > 1e-13 {
		b.links.Reunitarize()
		source.About += fmt.Sprintf("; brought back to %s from %.1e off", b.c.Lattice.Group, off)
	}
	r.Sources = append(r.Sources, source)
	return err
}

// files says what is wrong with the files that the run starts from, as far as their
// headers tell.
func (b *builder) files() (err error) {
	if b.group, err = group.Parse(b.c.Lattice.Group); err != nil {
		return err
	}
	if b.c.Lattice.Start == "file" {
		f, err := b.linksFile()
		if err == nil {
			err = f.Close()
		}
		if err != nil {
			return fmt.Errorf("lattice.file: %w", err)
		}
	}
	if s := b.c.SLHMC; s != nil && s.Weights != "" {
		_, _, err = b.weights()
	}
	return err
}

// weights reads the parameters of the guide that slhmc.weights names.
func (b *builder) weights() (params []float64, from sampler.Source, err error) {
	w, from, err := ReadWeights(b.c.SLHMC.Weights, b.c.Own()...)
	if err == nil {
		params, err = w.adopt(b.c)
	}
	if err != nil {
		err = fmt.Errorf("slhmc.weights = %q: %w", b.c.SLHMC.Weights, err)
	}
	return params, from, err
}

// linksFile opens that configuration. Errors: it is of another lattice or group.
func (b *builder) linksFile() (*format.File, error) {
	f, err := format.Open(b.c.Lattice.File, format.Shape{})
	if err == nil && (f.Extents == nil || f.Group.N() == 0) { // it does not say: the configuration does
		if err = f.Close(); err == nil {
			f, err = format.Open(b.c.Lattice.File, format.Shape{Extents: b.c.Lattice.Extents, Group: b.group})
		}
	}
	if err != nil {
		return nil, err
	}
	if !slices.Equal(f.Extents, b.c.Lattice.Extents) || f.Group != b.group {
		_ = f.Close() // nothing was written
		return nil, fmt.Errorf("%s has %v %v, this lattice is %v %v", b.c.Lattice.File, f.Extents, f.Group, b.c.Lattice.Extents, b.group)
	}
	return f, nil
}
