package reference

// Rho is a weight of a network: its value (and derivative, if it is the one
// differentiated) at a link.
type Rho func(site, mu int) Real

// Shared returns one weight for all links.
func Shared(r Real) Rho { return func(int, int) Real { return r } }

// PerDirection returns one weight per direction.
func PerDirection(r ...Real) Rho { return func(_, mu int) Real { return r[mu] } }

// SpaceTime returns one weight shared by the space directions of a D-dimensional
// lattice and one for time.
func SpaceTime(d int, space, time Real) Rho {
	return func(_, mu int) Real {
		if mu == d-1 {
			return time
		}
		return space
	}
}

// Term is one kind of covariant path in a stout layer with its weight: Paths[mu]
// lists paths from n to n+mu.
type Term struct {
	Paths [][][]int
	Rho   Rho
}

// LoopStaples returns the term whose paths are all staples of the given closed
// loops in D dimensions.
func LoopStaples(d int, loops [][]int, rho Rho) Term {
	t := Term{Rho: rho}
	for mu := range d {
		t.Paths = append(t.Paths, Staples(loops, mu))
	}
	return t
}

// PlaquetteStaples returns the term of the 2(D-1) plaquette staples.
func PlaquetteStaples(d int, rho Rho) Term { return LoopStaples(d, Plaquettes(d), rho) }

// RectangleStaples returns the term of the 6(D-1) rectangle staples.
func RectangleStaples(d int, rho Rho) Term { return LoopStaples(d, Rectangles(d), rho) }

// PolyakovStaples returns the term of the Polyakov loops winding direction mu,
// P_mu(n)^† once per link.
func PolyakovStaples(extents []int, rho Rho) Term {
	t := Term{Rho: rho}
	for mu := range extents {
		t.Paths = append(t.Paths, [][]int{PolyakovStaple(extents, mu)})
	}
	return t
}

// Layer is a stout layer: its terms are added in C.
type Layer []Term

// TalkLayer returns the layer of three weights of [Tomiya-Nagai]'s example:
// plaquette staples and Polyakov loops with one weight for space and one for time.
func TalkLayer(extents []int, plaquette, space, time Real) Layer {
	d := len(extents)
	return Layer{
		PlaquetteStaples(d, Shared(plaquette)),
		PolyakovStaples(extents, SpaceTime(d, space, time)),
	}
}

// Forward returns the links after the layer,
//
//	U'_mu(n) = exp([C_mu(n) U_mu(n)^†]_TA) U_mu(n),   C_mu(n) = sum_terms rho sum_paths,
//
// all links from the same input. Positive plaquette weights smooth; with
// plaquette staples alone it is [MP, eqs. (1)-(3)]. It panics if a path does
// not end at n+mu.
func (layer Layer) Forward(u *Links) *Links {
	return u.each(func(site, mu int, link Matrix) Matrix {
		c := NewMatrix(u.N, make([]complex128, u.N*u.N))
		for _, term := range layer {
			for _, path := range term.Paths[mu] {
				w, end := u.Follow(site, path)
				if end != u.Step(site, mu+1) {
					panic("reference: a staple must end where its link ends")
				}
				c = c.Add(w.Scale(term.Rho(site, mu)))
			}
		}
		return c.Mul(link.Dagger()).TA().Exp().Mul(link)
	})
}

// Network is a sequence of layers, applied first to last.
type Network []Layer

// Forward returns the links after all layers.
func (net Network) Forward(u *Links) *Links {
	for _, layer := range net {
		u = layer.Forward(u)
	}
	return u
}
