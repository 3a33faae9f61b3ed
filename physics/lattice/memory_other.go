//go:build !linux

package lattice

func largePages(_, _ uintptr) {}
