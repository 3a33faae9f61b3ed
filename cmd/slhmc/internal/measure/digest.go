package measure

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
)

// digest is what a file is known by, whatever its name.
type digest struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// readDigest reads a file whole. info is of the file before it was read, to be compared
// with what it is when its links have been read too. Errors: that of stop; not a
// regular file.
func readDigest(path string, stop func() error) (d digest, info os.FileInfo, err error) {
	if info, err = os.Stat(path); err != nil {
		return d, nil, err
	}
	if !info.Mode().IsRegular() {
		return d, nil, fmt.Errorf("%s: not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return d, nil, err
	}
	defer f.Close()
	h := sha256.New()
	if d.Bytes, err = io.Copy(h, &stoppable{f, stop}); err != nil {
		return d, nil, err
	}
	d.SHA256 = hex.EncodeToString(h.Sum(nil))
	return d, info, nil
}

// stoppable is a reader that asks stop before each piece.
type stoppable struct {
	r    io.Reader
	stop func() error
}

func (s *stoppable) Read(b []byte) (int, error) {
	if err := s.stop(); err != nil {
		return 0, err
	}
	return s.r.Read(b)
}

// unchanged says whether the file is still the one of info.
func unchanged(path string, info os.FileInfo) error {
	now, err := os.Stat(path)
	if err == nil && (!os.SameFile(now, info) || now.Size() != info.Size() || !now.ModTime().Equal(info.ModTime())) {
		err = fmt.Errorf("%s has changed while it was read", path)
	}
	return err
}
