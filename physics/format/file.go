package format

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"github.com/slhmc/slhmc/physics/gauge"
)

// Inspect returns the header of a configuration file in any of the formats,
// told apart by how it begins. A Bridge++ text has none: Extents and Group are
// unknown.
//
// Errors: of the file system; as in [InspectILDG].
func Inspect(path string) (h Header, err error) {
	err = open(path, func(f *os.File, size int64, kind Kind) error {
		if kind == BridgeText {
			h = Header{Kind: BridgeText, Precision: 64}
			return nil
		}
		h, err = InspectILDG(f, size)
		return err
	})
	return h, err
}

// Read sets u to the links of a configuration file in any of the formats.
//
// Errors: of the file system; as in [ReadILDG] and [ReadBridgeText]. u is then
// unchanged.
func Read(path string, u *gauge.Field) error {
	return open(path, func(f *os.File, size int64, kind Kind) error {
		if kind == BridgeText {
			return ReadBridgeText(f, u)
		}
		return ReadILDG(f, size, u)
	})
}

// open calls use with the file, its size and what it begins like: anything that
// is not LIME is taken for text, whose reader refuses it in the first line.
func open(path string, use func(f *os.File, size int64, kind Kind) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("format: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("format: %w", err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("format: %s is not a regular file", path)
	}
	var start [4]byte
	kind := BridgeText
	if _, err := f.ReadAt(start[:], 0); err != nil && err != io.EOF {
		return fmt.Errorf("format: %w", err)
	}
	if binary.BigEndian.Uint32(start[:]) == limeMagic {
		kind = ILDG
	}
	if err := use(f, info.Size(), kind); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
