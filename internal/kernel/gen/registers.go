package main

import (
	"fmt"
	"slices"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// never is the next use of a value that is not used any more.
const never = 1 << 30

// A move is one instruction of the emitted code.
type move struct {
	name   string
	ops    []operand.Op
	hook   func() // code of the frame instead
	detour func() // that too, within what lies between two hooks
}

// assembler turns a program into instructions of a machine. Values live in
// registers; where these run out, the value whose next use is furthest leaves
// (L. Belady, IBM Systems Journal 5 (1966) 78): one that was loaded is loaded
// again, any other goes to the stack.
type assembler struct {
	m    *machine
	p    *program
	at   func(array string, index int) operand.Mem // a Vec in memory
	mask map[string]reg.VecPhysical                // indices that permute the loads of an array
	lane map[string]reg.VecPhysical                // indices of the permute operation; none: no permutation
	arg  func(name string) operand.Mem
	pool *constants
	hook func(k int)
	// detour, where there is one, emits code that permutes registers by indices unless
	// the lane mask is zero; otherwise they are permuted always.
	detour func(indices reg.VecPhysical, list []reg.VecPhysical)

	out    []move
	regs   []reg.VecPhysical // those the program may use
	free   []int
	in     map[value]int // value to index of its register
	held   []value       // and back
	uses   map[value][]int
	stack  map[value]int // slots
	slots  []value
	vacant []int          // slots of values that the instruction at hand was the last to use
	loaded map[value]int  // where the program loads a value
	dirty  map[value]bool // was loaded from a place that has been written since
	now    int
}

func (a *assembler) emit(name string, ops ...operand.Op) {
	a.out = append(a.out, move{name: name, ops: ops})
}

// run emits the program. States begin and end in the last registers of regs, in
// order.
func (a *assembler) run() {
	a.p.prune()
	a.in, a.stack, a.dirty, a.uses = map[value]int{}, map[value]int{}, map[value]bool{}, map[value][]int{}
	a.loaded = map[value]int{}
	a.held = make([]value, len(a.regs))
	for k, i := range a.p.code {
		for _, v := range i.in {
			a.uses[v] = append(a.uses[v], k)
		}
		if i.op == opLoad || i.op == opSpread {
			a.loaded[i.out] = k
		}
	}
	for _, v := range a.p.last {
		a.uses[v] = append(a.uses[v], len(a.p.code))
	}
	for k := range a.regs {
		a.free = append(a.free, k)
	}
	for k, v := range a.p.state {
		a.take(a.stateRegister(k), v)
	}
	for k := 0; k < len(a.p.code); k++ {
		i := a.p.code[k]
		a.now = k
		for _, s := range a.vacant { // the last instruction may have read them
			a.slots[s] = 0
		}
		a.vacant = nil
		switch i.op {
		case opLoad, opSpread, opConst, opArg, opState: // when first used
		case opStore:
			a.storeVec(i)
		case opHook:
			a.moved("x", "w")
			a.out = append(a.out, move{hook: func() { a.hook(i.index) }})
		case opPermute:
			if a.lane[i.array] == nil {
				a.get(i.in[0])
				if a.next(i.in[0]) != never {
					panic("a permuted value is used again")
				}
				a.rename(i.in[0], i.out)
				break
			}
			if a.detour != nil {
				k += a.permutes(a.p.code[k:]) - 1
				break
			}
			a.unary(i, func(x operand.Op, d operand.Op) { a.emit(a.m.permute, x, a.lane[i.array], d) })
		case opTurn:
			a.unary(i, func(x operand.Op, d operand.Op) {
				a.emit("VSHUFF32X4", operand.U8(0x4e), x, x, d) // the halves change places
				a.emit("VXORPS", operand.Mem{Symbol: operand.NewStaticSymbol(realMinus), Base: reg.StaticBase}, d, d)
			})
		case opSqrt:
			a.unary(i, func(x operand.Op, d operand.Op) { a.emit(a.m.mnemonic("VSQRT"), x, d) })
		case opAdd:
			a.binary(i, "VADD", true)
		case opSub:
			a.binary(i, "VSUB", false)
		case opMul:
			a.binary(i, "VMUL", true)
		case opDiv:
			a.binary(i, "VDIV", false)
		case opFMA:
			a.fused(i, "VFMADD")
		case opFNMA:
			a.fused(i, "VFNMADD")
		}
	}
	a.now = len(a.p.code)
	for k, v := range a.p.last {
		if a.in[v] != a.stateRegister(k) || a.held[a.in[v]] != v {
			panic(fmt.Sprintf("state %d does not end in its register", k))
		}
	}
}

// permutes emits the permutations that code begins with, in place, and returns how
// many they are.
func (a *assembler) permutes(code []instr) (n int) {
	var in []value
	for n < len(code) && code[n].op == opPermute && code[n].array == code[0].array {
		in = append(in, code[n].in[0])
		n++
	}
	a.now += n - 1
	var list []reg.VecPhysical
	for _, v := range in {
		if a.next(v) != never {
			panic("a permuted value is used again")
		}
		list = append(list, a.get(v, in...))
	}
	indices := a.lane[code[0].array]
	a.out = append(a.out, move{detour: func() { a.detour(indices, list) }})
	for k, v := range in {
		a.rename(v, code[k].out)
	}
	return n
}

func (a *assembler) stateRegister(k int) int { return len(a.regs) - len(a.p.state) + k }

// next returns the next use of v after the current instruction.
func (a *assembler) next(v value) int {
	for _, k := range a.uses[v] {
		if k > a.now {
			return k
		}
	}
	return never
}

func (a *assembler) take(r int, v value) {
	for k, f := range a.free {
		if f == r {
			a.free = append(a.free[:k], a.free[k+1:]...)
			break
		}
	}
	a.in[v], a.held[r] = r, v
}

func (a *assembler) release(v value) {
	if r, ok := a.in[v]; ok {
		a.held[r] = 0
		a.free = append(a.free, r)
		delete(a.in, v)
	}
	if s, ok := a.stack[v]; ok && a.next(v) == never {
		a.vacant = append(a.vacant, s)
		delete(a.stack, v)
	}
}

// retire frees the registers of arguments that are not used again.
func (a *assembler) retire(args ...value) {
	for _, v := range args {
		if a.next(v) == never {
			a.release(v)
		}
	}
}

func (a *assembler) again(v value) bool { // can be loaded again
	switch a.p.def[v].op {
	case opConst, opArg:
		return true
	case opLoad, opSpread:
		return !a.dirty[v]
	}
	return false
}

// register returns a free register, having made one free if need be.
func (a *assembler) register(pinned ...value) int {
	if len(a.free) == 0 {
		best, score := -1, -1.0
	search:
		for r, v := range a.held[:a.stateRegister(0)] { // states stay where they are
			for _, p := range pinned {
				if p == v {
					continue search
				}
			}
			s := float64(a.next(v) - a.now)
			if _, spilled := a.stack[v]; !spilled && !a.again(v) {
				s /= 2 // costs a store
			}
			if s > score {
				best, score = r, s
			}
		}
		if best < 0 {
			panic("no register can be freed")
		}
		v := a.held[best]
		if !a.again(v) {
			if _, ok := a.stack[v]; !ok {
				a.stack[v] = a.slot(v)
				a.emit(a.m.mnemonic("VMOVU"), a.regs[best], a.spilled(v))
			}
		}
		delete(a.in, v)
		a.held[best] = 0
		a.free = append(a.free, best)
	}
	return a.free[0]
}

func (a *assembler) slot(v value) int {
	for k, x := range a.slots {
		if x == 0 {
			a.slots[k] = v
			return k
		}
	}
	a.slots = append(a.slots, v)
	return len(a.slots) - 1
}

func (a *assembler) spilled(v value) operand.Mem {
	return operand.Mem{Base: spillBase, Disp: a.stack[v] * a.m.width()}
}

// place returns where v is in memory, if an instruction can read it there.
func (a *assembler) place(v value) (operand.Op, bool) {
	if _, ok := a.stack[v]; ok {
		return a.spilled(v), true
	}
	i := a.p.def[v]
	switch i.op {
	case opConst:
		return a.pool.at(a.m, i.number), true
	case opLoad:
		if _, permuted := a.mask[i.array]; !permuted {
			return a.at(i.array, i.index), true
		}
	}
	return nil, false
}

// fold reports whether the instruction at hand should read v from memory.
func (a *assembler) fold(v value) bool {
	if _, ok := a.in[v]; ok {
		return false
	}
	if _, ok := a.place(v); !ok {
		return false
	}
	return a.next(v) == never || a.p.def[v].op == opConst
}

// get returns a register that holds v.
func (a *assembler) get(v value, pinned ...value) reg.VecPhysical {
	if r, ok := a.in[v]; ok {
		return a.regs[r]
	}
	r := a.register(pinned...)
	d := a.regs[r]
	place, ok := a.place(v)
	i := a.p.def[v]
	switch {
	case ok:
		a.emit(a.m.mnemonic("VMOVU"), place, d)
	case i.op == opLoad:
		a.emit(a.m.permute, a.at(i.array, i.index), a.mask[i.array], d)
	case i.op == opSpread:
		half := a.at(i.array, 0)
		half.Disp += i.index * a.m.stride()
		a.emit("VBROADCASTF32X8", half, d)
	case i.op == opArg:
		name := "VBROADCASTSD"
		if !a.m.double {
			name = "VBROADCASTSS"
		}
		a.emit(name, a.arg(i.name), d)
	default:
		panic(fmt.Sprintf("value %d of %v has been lost", v, i))
	}
	a.take(r, v)
	return d
}

// define returns a register for the result v: its own for one that a loop
// carries.
func (a *assembler) define(v value, pinned ...value) reg.VecPhysical {
	r := a.register(pinned...)
	for k, w := range a.p.last {
		if own := a.stateRegister(k); v == w && a.held[own] == 0 {
			r = own
		}
	}
	a.take(r, v)
	return a.regs[r]
}

func (a *assembler) unary(i instr, f func(x, d operand.Op)) {
	x := a.get(i.in[0], i.in...)
	a.retire(i.in...)
	f(x, a.define(i.out, i.in...))
}

// binary emits out = x op y; y may be in memory.
func (a *assembler) binary(i instr, name string, commutes bool) {
	x, y := i.in[0], i.in[1]
	if commutes && !a.fold(y) && a.fold(x) {
		x, y = y, x
	}
	var oy operand.Op
	if x != y && a.fold(y) {
		ox := a.get(x, x, y)
		oy, _ = a.place(y)
		a.retire(x, y)
		a.emit(a.m.mnemonic(name), oy, ox, a.define(i.out, x, y))
		return
	}
	ox := a.get(x, x, y)
	oy = a.get(y, x, y)
	a.retire(x, y)
	a.emit(a.m.mnemonic(name), oy, ox, a.define(i.out, x, y))
}

// fused emits out = ±x y + z, in place of whichever argument is not used again.
func (a *assembler) fused(i instr, name string) {
	x, y, z := i.in[0], i.in[1], i.in[2]
	last := func(v value) bool { return a.next(v) == never }
	if x != y && a.fold(x) && !a.fold(y) {
		x, y = y, x
	}
	ends := last(z) && z != x && z != y
	if !ends && x != y && last(x) && a.fold(z) { // x = ±x y + memory
		ox := a.get(x, x, y)
		oy := a.get(y, x, y)
		oz, _ := a.place(z)
		a.emit(a.m.mnemonic(name+"213"), oz, oy, ox)
		a.rename(x, i.out)
		a.retire(y, z)
		return
	}
	ox := a.get(x, x, y, z)
	oz := a.get(z, x, y, z)
	var oy operand.Op
	if x != y && a.fold(y) {
		oy, _ = a.place(y)
	} else {
		oy = a.get(y, x, y, z)
	}
	if ends {
		a.emit(a.m.mnemonic(name+"231"), oy, ox, oz)
		a.rename(z, i.out)
		a.retire(x, y)
		return
	}
	if x != y && last(x) && x != z {
		if _, memory := oy.(operand.Mem); !memory {
			a.emit(a.m.mnemonic(name+"213"), oz, oy, ox)
			a.rename(x, i.out)
			a.retire(y, z)
			return
		}
	}
	d := a.define(i.out, x, y, z)
	a.emit(a.m.mnemonic("VMOVU"), oz, d)
	a.emit(a.m.mnemonic(name+"231"), oy, ox, d)
	a.retire(x, y, z)
}

// rename gives the register of v to w.
func (a *assembler) rename(v, w value) {
	r := a.in[v]
	a.release(v)
	a.take(r, w)
}

// moved says that the pointers of arrays move: what was loaded from them cannot
// be loaded again.
func (a *assembler) moved(arrays ...string) {
	for w, d := range a.p.def {
		w := value(w)
		if d.op != opLoad && d.op != opSpread || !slices.Contains(arrays, d.array) || a.next(w) == never || !a.started(w) {
			continue
		}
		if _, ok := a.in[w]; !ok {
			panic(fmt.Sprintf("%s[%d] is read after its pointer has moved", d.array, d.index))
		}
		a.dirty[w] = true
	}
}

// started reports whether the program has come to the load of v.
func (a *assembler) started(v value) bool { return a.loaded[v] <= a.now }

func (a *assembler) storeVec(i instr) {
	v := i.in[0]
	r := a.get(v, v)
	a.emit(a.m.mnemonic("VMOVU"), r, a.at(i.array, i.index))
	a.retire(v)
	for w, d := range a.p.def {
		if w := value(w); d.op == opLoad && d.array == i.array && d.index == i.index && a.next(w) != never {
			if _, ok := a.in[w]; !ok {
				panic(fmt.Sprintf("%s[%d] is read after it is written", i.array, i.index))
			}
			a.dirty[w] = true
		}
	}
}

// constants are the literals of a file, each eight times in read-only memory.
type constants struct {
	list map[*machine][]float64
}

func (c *constants) at(m *machine, x float64) operand.Mem {
	k := -1
	for i, y := range c.list[m] {
		if x == y {
			k = i
		}
	}
	if k < 0 {
		k = len(c.list[m])
		c.list[m] = append(c.list[m], x)
	}
	return operand.Mem{Symbol: operand.NewStaticSymbol("numbers" + m.name), Base: reg.StaticBase, Disp: k * m.width()}
}
