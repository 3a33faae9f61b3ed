package e2e_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// browser returns a context of a headless Chromium. The test is skipped where
// there is none.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("no chromium in PATH")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(1200, 900))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	return ctx
}

// report lets the command write its reports, and returns the page and the laws
// of the JSON.
func report(t *testing.T) (file string, laws int) {
	t.Helper()
	dir := t.TempDir()
	command := filepath.Join(dir, "slhmc")
	build := exec.Command("go", "build", "-o", command, "./cmd/slhmc")
	build.Dir = ".."
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	file = filepath.Join(dir, "report.html")
	run := exec.Command(command, "verify", "--quiet", "--only", "^(rectangle action|leapfrog|HMC, U|SLHMC/|action loss)", "--html", file, "--json", file+".json")
	out, err = run.CombinedOutput()
	require.NoError(t, err, "%s", out)
	text, err := os.ReadFile(file + ".json")
	require.NoError(t, err)
	var r struct{ Laws []any }
	require.NoError(t, json.Unmarshal(text, &r))
	return file, len(r.Laws)
}

// The page tells its verdict, has a row for each law and draws its plots; it asks
// the network for nothing and logs nothing; it is light or dark as the reader
// likes, fits a telephone, and prints.
func TestReportPage(t *testing.T) {
	ctx := browser(t)
	file, laws := report(t)
	var requests, complaints []string
	require.NoError(t, chromedp.Listen(ctx, func(ev any) {
		switch e := ev.(type) {
		case *network.EventRequestWillBeSent:
			requests = append(requests, e.Request.URL)
		case *runtime.EventConsoleAPICalled:
			complaints = append(complaints, string(e.Type))
		case *runtime.EventExceptionThrown:
			complaints = append(complaints, e.ExceptionDetails.Text)
		}
	}))
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	require.NoError(t, err)
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate("file://"+file)))
	assert.Contains(t, see[string](ctx, t, `document.querySelector("#verdict").innerText`), "laws hold")
	assert.Equal(t, laws, see[int](ctx, t, `document.querySelectorAll("#laws td.law").length`))
	assert.GreaterOrEqual(t, see[int](ctx, t, `document.querySelectorAll("figure svg").length`), 5)
	assert.Zero(t, see[int](ctx, t, `[...document.querySelectorAll("figure svg")].filter(s => s.getBoundingClientRect().height < 100 || s.querySelectorAll(".mark, .bar").length < 2).length`), "plots that show nothing")
	assert.Equal(t, []string{"file://" + file}, requests)
	assert.Empty(t, complaints)

	paper := map[string]string{}
	for _, scheme := range []string{"light", "dark"} {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		require.NoError(t, err)
		paper[scheme] = see[string](ctx, t, `getComputedStyle(document.body).backgroundColor`)
	}
	assert.Equal(t, map[string]string{"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 27)"}, paper)

	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(390, 800)))
	assert.LessOrEqual(t, see[int](ctx, t, `document.documentElement.scrollWidth - document.documentElement.clientWidth`), 0, "the page is wider than a telephone")

	pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF())
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(string(pdf), "%PDF-"))
	assert.Greater(t, len(pdf), 10000)
}

// see evaluates an expression in the page.
func see[T any](ctx context.Context, t *testing.T, expression string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	require.NoError(t, err, expression)
	return v
}
