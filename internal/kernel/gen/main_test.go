package main

import (
	"os"
	"path/filepath"
	"testing"
)

// The generated files of the package are those that the generator writes.
func TestReproduces(t *testing.T) {
	dir := t.TempDir()
	if err := generate(dir); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal("nothing was generated", err)
	}
	for _, f := range files {
		want, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join("..", filepath.Base(f)))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%s is not what the generator writes: run make generate", filepath.Base(f))
		}
	}
	for _, pattern := range []string{"kernels_*", "single_*"} {
		old, err := filepath.Glob(filepath.Join("..", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range old {
			if _, err := os.Stat(filepath.Join(dir, filepath.Base(f))); err != nil {
				t.Errorf("%s is not generated any more: remove it", filepath.Base(f))
			}
		}
	}
}
