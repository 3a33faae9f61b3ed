//go:build !purego

package kernel

import "golang.org/x/sys/cpu"

// machineSets returns the sets of assembly that this machine can run. AVX-512
// kernels of single precision use 256-bit registers, hence VL.
func machineSets() (sets []Set) {
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		sets = append(sets, Set{"avx2", &table2AVX2, &table3AVX2, &linearAVX2, &hops2SingleAVX2, &hops3SingleAVX2, &linearSingleAVX2, peakAVX2, 12 * 2 * 4})
	}
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL {
		sets = append(sets, Set{"avx512", &table2AVX512, &table3AVX512, &linearAVX512, &hops2SingleAVX512, &hops3SingleAVX512, &linearSingleAVX512, peakAVX512, 12 * 2 * 8})
	}
	return sets
}
