package app

import (
	"testing"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/store/storetest"
)

// testDesk is a desk of two clients on SQLite with a clock that tests move. Ana and Ben serve Mercy,
// Sam leads at both; Ana is on shift from 08:00 to 16:00 UTC.
type testDesk struct {
	*App
	t          *testing.T
	now        time.Time
	mercy, bay desk.Client
	ana, sam   desk.Viewer
	ben        desk.Staff
	password   string // of everybody
}

const monday = "2026-03-02T09:00:00Z"

func newTestDesk(t *testing.T) *testDesk {
	t.Helper()
	d := &testDesk{t: t, password: "correct horse battery"}
	d.now, _ = time.Parse(time.RFC3339, monday)
	db := storetest.SQLite(t)(store.Options{Clock: func() time.Time { return d.now }})
	d.App = New(Options{DB: db})
	system := desk.System("test")
	var err error
	if d.mercy, err = d.AddClient(t.Context(), system, desk.Client{Slug: "mercy", Name: "Mercy Health", Short: "Mercy", Host: "mercy.help", Zone: "America/Chicago"}); err != nil {
		t.Fatal(err)
	}
	if d.bay, err = d.AddClient(t.Context(), system, desk.Client{Slug: "bay", Name: "Bay Clinics", Host: "bay.help", Zone: "America/Los_Angeles", Hours: "America/Los_Angeles; mon-fri 08:00-17:00"}); err != nil {
		t.Fatal(err)
	}
	ana := d.hire("Ana Ruiz", desk.Analyst, d.mercy.ID)
	d.ben = d.hire("Ben Cole", desk.Analyst, d.mercy.ID)
	sam := d.hire("Sam Lee", desk.Supervisor, d.mercy.ID, d.bay.ID)
	d.ana, d.sam = viewerOf(ana).On("test"), viewerOf(sam).On("test")
	err = d.db.System(t.Context(), "test", func(tx *store.SystemTx) error {
		if err := tx.AddSkill(desk.Skill{Code: "mychart", Name: "MyChart", Public: "a MyChart expert"}); err != nil {
			return err
		}
		for _, a := range someAnswers {
			a.Audience, a.Kind = desk.Patient, desk.AnswerSteps
			if err := tx.AddAnswer(a); err != nil {
				return err
			}
		}
		return tx.AddShift(coverage.Shift{ID: tx.NewID(), Person: int64(ana.ID), Start: d.now.Add(-time.Hour), End: d.now.Add(7 * time.Hour), Seats: 1})
	})
	if err != nil {
		t.Fatal(err)
	}
	d.facts.forget()
	return d
}

func (d *testDesk) hire(name string, role desk.Role, clients ...desk.ClientID) desk.Staff {
	d.t.Helper()
	s, _, err := d.AddStaff(d.t.Context(), desk.System("test"), desk.Staff{Name: name, Login: name[:3] + "@desk.example", Role: role, Clients: clients},
		d.password, map[string]time.Time{"mychart": {}})
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

// ask opens a question whose first word is promised after some time.
func (d *testDesk) ask(c desk.ClientID, name, phone, words string, due time.Duration) Opened {
	d.t.Helper()
	v := desk.System("test").On("test")
	o, err := d.OpenTicket(d.t.Context(), v, c, TicketIn{
		Words: words, Lang: "en", Skill: "mychart", Via: desk.ViaWeb, Kind: desk.Question, Priority: desk.P3,
		Requester: RequesterIn{Name: name, Phone: phone, Kind: desk.Patient},
		Promise:   &PromiseIn{Kind: desk.Reply, Due: d.now.Add(due)},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return o
}
