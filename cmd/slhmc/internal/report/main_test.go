package report_test

import (
	"testing"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/root"
)

func TestMain(m *testing.M) { harness.Main(m, root.Execute) }
