package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A machine is an instruction set at one precision. Blocks have eight lanes:
// a register holds all of them, or, AVX2 in double precision, half.
type machine struct {
	name    string // suffix of function names
	file    string
	double  bool
	regs    []reg.VecPhysical
	halves  int
	lane    int    // bytes of a number
	permute string // mnemonic of a permutation by a register of indices
	index   int    // bytes of the table of indices for one mask

	pairs  *machine // for hops, if its registers are longer
	paired bool     // a register holds the two Vecs of complex numbers
}

// width is the size of a register, stride that of a Vec, unit that of what is
// loaded by one name.
func (m *machine) stride() int { return 8 * m.lane }

func (m *machine) width() int { return m.unit() / m.halves }

func (m *machine) unit() int {
	if m.paired {
		return 2 * m.stride()
	}
	return m.stride()
}

// mnemonic appends the precision.
func (m *machine) mnemonic(name string) string {
	if m.double {
		return name + "PD"
	}
	return name + "PS"
}

var (
	ymm = []reg.VecPhysical{
		reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7,
		reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15,
		reg.Y16, reg.Y17, reg.Y18, reg.Y19, reg.Y20, reg.Y21, reg.Y22, reg.Y23,
		reg.Y24, reg.Y25, reg.Y26, reg.Y27, reg.Y28, reg.Y29, reg.Y30, reg.Y31,
	}
	zmm = []reg.VecPhysical{
		reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7,
		reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15,
		reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23,
		reg.Z24, reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31,
	}

	avx512    = &machine{"AVX512", "kernels_avx512", true, zmm, 1, 8, "VPERMPD", 64, nil, false}
	avx2      = &machine{"AVX2", "kernels_avx2", true, ymm[:16], 2, 8, "VPERMPS", 32, nil, false}
	single512 = &machine{"SingleAVX512", "single_avx512", false, ymm, 1, 4, "VPERMPS", 32, pairs512, false}
	pairs512  = &machine{"SingleAVX512", "single_avx512", false, zmm, 1, 4, "VPERMPS", 64, nil, true}
	single2   = &machine{"SingleAVX2", "single_avx2", false, ymm[:16], 1, 4, "VPERMPS", 32, nil, false}
)

// masks is the number of lane masks within a register.
func (m *machine) masks() int { return 8 / m.halves }

// permutations returns the name and the contents of the index tables: entry l
// of table k is l^k, as the permute instruction wants it.
func (m *machine) permutations() (name string, data []operand.Constant) {
	for k := range m.masks() {
		switch {
		case m.permute == "VPERMPD":
			for l := range 8 {
				data = append(data, operand.U64(l^k))
			}
		case m.double: // pairs of 32 bits
			for l := range 4 {
				data = append(data, operand.U32(2*(l^k)), operand.U32(2*(l^k)+1))
			}
		default:
			for l := range m.width() / m.lane {
				data = append(data, operand.U32(l^k))
			}
		}
	}
	return fmt.Sprintf("lanes%d%d", m.width(), m.lane), data
}

// wide reports whether there are registers for the sums of all rows of two products.
func (m *machine) wide() bool { return len(m.regs) >= 32 }
