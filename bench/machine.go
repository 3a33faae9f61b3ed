package bench

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/slhmc/slhmc/internal/kernel"
)

// Keys of a record that name the machine: where they differ, times cannot be
// compared.
var machineKeys = []string{"cpu", "cores", "kernels", "goos", "goarch"}

// Keys that say what was measured.
const (
	keyGo     = "go"
	keyCommit = "commit"
	keyNoise  = "aa-noise"
)

// Machine is what times depend on.
type Machine struct {
	CPU     string
	Cores   int
	Kernels string // the set in use
}

// ThisMachine identifies the machine. Errors: the kernel set asked for cannot be
// had; the processor has no name (known on Linux only).
func ThisMachine() (Machine, error) {
	kernels, err := kernel.Active()
	if err != nil {
		return Machine{}, err
	}
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return Machine{}, fmt.Errorf("bench: which processor is this? %w", err)
	}
	cpu, err := processor(string(text))
	return Machine{cpu, runtime.NumCPU(), kernels}, err
}

// processor reads the name, family and model of the first processor; virtual
// machines give many the same name.
func processor(cpuinfo string) (string, error) {
	field := map[string]string{}
	for line := range strings.Lines(cpuinfo) {
		if key, value, ok := strings.Cut(line, ":"); ok {
			key = strings.TrimSpace(key)
			if _, seen := field[key]; !seen {
				field[key] = strings.TrimSpace(value)
			}
		}
	}
	name := field["model name"]
	if name == "" { // arm64
		name = field["CPU implementer"] + " " + field["CPU part"]
	} else {
		name += " family " + field["cpu family"] + " model " + field["model"]
	}
	if strings.TrimSpace(name) == "" {
		return "", fmt.Errorf("bench: /proc/cpuinfo does not name the processor")
	}
	return strings.Join(strings.Fields(name), " "), nil
}

// keys returns the machine as keys of a record.
func (m Machine) keys() [][2]string {
	return [][2]string{
		{"cpu", m.CPU},
		{"cores", strconv.Itoa(m.Cores)},
		{"kernels", m.Kernels},
		{"goos", runtime.GOOS},
		{"goarch", runtime.GOARCH},
		{keyGo, runtime.Version()},
	}
}

// Key names the kind of machine, fit for a file.
func (m Machine) Key() string { return slug(m.CPU, strconv.Itoa(m.Cores), m.Kernels) }

func slug(cpu, cores, kernels string) string {
	lower := strings.ToLower(cpu + " " + cores + "c " + kernels)
	return strings.Join(strings.FieldsFunc(lower, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}), "-")
}
