package verify_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/verify"
)

var update = flag.Bool("update", false, "rewrite MUTANTS.md")

// mutant is a subject with a planted bug, and the law that must catch it.
type mutant struct {
	area, bug, law string
	subject        verify.Subject
	draws          int // of a statistical law; 0: as many as the suite has
	cases          int // that the law may need; 0: 12
}

// mutants returns all planted bugs.
func mutants() (list []mutant) {
	for _, of := range []func() []mutant{
		gaugeMutants, theoryMutants, quarkMutants, ratioMutants, rationalMutants, shiftMutants, operatorMutants, backgroundMutants, wilsonMutants, anisotropyMutants, cloverMutants, exponentialMutants, layerMutants, networkMutants,
		dynamicsMutants, samplerMutants, numberMutants, trainingMutants, solverMutants, observableMutants, fileMutants, kernelMutants,
	} {
		list = append(list, of()...)
	}
	return list
}

const mutantsFile = "MUTANTS.md"

const mutantsHead = `# Planted bugs, and the laws that catch them

Each line is a bug that is planted through a seam (a wrapped action, operator,
layer, integrator or sampler, a table of functions or of coefficients), the law
that is meant for it, and the number of random cases after which it was caught.
TestMutants compares this file; ` + "`go test ./verify -run TestMutants -update`" + ` rewrites it.

| where | bug | law | cases |
|---|---|---|---|
`

// Every planted bug is caught by the law that is meant for it, in few cases, and
// the table says how many.
func TestMutants(t *testing.T) {
	if testing.Short() {
		t.Skip("planted bugs in short mode")
	}
	var table strings.Builder
	table.WriteString(mutantsHead)
	list := mutants()
	seen := map[string]bool{}
	for _, m := range list {
		name := m.area + ": " + m.bug
		require.False(t, seen[name], "%s twice", name)
		seen[name] = true
		suite := verify.Quick()
		suite.Volume = 32
		if suite.Cases = 12; m.cases > 0 {
			suite.Cases = m.cases
		}
		if m.draws > 0 {
			suite.Draws = m.draws
		}
		only := regexp.MustCompile("^" + regexp.QuoteMeta(m.subject.Name+"/"+m.law) + "$")
		verdicts := verify.Judge([]verify.Subject{m.subject}, 1, nil, verify.With(suite), verify.Only(only), verify.Coarse())
		require.Len(t, verdicts, 1, "%s: no law %q", name, m.law)
		v := verdicts[0]
		if !assert.False(t, v.OK(), "%s: not caught by %q: %v", name, m.law, v) {
			continue
		}
		if !assert.NotNil(t, v.Smallest, "%s: %v", name, v) {
			continue
		}
		assert.NotContains(t, v.Failure, "no panic", name)
		assert.NotContains(t, v.Failure, "no error", name)
		t.Logf("%5.2f s  %s: case %d: %.160s", v.Seconds, name, v.After+1, v.Failure)
		fmt.Fprintf(&table, "| %s | %s | %s | %d |\n", m.area, m.bug, m.law, v.After+1)
	}
	assert.GreaterOrEqual(t, len(list), 60)
	if *update {
		require.NoError(t, os.WriteFile(mutantsFile, []byte(table.String()), 0o666))
	}
	kept, err := os.ReadFile(mutantsFile)
	require.NoError(t, err)
	assert.Equal(t, string(kept), table.String(), "rewrite it by go test ./verify -run TestMutants -update")
}
