package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/internal/machine"
)

func initCommand() *cobra.Command {
	var preset string
	c := &cobra.Command{
		Use:   "init",
		Short: "Write a commented configuration to standard output",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			text, err := config.Preset(preset)
			if err != nil {
				return usage(err)
			}
			_, err = c.OutOrStdout().Write(text)
			return err
		},
	}
	presetFlag(c, &preset, "which one (see slhmc presets)")
	return c
}

func presetsCommand() *cobra.Command {
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

func configCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "Check or complete a configuration",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	var check, dump settings
	var memory memoryFlag
	checking := &cobra.Command{
		Use:   "check FILE.toml",
		Short: "Report everything that is wrong with a configuration, and how much memory its run needs",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			c1, err := check.load(args)
			if err != nil {
				return err
			}
			needs, err := possible(c1, true)
			if err == nil {
				err = memory.check(needs)
			}
			if err != nil {
				return usage(fmt.Errorf("%s: %w", args[0], err))
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
			resolved, err := dump.load(args)
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
	check.flags(checking)
	memory.add(checking)
	dump.flags(dumping)
	checking.ValidArgsFunction, dumping.ValidArgsFunction = completeFile, completeFile
	c.AddCommand(checking, dumping)
	return c
}

// presetFlag adds the flag --preset.
func presetFlag(c *cobra.Command, name *string, what string) {
	c.Flags().StringVar(name, "preset", "default", what)
	var names []cobra.Completion
	for _, p := range config.Presets() {
		names = append(names, cobra.CompletionWithDesc(p.Name, p.Summary))
	}
	if err := c.RegisterFlagCompletionFunc("preset", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic("slhmc: " + err.Error()) // the flag exists, and this is its first completion
	}
}

// completeFile completes the argument FILE.toml.
func completeFile(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return []cobra.Completion{"toml"}, cobra.ShellCompDirectiveFilterFileExt
}

// settings are where a configuration comes from.
type settings struct {
	preset string
	set    []string
	seed   int64
	seeded func() bool
}

func (s *settings) flags(c *cobra.Command) {
	c.Flags().StringArrayVar(&s.set, "set", nil, "override a key, such as --set hmc.steps=16 (repeatable)")
	c.Flags().Int64Var(&s.seed, "seed", 0, "override the seed")
	s.seeded = func() bool { return c.Flags().Changed("seed") }
}

// load reads the file named by args, or the preset, with the overrides.
func (s *settings) load(args []string) (*config.Config, error) {
	name, text := "preset "+s.preset, []byte(nil)
	var err error
	if len(args) > 0 {
		name = args[0]
		if text, err = config.Read(name); err != nil {
			return nil, usage(err)
		}
	} else if text, err = config.Preset(s.preset); err != nil {
		return nil, usage(err)
	}
	return s.parse(name, text)
}

// parse reads a configuration with the overrides.
func (s *settings) parse(name string, text []byte) (*config.Config, error) {
	sets := s.set
	if s.seeded() {
		sets = append(slices.Clone(sets), fmt.Sprintf("seed=%d", s.seed))
	}
	var overrides []config.Override
	for _, o := range sets {
		override, err := config.ParseOverride(o)
		if err != nil {
			return nil, usage(err)
		}
		overrides = append(overrides, override)
	}
	c, err := config.Parse(name, text, overrides)
	if err != nil {
		return nil, usage(err)
	}
	return c, nil
}
