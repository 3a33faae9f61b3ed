package format_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
)

// BenchmarkRead reads 16^4 SU(3) files, from the page cache after the first time:
// checksum, plaquette and every link are verified.
func BenchmarkRead(b *testing.B) {
	u := hot(b, group.SU3, 16, 16, 16, 16)
	for _, e := range []format.Encoding{{Kind: format.NERSC}, {Kind: format.ILDG}, {Kind: format.NERSC, Rows: 2}} {
		b.Run(string(e.Kind), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "u")
			require.NoError(b, format.Write(path, u, e))
			v := gauge.NewField(u.Geometry(), u.Group())
			b.SetBytes(16 * 16 * 16 * 16 * 4 * 144)
			for b.Loop() {
				require.NoError(b, format.Read(path, v))
			}
		})
	}
}
