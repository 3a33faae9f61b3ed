package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/slhmc/slhmc/cmd/slhmc/program"
)

// The test's own executable is the command, where this is set.
const asCommand = "NEWACTION_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		os.Exit(program.Execute("isospin", os.Args[1:], os.Stdout, os.Stderr, isospin))
	}
	os.Exit(m.Run())
}

func command(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, args...)
	c.Dir, c.Env = dir, append(os.Environ(), asCommand+"=1")
	return c
}

func run(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := command(t, dir, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("isospin %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func content(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in\n%s", part, text)
		}
	}
}

// production is a small system, in some fifty milliseconds.
var production = []string{
	"--preset", "quenched", "--workers", "1", "--set", "lattice.extents=[4,4]", "--set", "actions.isospin.mass=0.5", "--set", "actions.isospin.mu=0.3",
	"--set", "hmc.steps=4", "--set", "run.thermalise=5", "--set", "run.hmc=40", "--set", "run.checkpoint_every=4",
}

// Production with the action, killed and resumed, ends with the history of a run that
// was left alone, byte for byte, and is told like any other.
func TestProduction(t *testing.T) {
	dir := t.TempDir()
	out := run(t, dir, append([]string{"run", "--out", "whole"}, production...)...)
	contains(t, out, "plaquette", "acceptance", "hmc        40/40")
	want := content(t, dir, "whole", "history.jsonl")

	c := command(t, dir, append([]string{"run", "--quiet", "--out", "killed"}, production...)...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan bool, 1)
	go func() { ended <- c.Wait() == nil }()
	for written := 0; written < 12 && len(ended) == 0; {
		history, _ := os.ReadFile(filepath.Join(dir, "killed", "history.jsonl"))
		written = bytes.Count(history, []byte("\n"))
	}
	_ = c.Process.Kill()
	<-ended // killed, or faster
	run(t, dir, "run", "--resume", "--quiet", "--out", "killed")
	if content(t, dir, "killed", "history.jsonl") != want {
		t.Error("a run that was killed and resumed has another history")
	}
	run(t, dir, "run", "--resume", "--quiet", "--out", "killed", "--set", "run.hmc=42")
	run(t, dir, "run", "--repeat", "killed", "--quiet", "--out", "again")
	if content(t, dir, "again", "history.jsonl") != content(t, dir, "killed", "history.jsonl") {
		t.Error("a run that is repeated has another history")
	}

	contains(t, content(t, dir, "whole", "config.toml"), "\n[actions.isospin]\nlevel = 0\nmass = 0.5\nmu = 0.3\n")
	run(t, dir, "report", "whole")
	contains(t, content(t, dir, "whole", "report.html"), "[actions.isospin]")
	without := append([]string{"run", "--quiet", "--out", "without"}, production...)
	run(t, dir, append(without, "--set", "actions.isospin.mu=0")...)
	if content(t, dir, "without", "history.jsonl") == want {
		t.Error("the action does nothing")
	}
}

// A guide is trained beside the action, and its weights are told.
func TestGuide(t *testing.T) {
	dir := t.TempDir()
	run(t, dir, "run", "--quiet", "--out", "guided", "--set", "lattice.extents=[4,4]", "--set", "quarks.flavours=2", "--set", "hmc.steps=3", "--set", "actions.isospin.mass=1",
		"--set", "run.thermalise=2", "--set", "run.train=4", "--set", "run.hmc=0", "--set", "run.slhmc=4")
	contains(t, run(t, dir, "weights", "guided"), `"kind": "stout"`, `"trajectories": 10`)
}

// Its numbers are checked with all else, and its laws by verify.
func TestConfiguration(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "my.toml")
	text := run(t, dir, "init", "--preset", "quenched")
	contains(t, text, "# [actions.isospin]: Staggered quarks", "# mu: Chemical potential mu")
	if err := os.WriteFile(file, []byte(text+"[actions.isospin]\nmas = 0.5\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	refused, err := command(t, dir, "config", "check", "my.toml").CombinedOutput()
	if err == nil {
		t.Error("a key that is not there is taken")
	}
	contains(t, string(refused), `: actions.isospin.mas: unknown key, did you mean "mass"? (allowed: level, mass, mu)`, "my.toml:")
	if err := os.WriteFile(file, []byte(text+"[actions.isospin]\nmass = 0.5\nmu = 0.2\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	odd, err := command(t, dir, "config", "check", "my.toml", "--set", "lattice.extents=[3,4]").CombinedOutput()
	if err == nil {
		t.Error("odd extents are taken")
	}
	contains(t, string(odd), "my.toml: actions.isospin: newaction: staggered fermions on extents [3 4] (allowed: all even)")
	judged := run(t, dir, "verify", "my.toml", "--quiet", "--set", "lattice.extents=[4,4]", "--set", "hmc.steps=4")
	contains(t, judged, "\nisospin\n", "\nHMC dynamics\n", " laws hold")
}
