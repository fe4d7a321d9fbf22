package app_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/testkit"
)

func TestWallShowsFiguresAndNoNames(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "My chart shows kilograms")
		maria.Promised(d.Sam, d.At(3, 8, 0))
		d.Rosa().Calls(d.Sam, "No veo libras")
		d.AdvanceTo(d.At(3, 8, 20))
		look := func(v desk.Viewer, c desk.ClientID) app.Wall {
			t.Helper()
			d.Skip(wallLasts) // what was read before is not fresh any more
			w, err := d.App.Wall(d.Ctx(), v, c)
			d.Must(err)
			return w
		}
		w := look(d.Ana, d.Mercy.ID)
		if w.AtRisk.N != 1 || w.AtRisk.Why != "not started, 9 min left" || w.AtRisk.Client.ID != d.Mercy.ID {
			t.Errorf("at risk: %+v", w.AtRisk)
		}
		d.AdvanceTo(d.At(3, 8, 31))
		w = look(d.Ana, 0)
		b, err := d.App.Board(d.Ctx(), d.Ana, app.BoardFilter{})
		d.Must(err)
		if w.Broken.N != len(b.Broken) || w.AtRisk.N != len(b.AtRisk) || w.Hour.N != len(b.Hour) || w.Counts != withoutLive(b.Counts) {
			t.Errorf("the wall says %d %d %d %+v, the board %d %d %d %+v", w.Broken.N, w.AtRisk.N, w.Hour.N, w.Counts, len(b.Broken), len(b.AtRisk), len(b.Hour), b.Counts)
		}
		text, err := json.Marshal(w)
		d.Must(err)
		for _, name := range []string{"Maria", "Gomez", "Rosa", "5550199", "kilograms", "Priya", "Sam Ortiz"} {
			if strings.Contains(string(text), name) {
				t.Errorf("%s is on the wall: %s", name, text)
			}
		}
		if _, err := d.App.Wall(d.Ctx(), d.Sam, 0); !desk.Is(err, desk.Forbidden) {
			t.Errorf("an analyst: %v", err)
		}
	})
}

const wallLasts = 5 * time.Second

func withoutLive(c app.BoardCounts) app.BoardCounts {
	c.LiveHour, c.LiveToday, c.LiveLater, c.CannotTell = 0, 0, 0, 0
	return c
}

// An engine with nothing to do and one that is broken look different.
func TestSilentEngineShows(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		engine := func() app.Engine {
			t.Helper()
			e, err := d.App.Engine(d.Ctx())
			d.Must(err)
			return e
		}
		d.Settle()
		if e := engine(); e.Silent() || e.Stuck() || e.Seen.IsZero() {
			t.Errorf("nothing to do: %+v", e)
		}
		d.Skip(3 * time.Minute)
		if e := engine(); !e.Silent() || e.Lag != 0 {
			t.Errorf("nobody has swept for three minutes: %+v", e)
		}
		d.Settle()
		if e := engine(); e.Silent() {
			t.Errorf("it is back: %+v", e)
		}
		maria := d.Maria().Calls(d.Sam, "My chart shows kilograms")
		d.Settle()
		d.AdvanceTo(maria.Promise().Due.Add(-time.Minute))
		d.Skip(100 * time.Second)
		if e := engine(); e.Lag != 40*time.Second || !e.Silent() {
			t.Errorf("a promise waits: %+v", e)
		}
		d.Settle()
		if e := engine(); e.Lag != 0 || e.Silent() {
			t.Errorf("it was swept: %+v", e)
		}
	})
}

func TestAddressOfTheWall(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		id, err := d.App.WallAddress(d.Ctx(), d.Ana, d.Mercy.ID)
		d.Must(err)
		for who, v := range map[string]desk.Viewer{"another supervisor": d.Omar, "an analyst": d.Sam} {
			if _, key, err := d.App.ShownWallAddress(d.Ctx(), v, id); key != "" || !desk.Is(err, desk.NotFound) && !desk.Is(err, desk.Forbidden) {
				t.Errorf("%s is shown it: %v", who, err)
			}
		}
		line, key, err := d.App.ShownWallAddress(d.Ctx(), d.Ana, id)
		d.Must(err)
		if _, again, err := d.App.ShownWallAddress(d.Ctx(), d.Ana, id); again != "" || !desk.Is(err, desk.NotFound) {
			t.Errorf("shown twice: %v", err)
		}
		v, c, err := d.App.OpenWall(d.Ctx(), key)
		if err != nil || c != d.Mercy.ID || v.Staff != d.Ana.Staff || !v.Leads() {
			t.Fatalf("%+v %d %v", v, c, err)
		}
		for what, k := range map[string]string{"another client": strings.Replace(key, ".1.", ".2.", 1), "cut off": key[:len(key)-1], "nothing": "", "noise": "a.b.c.d"} {
			if _, _, err := d.App.OpenWall(d.Ctx(), k); !desk.Is(err, desk.Unauthenticated) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if _, err := d.App.WallAddress(d.Ctx(), d.Sam, d.Mercy.ID); !desk.Is(err, desk.Forbidden) {
			t.Errorf("an analyst: %v", err)
		}
		d.Skip(line.Until.Sub(d.Now()))
		if _, _, err := d.App.OpenWall(d.Ctx(), key); !desk.Is(err, desk.Unauthenticated) {
			t.Errorf("after its end: %v", err)
		}
	})
}

