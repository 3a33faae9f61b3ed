package covnet

import "github.com/slhmc/slhmc/physics/gauge"

// NewTalkNetwork returns the network of [TN] and of the talk: two stout layers,
// each with one weight for the plaquettes, one for the Polyakov loops of the
// space directions, shared, and one for those of the time direction. Six
// weights in the order (plaquette, space, time), layer after layer, all zero.
func NewTalkNetwork(u *gauge.Field) (*Network, error) {
	var layers []Layer
	for range 2 {
		geo := u.Geometry()
		l, err := NewStout(u, Shared, PlaquetteTerm(geo.Dims()), PolyakovSpace(geo), PolyakovTime(geo))
		if err != nil {
			return nil, err
		}
		layers = append(layers, l)
	}
	return NewNetwork(u, layers...), nil
}
