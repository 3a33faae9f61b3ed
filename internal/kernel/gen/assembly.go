package main

import (
	"bytes"
	"fmt"
	"math"
	"slices"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/buildtags"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
	"github.com/mmcloughlin/avo/reg"
	"github.com/mmcloughlin/avo/x86"
)

// General registers. Pointers to arrays come first, in order of the signature.
var (
	pointers  = []reg.GPPhysical{reg.RDI, reg.RSI, reg.RDX, reg.RCX, reg.R8, reg.R9}
	deltas    = []reg.GPPhysical{reg.R10, reg.R11, reg.R12}
	temporary = reg.RAX
	counter   = reg.RBX
	spillBase = reg.R13
)

// instructions are those that programs are made of.
var instructions = map[string]func(...operand.Op) (*ir.Instruction, error){
	"VMOVUPD": x86.VMOVUPD, "VMOVUPS": x86.VMOVUPS, "VADDPD": x86.VADDPD, "VADDPS": x86.VADDPS,
	"VSUBPD": x86.VSUBPD, "VSUBPS": x86.VSUBPS, "VMULPD": x86.VMULPD, "VMULPS": x86.VMULPS,
	"VDIVPD": x86.VDIVPD, "VDIVPS": x86.VDIVPS,
	"VSQRTPD": x86.VSQRTPD, "VSQRTPS": x86.VSQRTPS, "VPERMPD": x86.VPERMPD, "VPERMPS": x86.VPERMPS,
	"VFMADD231PD": x86.VFMADD231PD, "VFMADD231PS": x86.VFMADD231PS,
	"VFMADD213PD": x86.VFMADD213PD, "VFMADD213PS": x86.VFMADD213PS,
	"VFNMADD231PD": x86.VFNMADD231PD, "VFNMADD231PS": x86.VFNMADD231PS,
	"VFNMADD213PD": x86.VFNMADD213PD, "VFNMADD213PS": x86.VFNMADD213PS,
	"VBROADCASTSD": x86.VBROADCASTSD, "VBROADCASTSS": x86.VBROADCASTSS,
	"VXORPD": x86.VXORPD, "VXORPS": x86.VXORPS, "VBROADCASTF32X8": x86.VBROADCASTF32X8, "VSHUFF32X4": x86.VSHUFF32X4,
}

// realMinus are the signs of minus one in the real half of a pair.
const realMinus = "realMinus"

// A file is one assembly file with the Go declarations of its functions.
type file struct {
	*build.Context
	m      *machine
	pool   *constants
	stubs  bytes.Buffer
	labels int
	zeros  int // bytes of zeros that functions refer to
}

func newFile(m *machine) *file {
	f := &file{Context: build.NewContext(), m: m, pool: &constants{list: map[*machine][]float64{}}}
	f.Constraint(buildtags.Not("purego"))
	return f
}

func must(i *ir.Instruction, err error) *ir.Instruction {
	if err != nil {
		panic(err)
	}
	return i
}

func (f *file) label() string {
	f.labels++
	return fmt.Sprintf("l%d", f.labels)
}

// begin starts a function; the signature is written with v for a slice of Vecs.
func (f *file) begin(name string, s signature) {
	name += f.m.name
	f.Function(name)
	f.SignatureExpr(s.expression(f.m.double, false))
	fmt.Fprintf(&f.stubs, "//go:noescape\nfunc %s%s\n\n", name, s.expression(f.m.double, true)[len("func"):])
}

// vec is Vec or pair number index of an array at a pointer.
func (f *file) vec(base reg.Register, index int) operand.Mem {
	return operand.Mem{Base: base, Disp: index * f.m.unit()}
}

