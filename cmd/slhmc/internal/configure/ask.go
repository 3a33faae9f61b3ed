package configure

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/theory"
	"github.com/slhmc/slhmc/internal/machine"
	"github.com/slhmc/slhmc/internal/rundir"
)

// dialogue asks questions on out and reads a line of in for each.
type dialogue struct {
	in    *bufio.Reader
	out   io.Writer
	asked int
}

// total counts the questions: which preset, those of the list, which file.
var total = len(questions) + 2

// ask asks until take accepts the answer; an empty line is the default.
//
// Errors: the input ends.
func (d *dialogue) ask(text, def string, take func(answer string) error) error {
	d.asked++
	for {
		if _, err := fmt.Fprintf(d.out, "%d/%d %s\n     [%s]: ", d.asked, total, text, def); err != nil {
			return err
		}
		line, err := d.in.ReadString('\n')
		if errors.Is(err, io.EOF) && line != "" {
			err = nil // the last line lacks its end
		}
		switch {
		case errors.Is(err, io.EOF):
			return cli.Usage(fmt.Errorf("the answers end before question %d of %d, %q, and nothing is written (allowed: a line for each, an empty one for the default)", d.asked, total, text))
		case err != nil:
			return err
		}
		answer := strings.TrimSpace(line)
		if answer == "" {
			answer = def
		}
		wrong := take(answer)
		if wrong == nil {
			return nil
		}
		for reason := range strings.SplitSeq(wrong.Error(), "\n") {
			if _, err := fmt.Fprintf(d.out, "     no: %s\n", reason); err != nil {
				return err
			}
		}
	}
}

// converse asks for a configuration, writes it, and says how the program runs it.
func converse(in io.Reader, out io.Writer, program, preset string, own []config.Action) error {
	talk := &dialogue{in: bufio.NewReader(in), out: out}
	draft := &draft{own: own}
	var names []string
	for _, p := range config.Presets() {
		names = append(names, p.Name)
	}
	if err := talk.ask("Preset to begin from ("+strings.Join(names, ", ")+")", preset, draft.begin); err != nil {
		return err
	}
	for _, q := range questions {
		def, skip := q.def(draft.c)
		if skip {
			talk.asked++
			continue
		}
		err := talk.ask(q.text, def, func(answer string) error {
			if answer == def {
				return nil
			}
			set, err := q.set(draft.c, strings.Fields(answer))
			if err != nil {
				return err
			}
			dropped, err := draft.take(set)
			for _, key := range dropped {
				fmt.Fprintf(out, "     note: %s does not go with that and is left out\n", key)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	text, err := draft.file()
	if err != nil {
		return err
	}
	file := ""
	err = talk.ask("File to write", "my.toml", func(answer string) error {
		if _, err := os.Lstat(answer); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is there already (allowed: another name)", answer)
		}
		file = answer
		return rundir.WriteAtomic(file, func(w io.Writer) error {
			_, err := w.Write(text)
			return err
		})
	})
	if err != nil {
		return err
	}
	needs, err := theory.Possible(draft.c, true)
	if err != nil {
		return cli.Usage(fmt.Errorf("%s: %w", file, err))
	}
	_, err = fmt.Fprintf(out, "%s: ok, needs %s; now: %s run %[1]s\n", file, machine.FormatSize(needs), program)
	return err
}
