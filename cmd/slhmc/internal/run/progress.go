package run

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/sampler"
)

// progress shows how far a run has come: one line that is rewritten on a
// terminal, a line now and then elsewhere.
type progress struct {
	to       io.Writer
	fd       int
	quiet    bool
	terminal bool
	began    time.Time
	first    uint64 // trajectory the process began with
	shown    time.Time
	phase    string
	accepted int
	tried    int

	plaquette func() float64 // of the present links
}

func newProgress(to *os.File, quiet bool) *progress {
	fd := int(to.Fd())
	return &progress{to: rundir.Listener(to), fd: fd, quiet: quiet, terminal: term.IsTerminal(fd), began: time.Now()}
}

func (p *progress) update(s sampler.Progress) {
	if p.quiet {
		return
	}
	if s.Phase.Name != p.phase {
		if p.phase == "" {
			p.first = s.Trajectory - 1
		}
		p.phase, p.accepted, p.tried = s.Phase.Name, 0, 0
	}
	p.tried++
	if s.Record.Accepted {
		p.accepted++
	}
	every := 10 * time.Second
	if p.terminal {
		every = 200 * time.Millisecond
	}
	now := time.Now()
	if now.Sub(p.shown) < every && s.Done != s.Phase.Trajectories {
		return
	}
	p.shown = now
	var b strings.Builder
	fmt.Fprintf(&b, "%-10s %d/%d  accepted %.3f  plaquette %.5f",
		s.Phase.Name, s.Done, s.Phase.Trajectories, float64(p.accepted)/float64(p.tried), p.plaquette())
	if t := s.Record.Training; t != nil {
		fmt.Fprintf(&b, "  loss %.4g", float64(t.Loss))
	}
	// Phases cost alike: the rate so far is the best guess.
	rate := now.Sub(p.began) / time.Duration(max(s.Trajectory-p.first, 1))
	fmt.Fprintf(&b, "  left %s", (rate * time.Duration(s.Total-s.Trajectory)).Round(time.Second))
	if p.terminal {
		line := b.String()
		if width, _, err := term.GetSize(p.fd); err == nil && width > 0 {
			line = line[:min(len(line), width-1)] // a line that wraps cannot be rewritten
		}
		fmt.Fprintf(p.to, "\r\033[K%s", line)
		if s.Done == s.Phase.Trajectories {
			fmt.Fprintln(p.to)
		}
		return
	}
	fmt.Fprintln(p.to, b.String())
}

// notice shows a message that matters even to those who want no progress.
func (p *progress) notice(text string) {
	if p.terminal {
		fmt.Fprint(p.to, "\r\033[K")
	}
	fmt.Fprintln(p.to, "note:", text)
}

// end leaves the line.
func (p *progress) end() {
	if p.terminal && !p.quiet {
		fmt.Fprint(p.to, "\r\033[K")
	}
}
