package config

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed presets/*.toml
var presetFiles embed.FS

// PresetInfo is the name of a preset and what it is, in one line.
type PresetInfo struct {
	Name, Summary string
}

// Presets returns the configurations that come with the program, by name.
func Presets() []PresetInfo {
	entries, err := presetFiles.ReadDir("presets")
	if err != nil {
		panic("config: " + err.Error()) // the folder is embedded
	}
	all := make([]PresetInfo, len(entries))
	for i, e := range entries {
		name := strings.TrimSuffix(e.Name(), ".toml")
		text, err := Preset(name)
		if err != nil {
			panic("config: " + err.Error()) // so is the file
		}
		summary, _, _ := strings.Cut(string(text), "\n")
		all[i] = PresetInfo{Name: name, Summary: strings.TrimPrefix(summary, "# ")}
	}
	return all
}

// Preset returns the text of a preset, a configuration with comments. The error
// of an unknown name says which there are.
func Preset(name string) ([]byte, error) {
	text, err := presetFiles.ReadFile("presets/" + name + ".toml")
	if err == nil {
		return text, nil
	}
	var known []string
	for _, p := range Presets() {
		known = append(known, p.Name)
	}
	message := fmt.Sprintf("there is no preset %q", name)
	if near, ok := nearest(name, known); ok {
		message += fmt.Sprintf(", did you mean %q?", near)
	}
	return nil, fmt.Errorf("%s (allowed: %s)", message, strings.Join(known, ", "))
}

// Default returns the text of the preset "default", the system of [NT21] and of
// the run without a file.
func Default() []byte {
	text, err := Preset("default")
	if err != nil {
		panic("config: " + err.Error()) // it is embedded
	}
	return text
}
