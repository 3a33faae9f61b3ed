package main

import (
	"fmt"
	"strings"
)

// A parameter of a kernel: an array of Vecs, perhaps with a lane mask, or
// anything else by its Go type.
type parameter struct {
	name string
	kind string // "v": []Vec, "sum": a Vec returned, "f": a number; else a Go type
	mask string // the int parameter that follows
	like string // the array whose lanes this one is taken in
}

type signature []parameter

func vecs(name string) parameter         { return parameter{name: name, kind: "v"} }
func masked(name, mask string) parameter { return parameter{name: name, kind: "v", mask: mask} }
func like(name, x string) parameter      { return parameter{name: name, kind: "v", like: x} }
func scalar(name string) parameter       { return parameter{name: name, kind: "f"} }

// total is a Vec that is returned: a pointer to it would escape, since kernels
// are called through variables.
func total() parameter { return parameter{name: "sum", kind: "sum"} }

func other(name, kind string) parameter { return parameter{name: name, kind: kind} }

// expression writes the type; named ones as the package knows them, or plain
// ones for avo.
func (s signature) expression(double, named bool) string {
	number, vec := "float64", "[8]float64"
	if !double {
		number, vec = "float32", "[8]float32"
	}
	if named {
		vec = "Vec"
		if !double {
			vec = "Single"
		}
	}
	var list []string
	result := ""
	for _, p := range s {
		kind := p.kind
		switch kind {
		case "v":
			kind = "[]" + vec
		case "sum":
			result = " (sum " + vec + ")"
			continue
		case "f":
			kind = number
		case "[]lattice.Entry":
			if !named {
				kind = "[]int32"
			}
		}
		list = append(list, p.name+" "+kind)
		if p.mask != "" {
			list = append(list, p.mask+" int")
		}
	}
	return fmt.Sprintf("func(%s)%s", strings.Join(list, ", "), result)
}

func (s signature) arrays() (list []string) {
	for _, p := range s {
		if p.kind == "v" {
			list = append(list, p.name)
		}
	}
	return list
}

// mask returns the parameter that has the lane mask of an array, if it has one,
// and the array that this belongs to.
func (s signature) mask(array string) (mask, of string) {
	for _, p := range s {
		switch {
		case p.name != array:
		case p.like != "":
			return s.mask(p.like)
		default:
			return p.mask, array
		}
	}
	return "", ""
}
