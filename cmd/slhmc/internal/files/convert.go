package files

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/gaugefile"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/format"
)

// conversion is one invocation of slhmc convert.
type conversion struct {
	shape     gaugefile.Flags
	format    string
	precision int
	order     string
	rows      int
	force     bool
	project   bool
}

// Convert returns slhmc convert.
func Convert() *cobra.Command {
	var j conversion
	c := &cobra.Command{
		Use:   "convert IN OUT",
		Short: "Write a configuration in another format",
		Long: fmt.Sprintf(`Convert reads a configuration in any format, verifies it, and writes it in the
format that the extension of OUT or --format names: %s.
Links stay bit for bit what they are where the format and --precision allow;
the file is read back before it takes its name. Links that are off by up to %.2g
(SU(3)), as in single precision, are brought back to the group before they are written
in 64 bits, with --project those that are off by up to %.0e. What was accepted stands in
OUT where its format has room for text.

%s`, kindNames(), format.ToleranceSingle(3), format.Tolerance32, gaugefile.Help),
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error { return j.run(c, args[0], args[1]) },
	}
	j.shape.Add(c)
	c.Flags().StringVarP(&j.format, "format", "f", "", "format of OUT, by name or extension")
	c.Flags().IntVarP(&j.precision, "precision", "p", 0, "bits of a real, 32 or 64 (default: those of IN)")
	c.Flags().StringVar(&j.order, "byte-order", "", "big or little (default: that of the format)")
	c.Flags().IntVar(&j.rows, "rows", 0, "rows of a matrix that NERSC files keep (default: all)")
	c.Flags().BoolVar(&j.project, "project", false, fmt.Sprintf("bring links that are off by up to %.0e back to the group", format.Tolerance32))
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
		return e, cli.Usage(err)
	}
	if allowed := format.Precisions(e.Kind); j.precision != 0 && !slices.Contains(allowed, j.precision) {
		return e, cli.Usage(fmt.Errorf("--precision %d (allowed for %s: %v)", j.precision, e.Kind, allowed))
	}
	switch j.order {
	case "":
	case "big":
		e.ByteOrder = binary.BigEndian
	case "little":
		e.ByteOrder = binary.LittleEndian
	default:
		return e, cli.Usage(fmt.Errorf("--byte-order %s (allowed: big, little)", j.order))
	}
	e.Precision, e.Rows = j.precision, j.rows
	return e, nil
}

// free says whether OUT may be written: that it is not there, or a regular file that
// --force gives up. Devices and pipes are never replaced.
func (j *conversion) free(out string) error {
	if _, err := os.Lstat(out); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if info, err := os.Stat(out); err == nil && !info.Mode().IsRegular() {
		return cli.Usage(fmt.Errorf("%s is not a regular file: it is not written over", out))
	}
	if !j.force {
		return cli.Usage(fmt.Errorf("%s exists (--force writes over it)", out))
	}
	return nil
}

func (j *conversion) run(c *cobra.Command, in, out string) error {
	if _, err := j.shape.Told(); err != nil {
		return err
	}
	e, err := j.encoding(out)
	if err != nil {
		return err
	}
	if err := j.free(out); err != nil {
		return err
	}
	h, u, err := j.load(in)
	if err != nil {
		return err
	}
	if allowed := format.Precisions(e.Kind); e.Precision == 0 {
		e.Precision = allowed[0]
		if slices.Contains(allowed, h.Precision) {
			e.Precision = h.Precision
		}
	}
	said := gaugefile.Remarks(h)
	brought := j.bring(h, u, e.Precision)
	if brought != "" {
		said = append(said, brought)
	}
	if e.Precision < h.Precision {
		said = append(said, fmt.Sprintf("reals of %d bits are rounded to %d", h.Precision, e.Precision))
	}
	e.Accept = gaugefile.Accepted(h)
	kept := keep(h, brought)
	if e.Kind.HoldsText() {
		e.Remarks = kept
	}
	for _, s := range said {
		fmt.Fprintln(c.ErrOrStderr(), "note:", s)
	}
	// What killed conversions left there stays if the folder cannot be listed.
	if err := rundir.Sweep(filepath.Dir(out)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintln(c.ErrOrStderr(), "note:", err)
	}
	if err := format.Write(out, u, e); err != nil {
		return err
	}
	if !e.Kind.HoldsText() {
		for _, r := range kept {
			fmt.Fprintf(c.OutOrStdout(), "%s, which has no room to say it: %s\n", out, r)
		}
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "%s: %s, %v in %d bits\n", out, e.Kind, h.Shape, e.Precision)
	return err
}
