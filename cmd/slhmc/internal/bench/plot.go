package bench

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/slhmc/slhmc/bench"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/internal/rundir"
)

func benchPlotCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "plot FILE...",
		Short: "Draw the roofline and how the cost scales",
		Long: `Plot draws each record of slhmc bench run: the cases below the roofline, and the cost
per site against the volume and against the workers. The pictures go to the folder
--out as NAME-roofline.svg, NAME-volume.svg, NAME-workers.svg and all together
NAME.html.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := os.MkdirAll(out, 0o755); err != nil {
				return err
			}
			for _, path := range args {
				if err := plot(c.OutOrStdout(), path, out); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().StringVar(&out, "out", ".", "folder for the pictures")
	return c
}

// plot draws one record.
func plot(w io.Writer, path, out string) error {
	rec, err := bench.ReadFile(path)
	if err != nil {
		return cli.Usage(err)
	}
	list, err := rec.Pictures()
	if err != nil {
		return cli.Usage(err)
	}
	name := filepath.Join(out, strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
	for _, p := range list {
		if err := writePicture(w, name+"-"+p.Name+".svg", p.WriteSVG); err != nil {
			return err
		}
	}
	err = writePicture(w, name+".html", func(to io.Writer) error {
		return bench.WriteHTML(to, filepath.Base(path), list)
	})
	if err != nil {
		return err
	}
	for _, scale := range []string{"volume", "workers"} {
		if !slices.ContainsFunc(list, func(p bench.Picture) bool { return p.Name == scale }) {
			fmt.Fprintf(w, "no picture of the cost against %s, which %s does not vary (slhmc bench run --set full does)\n", scale, path)
		}
	}
	return nil
}

// writePicture writes a file and prints its name.
func writePicture(w io.Writer, path string, write func(io.Writer) error) error {
	if err := rundir.WriteAtomic(path, write); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, path)
	return err
}

func benchHistoryCommand() *cobra.Command {
	var out, machine string
	c := &cobra.Command{
		Use:   "history CASE",
		Short: "Show a case over the commits that recorded it",
		Long: `History reads every version of a machine's baseline, ` + bench.Baselines + `/MACHINE.txt, from
the repository, and prints how long a case took in each; with --out it also draws
that. Run it in the root of the checkout. slhmc bench run --baseline writes the
baseline of this machine.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if machine == "" {
				m, err := bench.ThisMachine()
				if err != nil {
					return cli.Usage(err)
				}
				machine = m.Key()
			}
			revisions, err := revisions(bench.Baselines + "/" + machine + ".txt")
			if err != nil {
				return err
			}
			h, err := bench.NewHistory(args[0], revisions)
			if err != nil {
				return cli.Usage(err)
			}
			if err := h.Write(c.OutOrStdout()); err != nil || out == "" {
				return err
			}
			return writePicture(c.OutOrStdout(), out, h.Picture().WriteSVG)
		},
	}
	c.Flags().StringVar(&out, "out", "", "file for a picture (SVG)")
	c.Flags().StringVar(&machine, "machine", "", "machine key (default: this one's)")
	return c
}

// revisions returns a baseline at every commit that changed it, the oldest first.
func revisions(path string) (list []bench.Revision, err error) {
	log, err := git("log", "--reverse", "--diff-filter=AM", "--format=%H %cs", "--", path)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(log) {
		commit, date, _ := strings.Cut(strings.TrimSpace(line), " ")
		text, err := git("show", commit+":"+path)
		if err != nil {
			return nil, err
		}
		rec, err := bench.Read(strings.NewReader(text), commit+":"+path)
		if err != nil {
			return nil, err
		}
		list = append(list, bench.Revision{Commit: commit, Date: date, Record: rec})
	}
	if len(list) == 0 {
		known, err := git("ls-files", "--", bench.Baselines)
		if err != nil {
			return nil, err
		}
		return nil, cli.Usage(fmt.Errorf("no commit has %s; there are these, whose names are for --machine:\n%s", path, known))
	}
	return list, nil
}

// git returns what git prints.
func git(args ...string) (string, error) {
	out, err := exec.Command("git", args...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return "", fmt.Errorf("git %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(string(exit.Stderr)))
	}
	return string(out), err
}
