package reference

// LoopAverage returns the mean over all sites and all the given closed loops of
// Re tr L / N: 1 on unit links. It panics if a path is not closed.
func LoopAverage(u *Links, loops [][]int) Real {
	var s Real
	for _, loop := range loops {
		for site := range u.Volume() {
			s = s.Add(closed(u, site, loop).Trace().Re())
		}
	}
	return s.Scale(1 / float64(u.N*u.Volume()*len(loops)))
}

func closed(u *Links, site int, loop []int) Matrix {
	w, end := u.Follow(site, loop)
	if end != site {
		panic("reference: path is not closed")
	}
	return w
}

// Plaquette returns the average plaquette, the mean of Re tr P / N over all
// sites and planes.
func Plaquette(u *Links) Real { return LoopAverage(u, Plaquettes(u.Dim())) }

// SpacePlaquette returns the average of Re tr P / N over planes without the
// time direction (D >= 3).
func SpacePlaquette(u *Links) Real {
	if u.Dim() < 3 {
		panic("reference: no spatial plane below three dimensions")
	}
	return LoopAverage(u, Plaquettes(u.Dim()-1))
}

// TimePlaquette returns the average of Re tr P / N over planes that contain the
// time direction.
func TimePlaquette(u *Links) Real {
	var loops [][]int
	t := u.Dim()
	for mu := 1; mu < t; mu++ {
		loops = append(loops, []int{mu, t, -mu, -t})
	}
	return LoopAverage(u, loops)
}

// Rectangle returns the average of Re tr R / N over all sites and ordered pairs
// of directions of the 2x1 loop.
func Rectangle(u *Links) Real { return LoopAverage(u, Rectangles(u.Dim())) }

// PolyakovLoop returns the mean of tr prod U_mu over the sites with x_mu = 0:
// the trace, NOT divided by N. Time is mu = D-1.
func PolyakovLoop(u *Links, mu int) Complex {
	var s Complex
	count := 0
	for site := range u.Volume() {
		if u.Coordinates(site)[mu] == 0 {
			s = s.Add(closed(u, site, straight(mu+1, u.Extents[mu])).Trace())
			count++
		}
	}
	return s.Scale(1 / float64(count))
}

// Leaves returns the sum of the four plaquettes of the plane (mu, nu) that start
// and end at site, all with the same orientation (the clover).
func Leaves(u *Links, site, mu, nu int) Matrix {
	m, n := mu+1, nu+1
	q := closed(u, site, []int{m, n, -m, -n})
	for _, leaf := range [][]int{{n, -m, -n, m}, {-m, -n, m, n}, {-n, m, n, -m}} {
		q = q.Add(closed(u, site, leaf))
	}
	return q
}
