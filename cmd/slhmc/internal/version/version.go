// Package version is slhmc version.
package version

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/origin"
	"github.com/slhmc/slhmc/internal/kernel"
)

// Command returns the command.
func Command() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			kernels, err := kernel.Active()
			if err != nil {
				return cli.Usage(err)
			}
			hash, err := origin.Program()
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "slhmc %s, build %.12s, %s %s/%s, %s kernels\n", origin.Version(), hash, runtime.Version(), runtime.GOOS, runtime.GOARCH, kernels)
			return err
		},
	}
}
