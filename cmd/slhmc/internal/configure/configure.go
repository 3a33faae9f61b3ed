// Package configure has slhmc init, presets and config: what comes before a run.
package configure

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/theory"
	"github.com/slhmc/slhmc/internal/machine"
)

// Init returns slhmc init.
func Init(own ...config.Action) *cobra.Command {
	var preset string
	var ask bool
	c := &cobra.Command{
		Use:   "init",
		Short: "Write a commented configuration to standard output, or ask for one",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if ask {
				return converse(c.InOrStdin(), c.OutOrStdout(), c.Root().Name(), preset, own)
			}
			text, err := config.Preset(preset)
			if err == nil && len(own) > 0 { // their keys are told too
				text, err = config.Annotate("preset "+preset, text, own...)
			}
			if err != nil {
				return cli.Usage(err)
			}
			_, err = c.OutOrStdout().Write(text)
			return err
		},
	}
	cli.PresetFlag(c, &preset, "which one (see slhmc presets)")
	c.Flags().BoolVar(&ask, "ask", false, "ask ten questions, each with a default, and write a file")
	return c
}

// Presets returns slhmc presets.
func Presets() *cobra.Command {
	return &cobra.Command{
		Use:   "presets",
		Short: "List the built-in configurations",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			for _, p := range config.Presets() {
				if _, err := fmt.Fprintf(c.OutOrStdout(), "%-10s %s\n", p.Name, p.Summary); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// Config returns slhmc config.
func Config(own ...config.Action) *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "Check or complete a configuration",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	check, dump := cli.Settings{Own: own}, cli.Settings{Own: own}
	var memory cli.Memory
	checking := &cobra.Command{
		Use:   "check FILE.toml",
		Short: "Report everything that is wrong with a configuration, and how much memory its run needs",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			c1, err := check.Load(args)
			if err != nil {
				return err
			}
			needs, err := theory.Possible(c1, true)
			if err == nil {
				err = memory.Check(needs)
			}
			if err != nil {
				return cli.Usage(fmt.Errorf("%s: %w", args[0], err))
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s: ok, needs %s\n", args[0], machine.FormatSize(needs))
			return err
		},
	}
	dumping := &cobra.Command{
		Use:   "dump FILE.toml",
		Short: "Write a configuration with every key resolved",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			resolved, err := dump.Load(args)
			if err != nil {
				return err
			}
			text, err := resolved.TOML()
			if err != nil {
				return err
			}
			_, err = c.OutOrStdout().Write(text)
			return err
		},
	}
	check.Add(checking)
	memory.Add(checking)
	dump.Add(dumping)
	checking.ValidArgsFunction, dumping.ValidArgsFunction = cli.CompleteFile, cli.CompleteFile
	c.AddCommand(checking, dumping)
	return c
}
