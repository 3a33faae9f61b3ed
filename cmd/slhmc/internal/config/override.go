package config

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/pelletier/go-toml/v2/unstable"
)

// Override replaces one key of a file, as the option --set key=value does. Key is
// dotted; elements of lists are numbered from 0 (slhmc.layers.0.share). Value is
// TOML; a bare word stands for a string. Without a value the key is as if it were not
// written.
type Override struct {
	Key, Value string
}

// ParseOverride splits "key=value". The error says what is missing.
func ParseOverride(text string) (Override, error) {
	key, value, ok := strings.Cut(text, "=")
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	if !ok || key == "" || value == "" {
		return Override{}, fmt.Errorf("--set %s: not of the form key=value (allowed: such as --set hmc.steps=16)", text)
	}
	return Override{Key: key, Value: value}, nil
}

// String returns the override as it is given on the command line, on one line.
func (o Override) String() string {
	text := o.Key + "=" + o.Value
	if strings.ContainsFunc(text, unicode.IsControl) {
		text = strconv.Quote(text)
	}
	return "--set " + text
}

// path returns the key as messages show it.
func (o Override) path() string {
	path := ""
	for part := range strings.SplitSeq(o.Key, ".") {
		path = join(path, part)
	}
	return path
}

// apply puts the i-th override (from 1) into the tree and returns what is wrong
// with it; unknown keys and bad values show when the tree is read.
func (o Override) apply(root *node, i int) []found {
	at := position{set: i}
	if o.Value == "" {
		root.unset(strings.Split(o.Key, "."))
		return nil
	}
	value, wrong := o.parse(i)
	if len(wrong) > 0 {
		return wrong
	}
	n, path := root, ""
	parts := strings.Split(o.Key, ".")
	if len(parts) > maxParts {
		return []found{{at: at, key: shown(o.Key), message: fmt.Sprintf("the key has more than %d parts (allowed: up to 4)", maxParts)}}
	}
	for j, part := range parts {
		last := j == len(parts)-1
		switch {
		case n.single(part) != nil:
			n = n.single(part)
			path = index(path, 0)
			if last {
				n.set(part, value)
				return nil
			}
			if n.fields[part] == nil {
				n.set(part, newTable(join(path, part), at))
			}
			n = n.fields[part]
		case n.isList:
			k, err := strconv.Atoi(part)
			if err != nil || k < 0 || k >= len(n.items) {
				return []found{{at: at, key: path, message: fmt.Sprintf("there is no element %q (allowed: %s)", part, indices(len(n.items)))}}
			}
			if last {
				n.items[k] = value
				return nil
			}
			n = n.items[k]
		case !n.isTable:
			return []found{{at: at, key: path, message: fmt.Sprintf("is %s and has no key %q (allowed: %s=value)", n, part, path)}}
		case part == "":
			return []found{{at: at, key: o.path(), message: "a part of the key is empty (allowed: names joined by dots)"}}
		case last:
			n.set(part, value)
			return nil
		default:
			if n.fields[part] == nil {
				n.set(part, newTable(join(path, part), at))
			}
			n = n.fields[part]
		}
		path = join(path, part)
	}
	return nil
}

// parse reads the value: TOML, or a bare word.
func (o Override) parse(i int) (*node, []found) {
	at := position{set: i}
	d := &document{data: slices.Clip([]byte("v = " + o.Value)), set: i}
	var p unstable.Parser
	p.Reset(d.data)
	if p.NextExpression() && p.Expression().Kind == unstable.KeyValue {
		value := d.value(p.Expression().Value(), o.path(), at)
		if !p.NextExpression() && p.Error() == nil {
			return value, d.wrong
		}
	}
	if bareWord(o.Value) {
		return &node{path: o.path(), at: at, key: at, kind: "string", value: o.Value, text: shown(strconv.Quote(o.Value))}, nil
	}
	message := "the value is not TOML"
	var pe *unstable.ParserError
	if errors.As(p.Error(), &pe) {
		message += ": " + pe.Message
	}
	return nil, []found{{at: at, key: o.path(), message: message + ` (allowed: one value, such as 0.3, [4, 4, 4, 8], ["plaquette"] or iwasaki)`}}
}

// bareWord reports whether a text that is not TOML can stand for itself.
func bareWord(text string) bool {
	return text != "" && !strings.ContainsAny(text, "[]{}\"'\\#=, ") && !strings.ContainsFunc(text, unicode.IsControl)
}

// indices lists the indices of a list of n elements.
func indices(n int) string {
	switch n {
	case 0:
		return "none, the list is empty"
	case 1:
		return "0"
	}
	return fmt.Sprintf("0 to %d", n-1)
}
