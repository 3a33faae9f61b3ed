package main

import (
	"bytes"
	"fmt"
	"go/format"
	"strings"
)

// A source is a file of Go kernels at one precision.
type source struct {
	bytes.Buffer
	vec, number, suffix string
	double              bool
}

func newSource(double bool) *source {
	g := &source{vec: "Vec", number: "float64", double: double}
	if !double {
		g.vec, g.number, g.suffix = "Single", "float32", "Single"
	}
	g.p("%spackage kernel\n\nimport (\"math\"; \"github.com/slhmc/slhmc/physics/lattice\")\n", header)
	return g
}

func (g *source) p(f string, args ...any) { g.WriteString(fmt.Sprintf(f+"\n", args...)) }

func (g *source) begin(name string, s signature) {
	g.p("func %s%s%s {", name, g.suffix, s.expression(g.double, true)[len("func"):])
}

// views emits pointers to arrays of fixed size, so that indices need no checks.
func (g *source) views(p *program, from func(array string) string) {
	p.prune()
	for _, a := range p.arrays() {
		if f := from(a); f != "" {
			g.p("p%s := (*[%d]%s)(%s)", a, p.extent(a), g.vec, f)
		}
	}
}

// extent is one more than the largest index of an array.
func (p *program) extent(array string) int {
	n := 0
	for _, i := range p.code {
		if i.array == array && i.op != opPermute {
			n = max(n, i.index+1)
		}
	}
	return n
}

// body emits p for lane l; lane names the variable that permuted arrays use.
// Loads stand where they are first used: many live at once would be spilled.
// What is used once is written into the expression that uses it.
func (g *source) body(p *program, lane map[string]string, state func(k int) string) {
	p.prune()
	uses := map[value]int{}
	for _, i := range p.code {
		for _, v := range i.in {
			uses[v]++
		}
	}
	for _, v := range p.last {
		uses[v]++
	}
	placed, text := map[value]bool{}, map[value]string{}
	// read returns v as a factor, or as a term of a sum
	read := func(v value, factor bool) string {
		i := p.def[v]
		name := fmt.Sprint("v", v)
		switch i.op {
		case opConst:
			if i.number < 0 && factor {
				return fmt.Sprintf("(%v)", i.number)
			}
			return fmt.Sprint(i.number)
		case opArg:
			return i.name
		case opLoad, opState:
			if !placed[v] {
				placed[v] = true
				from := ""
				if i.op == opState {
					from = state(i.index)
				} else {
					l := lane[i.array]
					if l == "" {
						l = "l"
					}
					from = fmt.Sprintf("p%s[%d][%s]", i.array, i.index, l)
				}
				g.p("%s := %s", name, from)
			}
			return name
		}
		if t, ok := text[v]; ok {
			if factor && i.op != opSqrt {
				return "(" + t + ")"
			}
			return t
		}
		return name
	}
	factor := func(v value) string { return read(v, true) }
	sum := func(v value) string { return read(v, false) }
	for _, i := range p.code {
		x := ""
		switch i.op {
		case opLoad, opConst, opArg, opState:
			continue
		case opPermute: // the lanes that it takes were read
			x = sum(i.in[0])
		case opAdd:
			x = sum(i.in[0]) + " + " + sum(i.in[1])
		case opSub:
			x = sum(i.in[0]) + " - " + factor(i.in[1])
		case opMul:
			x = factor(i.in[0]) + "*" + factor(i.in[1])
		case opDiv:
			x = factor(i.in[0]) + "/" + factor(i.in[1])
		case opSqrt:
			x = fmt.Sprintf("math.Sqrt(%s)", sum(i.in[0]))
		case opFMA, opFNMA:
			sign := " + "
			if i.op == opFNMA {
				sign = " - "
			}
			a, b := factor(i.in[0]), factor(i.in[1])
			x = sum(i.in[2]) + sign + a + "*" + b
		case opHook:
			g.p("px, pw, lx = xs[%d], ws[%[1]d], (l^ms[%[1]d])&7", i.index)
			lane["w"] = "l"
			if i.index%2 == 1 { // backward
				lane["w"] = "lx"
			}
			continue
		case opStore:
			g.p("p%s[%d][l] = %s", i.array, i.index, sum(i.in[0]))
			continue
		}
		if uses[i.out] == 1 {
			text[i.out] = x
		} else {
			g.p("v%d := %s", i.out, x)
		}
	}
	for k, v := range p.last {
		if v != p.state[k] {
			g.p("%s = %s", state(k), sum(v))
		}
	}
}

