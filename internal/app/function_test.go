package app_test

import (
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/need"
	"kept/internal/store"
	"kept/internal/testkit"
)

// What people ask about says how likely a promise breaks: of two functions of one skill, one is answered at once, and of the
// other nobody knows anything in time.
func TestDangerKnowsWhatItIsAbout(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		ctx, a := d.Ctx(), d.App
		const units, proxy = 40, 41
		d.Must(d.DB.System(ctx, "test", func(tx *store.SystemTx) error {
			for id, name := range map[int64]string{units: "Units of measure", proxy: "Proxy access"} {
				if err := tx.AddFunction(desk.Function{ID: id, Domain: "Portal", Name: name, Skill: "PORTAL"}); err != nil {
					return err
				}
			}
			return nil
		}))
		asks := func(c desk.Client, function int64) (desk.Ref, desk.Promise) {
			got, err := a.OpenTicket(ctx, d.Sam, c.ID, app.TicketIn{Words: "A question", Via: desk.ViaPhone, Lang: "en", Function: function, Skill: "PORTAL",
				Requester: app.RequesterIn{Name: "Maria Gomez", Phone: "+13125550199", Proven: true}})
			d.Must(err)
			return got.Ref, got.Promise
		}
		var known []desk.Ref
		for i := range need.Enough {
			c := []desk.Client{d.Mercy, d.Anne}[i%2]
			asks(c, proxy) // it breaks
			ref, _ := asks(c, units)
			known = append(known, ref)
		}
		d.Advance(20 * time.Minute)
		for _, ref := range known {
			_, err := a.Reply(ctx, d.Sam, ref, app.Words{Body: "Choose the menu, then Units."})
			d.Must(err)
		}
		d.Advance(5 * time.Hour)
		d.Must(a.Study(ctx))
		_, soon := asks(d.Mercy, units)
		_, never := asks(d.Mercy, proxy)
		_, other := asks(d.Mercy, 0)
		if soon.Function != units || never.Function != proxy || other.Function != 0 {
			t.Fatalf("promises about %d, %d and %d", soon.Function, never.Function, other.Function)
		}
		d.Advance(time.Minute)
		odds := func(p desk.Promise) app.Danger {
			o, err := a.Odds(ctx, p)
			d.Must(err)
			return o
		}
		if s, n, o := odds(soon), odds(never), odds(other); s.Chance > 0.2 || n.Chance < 0.8 || o.Chance < 0.4 || o.Chance > 0.6 || s.Cases != need.Enough {
			t.Errorf("units %+v, proxy %+v, nobody knows what about %+v", s, n, o)
		}
		// A repair is about the same.
		b, err := a.Board(ctx, d.Ana, app.BoardFilter{})
		d.Must(err)
		repairs := 0
		for _, l := range b.Broken {
			if l.Promise.RepairOf != 0 {
				repairs++
				if l.Promise.Function != proxy {
					t.Errorf("a repair about %d", l.Promise.Function)
				}
			}
		}
		if repairs == 0 {
			t.Error("no repair is on the board")
		}
	})
}
