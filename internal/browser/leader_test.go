package browser_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"kept/internal/desk"
)

// TestThePageOfALeaderIsSound looks at the figures of a hospital with a broken promise and without, near and far.
func TestThePageOfALeaderIsSound(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	s, _, err := p.App.AddStaff(p.Ctx(), desk.System("test"), desk.Staff{Name: "Ruth Lindqvist", Login: "ruth@mercy.example", Role: desk.Leader, Clients: []desk.ClientID{p.Mercy.ID}}, "", nil)
	p.Must(err)
	ruth := desk.Viewer{Staff: s.ID}
	p.Maria().Calls(p.Sam, "My chart shows kilograms").Promised(p.Sam, p.At(3, 8, 0))
	p.Settle()
	b := p.signedIn(t, ruth)
	look := func(name string) {
		t.Helper()
		b.open("/client/mercy")
		for _, theme := range []string{"dark", "light"} {
			eval[string](b, `document.documentElement.dataset.theme = `+quote(theme))
			for _, size := range [][2]int64{{1920, 1080}, {1366, 768}, {390, 844}, {320, 568}} {
				b.view(size[0], size[1]).axe("/client/mercy "+name+" "+theme, everyRule)
				if dir := os.Getenv("KEPT_SHOTS"); dir != "" {
					b.shot(filepath.Join(dir, "leader-"+name+"-"+theme+"-"+strconv.FormatInt(size[0], 10)+".png"))
				}
			}
		}
		b.fits("/client/mercy")
	}
	look("calm")
	p.AdvanceTo(p.At(3, 8, 50))
	b = p.signedIn(t, ruth)
	look("broken")
	b.says("1 promise was broken.", "Mercy Health").saysNot("Maria", "Sam Ortiz")
	b.open("/client/mercy").until("it is live", `document.getElementById('live-text').textContent.startsWith('Live.')`)
	eval[bool](b, `(window.fetch = () => Promise.reject(new Error('away')), window.realNow = Date.now, Date.now = () => window.realNow.call(Date) + 65000, true)`)
	b.until("it says so", `document.documentElement.classList.contains('is-stale-page') && document.getElementById('stale').textContent.includes('Not live since')`)
}
