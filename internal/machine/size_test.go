package machine

import (
	"errors"
	"math"
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseSize(t *testing.T) {
	for s, want := range map[string]uint64{
		"64GiB": 64 << 30, "64G": 64 << 30, "64GB": 64 << 30, "64g": 64 << 30, "64 gib": 64 << 30, " 64GiB ": 64 << 30,
		"512MiB": 512 << 20, "1.5T": 3 << 39, "8K": 8192, "1P": 1 << 50, "15E": 15 << 60,
		"1e9": 1_000_000_000, "1E9": 1_000_000_000, "1e+9": 1_000_000_000, "1": 1, "8000000000": 8_000_000_000, "12B": 12, "0.5k": 512,
	} {
		got, err := ParseSize(s)
		require.NoError(t, err, s)
		assert.Equal(t, want, got, s)
	}
	for _, s := range []string{
		"", " ", "G", "GiB", "B", "i", "0", "0G", "-1G", "NaN", "inf", "Inf", "0x10", "1i", "12iB", "64GG", "64 Gi B", "1,5G",
		"1e400", "16E", "1e30", "0.1", "sixty", "1_000", "64GiBs",
	} {
		_, err := ParseSize(s)
		assert.ErrorContains(t, err, "is no size (allowed: a number of bytes, or with a unit: 512MiB, 64GiB, 1.5T)", s)
	}
}

func TestFormatSize(t *testing.T) {
	for bytes, want := range map[uint64]string{
		0: "0 bytes", 1: "1 byte", 1000: "1000 bytes", 1023: "1023 bytes", 1024: "1.0 KiB", 1536: "1.5 KiB", 8482560410: "7.9 GiB",
		1<<20 - 1: "1.0 MiB", 1 << 40: "1.0 TiB", math.MaxUint64: "16.0 EiB",
	} {
		assert.Equal(t, want, FormatSize(bytes))
	}
}

// What is written is read back to the digits that were written: 0.05 of the unit, which is at least 1.
func TestSizesAreReadBack(t *testing.T) {
	p := gopter.DefaultTestParametersWithSeed(20261)
	p.MinSuccessfulTests = 2000
	properties := gopter.NewProperties(p)
	properties.Property("round trip", prop.ForAll(func(n uint64, shift uint8) bool {
		n = max(n>>(shift%64), 1)
		if n < 1024 || n >= 1<<64-1<<60 {
			return true // words for units, or rounded beyond what is allowed
		}
		back, err := ParseSize(FormatSize(n))
		return err == nil && math.Abs(float64(back)-float64(n)) <= 0.0501*float64(n)
	}, gen.UInt64(), gen.UInt8()))
	if !properties.Run(gopter.ConsoleReporter(false)) {
		t.Error("replay: go test ./internal/machine -run '^TestSizesAreReadBack$'")
	}
}

func TestCheck(t *testing.T) {
	e := check(13207024435, Memory{8482560410, "MemAvailable"}, false)
	require.EqualError(t, e, "needs 12.3 GiB, this machine has 7.9 GiB free (MemAvailable); --memory SIZE overrides")
	require.NoError(t, check(5, Memory{5, "MemAvailable"}, false))

	require.NoError(t, Check(1, 0))
	require.NoError(t, Check(1<<62, 1<<62), "what the user allows is not asked of the machine")
	err := Check(1<<30+1, 1<<30)
	var x *Exceeded
	require.ErrorAs(t, err, &x)
	assert.EqualError(t, err, "needs 1.0 GiB, --memory allows 1.0 GiB")

	m, err := Available()
	if errors.Is(err, errors.ErrUnsupported) {
		require.NoError(t, Check(math.MaxUint64, 0), "unknown: nothing is refused")
		return
	}
	require.NoError(t, err)
	assert.Greater(t, m.Bytes, uint64(1<<20))
	require.ErrorContains(t, Check(math.MaxUint64, 0), "needs 16.0 EiB, this machine has ")
}
