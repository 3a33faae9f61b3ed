package run

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// On a terminal there is one line, written again and again and never wider than the
// screen; a phase that ends leaves it.
func TestProgressLine(t *testing.T) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no terminals here: ", err)
	}
	defer master.Close()
	fd := int(master.Fd())
	require.NoError(t, unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	require.NoError(t, err)
	screen, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no terminals here: ", err)
	}
	defer screen.Close()
	const width = 40
	require.NoError(t, unix.IoctlSetWinsize(int(screen.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 25, Col: width}))

	p := newProgress(screen, false)
	require.True(t, p.terminal)
	report(p)
	fmt.Fprint(screen, "end")
	var got []byte
	for !bytes.HasSuffix(got, []byte("end")) {
		b := make([]byte, 1000)
		k, err := master.Read(b)
		require.NoError(t, err)
		got = append(got, b[:k]...)
	}
	text := string(got)
	assert.Equal(t, 3, strings.Count(text, "\n"), "two phases and the note: %q", text)
	lines := strings.Split(text, "\r\x1b[K")
	assert.Equal(t, []string{"", "train      1/3", "train      3/3", "slhmc      4/4", "note: mind the gap", "end"},
		[]string{lines[0], lines[1][:14], lines[2][:14], lines[3][:14], strings.TrimSpace(lines[4]), lines[5]})
	for _, line := range lines {
		assert.Less(t, len(strings.TrimRight(line, "\r\n")), width)
	}
}