// An address of all that its maker serves belongs to the maker, and to who serves all of that.
func TestWhoHasAWallAddressOfAll(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		_, err := d.App.WallAddress(d.Ctx(), d.Ana, 0)
		d.Must(err)
		list, err := d.App.WallAddresses(d.Ctx(), d.Ana)
		d.Must(err)
		if len(list) != 1 {
			t.Fatalf("its maker sees %d", len(list))
		}
		for _, one := range []struct {
			who     string
			role    desk.Role
			clients []desk.ClientID
			may     bool
		}{
			{"who serves one of two", desk.Supervisor, []desk.ClientID{d.Mercy.ID}, false},
			{"who serves both", desk.Supervisor, d.Ana.Clients, true},
			{"an administrator", desk.Admin, []desk.ClientID{d.Mercy.ID}, true},
		} {
			v := d.Omar
			v.Role, v.Clients = one.role, one.clients
			sees, err := d.App.WallAddresses(d.Ctx(), v)
			d.Must(err)
			if (len(sees) == 1) != one.may {
				t.Errorf("%s sees %d", one.who, len(sees))
			}
			if err := d.App.EndWallAddress(d.Ctx(), v, list[0].ID); one.may != (err == nil) || err != nil && !desk.Is(err, desk.NotFound) {
				t.Errorf("%s takes it back: %v", one.who, err)
			}
			if one.may {
				_, err := d.App.WallAddress(d.Ctx(), d.Ana, 0)
				d.Must(err)
				list, err = d.App.WallAddresses(d.Ctx(), d.Ana)
				d.Must(err)
			}
		}
	})
}

// leadsNoMore makes who leads an analyst, as who administers the desk does.
func leadsNoMore(d *testkit.Desk, who desk.Viewer) {
	d.T.Helper()
	d.Must(d.DB.System(d.Ctx(), "test", func(tx *store.SystemTx) error {
		s, err := tx.Staff(who.Staff)
		if err != nil {
			return err
		}
		s.Role = desk.Analyst
		return tx.SaveStaff(s)
	}))
}

// The screen of somebody who leads no more says so, and goes on when a supervisor who serves what it shows takes it over; so
// does a link to the figures.
func TestAnAddressIsTakenOver(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		ctx, a := d.Ctx(), d.App
		wall, err := a.WallAddress(ctx, d.Ana, d.Mercy.ID)
		d.Must(err)
		_, screen, err := a.ShownWallAddress(ctx, d.Ana, wall)
		d.Must(err)
		share, err := a.ShareFigures(ctx, d.Ana, d.Mercy.ID)
		d.Must(err)
		_, link, err := a.ShownShare(ctx, d.Ana, d.Mercy.ID, share)
		d.Must(err)
		_, link, _ = strings.Cut(link, "key=")
		if err := a.TakeWallAddress(ctx, d.Omar, wall); code(err) != "address.led" {
			t.Errorf("taken from who leads: %v", err)
		}
		if err := a.TakeShare(ctx, d.Omar, d.Mercy.ID, share); code(err) != "address.led" {
			t.Errorf("a link taken from who leads: %v", err)
		}
		leadsNoMore(d, d.Ana)
		if _, _, err := a.OpenWall(ctx, screen); code(err) != "address.dark" {
			t.Errorf("the screen says %v", err)
		}
		if _, err := a.OpenShare(ctx, link); code(err) != "address.dark" {
			t.Errorf("the link says %v", err)
		}
		if list, err := a.WallAddresses(ctx, d.Omar); err != nil || len(list) != 1 || !list[0].Dark || list[0].By != "Ana Ruiz" {
			t.Errorf("a supervisor sees %+v, %v", list, err)
		}
		other := d.Omar
		other.Clients = []desk.ClientID{d.Anne.ID}
		for who, v := range map[string]desk.Viewer{"an analyst": d.Sam, "who serves another hospital": other} {
			if err := a.TakeWallAddress(ctx, v, wall); !desk.Is(err, desk.Forbidden) && !desk.Is(err, desk.NotFound) {
				t.Errorf("%s takes it over: %v", who, err)
			}
			if err := a.TakeShare(ctx, v, d.Mercy.ID, share); !desk.Is(err, desk.Forbidden) && !desk.Is(err, desk.NotFound) {
				t.Errorf("%s takes the link over: %v", who, err)
			}
		}
		if err := a.TakeWallAddress(ctx, d.Omar, share); !desk.Is(err, desk.NotFound) {
			t.Errorf("a link is taken over as a wall: %v", err)
		}
		for range 2 { // twice is once
			d.Must(a.TakeWallAddress(ctx, d.Omar, wall))
			d.Must(a.TakeShare(ctx, d.Omar, d.Mercy.ID, share))
		}
		v, c, err := a.OpenWall(ctx, screen)
		if err != nil || c != d.Mercy.ID || v.Staff != d.Omar.Staff {
			t.Errorf("the screen goes on as %s, %v", v.Name, err)
		}
		d.Must(second(a.OpenShare(ctx, link)))
		d.Must(a.EndWallAddress(ctx, d.Omar, wall))
		if _, _, err := a.OpenWall(ctx, screen); code(err) != "wall.ended" {
			t.Errorf("taken back: %v", err)
		}
		if err := a.TakeWallAddress(ctx, d.Omar, wall); !desk.Is(err, desk.NotFound) {
			t.Errorf("one that was taken back is taken over: %v", err)
		}
	})
}
