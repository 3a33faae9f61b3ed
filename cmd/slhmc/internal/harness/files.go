package harness

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// Checkout returns the path of a file by its name in the checkout.
func Checkout(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, name)
		}
		up := filepath.Dir(dir)
		require.NotEqual(t, dir, up, "no go.mod above")
		dir = up
	}
}

// Shared returns the path of a file of that folder beside the checkout; the test is
// skipped if it is absent.
func Shared(t testing.TB, folder, name string) string {
	t.Helper()
	path := Checkout(t, filepath.Join("..", "shared", folder))
	if _, err := os.Stat(path); os.IsNotExist(err) {
		t.Skipf("there is no %s", path)
	}
	return filepath.Join(path, name)
}

// Data returns the path of a file made by another code; the test is skipped
// if the folder is absent.
func Data(t testing.TB, name string) string {
	t.Helper()
	return Shared(t, "data", name)
}

// Configuration writes rough links to dir, and returns them.
func Configuration(t *testing.T, dir, name string, g group.Group, extents ...int) *gauge.Field {
	t.Helper()
	geo, err := lattice.New(extents)
	require.NoError(t, err)
	u := gauge.NewField(geo, g)
	u.Rough(.4, rng.New(3).Child(name))
	require.NoError(t, format.Write(filepath.Join(dir, name), u, format.Encoding{}))
	return u
}

// WellFormed reads an SVG or HTML file as XML.
func WellFormed(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	d := xml.NewDecoder(strings.NewReader(string(b)))
	d.Strict, d.Entity = true, xml.HTMLEntity
	for {
		if _, err := d.Token(); err != nil {
			require.ErrorContains(t, err, "EOF")
			break
		}
	}
	assert.NotContains(t, string(b), "%!", "a format that does not fit")
	assert.NotContains(t, string(b), "NaN")
	return string(b)
}

// Content reads a file.
func Content(t testing.TB, path ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	return string(b)
}

// Preset returns a built-in configuration.
func Preset(t *testing.T, name string) *config.Config {
	t.Helper()
	text, err := config.Preset(name)
	require.NoError(t, err)
	c, err := config.Parse(name, text, nil)
	require.NoError(t, err)
	return c
}
