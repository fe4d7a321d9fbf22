package browser_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"kept/internal/simulate"
	"kept/internal/store"
)

// TestTheReportOfASimulationIsSound looks at the file that kept simulate --report writes: near and far, light and dark.
func TestTheReportOfASimulationIsSound(t *testing.T) {
	t.Parallel()
	r, err := simulate.Run(t.Context(), simulate.Options{Seed: 3, Hospitals: 5, Analysts: 20, Tickets: 20_000, Days: 2}, func(o store.Options) (*store.DB, error) {
		o.DataDir = t.TempDir()
		db, err := store.Open(t.Context(), o)
		if err == nil {
			t.Cleanup(func() { db.Close() })
		}
		return db, err
	})
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := r.Page(&file); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(file.Bytes()) }))
	t.Cleanup(server.Close)
	b := openPlace(t).person(t)
	b.base = server.URL
	b.open("/").says("Simulated desk:", "How to repeat it")
	eval[bool](b, `(() => { const s = new CSSStyleSheet(); s.replaceSync(':root[data-theme=dark] { color-scheme: dark } :root[data-theme=light] { color-scheme: light }');
	  document.adoptedStyleSheets = [s]; return true; })()`) // the file has no theme to choose: it follows the device
	b.sound("the report of a simulation")
	if dir := os.Getenv("KEPT_SHOTS"); dir != "" {
		b.view(1366, 768).shot(filepath.Join(dir, "simulation-1366.png"))
	}
}
