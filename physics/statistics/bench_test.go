package statistics

import (
	"fmt"
	"testing"
)

func BenchmarkGamma(b *testing.B) {
	for _, n := range []int{1000, 20000, 1000000} {
		x := chain("bench", 0, 0.9, n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				if _, err := Gamma(x); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSum(b *testing.B) {
	var s Sum
	for i := range b.N {
		s.Add(float64(i))
	}
	if s.Value() < 0 {
		b.Fatal()
	}
}
