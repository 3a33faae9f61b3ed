package rng

import "testing"

// BenchmarkNormal is the refresh of momenta on an SU(2) 4^4 lattice: 12 deviates
// for each site; the time per operation is that of one deviate.
func BenchmarkNormal(b *testing.B) {
	s := New(1).Child("momentum")
	b.ReportAllocs()
	sum := 0.0
	for i := 0; i < b.N; i += 12 {
		r := s.Site(uint64(i))
		for range 12 {
			sum += r.Normal()
		}
	}
	sink = sum
}

// BenchmarkUint64 draws from one long source.
func BenchmarkUint64(b *testing.B) {
	r := New(1).Site(0)
	sum := uint64(0)
	for range b.N {
		sum += r.Uint64()
	}
	sink = float64(sum)
}

// BenchmarkChild hashes a name of ordinary length.
func BenchmarkChild(b *testing.B) {
	s := New(1)
	for range b.N {
		s = s.Child("momentum")
	}
	sink = float64(s.key)
}

// sink keeps results alive.
var sink float64
