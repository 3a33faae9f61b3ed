// Package origin says what results come from: the program, and files by their content.
package origin

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"runtime/debug"

	"github.com/slhmc/slhmc/sampler"
)

// Version returns the module version and, if built from a checkout, its commit.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	dirty := ""
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v += " " + s.Value
		case "vcs.modified":
			if s.Value == "true" {
				dirty = " (modified)"
			}
		}
	}
	return v + dirty
}

// Program returns the SHA-256 of the running program.
func Program() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	s, err := File("program", path)
	return s.SHA256, err
}

// File is a file that a run begins from, by its content.
func File(what, path string) (s sampler.Source, err error) {
	f, err := os.Open(path)
	if err != nil {
		return s, err
	}
	defer f.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	return sampler.Source{What: what, File: path, Bytes: n, SHA256: hex.EncodeToString(sum.Sum(nil))}, err
}
