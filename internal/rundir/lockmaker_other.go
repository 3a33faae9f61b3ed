//go:build !linux

package rundir

import "errors"

// thisMachine: what tells one boot of one machine from every other is not known to be had here.
func thisMachine() string { return unknownMachine }

func startOf(int) (string, error) { return "", errors.ErrUnsupported }

// gone is not asked of processes of an unknown machine.
func (maker) gone() bool { return false }
