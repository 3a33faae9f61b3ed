package machine

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

const units = "KMGTPE"

// ParseSize returns the bytes of a positive number with a unit: 64GiB, 64G, 64 GB and 64g are 64 2^30 bytes (as
// batch systems mean them), 1.5T a fraction, and a number alone is in bytes: 8000000000, 1e9.
//
// Errors: anything else, with what is allowed; less than one byte; 2^64 bytes or more.
func ParseSize(s string) (uint64, error) {
	number := strings.TrimSpace(s)
	factor := 1.0
	rest := strings.ToUpper(number)
	rest = strings.TrimSuffix(rest, "B")
	binary := strings.HasSuffix(rest, "I")
	rest = strings.TrimSuffix(rest, "I")
	power := 0
	if rest != "" {
		power = 1 + strings.IndexByte(units, rest[len(rest)-1])
	}
	if power > 0 {
		factor = math.Ldexp(1, 10*power)
		rest = strings.TrimRight(rest[:len(rest)-1], " ")
	}
	x, err := strconv.ParseFloat(rest, 64)
	bytes := x * factor
	plain := strings.Trim(rest, "0123456789.E+") == "" // no hexadecimal, no infinity, no sign
	if err != nil || !plain || binary && power == 0 || !(bytes >= 1) || bytes >= 1<<64 {
		return 0, fmt.Errorf("%q is no size (allowed: a number of bytes, or with a unit: 512MiB, 64GiB, 1.5T)", s)
	}
	return uint64(bytes), nil
}

// FormatSize writes bytes with two to four digits and a binary unit: "7.9 GiB".
func FormatSize(bytes uint64) string {
	x, unit := float64(bytes), -1
	for x >= 1023.95 && unit+1 < len(units) { // 1023.95 would be written 1024.0
		x /= 1024
		unit++
	}
	if unit < 0 {
		if bytes == 1 {
			return "1 byte"
		}
		return fmt.Sprintf("%d bytes", bytes)
	}
	return fmt.Sprintf("%.1f %ciB", x, units[unit])
}
