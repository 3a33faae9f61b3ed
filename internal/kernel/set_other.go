//go:build !amd64 || purego

package kernel

func machineSets() []Set { return nil }
