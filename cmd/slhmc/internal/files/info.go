// Package files has slhmc info and slhmc convert: what configuration files hold, and how
// they become files of other formats.
package files

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/gaugefile"
	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/observe"
)

// info is what slhmc info says about a file.
type info struct {
	File      string   `json:"file"` // printable
	Format    string   `json:"format"`
	Extents   []int    `json:"extents"`
	Group     string   `json:"group"`
	Precision int      `json:"precision"`
	ByteOrder string   `json:"byte_order,omitempty"`
	Rows      int      `json:"rows"`
	Packed    string   `json:"compression,omitempty"`
	Axes      string   `json:"axes,omitempty"`
	Boundary  []string `json:"boundary,omitempty"` // of the quarks, where not periodic
	Inferred  bool     `json:"inferred,omitempty"` // a part of the above is not in the file
	Checksum  string   `json:"checksum,omitempty"` // that of the data too
	Claimed   *claimed `json:"header,omitempty"`

	Plaquette float64 `json:"plaquette"`
	Unitarity float64 `json:"unitarity"`

	Notes    []string   `json:"notes,omitempty"`
	Accepted []accepted `json:"accepted,omitempty"`
	Remarks  []string   `json:"remarks,omitempty"` // of who wrote the file
}

// claimed are the numbers that stand in the header; the links agree with them.
type claimed struct {
	Plaquette *float64 `json:"plaquette,omitempty"`
	LinkTrace *float64 `json:"link_trace,omitempty"`
}

// accepted is a promise that a file breaks and --accept let pass.
type accepted struct {
	Promise string `json:"promise"`
	Broken  string `json:"broken"`
}

func acceptedOf(h format.Header) (list []accepted) {
	for _, b := range h.Accepted {
		list = append(list, accepted{string(b.Promise), strings.TrimPrefix(b.String(), string(b.Promise)+": ")})
	}
	return list
}

// Info returns slhmc info.
func Info() *cobra.Command {
	var shape gaugefile.Flags
	var asJSON bool
	c := &cobra.Command{
		Use:   "info FILE...",
		Short: "Say what configuration files hold, and verify them",
		Long: `Info says what configuration files hold: format, extents, group, precision, checksum,
plaquette and how far links are from the group. All of it is verified: a file
whose header, checksum, plaquette or links contradict each other is an error.

` + gaugefile.Help,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if _, err := shape.Told(); err != nil {
				return err
			}
			var failed []error
			for _, path := range args {
				i, err := inspect(path, &shape)
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
	shape.Add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON object a file and line")
	return c
}

func inspect(path string, shape *gaugefile.Flags) (*info, error) {
	h, u, err := shape.Load(path)
	if err != nil {
		return nil, err
	}
	i := &info{
		File: cli.Printable(path), Format: string(h.Kind), Extents: h.Extents, Group: h.Group.String(), Precision: h.Precision, Rows: h.Rows, Inferred: h.Inferred,
		Checksum: h.Checksum.String(), Plaquette: observe.NewPlaquette(u.Geometry(), u.Group()).Measure(u), Unitarity: h.Unitarity,
		Packed: h.Compression, Axes: string(h.Axes), Boundary: h.Boundary, Notes: h.Notes, Accepted: acceptedOf(h), Remarks: h.Remarks,
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
	packed := ""
	if i.Packed != "" {
		packed = ", compressed by " + i.Packed
	}
	line("format", "%s%s", i.Format, packed)
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
	if i.Axes != "" {
		line("axes", "%s", i.Axes)
	}
	if i.Boundary != nil {
		line("boundary", "%s  (of the quarks; links are periodic)", strings.Join(i.Boundary, ", "))
	}
	checksum := "none in the file"
	if i.Checksum != "" {
		checksum = i.Checksum + "  (header and data)"
		if slices.ContainsFunc(i.Accepted, func(a accepted) bool { return a.Promise == string(format.PromiseChecksum) }) {
			checksum = i.Checksum + "  (header, NOT the data)"
		}
	}
	line("checksum", "%s", checksum)
	line("plaquette", "%.15g%s", i.Plaquette, headerSays(i.Claimed, func(c *claimed) *float64 { return c.Plaquette }))
	if i.Claimed != nil && i.Claimed.LinkTrace != nil {
		line("link trace", "%.12g", *i.Claimed.LinkTrace)
	}
	line("unitarity", "%.2g", i.Unitarity)
	for _, n := range i.Notes {
		line("note", "%s", n)
	}
	for _, a := range i.Accepted {
		line("accepted", "%s: %s", a.Promise, a.Broken)
	}
	for _, r := range i.Remarks {
		line("remark", "%s", r)
	}
	return w.Flush()
}

// headerSays returns a remark on a number of the header, if it is there.
func headerSays(c *claimed, number func(c *claimed) *float64) string {
	if c == nil || number(c) == nil {
		return ""
	}
	return fmt.Sprintf("  (header: %.12g)", *number(c))
}
