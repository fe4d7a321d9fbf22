package app_test

import (
	"strings"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/testkit"
)

// An alert that nobody accepts calls who leads, again, then who can be called in; then nobody was reached, which the
// board says. Whoever accepts it ends it.
func TestAnAlertIsEscalated(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		phone := func(who desk.StaffID, number string) {
			d.Must(d.App.SaveContact(d.Ctx(), d.Ana, who, app.ContactIn{Phone: number}))
		}
		phone(d.Ana.Staff, "312-555-0191")
		phone(d.Omar.Staff, "312-555-0192")
		_, err := d.App.SaveRota(d.Ctx(), d.Ana, app.RotaIn{Name: "Supervisor on call", Layers: []app.LayerIn{{People: []desk.StaffID{d.Omar.Staff}, Every: coverage.Weekly, Count: 1,
			Zone: "America/Chicago", At: "09:00", Start: "2026-05-25"}}, OnCall: true, Seats: 1})
		d.Must(err)
		to := func(number string) (n int) {
			for _, m := range d.SMS.Sent(number) {
				if strings.Contains(m.Body, "an alert waits for you") {
					n++
				}
			}
			return n
		}
		maria := d.Maria()
		maria.Calls(d.Sam, "I have chest pain")
		d.Advance(time.Minute)
		if to("+13125550191") != 1 || to("+13125550192") != 0 {
			t.Fatalf("Ana, who leads, was sent %d texts, and Omar %d", to("+13125550191"), to("+13125550192"))
		}
		minutes := func(n int) {
			for range n {
				d.Skip(time.Minute)
				d.Settle()
			}
		}
		minutes(6)
		if to("+13125550191") != 2 {
			t.Errorf("Ana was sent %d texts in 6 minutes", to("+13125550191"))
		}
		minutes(5)
		if to("+13125550192") != 1 {
			t.Errorf("Omar was sent %d texts in 11 minutes", to("+13125550192"))
		}
		minutes(31)
		board, err := d.App.Board(d.Ctx(), d.Ana, app.BoardFilter{})
		d.Must(err)
		if len(board.Alerts) != 1 || !board.Alerts[0].Nobody || board.Alerts[0].Called != "Called: Ana Ruiz, Omar Said. Nobody was reached." {
			t.Fatalf("alerts: %+v", board.Alerts)
		}
		if c, err := d.App.Calls(d.Ctx(), desk.System("test")); c.Nobody != 1 || err != nil {
			t.Errorf("unreached: %d, %v", c.Nobody, err)
		}
		d.Must(d.App.AckAlert(d.Ctx(), d.Ana, board.Alerts[0].Alert.ID))
		before := to("+13125550191") + to("+13125550192")
		minutes(30)
		if n := to("+13125550191") + to("+13125550192"); n != before {
			t.Errorf("%d more texts after it was accepted", n-before)
		}
	})
}

// A step that calls a rota which is not in use would reach nobody, and nobody would notice before an alert.
func TestAnEscalationCallsRotasInUse(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		rota := evenings(d)
		to := func(id int64) error {
			now, err := d.App.Escalation(d.Ctx(), d.Ana, 0, app.ForAlerts)
			d.Must(err)
			now.Policy.Steps = []coverage.Step{{To: []coverage.Target{{Rota: id}}, Wait: 5 * time.Minute}}
			return d.App.SaveEscalation(d.Ctx(), d.Ana, 0, app.ForAlerts, now)
		}
		if err := to(rota.ID + 1); !wrongAt(err, "steps", "policy.rota") {
			t.Errorf("a rota that nobody has: %v", err)
		}
		d.Must(to(rota.ID))
		d.Must(d.App.RetireRota(d.Ctx(), d.Ana, rota.ID, rota.Version))
		if err := to(rota.ID); !wrongAt(err, "steps", "policy.rota") {
			t.Errorf("a rota that is out of use: %v", err)
		}
	})
}

// A ladder of three and a half days goes on as it began: on the third day those who lead are called still, and whoever
// comes after them, or that nobody was reached, only when their time has come.
func TestALongLadderRemembersHowItBegan(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		now, err := d.App.Escalation(d.Ctx(), d.Ana, 0, app.ForAlerts)
		d.Must(err)
		now.Steps = []coverage.Step{
			{To: []coverage.Target{{Role: coverage.Leads}}, Wait: 2 * time.Hour, Repeat: 40},
			{To: []coverage.Target{{Person: int64(d.Sam.Staff)}}, Wait: time.Hour},
		}
		d.Must(d.App.SaveEscalation(d.Ctx(), d.Ana, 0, app.ForAlerts, now))
		d.Maria().Calls(d.Sam, "I have chest pain")
		look := func() {
			_, _, err := d.App.Sweep(d.Ctx(), 10)
			d.Must(err)
		}
		look()
		flagged := must(d.App.Board(d.Ctx(), d.Ana, app.BoardFilter{})).Alerts[0].Alert.ID
		rings := func() (leads, sam, nobody int) {
			d.Must(d.DB.DeskRead(d.Ctx(), desk.System("test"), func(tx *store.DeskReadTx) error {
				all, err := tx.OpenRings()
				for _, r := range all {
					switch {
					case r.Alert != flagged:
					case r.State == desk.RingNobody:
						nobody++
					case r.Staff == d.Sam.Staff:
						sam++
					default:
						leads++
					}
				}
				return err
			}))
			return leads, sam, nobody
		}
		for h := 1; h <= 84; h++ {
			d.Skip(time.Hour)
			look()
			leads, sam, nobody := rings()
			switch {
			case h < 82 && (leads != h/2+1 || sam+nobody > 0):
				t.Fatalf("hour %d: who leads was called %d times, Sam %d, nobody was reached %d times", h, leads, sam, nobody)
			case h == 82 && (leads != 41 || sam != 1 || nobody != 0), h > 82 && (leads != 41 || sam != 1 || nobody != 1):
				t.Fatalf("hour %d: who leads was called %d times, Sam %d, nobody was reached %d times", h, leads, sam, nobody)
			}
		}
	})
}
