package verify_test

import (
	"math"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/verify"
)

// lopsided is an operator of a stranger, right and with no parities to speak of:
//
//	D = m + sum_mu [ w_mu U_mu(n) delta_{n+mu} - U_mu(n-mu)^† delta_{n-mu} ],
//
// w_0 = 1.4 and 1 elsewhere: neither is D^†D kept on a parity, nor is there a gamma5.
type lopsided struct {
	u    *gauge.Field
	mass float64
}

func buildLopsided(c verify.Case, geo *lattice.Geometry) (dirac.Operator, error) {
	return &lopsided{gauge.NewField(geo, c.GaugeGroup()), c.Mass}, nil
}

func weight(mu int) float64 { return map[bool]float64{true: 1.4, false: 1}[mu == 0] }

func (d *lopsided) Bind(u *gauge.Field) { d.u.Copy(u) }

func (d *lopsided) NewField() *fermion.Field {
	return fermion.NewField(d.u.Geometry(), d.u.Group(), 1)
}

func (d *lopsided) Apply(dst, src *fermion.Field) {
	d.apply(dst, src, weight, func(int) float64 { return -1 })
}

func (d *lopsided) ApplyDagger(dst, src *fermion.Field) {
	d.apply(dst, src, func(int) float64 { return -1 }, weight)
}

func (d *lopsided) apply(dst, src *fermion.Field, forward, backward func(mu int) float64) {
	dst.Copy(src, lattice.All)
	dst.Scale(d.mass, lattice.All)
	for mu := range d.u.Geometry().Dims() {
		dst.AddHop(forward(mu), d.u, src, mu, +1, lattice.All)
		dst.AddHop(backward(mu), d.u, src, mu, -1, lattice.All)
	}
}

func (d *lopsided) AddDerivative(f *gauge.Algebra, c float64, y, x *fermion.Field) {
	for mu := range d.u.Geometry().Dims() {
		fermion.AddForce(f, c*weight(mu), d.u, y, x, mu, lattice.All)
		fermion.AddForce(f, -c, d.u, x, y, mu, lattice.All)
	}
}

// free are its eigenvalues on unit links, periodic: m + sum_mu (w_mu e^{ik} - e^{-ik}).
func freeLopsided(c verify.Case) []complex128 {
	z := []complex128{complex(c.Mass, 0)}
	for mu, l := range c.Extents {
		var next []complex128
		for n := range l {
			s, cos := math.Sincos(2 * math.Pi * float64(n) / float64(l))
			for _, w := range z {
				next = append(next, w+complex((weight(mu)-1)*cos, (weight(mu)+1)*s))
			}
		}
		z = next
	}
	all := z
	for range c.GaugeGroup().N() - 1 {
		all = append(all, z...)
	}
	return all
}

// An operator that is neither Decoupled nor EvenOdd is judged by the laws that apply
// to it, and is told that parities do not.
func TestRightOperator(t *testing.T) {
	few := verify.With(verify.Suite{Name: "few", Cases: 2, Volume: 16})
	verify.Operator(t, buildLopsided, few)
	s := verify.OfOperator("lopsided", buildLopsided, verify.Divided())
	v := verify.Judge([]verify.Subject{s}, 1, nil, few)
	for _, v := range v {
		assert.True(t, v.OK(), "%v", v)
		assert.Equal(t, v.Law != "parities", v.Applies(), "%v", v)
		assert.Equal(t, v.Applies(), v.Cases > 0 && v.Checks > 0, "%v", v)
	}
	// nothing but parities was asked for, or nothing else that matters
	for pattern, errors := range map[string]int{"/parities$": 1, "/(parities|pure|workers)$": 1, "/pure$": 0, "/(parities|adjoint)$": 0} {
		r := &recorder{}
		verify.Operator(r, buildLopsided, few, verify.Only(regexp.MustCompile(pattern)))
		require.Len(t, r.errors, errors, pattern)
		if errors > 0 {
			assert.Contains(t, r.errors[0], "nothing that matters applies to TestRecorded/part: parities (the operator is neither EvenOdd nor Decoupled)")
		}
	}
}

// The trace of many equal terms, summed one after the other, is no alarm.
func TestRightFree(t *testing.T) {
	for _, group := range []string{"SU(3)", "SU(4)"} {
		for _, extents := range [][]int{{4, 4}, {2, 16}, {2, 2, 2, 4}} {
			fixed := verify.Case{Group: group, Extents: extents, Boundary: make([]int, len(extents)), Mass: 5.3}
			s := verify.OfOperator("lopsided", buildLopsided, verify.Free(freeLopsided), verify.Within(verify.Domain{Fixed: &fixed, Cases: 1}))
			v := verify.Judge([]verify.Subject{s}, 1, nil, verify.Only(regexp.MustCompile("/free$")))
			require.Len(t, v, 1)
			assert.True(t, v[0].OK() && v[0].Checks == 4, "%v", v[0])
		}
	}
}

// What a fixed lattice does not allow does not apply to it; what it allows sometimes
// is tried where it does.
func TestDoesNotApply(t *testing.T) {
	uneven := verify.Case{Group: "SU(2)", Extents: []int{2, 3}, Boundary: []int{1, 1}, Beta: 1, Mass: 1}
	for law, s := range map[string]verify.Subject{
		"symmetries": verify.OfAction("action", verify.BuildRectangle, verify.Has(verify.Rotations), verify.Within(verify.Domain{Fixed: &uneven})),
		"ranks":      verify.OfAction("action", verify.BuildRectangle, verify.Divided(), verify.Within(verify.Domain{Fixed: &uneven})),
		"parities":   verify.OfOperator("operator", verify.BuildWilson, verify.Within(verify.Domain{Fixed: &uneven})),
	} {
		only := verify.Only(regexp.MustCompile("/" + law + "$"))
		v := verify.Judge([]verify.Subject{s}, 1, nil, only)
		require.Len(t, v, 1)
		assert.True(t, v[0].OK(), law)
		assert.False(t, v[0].Applies(), law)
		assert.Zero(t, v[0].Checks)
		assert.Contains(t, v[0].String(), law+": does not apply: ")
		_, err := verify.Replay([]verify.Subject{s}, v[0].Name(), uneven)
		assert.ErrorContains(t, err, v[0].Skipped)
	}
	tried := 0
	verify.Run(t, verify.Domain{Cases: 8}, func(c verify.Case) []verify.Result {
		if len(c.Extents) != 3 || c.Group != "U(1)" {
			verify.Skip("not of this kind")
		}
		tried++
		return []verify.Result{{Law: "equal", Because: "exact"}}
	})
	assert.GreaterOrEqual(t, tried, 2)
	// what the law is rarely for, and broken then, is broken
	r := &recorder{}
	verify.Run(r, verify.Domain{Cases: 8}, func(c verify.Case) []verify.Result {
		if len(c.Extents) != 3 {
			verify.Skip("not of this kind")
		}
		return []verify.Result{{Law: "equal", Measured: 1, Because: "exact"}}
	})
	require.Len(t, r.errors, 1)
	assert.Contains(t, r.errors[0], `"extents":[2,2,2]`)
}
