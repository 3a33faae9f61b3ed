package main

import (
	"strconv"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// unroll is how many registers of an array a sweep takes at a time: as many
// partial sums hide the latency of an addition.
const unroll = 4

// sweep emits a loop over the Vecs of flat arrays. Registers are counted rather
// than Vecs: where a register is half a Vec, even ones are first halves.
func (f *file) sweep(s sweep) {
	f.begin(s.name, s.signature)
	base, moving := map[string]reg.Register{}, []reg.Register{}
	for k, a := range s.signature.arrays() {
		base[a] = pointers[k]
		moving = append(moving, pointers[k])
	}
	states := 0
	if s.sum {
		states = unroll
	}
	at := func(array string, index int) operand.Mem {
		return operand.Mem{Base: base[array], Disp: index * f.m.width()}
	}
	assemble := func(p *program) *assembler {
		a := f.assembler(p, base, nil, 0)
		a.at = at
		a.regs = f.m.regs[:len(f.m.regs)-states+len(p.state)] // states keep their registers
		a.run()
		return a
	}
	least := s.least(f.m.halves)
	main := assemble(s.body(unroll, f.m.halves))
	tail := assemble(s.body(least, f.m.halves))
	f.spill(main, tail)
	for _, a := range s.signature.arrays() {
		f.Load(f.Param(a).Base(), base[a])
	}
	first := f.m.regs[len(f.m.regs)-states:]
	for _, r := range first {
		f.zero(r)
	}
	f.Load(f.Param("x").Len(), counter)
	if f.m.halves == 2 {
		f.SHLQ(operand.U8(1), counter)
	}
	loop := func(n int, a *assembler) {
		again, end := f.label(), f.label()
		f.Label(again)
		f.CMPQ(counter, operand.U8(n))
		f.JLT(operand.LabelRef(end))
		f.flush(a)
		for _, r := range moving {
			f.ADDQ(operand.U32(n*f.m.width()), r)
		}
		f.SUBQ(operand.U8(n), counter)
		f.JMP(operand.LabelRef(again))
		f.Label(end)
	}
	loop(unroll, main)
	if least < unroll {
		loop(least, tail)
	}
	if s.sum {
		f.total(first)
	}
	f.VZEROUPPER()
	f.RET()
}

// cached is how many bytes the links of a direction have, at most, for caches to
// hold those of all.
const cached = 2 << 20

// streamed appends the code of a twice. Links that come from memory, stride bytes a
// direction, are fetched a block ahead: the processor alone does not keep enough of
// its reads under way. Where caches hold them that costs more than it brings.
func (f *file) streamed(a *assembler, stride operand.Op, ahead ...operand.Mem) {
	near, end := f.label(), f.label()
	f.CMPQ(stride, operand.U32(cached))
	f.JLE(operand.LabelRef(near))
	f.flush(a, ahead...)
	f.JMP(operand.LabelRef(end))
	f.Label(near)
	f.flush(a)
	f.Label(end)
}

// aside lets a sweep go round its permutations: most masks are zero. test compares what
// is left of the mask of some indices with zero. The permutations stand where the
// function that is returned emits them: behind the end, out of the way.
func (f *file) aside(body *assembler, test func(indices reg.VecPhysical)) (emit func()) {
	var list []func()
	body.detour = func(indices reg.VecPhysical, permuted []reg.VecPhysical) {
		turn, back := f.label(), f.label()
		test(indices)
		f.JNE(operand.LabelRef(turn))
		f.Label(back)
		list = append(list, func() {
			f.Label(turn)
			for _, r := range permuted {
				f.Instruction(must(instructions[f.m.permute](r, indices, r)))
			}
			f.JMP(operand.LabelRef(back))
		})
	}
	return func() {
		for _, emit := range list {
			emit()
		}
	}
}

// inPairs turns to the machine for hops, if there is another, and returns what
// turns back.
func (f *file) inPairs() (back func()) {
	m := f.m
	if m.pairs != nil {
		f.m = m.pairs
	}
	return func() { f.m = m }
}

// wilson emits the sweep of the Wilson hop in four dimensions over blocks lo …
// hi-1. Without a field to add, zeros are.
func (f *file) wilson(name string, n int, adjoint bool) {
	vecBytes, matBytes := 8*n*f.m.stride(), size(n)*f.m.stride()
	defer f.inPairs()()
	f.begin(name, wilsonSignature)
	dst, links, src, nbr, add := pointers[0], pointers[1], pointers[2], pointers[3], pointers[4]
	stride, x, first, table, half := reg.R9, reg.R10, reg.R11, reg.R12, reg.R15
	w, entry := reg.RBX, reg.RAX
	offset := reg.R14 // g, which callers of assembly read anew
	f.zeros = max(f.zeros, vecBytes)

	base := map[string]reg.Register{"x": x, "w": w, "dst": dst, "add": add}
	index := f.m.regs[0]
	body := f.assembler(wilson(n, adjoint, f.m.paired), base, nil, 1)
	body.lane = map[string]reg.VecPhysical{"x": index}
	// entry has what the hook has left of the mask
	aside := f.aside(body, func(reg.VecPhysical) { f.TESTQ(entry, entry) })
	body.hook = func(k int) {
		mu, backward := k/2, k%2 == 1
		f.MOVL(operand.Mem{Base: nbr, Disp: 4 * (mu + 4*(k%2))}, reg.EAX)
		f.MOVQ(entry, w)
		f.SHRQ(operand.U8(3), w)
		f.IMUL3Q(operand.U32(vecBytes), w, x)
		f.ADDQ(src, x)
		if backward {
			f.IMUL3Q(operand.U32(matBytes), w, w)
			f.ADDQ(links, w)
		} else {
			f.MOVQ(first, w)
		}
		if mu > 0 {
			f.LEAQ(operand.Mem{Base: w, Index: stride, Scale: []uint8{0, 1, 2, 1}[mu]}, w)
		}
		if mu == 3 {
			f.LEAQ(operand.Mem{Base: w, Index: stride, Scale: 2}, w)
		}
		if f.m.halves == 2 {
			f.MOVQ(entry, offset)
			f.ANDQ(operand.U8(4), offset)
			f.SHLQ(operand.U8(3), offset)
			f.XORQ(half, offset)
			f.ADDQ(offset, x)
			if backward {
				f.ADDQ(offset, w)
			} else {
				f.ADDQ(half, w)
			}
		}
		f.indices(entry, index, table)
	}
	body.run()
	f.spill(body)
	remaining, addStep := f.AllocLocal(8), f.AllocLocal(8)
	for k, a := range []string{"dst", "links", "src", "nbr", "add"} {
		f.Load(f.Param(a).Base(), pointers[k])
	}
	f.Load(f.Param("stride"), stride)
	f.IMUL3Q(operand.U32(matBytes), stride, stride)
	f.LEAQ(f.lanesTable(), table)
	f.Load(f.Param("hi"), entry)
	f.Load(f.Param("lo"), w)
	end := f.label()
	f.SUBQ(w, entry)
	f.JLE(operand.LabelRef(end))
	f.MOVQ(entry, remaining)
	f.IMUL3Q(operand.U32(vecBytes), w, x)
	f.ADDQ(x, dst)
	none, begin := f.label(), f.label()
	f.TESTQ(add, add)
	f.JEQ(operand.LabelRef(none))
	f.ADDQ(x, add)
	f.MOVQ(operand.I32(vecBytes), addStep)
	f.JMP(operand.LabelRef(begin))
	f.Label(none)
	f.LEAQ(operand.Mem{Symbol: operand.NewStaticSymbol("zeros" + f.m.name), Base: reg.StaticBase}, add)
	f.MOVQ(operand.I32(0), addStep)
	f.Label(begin)
	f.IMUL3Q(operand.U32(matBytes), w, first)
	f.ADDQ(links, first)
	f.SHLQ(operand.U8(5), w) // 8 entries of 4 bytes a block
	f.ADDQ(w, nbr)
	if f.m.halves == 2 {
		f.XORQ(half, half)
	}
	next := f.label()
	f.Label(next)
	f.streamed(body, stride, append(f.next(matBytes, w), f.next(vecBytes, x)...)...)
	if f.m.halves == 2 {
		f.ADDQ(operand.U8(32), dst)
		f.ADDQ(operand.U8(32), add)
		f.XORQ(operand.U8(32), half)
		f.JNE(operand.LabelRef(next))
		f.SUBQ(operand.U8(64), add)
	}
	f.ADDQ(operand.U32(vecBytes-(f.m.halves-1)*64), dst)
	f.ADDQ(addStep, add)
	f.ADDQ(operand.U32(matBytes), first)
	f.ADDQ(operand.U8(32), nbr)
	f.DECQ(remaining)
	f.JNE(operand.LabelRef(next))
	f.Label(end)
	f.VZEROUPPER()
	f.RET()
	aside()
}

// chains is how many independent sums the peak probe has: more than twice the
// latency of an addition, two units working.
const chains = 12

// peak emits n rounds of chains fused multiplications and additions in
// registers: what the machine can do at most.
func (f *file) peak() {
	f.begin("peak", signature{other("n", "int")})
	f.Attributes(attr.NOSPLIT)
	f.Load(f.Param("n"), counter)
	for _, r := range f.m.regs[:chains+2] {
		f.zero(r)
	}
	again, end := f.label(), f.label()
	f.Label(again)
	f.SUBQ(operand.U8(1), counter)
	f.JLT(operand.LabelRef(end))
	for _, r := range f.m.regs[2 : chains+2] {
		f.Instruction(must(instructions[f.m.mnemonic("VFMADD231")](f.m.regs[0], f.m.regs[1], r)))
	}
	f.JMP(operand.LabelRef(again))
	f.Label(end)
	f.VZEROUPPER()
	f.RET()
}

// zero clears a vector register.
func (f *file) zero(r reg.VecPhysical) {
	f.Instruction(must(instructions[f.m.mnemonic("VXOR")](r, r, r)))
}

// total adds the partial sums in pairs and returns the total.
func (f *file) total(s []reg.VecPhysical) {
	result := func(half int) operand.Mem {
		b, err := f.Return("sum").Index(half * 4).Resolve()
		if err != nil {
			panic(err)
		}
		return b.Addr
	}
	add := func(x operand.Op, y, d reg.VecPhysical) {
		f.Instruction(must(instructions[f.m.mnemonic("VADD")](x, y, d)))
	}
	move := func(x, y operand.Op) { f.Instruction(must(instructions[f.m.mnemonic("VMOVU")](x, y))) }
	if f.m.halves == 2 {
		for h := range 2 {
			add(s[h+2], s[h], s[h])
			move(s[h], result(h))
		}
		return
	}
	add(s[1], s[0], s[0])
	add(s[3], s[2], s[2])
	add(s[2], s[0], s[0])
	move(s[0], result(0))
}

var hopSignature = signature{
	vecs("dst"), scalar("c"), vecs("links"), other("stride", "int"), vecs("src"), other("nbr", "[]lattice.Entry"),
	other("dims", "int"), scalar("ca"), vecs("add"), other("lo", "int"), other("hi", "int"),
}

var wilsonSignature = signature{
	vecs("dst"), scalar("c"), vecs("links"), other("stride", "int"), vecs("src"), other("nbr", "[]lattice.Entry"),
	scalar("ca"), vecs("add"), other("lo", "int"), other("hi", "int"),
}

// hop emits the sweep of the staggered hop over blocks lo … hi-1: for each
// block, and each half of it, a loop over directions that accumulates in
// registers.
func (f *file) hop(n int) {
	vecBytes, matBytes := 2*n*f.m.stride(), size(n)*f.m.stride()
	defer f.inPairs()()
	f.begin("hop"+digit(n), hopSignature)
	dst, links, src, nbr, add := pointers[0], pointers[1], pointers[2], pointers[3], pointers[4]
	dims, x, w, table, mu, half := reg.R9, reg.R10, reg.R11, reg.R12, reg.R13, reg.R15
	wb, xb := reg.RBX, reg.RAX

	base := map[string]reg.Register{"x": x, "w": w, "wb": wb, "xb": xb, "dst": dst, "add": add}
	ix, ib := f.m.regs[0], f.m.regs[1]
	body := f.assembler(hop(n, true, true, f.m.wide(), f.m.paired), base, nil, 2)
	body.lane = map[string]reg.VecPhysical{"x": ix, "xb": ib}
	// what is left of the masks, forward and backward
	ahead, behind := f.AllocLocal(8), f.AllocLocal(8)
	aside := f.aside(body, func(indices reg.VecPhysical) {
		mask := ahead
		if indices == ib {
			mask = behind
		}
		f.CMPQ(mask, operand.U8(0))
	})
	ends := map[bool]*assembler{}
	for _, added := range []bool{false, true} {
		ends[added] = f.assembler(hopEnd(n, added, f.m.paired), base, nil, 2)
		ends[added].run()
	}
	body.run()
	if len(body.slots)+len(ends[false].slots)+len(ends[true].slots) > 0 {
		panic("the hop spills")
	}
	f.Attributes(attr.NOSPLIT)

	remaining, offset, stride, all := f.AllocLocal(8), f.AllocLocal(8), f.AllocLocal(8), f.AllocLocal(8)
	for k, a := range []string{"dst", "links", "src", "nbr", "add"} {
		f.Load(f.Param(a).Base(), pointers[k])
	}
	f.Load(f.Param("dims"), dims)
	f.LEAQ(f.lanesTable(), table)
	f.Load(f.Param("hi"), xb)
	f.Load(f.Param("lo"), wb)
	end := f.label()
	f.SUBQ(wb, xb)
	f.JLE(operand.LabelRef(end))
	f.MOVQ(xb, remaining)
	// whenAdding emits body for the case that there is a field to add
	whenAdding := func(body func()) {
		skip := f.label()
		f.TESTQ(add, add)
		f.JEQ(operand.LabelRef(skip))
		body()
		f.Label(skip)
	}
	f.IMUL3Q(operand.U32(vecBytes), wb, x)
	f.ADDQ(x, dst)
	whenAdding(func() { f.ADDQ(x, add) })
	f.IMUL3Q(operand.U32(matBytes), wb, w)
	f.ADDQ(links, w)
	f.IMULQ(dims, wb)
	f.LEAQ(operand.Mem{Base: nbr, Index: wb, Scale: 8}, nbr)
	f.Load(f.Param("stride"), x)
	f.IMUL3Q(operand.U32(matBytes), x, x)
	f.MOVQ(x, stride)
	f.IMULQ(dims, x)
	f.MOVQ(x, all)
	if f.m.halves == 2 {
		f.XORQ(half, half)
	}

	next := f.label()
	f.Label(next)
	for _, r := range f.m.regs[len(f.m.regs)-len(body.p.state):] {
		f.zero(r)
	}
	f.XORQ(mu, mu)
	again := f.label()
	f.Label(again)
	// inHalf sets r to the offset of the half of a neighbour that the mask in
	// EAX brings to the half at hand
	inHalf := func(r reg.GPPhysical) {
		f.MOVQ(reg.RAX, r)
		f.ANDQ(operand.U8(4), r)
		f.SHLQ(operand.U8(3), r)
		f.XORQ(half, r)
	}
	f.MOVL(operand.Mem{Base: nbr, Index: mu, Scale: 4}, reg.EAX)
	f.MOVQ(reg.RAX, x)
	f.SHRQ(operand.U8(3), x)
	f.IMUL3Q(operand.U32(vecBytes), x, x)
	f.ADDQ(src, x)
	if f.m.halves == 2 {
		inHalf(wb)
		f.ADDQ(wb, x)
	}
	f.indices(reg.RAX, ix, table)
	f.MOVQ(reg.RAX, ahead)
	f.LEAQ(operand.Mem{Base: nbr, Index: dims, Scale: 4}, wb)
	f.MOVL(operand.Mem{Base: wb, Index: mu, Scale: 4}, reg.EAX)
	if f.m.halves == 2 {
		inHalf(wb)
		f.MOVQ(wb, offset)
	}
	f.MOVQ(reg.RAX, wb)
	f.indices(wb, ib, table)
	f.MOVQ(wb, behind)
	f.SHRQ(operand.U8(3), xb)
	f.IMUL3Q(operand.U32(matBytes), xb, wb)
	f.ADDQ(links, wb)
	f.IMUL3Q(operand.U32(vecBytes), xb, xb)
	f.ADDQ(src, xb)
	if f.m.halves == 2 {
		f.ADDQ(offset, wb)
		f.ADDQ(offset, xb)
	}
	f.streamed(body, stride, f.next(matBytes, w, wb)...)
	f.ADDQ(stride, w)
	f.ADDQ(stride, links)
	f.INCQ(mu)
	f.CMPQ(mu, dims)
	f.JNE(operand.LabelRef(again))
	f.SUBQ(all, links)
	f.SUBQ(all, w)

	with, done := f.label(), f.label()
	f.TESTQ(add, add)
	f.JNE(operand.LabelRef(with))
	f.flush(ends[false])
	f.JMP(operand.LabelRef(done))
	f.Label(with)
	f.flush(ends[true])
	f.Label(done)
	if f.m.halves == 2 {
		second := f.label()
		f.ADDQ(operand.U8(32), dst)
		whenAdding(func() { f.ADDQ(operand.U8(32), add) })
		f.XORQ(operand.U8(32), half)
		f.JEQ(operand.LabelRef(second))
		f.ADDQ(operand.U8(32), w)
		f.JMP(operand.LabelRef(next))
		f.Label(second)
		f.SUBQ(operand.U8(32), w)
	}
	f.ADDQ(operand.U32(matBytes), w)
	step := vecBytes - (f.m.halves-1)*64
	f.ADDQ(operand.U32(step), dst)
	whenAdding(func() { f.ADDQ(operand.U32(step), add) })
	f.LEAQ(operand.Mem{Base: nbr, Index: dims, Scale: 8}, nbr)
	f.DECQ(remaining)
	f.JNE(operand.LabelRef(next))
	f.Label(end)
	f.VZEROUPPER()
	f.RET()
	aside()
}

func digit(n int) string { return strconv.Itoa(n) }
