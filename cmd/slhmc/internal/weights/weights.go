// Package weights is slhmc weights: the weights of a guide as a file.
package weights

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/theory"
)

// Command returns the command.
func Command(own ...config.Action) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "weights DIR|FILE",
		Short: "Write the weights of a run's guide, with the layers they belong to",
		Long: `Weights writes, as JSON, the weights that the guide of a run has now - those of its
newest checkpoint - with the layers they belong to. Another run starts from them, on
another lattice too, with slhmc.weights = "FILE" or slhmc.weights = "DIR".`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			w, _, err := theory.ReadWeights(args[0], own...)
			if err != nil {
				return err
			}
			if out != "" {
				return cli.WriteJSON(out, w)
			}
			e := json.NewEncoder(c.OutOrStdout())
			e.SetIndent("", "  ")
			return e.Encode(w)
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "", "file to write to (default: standard output)")
	return c
}