// block emits a function of one block.
func (g *source) block(name string, s signature, p *program) {
	g.begin(name, s)
	g.views(p, func(a string) string { return a })
	g.p("for l := range lattice.Lanes {")
	lane := map[string]string{}
	for _, a := range s.arrays() {
		if m, of := s.mask(a); m != "" {
			lane[a] = "l" + of
		}
	}
	for _, a := range s.arrays() {
		if m, of := s.mask(a); m != "" && of == a {
			g.p("l%s := (l^%s)&7", a, m)
		}
	}
	g.body(p, lane, nil)
	g.p("}\n}\n")
}

// sweep emits a loop over the Vecs of flat arrays, unrolled over the lanes: the
// sums of the lanes are then as many chains.
func (g *source) sweep(s sweep) {
	g.begin(s.name, s.signature)
	for _, a := range s.signature.arrays() {
		if a != "x" {
			g.p("%s = %s[:len(x)]", a, a)
		}
	}
	names := func(f string) string {
		var list []string
		for l := range 8 {
			list = append(list, fmt.Sprintf(f, l))
		}
		return strings.Join(list, ", ")
	}
	result := "s%d"
	if s.sum {
		g.p("var %s %s", names("s%d"), g.number)
		if s.pair != nil {
			g.p("var %s %s", names("t%d"), g.number)
			result = "s%[1]d + t%[1]d"
		}
	}
	p := s.body(s.least(1), 1)
	if s.pair == nil {
		g.p("for k := range x {")
	} else {
		g.p("for k := 0; k+1 < len(x); k += 2 {")
	}
	for _, a := range p.arrays() {
		if s.pair == nil {
			g.p("p%s := &%s[k]", a, a)
		} else {
			g.p("p%s := (*[2]%s)(%s[k:])", a, g.vec, a)
		}
	}
	for l := range 8 {
		var lane source
		lane.vec, lane.number = g.vec, g.number
		lane.body(p, nil, func(k int) string { return fmt.Sprint("st"[k:][:1], l) })
		text := strings.ReplaceAll(lane.String(), "[l]", fmt.Sprintf("[%d]", l))
		if s.pair == nil {
			for _, a := range p.arrays() {
				text = strings.ReplaceAll(text, "p"+a+"[0]", "p"+a)
			}
		}
		g.p("{\n%s}", text)
	}
	g.p("}")
	if s.sum {
		g.p("return %s{%s}", g.vec, names(result))
	}
	g.p("}\n")
}

// wilson emits the sweep of the Wilson hop.
func (g *source) wilson(name string, n int, adjoint bool) {
	v, m := 8*n, size(n)
	g.begin(name, wilsonSignature)
	g.p("var xs [8]*[%d]%s\nvar ws [8]*[%d]%s\nvar ms [8]int\nvar zeros [%d]%s", v, g.vec, m, g.vec, v, g.vec)
	g.p("for b := lo; b < hi; b++ {")
	g.p("for mu := range 4 {")
	g.p("e := nbr[8*b+mu]")
	g.p("xs[2*mu], ms[2*mu] = (*[%d]%s)(src[e.Block()*%d:]), e.Mask()", v, g.vec, v)
	g.p("ws[2*mu] = (*[%d]%s)(links[(mu*stride+b)*%d:])", m, g.vec, m)
	g.p("e = nbr[8*b+4+mu]")
	g.p("xs[2*mu+1], ms[2*mu+1] = (*[%d]%s)(src[e.Block()*%d:]), e.Mask()", v, g.vec, v)
	g.p("ws[2*mu+1] = (*[%d]%s)(links[(mu*stride+e.Block())*%d:])\n}", m, g.vec, m)
	g.p("pdst := (*[%d]%s)(dst[b*%d:])", v, g.vec, v)
	g.p("padd := &zeros\nif add != nil {\npadd = (*[%d]%s)(add[b*%d:])\n}", v, g.vec, v)
	g.p("for l := range lattice.Lanes {\nvar px *[%d]%s\nvar pw *[%d]%s\nvar lx int", v, g.vec, m, g.vec)
	g.body(wilson(n, adjoint, false), map[string]string{"x": "lx"}, nil)
	g.p("}\n}\n}\n")
}

