package bench

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchproc"
	"golang.org/x/perf/benchunit"
)

// Record is what was measured, line by line in the order of time, each with the
// keys of its machine.
type Record struct {
	Source  string // file
	Results []*benchfmt.Result
}

// prefix of the names of cases in records: that of BenchmarkCases.
const prefix = "Cases/"

// Read reads the lines of cases in a record. Errors: r; a line that is broken;
// no line of a case.
func Read(r io.Reader, source string) (*Record, error) {
	rec := &Record{Source: source}
	lines := benchfmt.NewReader(r, source)
	for lines.Scan() {
		switch line := lines.Result().(type) {
		case *benchfmt.SyntaxError:
			return nil, fmt.Errorf("bench: %w", line)
		case *benchfmt.Result:
			if strings.HasPrefix(string(line.Name), prefix) {
				rec.Results = append(rec.Results, line.Clone())
			}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(rec.Results) == 0 {
		return nil, fmt.Errorf("bench: %s has no line of a case (allowed: what slhmc bench run or make bench wrote)", source)
	}
	return rec, nil
}

// ReadFile reads a record from a file.
func ReadFile(path string) (*Record, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return Read(f, path)
}

// Write writes the record in Go's benchmark format.
func (r *Record) Write(w io.Writer) error {
	out := benchfmt.NewWriter(w)
	for _, line := range r.Results {
		if err := out.Write(line); err != nil {
			return err
		}
	}
	return nil
}

// Samples are the values of each case by unit, in the order of time.
type Samples map[string]map[string][]float64

// Samples returns all values of a record.
func (r *Record) Samples() Samples {
	s := Samples{}
	for _, line := range r.Results {
		name := caseName(line)
		if s[name] == nil {
			s[name] = map[string][]float64{}
		}
		for _, v := range line.Values {
			s[name][v.Unit] = append(s[name][v.Unit], v.Value)
		}
	}
	return s
}

// Cases returns the names of the cases, in the order of their first lines.
func (r *Record) Cases() (names []string) {
	seen := map[string]bool{}
	for _, line := range r.Results {
		if name := caseName(line); !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// caseName is the name without the number of processors that testing appends.
func caseName(line *benchfmt.Result) string {
	name := strings.TrimPrefix(string(line.Name), prefix)
	if _, parts := line.Name.Parts(); len(parts) > 0 {
		if last := string(parts[len(parts)-1]); strings.HasPrefix(last, "-") {
			name = strings.TrimSuffix(name, last)
		}
	}
	return name
}

// key returns the value of a key in the first line that has it.
func (r *Record) key(name string) string {
	for _, line := range r.Results {
		if v := line.GetConfig(name); v != "" {
			return v
		}
	}
	return ""
}

// MachineKey names the kind of machine, as Machine.Key does. Errors: the record
// does not say.
func (r *Record) MachineKey() (string, error) {
	for _, k := range machineKeys {
		if r.key(k) == "" {
			return "", fmt.Errorf("bench: %s does not say on what machine it was measured (key %q missing; slhmc bench run writes it)", r.Source, k)
		}
	}
	return slug(r.key("cpu"), r.key("cores"), r.key("kernels")), nil
}

// sameMachine says why two records are not of one machine, line by line.
func sameMachine(a, b *Record) error {
	var parser benchproc.ProjectionParser
	filter, err := benchproc.NewFilter("*")
	if err != nil {
		return err
	}
	machine, err := parser.Parse(strings.Join(machineKeys, ","), filter)
	if err != nil {
		return err
	}
	for _, r := range []*Record{a, b} {
		if _, err := r.MachineKey(); err != nil {
			return err
		}
	}
	first := machine.Project(a.Results[0])
	for _, r := range []*Record{a, b} {
		for _, line := range r.Results {
			if k := machine.Project(line); k != first {
				return fmt.Errorf("bench: %s was measured on %s, %s on %s", a.Source, first, r.Source, k)
			}
		}
	}
	return nil
}

// tidy gives the values the units that reading would.
func (r *Record) tidy() {
	for _, line := range r.Results {
		for i, v := range line.Values {
			v.OrigValue, v.OrigUnit = v.Value, v.Unit
			v.Value, v.Unit = benchunit.Tidy(v.Value, v.Unit)
			if v.Unit == v.OrigUnit {
				v.OrigUnit = ""
			}
			line.Values[i] = v
		}
	}
}

// setKey sets a key in all lines.
func (r *Record) setKey(name, value string) {
	for _, line := range r.Results {
		i, ok := line.ConfigIndex(name)
		if !ok {
			line.Config = append(slices.Clip(line.Config), benchfmt.Config{Key: name, Value: []byte(value), File: true})
			continue
		}
		line.Config[i].Value = []byte(value)
	}
}

// Noise returns the A/A noise that the record was measured with, or else that of
// its samples (see Samples.Noise).
func (r *Record) Noise() (float64, error) {
	if v := r.key(keyNoise); v != "" {
		x, err := strconv.ParseFloat(v, 64)
		if err != nil || !(x >= 0) {
			return 0, fmt.Errorf("bench: %s: %s: %q (allowed: a number, not negative)", r.Source, keyNoise, v)
		}
		return x, nil
	}
	return r.Samples().Noise()
}
