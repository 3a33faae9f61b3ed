package gauge

// Export appends the links of this process to dst, whatever their layout:
// lattice sites in lexicographic order, then direction, row, column, real and
// imaginary part. Import reads them back, every bit the same, also on another
// division into lanes.
func (u *Field) Export(dst []float64) []float64 {
	m := u.Group().NewMatrix()
	u.sites(func(x []int) {
		for mu := range u.geo.Dims() {
			u.At(m, x, mu)
			for _, z := range m {
				dst = append(dst, real(z), imag(z))
			}
		}
	})
	return dst
}

// Import sets the links of this process to what Export returned. Panics if src
// has another length.
func (u *Field) Import(src []float64) {
	u.needDouble()
	m := u.Group().NewMatrix()
	if len(src) != 2*len(m)*u.geo.Dims()*u.geo.LocalVolume() {
		panic("gauge: links of another lattice or group")
	}
	u.sites(func(x []int) {
		for mu := range u.geo.Dims() {
			for k := range m {
				m[k] = complex(src[0], src[1])
				src = src[2:]
			}
			u.Set(x, mu, m)
		}
	})
}

// sites calls f with the coordinates of this process's sites in lexicographic
// order.
func (u *Field) sites(f func(x []int)) {
	x := make([]int, u.geo.Dims())
	for n := range u.geo.Volume() {
		u.geo.Coordinates(x, n)
		if _, _, local := u.geo.Locate(x); local {
			f(x)
		}
	}
}
