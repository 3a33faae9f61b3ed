package files

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/gaugefile"
	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
)

// load reads IN. With --project links may be off by as much as single precision
// leaves them after many trajectories: to bring them back moves a plaquette by no
// more than four times that.
func (j *conversion) load(in string) (format.Header, *gauge.Field, error) {
	if !j.project {
		return j.shape.Load(in)
	}
	loose := j.shape
	loose.Accept = strings.Trim(loose.Accept+","+string(format.PromiseUnitarity), ",")
	h, u, err := loose.Load(in)
	if err != nil {
		return h, u, err
	}
	h.Accepted = slices.DeleteFunc(slices.Clone(h.Accepted), func(b *format.Broken) bool {
		if b.Promise != format.PromiseUnitarity {
			return false
		}
		if !(h.Unitarity <= format.Tolerance32) {
			err = fmt.Errorf("%s: %w, --project allows %.0e", in, b.Err, format.Tolerance32)
		}
		return true
	})
	return h, u, err
}

// bring brings links back to their group if they have left it by no more than
// round-off of the precision in which they were computed, or by what --project allows.
func (j *conversion) bring(h format.Header, u *gauge.Field, precision int) (said string) {
	most := format.Tolerance32
	if h.Precision == 64 && !j.project {
		most = format.ToleranceSingle(h.Group.N())
	}
	coarse := h.Precision < precision || h.Unitarity > format.Tolerance64 && precision == 64
	if h.Unitarity > most || !coarse && !j.project {
		return ""
	}
	u.Reunitarize()
	return fmt.Sprintf("links of %d bits, off by up to %.2g, have been brought back to %v before they are written in %d", h.Precision, h.Unitarity, h.Group, precision)
}

// keep returns what a reader of OUT should know: promises that IN breaks, what was told
// against its header, that links were moved.
func keep(h format.Header, brought string) []string {
	all := slices.Clone(h.Remarks)
	for _, b := range h.Accepted {
		all = append(all, "accepted when read: "+b.String())
	}
	for _, n := range h.Notes {
		if strings.HasPrefix(n, "told ") {
			all = append(all, n)
		}
	}
	if b := gaugefile.Boundary(h); b != "" {
		all = append(all, b)
	}
	if brought != "" {
		all = append(all, brought)
	}
	return all
}