// peak emits n rounds of multiplications and additions of numbers.
func (g *source) peak() {
	g.p("func peak%s(n int) {\nx := %s(n&1)", g.suffix, g.number)
	var names, zeros []string
	for k := range chains {
		names, zeros = append(names, fmt.Sprint("s", k)), append(zeros, "x")
	}
	g.p("%s := %s\nfor range n {", strings.Join(names, ", "), strings.Join(zeros, ", "))
	for k := range chains {
		g.p("s%d = s%d*x + x", k, k)
	}
	g.p("}\nif %s < 0 {\npanic(\"kernel: a sum of positive numbers is negative\")\n}\n}\n", strings.Join(names, "+"))
}

// hop emits the sweep of the staggered hop. The loop over four directions has a
// constant bound: no checks.
func (g *source) hop(n int) {
	v, m := 2*n, size(n)
	g.begin("hop"+digit(n), hopSignature)
	g.p("var xs [8]*[%d]%s\nvar ws [8]*[%d]%s\nvar ms [8]int", v, g.vec, m, g.vec)
	g.p("for b := lo; b < hi; b++ {")
	g.p("for mu := range dims {")
	g.p("e := nbr[2*dims*b+mu]")
	g.p("xs[mu&3], ms[mu&3] = (*[%d]%s)(src[e.Block()*%d:]), e.Mask()", v, g.vec, v)
	g.p("ws[mu&3] = (*[%d]%s)(links[(mu*stride+b)*%d:])", m, g.vec, m)
	g.p("e = nbr[2*dims*b+dims+mu]")
	g.p("xs[mu&3+4], ms[mu&3+4] = (*[%d]%s)(src[e.Block()*%d:]), e.Mask()", v, g.vec, v)
	g.p("ws[mu&3+4] = (*[%d]%s)(links[(mu*stride+e.Block())*%d:])\n}", m, g.vec, m)
	g.p("pdst := (*[%d]%s)(dst[b*%d:])", v, g.vec, v)
	g.p("padd := pdst\nif add != nil {\npadd = (*[%d]%s)(add[b*%d:])\n}", v, g.vec, v)
	g.p("for l := range lattice.Lanes {")
	var names []string
	for j := range v {
		names = append(names, fmt.Sprint("s", j))
	}
	state := func(k int) string { return names[k] }
	g.p("var %s %s", strings.Join(names, ", "), g.number)
	loop := func(bound, mask string) {
		g.p("for k := range %s {", bound)
		g.p("pw, px, lx := ws[k%s], xs[k%s], (l^ms[k%s])&7", mask, mask, mask)
		g.body(hop(n, true, false, false, false), map[string]string{"x": "lx"}, state)
		g.p("}\nfor k := range %s {", bound)
		g.p("pwb, pxb, lb := ws[k%s+4], xs[k%s+4], (l^ms[k%s+4])&7", mask, mask, mask)
		g.body(hop(n, false, true, false, false), map[string]string{"wb": "lb", "xb": "lb"}, state)
		g.p("}")
	}
	g.p("if dims == 4 {")
	loop("4", "")
	g.p("} else {")
	loop("dims", "&3")
	g.p("}\nif add != nil {")
	g.body(hopEnd(n, true, false), nil, state)
	g.p("} else {")
	g.body(hopEnd(n, false, false), nil, state)
	g.p("}\n}\n}\n}\n")
}

func (g *source) write() ([]byte, error) {
	text := g.String()
	if !strings.Contains(text, "math.") {
		text = strings.Replace(text, "\"math\"; ", "", 1)
	}
	return format.Source([]byte(text))
}
