package lattice

import "syscall"

const collapse = 25 // MADV_COLLAPSE, of Linux 6.1

// largePages asks for large pages in some bytes of memory, where small ones are in
// use already too. Nothing depends on the answers: a system without them goes on as
// it is.
func largePages(address, bytes uintptr) {
	_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, address, bytes, syscall.MADV_HUGEPAGE)
	_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, address, bytes, collapse)
}
