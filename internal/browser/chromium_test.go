// Package browser_test proves the whole desk in a real browser: people and staff at their pages, one
// database, a clock that moves only when told, and Chromium without a window between them. It holds
// tests only and is no part of the program. Start reading at story_test.go; the hands of the people are
// in tab_test.go, the desk that they sit at in place_test.go.
package browser_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/chromedp"

	"kept/internal/testkit"
)

// chromium is the one browser of all tests; each person has cookies of their own in it.
var chromium context.Context

const noBrowser = `There is no Chromium here, so the pages cannot be proved.
  Debian:  sudo apt-get install -y chromium-headless-shell     (or chromium, which is slower)
To leave these tests out: KEPT_NO_BROWSER=1
`

func TestMain(m *testing.M) { os.Exit(withChromium(m)) }

func withChromium(m *testing.M) int {
	if os.Getenv("KEPT_NO_BROWSER") == "1" {
		fmt.Fprintln(os.Stderr, "KEPT_NO_BROWSER=1: the pages are not proved in a browser.")
		return 0
	}
	path := testkit.Chromium()
	if path == "" {
		fmt.Fprint(os.Stderr, noBrowser)
		return 1
	}
	// A page of a test ends before code of its scripts that was made faster has earned what making it took.
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.IgnoreCertErrors,
		chromedp.Flag("host-resolver-rules", "MAP *.help 127.0.0.1"), chromedp.Flag("lang", "en-US"),
		chromedp.Flag("js-flags", "--no-opt --no-maglev"))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	defer stop()
	ctx, stop = chromedp.NewContext(ctx)
	defer stop()
	if err := chromedp.Do(ctx); err != nil {
		fmt.Fprintf(os.Stderr, "Chromium at %s does not start: %v\n", path, err)
		return 1
	}
	chromium = ctx
	return m.Run()
}
