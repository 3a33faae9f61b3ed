package measure

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// bar shows how many of a number of files are done: a bar that is rewritten on a
// terminal, a line now and then elsewhere.
type bar struct {
	to       *os.File
	quiet    bool
	terminal bool
	total    int
	began    time.Time
	shown    time.Time
	open     bool // a line is to be ended
}

func newBar(to *os.File, quiet bool, total int) *bar {
	return &bar{to: to, quiet: quiet, terminal: term.IsTerminal(int(to.Fd())), total: total, began: time.Now()}
}

// show says that done files are done and which one is next.
func (b *bar) show(done int, next string) {
	now := time.Now()
	every := 10 * time.Second
	if b.terminal {
		every = 100 * time.Millisecond
	}
	if b.quiet || now.Sub(b.shown) < every && done != b.total || !b.terminal && done == 0 {
		return
	}
	b.shown = now
	left := ""
	if done > 0 && done < b.total {
		left = fmt.Sprintf("  left %s", (now.Sub(b.began) / time.Duration(done) * time.Duration(b.total-done)).Round(time.Second))
	}
	if !b.terminal {
		fmt.Fprintf(b.to, "%d of %d files%s\n", done, b.total, left)
		return
	}
	const width = 30
	full := width * done / b.total
	line := fmt.Sprintf("[%s%s] %d/%d%s  %s", strings.Repeat("#", full), strings.Repeat(".", width-full), done, b.total, left, next)
	if columns, _, err := term.GetSize(int(b.to.Fd())); err == nil && columns > 0 {
		line = line[:min(len(line), columns-1)] // a line that wraps cannot be rewritten
	}
	fmt.Fprintf(b.to, "\r\033[K%s", line)
	b.open = true
}

// end leaves the line.
func (b *bar) end() {
	if b.open {
		fmt.Fprintln(b.to)
		b.open = false
	}
}
