package format_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// A configuration is written, and read knowing nothing of it.
func Example() {
	folder, err := os.MkdirTemp("", "ildg")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "hot.ildg")

	geo, err := lattice.New([]int{4, 4, 4, 8})
	if err != nil {
		fmt.Println(err)
		return
	}
	u := gauge.NewField(geo, group.SU3)
	u.Hot(rng.New(1))
	if err := format.WriteILDG(path, u); err != nil {
		fmt.Println(err)
		return
	}

	h, err := format.Inspect(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(h.Kind, h.Group, h.Extents, h.Precision)
	v, err := h.NewField()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(format.Read(path, v))
	// Output:
	// ILDG SU(3) [4 4 4 8] 64
	// <nil>
}
