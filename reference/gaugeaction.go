package reference

// LoopTerm is a class of closed loops that enter the gauge action with one
// coefficient.
type LoopTerm struct {
	Coefficient float64
	Loops       [][]int
}

// Improvement coefficients c1 of the rectangle, c0 = 1 - 8 c1; 0 is the Wilson action.
const (
	SymanzikC1 = -1.0 / 12 // tree level, [LW]
	IwasakiC1  = -0.331    // Y. Iwasaki, Nucl. Phys. B 258 (1985) 141
	DBW2C1     = -1.4069   // QCD-TARO, hep-lat/9911033
)

// RectangleAction returns the loops of the plaquette-and-rectangle action with
// coefficient c1 of the rectangle and c0 = 1 - 8 c1 of the plaquette. The
// normalisation c0 + 8 c1 = 1 is used in every dimension.
func RectangleAction(d int, c1 float64) []LoopTerm {
	terms := []LoopTerm{{1 - 8*c1, Plaquettes(d)}}
	if c1 != 0 {
		terms = append(terms, LoopTerm{c1, Rectangles(d)})
	}
	return terms
}

// GaugeAction returns
//
//	S = beta sum_terms c sum_{n, loops} (1 - Re tr L(n)/N).
func GaugeAction(u *Links, beta float64, terms []LoopTerm) Real {
	var s Real
	for _, term := range terms {
		count := float64(u.Volume() * len(term.Loops))
		s = s.Add(Constant(1).Sub(LoopAverage(u, term.Loops)).Scale(beta * term.Coefficient * count))
	}
	return s
}

// GaugeForce returns F^a_mu(n) = d/d omega S[exp(i omega T_a) U_mu(n)] of
// GaugeAction as f[D*site+mu][a], by walking along every loop and
// differentiating each link where it occurs:
//
//	U   at a step:  d Re tr(A U B)   = Re tr(i T_a U B A)
//	U^† at a step:  d Re tr(A U^† B) = -Re tr(i T_a B A U^†).
//
// A link that occurs twice in a loop (extent 2) is differentiated twice.
func GaugeForce(u *Links, beta float64, terms []LoopTerm) [][]float64 {
	ts := Generators(u.N)
	f := make([][]float64, len(u.U))
	for i := range f {
		f[i] = make([]float64, len(ts))
	}
	for _, term := range terms {
		c := -beta * term.Coefficient / float64(u.N)
		for _, loop := range term.Loops {
			for start := range u.Volume() {
				site := start
				for i, step := range loop {
					mu, sign := direction(step)
					_, owner, next := u.cross(site, step)
					// the loop opened so that U stands first or U^† last
					from, k := site, i
					if sign < 0 {
						from, k = next, i+1
					}
					w := closed(u, from, append(append([]int{}, loop[k:]...), loop[:k]...))
					for a, t := range ts {
						f[u.Dim()*owner+mu][a] += c * float64(sign) * real(1i*t.Mul(w).Trace().V)
					}
					site = next
				}
			}
		}
	}
	return f
}
