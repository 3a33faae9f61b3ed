package cli

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
)

// PresetFlag adds the flag --preset.
func PresetFlag(c *cobra.Command, name *string, what string) {
	c.Flags().StringVar(name, "preset", "default", what)
	var names []cobra.Completion
	for _, p := range config.Presets() {
		names = append(names, cobra.CompletionWithDesc(p.Name, p.Summary))
	}
	if err := c.RegisterFlagCompletionFunc("preset", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic("slhmc: " + err.Error()) // the flag exists, and this is its first completion
	}
}

// CompleteFile completes the argument FILE.toml.
func CompleteFile(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return []cobra.Completion{"toml"}, cobra.ShellCompDirectiveFilterFileExt
}

// Settings are where a configuration comes from.
type Settings struct {
	Preset string      // name of the one that is built in; see PresetFlag
	Set    []string    // --set
	seed   int64       // --seed
	Seeded func() bool // whether --seed was given
	Own    []config.Action
}

// Add adds the flags --set and --seed.
func (s *Settings) Add(c *cobra.Command) {
	c.Flags().StringArrayVar(&s.Set, "set", nil, "override a key, such as --set hmc.steps=16 (repeatable)")
	c.Flags().Int64Var(&s.seed, "seed", 0, "override the seed")
	s.Seeded = func() bool { return c.Flags().Changed("seed") }
}

// Load reads the file named by args, or the preset, with the overrides. Errors: of the
// command line or the configuration.
func (s *Settings) Load(args []string) (*config.Config, error) {
	name, text := "preset "+s.Preset, []byte(nil)
	var err error
	if len(args) > 0 {
		name = args[0]
		if text, err = config.Read(name); err != nil {
			return nil, Usage(err)
		}
	} else if text, err = config.Preset(s.Preset); err != nil {
		return nil, Usage(err)
	}
	return s.Parse(name, text)
}

// Parse reads a configuration with the overrides.
func (s *Settings) Parse(name string, text []byte) (*config.Config, error) {
	sets := s.Set
	if s.Seeded() {
		sets = append(slices.Clone(sets), fmt.Sprintf("seed=%d", s.seed))
	}
	var overrides []config.Override
	for _, o := range sets {
		override, err := config.ParseOverride(o)
		if err != nil {
			return nil, Usage(err)
		}
		overrides = append(overrides, override)
	}
	c, err := config.Parse(name, text, overrides, s.Own...)
	if err != nil {
		return nil, Usage(err)
	}
	return c, nil
}