func (f *file) scalar(name string) operand.Mem {
	b, err := f.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

// assembler returns one for p with the given pointers and permuted arrays.
func (f *file) assembler(p *program, base map[string]reg.Register, permuted map[string]reg.VecPhysical, reserved int) *assembler {
	return &assembler{
		m: f.m, p: p, mask: permuted, arg: f.scalar, pool: f.pool, regs: f.m.regs[reserved:],
		at: func(array string, index int) operand.Mem { return f.vec(base[array], index) },
	}
}

// flush appends the code of a; the prologue has reserved space for its spills.
// Between its instructions, the lines named ahead are fetched into the cache,
// anew after each hook.
func (f *file) flush(a *assembler, ahead ...operand.Mem) {
	isHook := func(m move) bool { return m.hook != nil }
	for out := a.out; len(out) > 0; {
		if isHook(out[0]) {
			out[0].hook()
			out = out[1:]
		}
		n := slices.IndexFunc(out, isHook)
		if n < 0 {
			n = len(out)
		}
		fetched := 0
		for k, m := range out[:n] {
			for ; fetched*n < k*len(ahead); fetched++ {
				f.PREFETCHT0(ahead[fetched])
			}
			if m.detour != nil {
				m.detour()
				continue
			}
			f.Instruction(must(instructions[m.name](m.ops...)))
		}
		out = out[n:]
	}
}

// next names the lines of the matrices or vectors one block behind those at p.
func (f *file) next(bytes int, pointers ...reg.Register) (lines []operand.Mem) {
	for k := 0; k < bytes; k += 64 {
		for _, p := range pointers {
			lines = append(lines, operand.Mem{Base: p, Disp: bytes + k})
		}
	}
	return lines
}

// spill makes room for the spills of programs that have been assembled.
func (f *file) spill(list ...*assembler) {
	slots := 0
	for _, a := range list {
		slots = max(slots, len(a.slots))
	}
	if slots == 0 {
		f.Attributes(attr.NOSPLIT)
		return
	}
	f.Attributes(0)
	room := f.AllocLocal(slots*f.m.width() + 64)
	f.LEAQ(room, spillBase)
	f.ADDQ(operand.U8(63), spillBase)
	f.ANDQ(operand.I8(-64), spillBase)
}

// lanesTable is where the indices of mask 0 are.
func (f *file) lanesTable() operand.Mem {
	name, _ := f.m.permutations()
	return operand.Mem{Symbol: operand.NewStaticSymbol(name), Base: reg.StaticBase}
}

// indices loads the permutation by the lane mask in register r, which it
// destroys; the part of the mask that swaps halves is dropped.
func (f *file) indices(r reg.GPPhysical, d reg.VecPhysical, table reg.GPPhysical) {
	f.ANDQ(operand.U8(f.m.masks()-1), r)
	shift := 5
	if f.m.index == 64 {
		shift = 6
	}
	f.SHLQ(operand.U8(shift), r)
	f.Instruction(must(x86.VMOVUPD(operand.Mem{Base: table, Index: r, Scale: 1}, d)))
}

// block emits a function of one block: plain loads where no lane mask is set,
// permuted ones otherwise.
func (f *file) block(name string, s signature, p *program) {
	f.begin(name, s)
	base := map[string]reg.Register{}
	var masked, followers []string
	for k, a := range s.arrays() {
		base[a] = pointers[k]
		if m, of := s.mask(a); m != "" && of == a {
			masked = append(masked, a)
		} else if m != "" {
			followers = append(followers, a)
		}
	}
	plain := f.assembler(p, base, nil, 0)
	plain.run()
	var permuted *assembler
	all := []*assembler{plain}
	if len(masked) > 0 {
		loads, lanes := map[string]reg.VecPhysical{}, map[string]reg.VecPhysical{}
		for k, a := range masked {
			lanes[a] = f.m.regs[k]
			if !p.permutes(a) {
				loads[a] = lanes[a]
			}
		}
		permuted = f.assembler(p, base, loads, len(masked))
		permuted.lane = lanes
		permuted.run()
		all = append(all, permuted)
	}
	f.spill(all...)
	for _, a := range s.arrays() {
		f.Load(f.Param(a).Base(), base[a])
	}
	if permuted == nil {
		f.inHalves(base, nil, func() { f.flush(plain) })
		f.VZEROUPPER()
		f.RET()
		return
	}
	mask := func(a string) string { m, _ := s.mask(a); return m }
	f.Load(f.Param(mask(masked[0])), temporary)
	for _, a := range masked[1:] {
		f.ORQ(f.scalar(mask(a)), temporary)
	}
	general := f.label()
	f.TESTQ(temporary, temporary)
	f.JNE(operand.LabelRef(general))
	f.inHalves(base, nil, func() { f.flush(plain) })
	f.VZEROUPPER()
	f.RET()
	f.Label(general)
	f.LEAQ(f.lanesTable(), counter)
	step := map[string]reg.GPPhysical{}
	for k, a := range masked {
		d := deltas[k]
		step[a] = d
		f.Load(f.Param(mask(a)), temporary)
		if f.m.halves == 2 { // begin in the half that the mask names
			f.MOVQ(temporary, d)
			f.ANDQ(operand.U8(4), d)
			f.SHLQ(operand.U8(3), d)
			f.ADDQ(d, base[a])
			for _, b := range followers {
				if _, of := s.mask(b); of == a {
					f.ADDQ(d, base[b])
					step[b] = d
				}
			}
			f.ADDQ(d, d)
			f.NEGQ(d)
			f.ADDQ(operand.U8(32), d)
		}
		f.indices(temporary, permuted.lane[a], counter)
	}
	f.inHalves(base, step, func() { f.flush(permuted) })
	f.VZEROUPPER()
	f.RET()
}

// inHalves emits body once for each half of a block; step says by how much the
// pointers of permuted arrays move in between.
func (f *file) inHalves(base map[string]reg.Register, step map[string]reg.GPPhysical, body func()) {
	if f.m.halves == 1 {
		body()
		return
	}
	again := f.label()
	f.MOVQ(operand.U32(2), counter)
	f.Label(again)
	body()
	for _, r := range pointers {
		for a, b := range base {
			if b != reg.Register(r) {
				continue
			}
			if d, ok := step[a]; ok {
				f.ADDQ(d, b)
			} else {
				f.ADDQ(operand.U8(f.m.width()), b)
			}
		}
	}
	f.DECQ(counter)
	f.JNE(operand.LabelRef(again))
}

// declarations returns the Go side.
func (f *file) declarations() string {
	return header + "//go:build !purego\n\npackage kernel\n\nimport \"github.com/slhmc/slhmc/physics/lattice\"\n\n" + f.stubs.String()
}

// write returns the assembly.
func (f *file) write() ([]byte, error) {
	table := func(name string, data []operand.Constant) {
		f.StaticGlobal(name)
		f.DataAttributes(attr.RODATA | attr.NOPTR)
		for _, d := range data {
			f.AppendDatum(d)
		}
	}
	table(f.m.permutations())
	if f.m.pairs != nil {
		table(f.m.pairs.permutations())
		minus := []operand.Constant{}
		for l := range 16 {
			minus = append(minus, operand.U32(uint32(1-l/8)<<31))
		}
		table(realMinus, minus)
	}
	if f.zeros > 0 {
		f.StaticGlobal("zeros" + f.m.name)
		f.DataAttributes(attr.RODATA | attr.NOPTR)
		for range f.zeros / 8 {
			f.AppendDatum(operand.U64(0))
		}
	}
	if list := f.pool.list[f.m]; len(list) > 0 {
		f.StaticGlobal("numbers" + f.m.name)
		f.DataAttributes(attr.RODATA | attr.NOPTR)
		for _, x := range list {
			for range f.m.width() / f.m.lane {
				if f.m.double {
					f.AppendDatum(operand.U64(math.Float64bits(x)))
				} else {
					f.AppendDatum(operand.U32(math.Float32bits(float32(x))))
				}
			}
		}
	}
	file, err := f.Result()
	if err != nil {
		return nil, err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return nil, err
	}
	return printer.NewGoAsm(printer.Config{Name: "internal/kernel/gen", Pkg: "kernel"}).Print(file)
}
