package cli

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/internal/machine"
)

// Memory is --memory, which commands share that check what they need.
type Memory struct{ text string }

// Add adds the flag.
func (m *Memory) Add(c *cobra.Command) {
	c.Flags().StringVar(&m.text, "memory", "", "memory that may be used, such as 64GiB (default: what the machine has)")
}

// Check refuses what needs more. Errors: of the command line.
func (m *Memory) Check(needs uint64) error {
	allowed := uint64(0)
	if m.text != "" {
		var err error
		if allowed, err = machine.ParseSize(m.text); err != nil {
			return Usage(fmt.Errorf("--memory: %w", err))
		}
	}
	if err := machine.Check(needs, allowed); err != nil {
		return Usage(fmt.Errorf("the run %w", err))
	}
	return nil
}

// KeepMemory keeps what is thrown away from growing to as much as what is used, as it
// would where memory has no limit.
func KeepMemory(needs uint64) {
	debug.SetMemoryLimit(int64(needs + needs/8))
}
