//go:build ignore

package main

import (
	"fmt"
	"strings"
)

// linear emits linear algebra over flat fields, unrolled over the lanes.
func linear() {
	lanes := func(f string) string {
		var s strings.Builder
		for l := range 8 {
			s.WriteString(strings.ReplaceAll(f, "L", fmt.Sprint(l)) + "\n")
		}
		return s.String()
	}
	sums := strings.TrimSuffix(strings.ReplaceAll(strings.TrimSpace(lanes("sL,")), "\n", " "), ",")
	loop := "for k := range x {\nu, v := &x[k], &y[k]\n%s}\n}\n"

	p("// addVecs sets x += a y.\nfunc addVecs(x []lattice.Vec, a float64, y []lattice.Vec) {\ny = y[:len(x)]")
	p(loop, lanes("u[L] += a * v[L]"))
	p("// Xpay sets x = y + a x.\nfunc Xpay(x, y []lattice.Vec, a float64) {\ny = y[:len(x)]")
	p(loop, lanes("u[L] = v[L] + a*u[L]"))
	p("// AxpyNorm sets x += a y and adds the squares of x to sum, lane by lane.")
	p("func AxpyNorm(sum *lattice.Vec, x []lattice.Vec, a float64, y []lattice.Vec) {\ny = y[:len(x)]\nvar %s float64", sums)
	p(strings.TrimSuffix(loop, "}\n"), lanes("tL := u[L] + a*v[L]\nu[L] = tL\nsL += tL * tL"))
	p("%s}\n", lanes("sum[L] += sL"))
	p("// ReDot adds c Re tr(x^† y) to sum, lane by lane: the inner product of the\n// numbers.")
	p("func ReDot(sum *lattice.Vec, c float64, x, y []lattice.Vec) {\ny = y[:len(x)]\nvar %s float64", sums)
	p(strings.TrimSuffix(loop, "}\n"), lanes("sL += u[L] * v[L]"))
	p("%s}\n", lanes("sum[L] += c * sL"))
}
