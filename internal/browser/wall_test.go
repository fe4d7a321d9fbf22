package browser_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// TestTheWallIsSound looks at the wall with work on it and without, near and far.
func TestTheWallIsSound(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	p.Settle()
	b := p.signedIn(t, p.Ana)
	look := func(path, name string) {
		t.Helper()
		b.open(path)
		sizes := [][2]int64{{1920, 1080}, {1366, 768}, {390, 844}}
		for _, size := range sizes {
			b.view(size[0], size[1]).axe(path)
		}
		for _, theme := range []string{"dark", "light"} {
			eval[string](b, `document.documentElement.dataset.theme = `+quote(theme))
			for _, size := range sizes {
				b.view(size[0], size[1])
				if size[0] > 1000 && name != "list" {
					// As on a day with every row of skills and a gap.
					eval[bool](b, `(() => { const body = document.querySelector('.heat tbody'); if (!body) return false;
					  while (body.rows.length < 4) body.append(body.rows[0].cloneNode(true));
					  if (!document.querySelector('.wall-gap')) body.parentNode.insertAdjacentHTML('beforebegin', '<p class="wall-gap">Gap: nobody with Patient portal from 6:00 p.m. CT. Promises due from then on: 3.</p>');
					  return true; })()`)
					if cut := eval[string](b, `[...document.querySelectorAll('.tile')].filter((e) => e.scrollHeight > e.clientHeight + 1).map((e) => e.querySelector('h2').textContent.trim()).join(', ')`); cut != "" {
						t.Errorf("%s %s at %d: cut off: %s", path, theme, size[0], cut)
					}
				}
				if dir := os.Getenv("KEPT_SHOTS"); dir != "" {
					b.shot(filepath.Join(dir, "wall-"+name+"-"+theme+"-"+strconv.FormatInt(size[0], 10)+".png"))
				}
			}
		}
		b.fits(path)
	}
	look("/wall", "calm")
	b.says("Nothing is broken.", "The clock is at work.")
	p.Maria().Calls(p.Sam, "I have chest pain and see kilograms").Promised(p.Sam, p.At(3, 8, 0))
	p.Maria().Calls(p.Sam, "My chart shows kilograms").Promised(p.Sam, p.At(3, 9, 0))
	p.Rosa().Calls(p.Sam, "No veo libras")
	p.AdvanceTo(p.At(3, 8, 50))
	b = p.signedIn(t, p.Ana)
	look("/wall", "work")
	b.says("Promises broken", "1", "Mercy").saysNot("Maria", "Rosa", "Priya")
	look("/wall?view=list", "list")
	hear := func(waiting int, first time.Time) {
		_, err := p.App.HearPhoneLine(p.Ctx(), desk.System("test"), desk.PhoneLine{Name: "main", Waiting: waiting, First: first})
		p.Must(err)
	}
	hear(7, p.Now().Add(-108*time.Second))
	p.Skip(5 * time.Second)
	look("/wall", "phones")
	b.says("Callers waiting", "Longest 1:53, main.", "Goal 2:00").saysNot("No news")
	p.Skip(20 * time.Second)
	look("/wall", "phones-late")
	b.says("Goal 2:00. Answer now.")
	look("/wall?view=list", "phones-list")
	b.open("/wall").until("it is live", `document.getElementById('live-text').textContent.startsWith('Live.')`)
	p.Skip(5 * time.Second)
	hear(0, time.Time{})
	b.until("the tile follows by itself", `document.getElementById('wall-phones').parentNode.textContent.includes('Nobody is waiting.')`)
	p.Skip(4 * time.Minute)
	look("/wall", "silent")
	b.says("No news from the phone system since").saysNot("Nobody is waiting")
	b.says("The clock is silent since")

	// A screen without a keyboard.
	id, err := p.App.WallAddress(p.Ctx(), p.Ana, p.Mercy.ID)
	p.Must(err)
	_, key, err := p.App.ShownWallAddress(p.Ctx(), p.Ana, id)
	p.Must(err)
	c := p.person(t).open("/wall?key=" + key).says("Mercy Health")
	c.open("/wall?key=" + key + "x").says("This address of the wall has ended")
	c.open("/wall").isAt("/sign-in")

	// The part does not come: the screen says since when, and goes on when it does.
	b.open("/wall?theme=light").until("it is live", `document.getElementById('live-text').textContent.startsWith('Live.')`)
	eval[bool](b, `(window.fetch = () => Promise.reject(new Error('away')), window.realNow = Date.now, Date.now = () => window.realNow.call(Date) + 65000, true)`)
	b.until("it says so", `document.documentElement.classList.contains('is-stale-page') && document.getElementById('stale').textContent.includes('Not live since')`)
	b.view(1920, 1080).axe("a stale wall")
	if dir := os.Getenv("KEPT_SHOTS"); dir != "" {
		b.shot(filepath.Join(dir, "wall-stale.png"))
	}
}

// TestADarkWallIsTakenOver: who made the address of a screen leads no more. The screen says what it waits for, the list says it too,
// and goes on by itself once another supervisor has taken it over.
func TestADarkWallIsTakenOver(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	wall, err := p.App.WallAddress(p.Ctx(), p.Ana, p.Mercy.ID)
	p.Must(err)
	_, key, err := p.App.ShownWallAddress(p.Ctx(), p.Ana, wall)
	p.Must(err)
	p.Must(p.DB.System(p.Ctx(), "test", func(tx *store.SystemTx) error {
		s, err := tx.Staff(p.Ana.Staff)
		if err != nil {
			return err
		}
		s.Role = desk.Analyst
		return tx.SaveStaff(s)
	}))
	screen := p.person(t).open("/wall?key="+key).says("does not lead here any more, so it shows nothing", "A supervisor takes it over")
	screen.looked("wall-dark")
	omar := p.signedIn(t, p.Omar).open("/wall/addresses").says("Shows nothing: Ana Ruiz does not lead here any more.")
	omar.looked("wall-addresses-dark")
	omar.follow("Take it over").saysNot("Shows nothing")
	screen.open("/wall?key=" + key).says("Nothing is broken.")
}
