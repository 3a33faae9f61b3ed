package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/observe"
)

// info is what slhmc info says about a file.
type info struct {
	File      string   `json:"file"`
	Format    string   `json:"format"`
	Extents   []int    `json:"extents"`
	Group     string   `json:"group"`
	Precision int      `json:"precision"`
	ByteOrder string   `json:"byte_order,omitempty"`
	Rows      int      `json:"rows"`
	Inferred  bool     `json:"inferred,omitempty"` // a part of the above is not in the file
	Checksum  string   `json:"checksum,omitempty"` // that of the data too
	Claimed   *claimed `json:"header,omitempty"`

	Plaquette float64 `json:"plaquette"`
	Unitarity float64 `json:"unitarity"`
}

// claimed are the numbers that stand in the header; the links agree with them.
type claimed struct {
	Plaquette *float64 `json:"plaquette,omitempty"`
	LinkTrace *float64 `json:"link_trace,omitempty"`
}

func infoCommand() *cobra.Command {
	var shape shapeFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "info FILE...",
		Short: "Say what configuration files hold, and verify them",
		Long: `Info says what configuration files hold: format, extents, group, precision, checksum,
plaquette and how far links are from the group. All of it is verified: a file
whose header, checksum, plaquette or links contradict each other is an error.

Files that do not say their shape need --extents and --group, unless an L^4
lattice of SU(2), SU(3) or SU(4) is the only one that fits.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			told, err := shape.shape()
			if err != nil {
				return err
			}
			var failed []error
			for _, path := range args {
				i, err := inspect(path, told)
				if err != nil { // the others are looked at all the same
					failed = append(failed, err)
					continue
				}
				if err := i.print(c.OutOrStdout(), asJSON); err != nil {
					return err
				}
			}
			return errors.Join(failed...)
		},
	}
	shape.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON object a file and line")
	return c
}

// load reads a file whole.
func load(path string, told format.Shape) (h format.Header, u *gauge.Field, err error) {
	f, err := format.Open(path, told)
	if err != nil {
		return h, nil, err
	}
	defer f.Close()
	u, err = f.Read()
	return f.Header, u, err
}

func inspect(path string, told format.Shape) (*info, error) {
	h, u, err := load(path, told)
	if err != nil {
		return nil, err
	}
	i := &info{
		File: path, Format: string(h.Kind), Extents: h.Extents, Group: h.Group.String(), Precision: h.Precision, Rows: h.Rows, Inferred: h.Inferred,
		Checksum: h.Checksum.String(), Plaquette: observe.NewPlaquette(u.Geometry(), u.Group()).Measure(u), Unitarity: u.Unitarity(),
	}
	if h.ByteOrder != nil {
		i.ByteOrder = map[binary.ByteOrder]string{binary.BigEndian: "big", binary.LittleEndian: "little"}[h.ByteOrder]
	}
	if h.Plaquette != nil || h.LinkTrace != nil {
		i.Claimed = &claimed{}
		for _, c := range []struct {
			to   **float64
			from *format.Claim
		}{{&i.Claimed.Plaquette, h.Plaquette}, {&i.Claimed.LinkTrace, h.LinkTrace}} {
			if c.from != nil {
				*c.to = &c.from.Value
			}
		}
	}
	return i, nil
}

func (i *info) print(to io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(to).Encode(i)
	}
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	line := func(name, form string, values ...any) { fmt.Fprintf(w, name+"\t"+form+"\n", values...) }
	line("file", "%s", i.File)
	line("format", "%s", i.Format)
	inferred := ""
	if i.Inferred {
		inferred = "  (inferred: all that size and unitarity admit)"
	}
	line("extents", "%v%s", i.Extents, inferred)
	line("group", "%s", i.Group)
	order := ""
	if i.ByteOrder != "" {
		order = ", " + i.ByteOrder + " endian"
	}
	line("reals", "%d bits%s", i.Precision, order)
	line("rows", "%d", i.Rows)
	checksum := "none in the file"
	if i.Checksum != "" {
		checksum = i.Checksum + "  (header and data)"
	}
	line("checksum", "%s", checksum)
	line("plaquette", "%.15g%s", i.Plaquette, headerSays(i.Claimed, func(c *claimed) *float64 { return c.Plaquette }))
	if i.Claimed != nil && i.Claimed.LinkTrace != nil {
		line("link trace", "%.12g", *i.Claimed.LinkTrace)
	}
	line("unitarity", "%.2g", i.Unitarity)
	return w.Flush()
}

// headerSays returns a remark on a number of the header, if it is there.
func headerSays(c *claimed, number func(c *claimed) *float64) string {
	if c == nil || number(c) == nil {
		return ""
	}
	return fmt.Sprintf("  (header: %.12g)", *number(c))
}
