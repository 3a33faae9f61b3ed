package format

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
)

// A compressed file may unpack to unpackRatio times its size, or to unpackFloor bytes.
// Links are random numbers, of which gzip saves a tenth, and a text of them halves;
// only links that are all alike shrink further, and a lattice of those within the
// floor is 25^4 in SU(3). A file that is made to overwhelm its reader reaches 1032.
const (
	unpackRatio = 64
	unpackFloor = 1 << 28
)

func gzipped(start []byte) bool { return bytes.HasPrefix(start, []byte{0x1f, 0x8b}) }

// unpacked is a file compressed by gzip, read as if it were not. It keeps nothing but
// its place: what lies ahead is unpacked up to there, what lies behind once more from
// the start. Members that follow one another are one file.
type unpacked struct {
	f      *File // whose promises are those of gzip
	r      io.ReaderAt
	packed int64
	in     *bufio.Reader
	z      *gzip.Reader
	pos    int64
	ended  bool
}

// unpack makes f a file of the unpacked bytes. It goes through all of them, to count
// them and to verify the checksums of gzip.
func unpack(f *File) error {
	u := &unpacked{f: f, r: f.r, packed: f.size}
	if err := u.restart(); err != nil {
		return err
	}
	limit := max(unpackFloor, unpackRatio*f.size)
	n, err := io.Copy(io.Discard, io.LimitReader(u, limit+1))
	if err != nil {
		return err
	}
	if n > limit {
		return at(0, "the file unpacks to more than %d bytes (allowed: %d times its own %d, or %d; unpack it with gunzip if it is what it should be)", limit, unpackRatio, f.size, unpackFloor)
	}
	f.r, f.size, f.Compression = u, n, "gzip"
	return nil
}

func (u *unpacked) restart() (err error) {
	u.pos, u.ended = 0, false
	u.in = bufio.NewReaderSize(io.NewSectionReader(u.r, 0, u.packed), chunk)
	if u.z, err = gzip.NewReader(u.in); err != nil {
		return at(0, "%w", err)
	}
	u.z.Multistream(false)
	return nil
}

// Read goes on where the last one ended.
func (u *unpacked) Read(p []byte) (n int, err error) {
	for n == 0 && !u.ended && len(p) > 0 {
		n, err = u.z.Read(p)
		u.pos += int64(n)
		switch {
		case err == nil:
			continue
		case errors.Is(err, gzip.ErrChecksum):
			if err := u.f.broken(PromiseChecksum, at(u.pos, "%w", err)); err != nil {
				return n, err
			}
		case !errors.Is(err, io.EOF):
			return n, at(u.pos, "%w", err)
		}
		if err := u.member(); err != nil {
			return n, err
		}
	}
	if n == 0 && u.ended {
		return 0, io.EOF
	}
	return n, nil
}

// member goes on to the next member. Zeros behind the last are padding.
func (u *unpacked) member() error {
	next, err := u.in.Peek(1)
	if errors.Is(err, io.EOF) {
		u.ended = true
		return nil
	}
	if err != nil {
		return at(u.pos, "%w", err)
	}
	if next[0] == 0x1f {
		if err := u.z.Reset(u.in); err != nil {
			return at(u.pos, "behind a member of gzip: %w", err)
		}
		u.z.Multistream(false)
		return nil
	}
	u.ended = true
	for {
		b, err := u.in.ReadByte()
		if err == io.EOF {
			u.f.note("zeros behind the compressed data")
			return nil
		}
		if err != nil {
			return at(u.pos, "%w", err)
		}
		if b != 0 {
			return u.f.broken(PromiseHeader, at(u.pos, "bytes that are not of gzip behind the compressed data"))
		}
	}
}

// ReadAt is io.ReaderAt for one caller at a time.
func (u *unpacked) ReadAt(p []byte, offset int64) (int, error) {
	if offset < u.pos {
		if err := u.restart(); err != nil {
			return 0, err
		}
	}
	if _, err := io.CopyN(io.Discard, u, offset-u.pos); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(u, p)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	return n, err
}
