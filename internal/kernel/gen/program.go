package main

import (
	"fmt"
	"slices"
)

// A value is a number of each lane, assigned once. Zero stands for none.
type value int

type op int

const (
	opLoad   op = iota // number index of an array of Vecs, under the array's lane mask
	opSpread           // number index of an array of Vecs, in both halves of a pair
	opConst            // a literal
	opArg              // a scalar argument
	opState            // a value that lives through the iterations of a frame's loop
	opAdd
	opSub
	opMul
	opDiv
	opSqrt
	opFMA     // a b + c
	opFNMA    // c - a b
	opTurn    // i a, a a pair
	opPermute // lane l of the result is lane l^mask of a, with the mask of an array
	opStore
	opHook // code of the frame, number index: it moves the pointers of w and x
)

// An instr is one operation of a program.
type instr struct {
	op     op
	out    value
	in     []value
	array  string // load, store; permute: whose mask
	index  int
	number float64
	name   string // argument
}

// A program is straight-line code over the lanes of a block, described once and
// emitted as Go and as assembly. Its methods append operations.
type program struct {
	code  []instr
	def   []instr // by value
	known map[string]value
	state []value // first and last value of each state, in order of creation
	last  []value

	// Values of a program of pairs are complex numbers of each lane, the real part in
	// one half of a register and the imaginary part in the other. It loads and stores
	// two Vecs as one, and the elements of matrices part by part, spread over a pair.
	paired bool
}

func newProgram() *program {
	return &program{def: make([]instr, 1), known: map[string]value{}}
}

func (p *program) emit(i instr) value {
	i.out = value(len(p.def))
	p.def = append(p.def, i)
	p.code = append(p.code, i)
	return i.out
}

// once appends i unless it is there already.
func (p *program) once(key string, i instr) value {
	if v, ok := p.known[key]; ok {
		return v
	}
	v := p.emit(i)
	p.known[key] = v
	return v
}

func (p *program) load(array string, index int) value {
	return p.once(fmt.Sprint(array, index), instr{op: opLoad, array: array, index: index})
}

func (p *program) spread(array string, index int) value {
	return p.once(fmt.Sprint(array, index), instr{op: opSpread, array: array, index: index})
}

func (p *program) turn(v value) value {
	return p.once(fmt.Sprint("i", v), instr{op: opTurn, in: []value{v}})
}

func (p *program) number(x float64) value {
	return p.once(fmt.Sprint("#", x), instr{op: opConst, number: x})
}

func (p *program) arg(name string) value {
	return p.once("@"+name, instr{op: opArg, name: name})
}

func (p *program) add(a, b value) value { return p.emit(instr{op: opAdd, in: []value{a, b}}) }
func (p *program) sub(a, b value) value { return p.emit(instr{op: opSub, in: []value{a, b}}) }
func (p *program) mul(a, b value) value { return p.emit(instr{op: opMul, in: []value{a, b}}) }
func (p *program) div(a, b value) value { return p.emit(instr{op: opDiv, in: []value{a, b}}) }
func (p *program) sqrt(a value) value   { return p.emit(instr{op: opSqrt, in: []value{a}}) }

// fma is a b + c, fnma c - a b, scale x a.
func (p *program) fma(a, b, c value) value { return p.emit(instr{op: opFMA, in: []value{a, b, c}}) }

func (p *program) fnma(a, b, c value) value { return p.emit(instr{op: opFNMA, in: []value{a, b, c}}) }

func (p *program) scale(a value, x float64) value {
	return p.mul(a, p.number(x))
}

func (p *program) permute(a value, array string) value {
	return p.emit(instr{op: opPermute, in: []value{a}, array: array})
}

func (p *program) store(array string, index int, v value) {
	p.code = append(p.code, instr{op: opStore, in: []value{v}, array: array, index: index})
}

// hook lets the frame move the pointers of w and x.
func (p *program) hook(k int) {
	for key := range p.known {
		if key[0] == 'w' || key[0] == 'x' {
			delete(p.known, key)
		}
	}
	p.code = append(p.code, instr{op: opHook, index: k})
}

// newState returns the value that a loop carries at the start of an iteration.
func (p *program) newState() value {
	v := p.emit(instr{op: opState, index: len(p.state)})
	p.state = append(p.state, v)
	p.last = append(p.last, v)
	return v
}

// carry makes v the value of state k at the end of an iteration.
func (p *program) carry(k int, v value) { p.last[k] = v }

// prune drops what does not lead to a store or a state.
func (p *program) prune() {
	used := map[value]bool{}
	for _, v := range p.last {
		used[v] = true
	}
	var code []instr
	for k := len(p.code) - 1; k >= 0; k-- {
		i := p.code[k]
		if i.op != opStore && i.op != opHook && !used[i.out] {
			continue
		}
		for _, v := range i.in {
			used[v] = true
		}
		code = append(code, i)
	}
	slices.Reverse(code)
	p.code = code
}

// permutes reports whether results are permuted by the mask of an array, which
// is then loaded as it is.
func (p *program) permutes(array string) bool {
	for _, i := range p.code {
		if i.op == opPermute && i.array == array {
			return true
		}
	}
	return false
}

// arrays returns the arrays that the program uses, in order of appearance.
func (p *program) arrays() (list []string) {
	seen := map[string]bool{}
	for _, i := range p.code {
		if i.array != "" && i.op != opPermute && !seen[i.array] {
			seen[i.array] = true
			list = append(list, i.array)
		}
	}
	return list
}

// A term is a signed product in a sum.
type term struct {
	minus bool
	a, b  value
}

// sum returns from + the terms; from may be none. A sum that would begin with a
// negative term begins with another, or is negated at the end.
func (p *program) sum(from value, terms ...term) value {
	if from == 0 {
		first := -1
		for k, t := range terms {
			if !t.minus {
				first = k
				break
			}
		}
		if first < 0 {
			for k := range terms {
				terms[k].minus = false
			}
			return p.scale(p.sum(0, terms...), -1)
		}
		from = p.mul(terms[first].a, terms[first].b)
		terms = append(append([]term(nil), terms[:first]...), terms[first+1:]...)
	}
	for _, t := range terms {
		if t.minus {
			from = p.fnma(t.a, t.b, from)
		} else {
			from = p.fma(t.a, t.b, from)
		}
	}
	return from
}

// A number is a complex number in the making: signed parts.
type part struct {
	minus bool
	v     value
}

func (x part) neg() part { return part{!x.minus, x.v} }

type number struct{ re, im part }

func (z number) conj() number { return number{z.re, z.im.neg()} }

func (z number) neg() number { return number{z.re.neg(), z.im.neg()} }

// permuted is z in the lanes that the mask of an array says.
func (p *program) permuted(z number, array string) number {
	for _, x := range []*part{&z.re, &z.im} {
		if x.v != 0 {
			x.v = p.permute(x.v, array)
		}
	}
	return z
}

func times(x, y part) term { return term{x.minus != y.minus, x.v, y.v} }

// product returns the terms of the parts of x y.
func product(x, y number) (re, im []term) {
	return []term{times(x.re, y.re), times(x.im.neg(), y.im)}, []term{times(x.re, y.im), times(x.im, y.re)}
}
