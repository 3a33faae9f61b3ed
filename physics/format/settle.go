package format

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/slhmc/slhmc/physics/group"
)

// settle compares what the file says with its size and with what was told, and
// completes it.
func (f *File) settle() error {
	f.overruled()
	if !f.complete() {
		if err := f.infer(); err != nil || !f.complete() {
			return err
		}
	}
	if len(f.open) > 1 {
		if err := f.decide(); err != nil {
			return err
		}
	}
	var err error
	if f.layout, err = codecOf(f.Kind).lay(f.Header); err != nil {
		return at(f.where.shape, "%w", err)
	}
	if f.axes == DirectionSlowest && f.Axes == "" {
		return at(f.where.shape, "axes %s are told of %s, which has %s", f.axes, f.Kind, DirectionFastest)
	}
	if err := f.account(); err != nil {
		return err
	}
	if !f.agrees(f.told) {
		return at(f.where.shape, "the file holds %v, not %v", f.Shape, f.told)
	}
	return nil
}

// overruled takes what was told instead of what the file says, if it may.
func (f *File) overruled() {
	if !f.overrule {
		return
	}
	said := f.Shape
	if n := f.told.Group.N(); n > 0 && f.Group.N() > 0 && f.Group != f.told.Group {
		f.note("told %v; the header says %v", f.told.Group, f.Group)
		f.said = said
		f.Rows += n - f.Group.N()
		f.Group = f.told.Group
	}
	if f.told.Extents != nil && f.Extents != nil && !slices.Equal(f.Extents, f.told.Extents) {
		f.note("told extents %v; the header says %v", f.told.Extents, f.Extents)
		f.said = said
		f.Extents = f.told.Extents
	}
}

// account says whether the links are all of the data. Zeros behind them are padding.
func (f *File) account() error {
	if f.fills(f.data.length) {
		return nil
	}
	where := f.where.shape
	if f.bytes() >= float64(f.data.length) {
		return at(where, "%w", f.unfilled())
	}
	size := int64(f.bytes())
	zeros, err := f.zeros(f.data.offset+size, f.data.length-size)
	if err != nil {
		return err
	}
	if zeros {
		f.note("%d zero bytes behind the links", f.data.length-size)
	} else if err := f.broken(PromiseHeader, at(where, "%w", f.unfilled())); err != nil {
		return err
	}
	f.data.length = size
	return nil
}

// unfilled says that the links are not as many as the data, and which group's would be.
func (f *File) unfilled() error {
	err := fmt.Errorf("%v links of extents %v in %d bits do not fill the %d bytes of the data", f.Group, f.Extents, f.Precision, f.data.length)
	if f.said.complete() {
		return fmt.Errorf("%w: so it was told, the header says %v", err, f.said)
	}
	for n := 2; n <= group.MaxN; n++ {
		h := f.Header
		h.Rows += n - h.Group.N()
		if g, unknown := group.SU(n); unknown == nil {
			if h.Group = g; h.fills(f.data.length) {
				return fmt.Errorf("%w; those of %v would", err, g)
			}
		}
	}
	return err
}

// zeros says whether a part of the file holds nothing else.
func (f *File) zeros(offset, length int64) (bool, error) {
	b := make([]byte, min(chunk, length))
	for length > 0 {
		b = b[:min(int64(len(b)), length)]
		if err := readAt(f.r, b, offset); err != nil {
			return false, err
		}
		if len(bytes.Trim(b, "\x00")) > 0 {
			return false, nil
		}
		offset, length = offset+int64(len(b)), length-int64(len(b))
	}
	return true, nil
}
