package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/physics/format"
)

// conversion is one invocation of slhmc convert.
type conversion struct {
	shape     shapeFlags
	format    string
	precision int
	order     string
	rows      int
	force     bool
}

func convertCommand() *cobra.Command {
	var j conversion
	c := &cobra.Command{
		Use:   "convert IN OUT",
		Short: "Write a configuration in another format",
		Long: fmt.Sprintf(`Convert reads a configuration in any format, verifies it, and writes it in the
format that the extension of OUT or --format names: %s.
Links stay bit for bit what they are where the format and --precision allow;
the file is read back before it takes its name.

Files that do not say their shape need --extents and --group, unless an L^4
lattice of SU(2), SU(3) or SU(4) is the only one that fits.`, kindNames()),
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error { return j.run(c, args[0], args[1]) },
	}
	j.shape.add(c)
	c.Flags().StringVarP(&j.format, "format", "f", "", "format of OUT, by name or extension")
	c.Flags().IntVarP(&j.precision, "precision", "p", 0, "bits of a real, 32 or 64 (default: those of IN)")
	c.Flags().StringVar(&j.order, "byte-order", "", "big or little (default: that of the format)")
	c.Flags().IntVar(&j.rows, "rows", 0, "rows of a matrix that NERSC files keep (default: all)")
	c.Flags().BoolVar(&j.force, "force", false, "write over OUT if it exists")
	return c
}

func kindNames() string {
	var names []string
	for _, k := range format.Kinds() {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}

// encoding returns what the flags say about OUT. Errors: of the command line.
func (j *conversion) encoding(out string) (e format.Encoding, err error) {
	if j.format == "" {
		e.Kind, err = format.KindOf(out)
	} else {
		e.Kind, err = format.ParseKind(j.format)
	}
	if err != nil {
		return e, usage{err}
	}
	if allowed := format.Precisions(e.Kind); j.precision != 0 && !slices.Contains(allowed, j.precision) {
		return e, usage{fmt.Errorf("--precision %d (allowed for %s: %v)", j.precision, e.Kind, allowed)}
	}
	switch j.order {
	case "":
	case "big":
		e.ByteOrder = binary.BigEndian
	case "little":
		e.ByteOrder = binary.LittleEndian
	default:
		return e, usage{fmt.Errorf("--byte-order %s (allowed: big, little)", j.order)}
	}
	e.Precision, e.Rows = j.precision, j.rows
	return e, nil
}

func (j *conversion) run(c *cobra.Command, in, out string) error {
	told, err := j.shape.shape()
	if err != nil {
		return err
	}
	e, err := j.encoding(out)
	if err != nil {
		return err
	}
	if _, err := os.Stat(out); !j.force && !errors.Is(err, fs.ErrNotExist) {
		return usage{fmt.Errorf("%s exists (--force writes over it)", out)}
	}
	h, u, err := load(in, told)
	if err != nil {
		return err
	}
	if allowed := format.Precisions(e.Kind); e.Precision == 0 {
		e.Precision = allowed[0]
		if slices.Contains(allowed, h.Precision) {
			e.Precision = h.Precision
		}
	}
	note := func(text string, values ...any) { fmt.Fprintf(c.ErrOrStderr(), "note: "+text+"\n", values...) }
	switch {
	case e.Precision > h.Precision:
		u.Reunitarize()
		note("links of %d bits have been brought back to %v before they are written in %d", h.Precision, h.Group, e.Precision)
	case e.Precision < h.Precision:
		note("reals of %d bits are rounded to %d", h.Precision, e.Precision)
	}
	if err := format.Write(out, u, e); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "%s: %s, %v in %d bits\n", out, e.Kind, h.Shape, e.Precision)
	return err
}
