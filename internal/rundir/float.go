package rundir

import (
	"encoding/json"
	"fmt"
	"math"
)

// Float is a float64 that may be NaN or infinite in JSON.
//
// A finite value is a JSON number, as encoding/json writes a float64: the shortest decimal that reads back
// to the same bits [Steele], -0 as -0. The others are the strings "NaN", "+Inf" and "-Inf"; the payload of
// a NaN is not kept.
type Float float64

// MarshalJSON implements [json.Marshaler]; it never fails.
func (x Float) MarshalJSON() ([]byte, error) {
	switch v := float64(x); {
	case math.IsNaN(v):
		return []byte(`"NaN"`), nil
	case math.IsInf(v, 1):
		return []byte(`"+Inf"`), nil
	case math.IsInf(v, -1):
		return []byte(`"-Inf"`), nil
	default:
		return json.Marshal(v)
	}
}

// UnmarshalJSON implements [json.Unmarshaler].
//
// Errors: anything but a number in the range of float64 or one of the three strings, null included.
func (x *Float) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case `"NaN"`:
		*x = Float(math.NaN())
	case `"+Inf"`:
		*x = Float(math.Inf(1))
	case `"-Inf"`:
		*x = Float(math.Inf(-1))
	case `null`: // json.Unmarshal would leave the old value
		return fmt.Errorf("rundir: null is no number")
	default:
		var v float64
		if err := json.Unmarshal(b, &v); err != nil {
			return fmt.Errorf("rundir: %w", err)
		}
		*x = Float(v)
	}
	return nil
}
