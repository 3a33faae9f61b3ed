package config

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// rule is the set of values of a key that are allowed whatever the other keys
// say. For a list it rules the elements, and shortest, longest the length.
type rule struct {
	allowed           string         // completes "(allowed: ...)"
	ok                func(any) bool // of an int64, float64, string or bool
	names             []string       // the whole set, where it is a set of names
	shortest, longest int
	whole             bool // a number that is written as an integer
}

// integers allows lo ... hi.
func integers(lo, hi int64) rule {
	return rule{
		allowed: fmt.Sprintf("integer, %d to %d", lo, hi),
		ok: func(v any) bool {
			n, isInt := v.(int64)
			return isInt && lo <= n && n <= hi
		},
	}
}

// numbers allows the finite numbers for which ok holds; which says it in words (that
// inf and nan are never allowed goes without saying).
func numbers(which string, ok func(float64) bool) rule {
	return rule{
		allowed: which,
		ok: func(v any) bool {
			x, isFloat := v.(float64)
			return isFloat && !math.IsNaN(x) && !math.IsInf(x, 0) && ok(x)
		},
	}
}

func finite() rule {
	return numbers("finite number", func(float64) bool { return true })
}

func positive() rule {
	return numbers("finite number > 0", func(x float64) bool { return x > 0 })
}

func notNegative() rule {
	return numbers("finite number >= 0", func(x float64) bool { return x >= 0 })
}

// between allows lo <= x < hi.
func between(lo, hi float64) rule {
	return numbers(fmt.Sprintf("%g <= number < %g", lo, hi), func(x float64) bool { return lo <= x && x < hi })
}

// oneOf allows the given names.
func oneOf(names ...string) rule {
	return rule{
		allowed: quoted(names),
		names:   names,
		ok: func(v any) bool {
			s, isString := v.(string)
			return isString && slices.Contains(names, s)
		},
	}
}

// yesNo allows true and false.
func yesNo() rule {
	return rule{allowed: "true, false", ok: func(v any) bool { _, isBool := v.(bool); return isBool }}
}

// pathOrNone allows the name of a file or a directory, or none.
func pathOrNone() rule {
	return rule{allowed: `path of a file or directory, or ""`, ok: func(v any) bool {
		s, isString := v.(string)
		return isString && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
	}}
}

// path allows the name of a file.
func path() rule {
	orNone := pathOrNone()
	return rule{allowed: "path of a file", ok: func(v any) bool { return orNone.ok(v) && v != "" }}
}

// nameOrNone allows a name, or none.
func nameOrNone() rule {
	return rule{allowed: `letters, digits and _, or ""`, ok: func(v any) bool {
		s, isString := v.(string)
		return isString && len(s) <= 40 && !strings.ContainsFunc(s, func(r rune) bool {
			return r != '_' && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r))
		})
	}}
}

// gaugeGroups allows U(1) and SU(N).
func gaugeGroups() rule {
	names := []string{"U(1)"}
	for n := 2; n <= maxColours; n++ {
		names = append(names, fmt.Sprintf("SU(%d)", n))
	}
	r := oneOf(names...)
	r.allowed = fmt.Sprintf(`"U(1)", "SU(2)", "SU(3)", ... "SU(%d)"`, maxColours)
	return r
}

// directions allows the signed directions of a path's steps.
func directions() rule {
	r := integers(-4, 4)
	inRange := r.ok
	r.allowed = "signed direction 1, -1, 2, -2, ... up to the dimension"
	r.ok = func(v any) bool { return inRange(v) && v != int64(0) }
	return r.long(1, maxPath)
}

// long bounds the length of a list.
func (r rule) long(shortest, longest int) rule {
	r.shortest, r.longest = shortest, longest
	return r
}

// quoted returns the names as they are written in a file.
func quoted(names []string) string {
	q := make([]string, len(names))
	for i, n := range names {
		q[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(q, ", ")
}
