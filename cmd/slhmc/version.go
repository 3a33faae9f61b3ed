package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/internal/kernel"
)

// version returns the module version and, if built from a checkout, its commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	dirty := ""
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v += " " + s.Value
		case "vcs.modified":
			if s.Value == "true" {
				dirty = " (modified)"
			}
		}
	}
	return v + dirty
}

// buildHash returns the SHA-256 of the running program.
func buildHash() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	s, err := fileSource("program", path)
	return s.SHA256, err
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			kernels, err := kernel.Active()
			if err != nil {
				return usage(err)
			}
			hash, err := buildHash()
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "slhmc %s, build %.12s, %s %s/%s, %s kernels\n", version(), hash, runtime.Version(), runtime.GOOS, runtime.GOARCH, kernels)
			return err
		},
	}
}
