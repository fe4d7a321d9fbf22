package app

import (
	"testing"
	"time"

	"kept/internal/desk"
)

func TestQueueInOrderOfDue(t *testing.T) {
	d := newTestDesk(t)
	ctx := t.Context()
	late := d.ask(d.mercy.ID, "", "+13125550199", "My results are gone", 5*time.Hour)
	soon := d.ask(d.mercy.ID, "Maria Gomez", "+13125550111", "I cannot see pounds", 30*time.Minute)
	bay := d.ask(d.bay.ID, "Bo", "+14155550100", "Video visit", time.Hour)

	q, err := d.Queue(ctx, d.ana, QueueFilter{})
	if err != nil || len(q.Rows) != 2 || q.Rows[0].Ticket.Ref != soon.Ref || q.Rows[1].Ticket.Ref != late.Ref {
		t.Fatalf("%+v, %v", q, err)
	}
	if r := q.Rows[0]; r.Caller != "Maria Gomez" || r.Look != desk.LookDueSoon || r.Client.Name != "Mercy Health" || r.Promise.ID != soon.Promise.ID {
		t.Errorf("%+v", r)
	}
	if c := q.Rows[1].Caller; c != "Caller …0199" {
		t.Errorf("called %q", c)
	}
	q, err = d.Queue(ctx, d.sam, QueueFilter{Limit: 2})
	if err != nil || len(q.Rows) != 2 || !q.More || q.Rows[1].Ticket.Ref != bay.Ref {
		t.Fatalf("%+v, %v", q, err)
	}
	q, err = d.Queue(ctx, d.sam, QueueFilter{Limit: 2, After: q.Next})
	if err != nil || len(q.Rows) != 1 || q.More || q.Rows[0].Ticket.Ref != late.Ref {
		t.Fatalf("the second page: %+v, %v", q, err)
	}
	for show, want := range map[string]int{"mine": 0, "skill": 2, "unowned": 2, "waiting": 0, "spanish": 0} {
		if q, err := d.Queue(ctx, d.ana, QueueFilter{Show: show}); err != nil || len(q.Rows) != want {
			t.Errorf("%s: %d rows, want %d, %v", show, len(q.Rows), want, err)
		}
	}
	if _, err := d.Queue(ctx, d.ana, QueueFilter{Client: d.bay.ID}); !desk.Is(err, desk.NotFound) {
		t.Errorf("another client: %v", err)
	}
	for _, after := range []string{"x", "!!", "eC54Lng"} {
		if _, err := d.Queue(ctx, d.ana, QueueFilter{After: after}); !desk.Is(err, desk.Invalid) {
			t.Errorf("cursor %q: %v", after, err)
		}
	}
	for _, v := range []desk.Viewer{desk.Guest(d.mercy.ID), desk.Tracking(d.mercy.ID, soon.Ticket), {}} {
		if _, err := d.Queue(ctx, v, QueueFilter{}); !desk.Is(err, desk.Forbidden) {
			t.Errorf("%s: %v", v.Who, err)
		}
	}
}

func TestStripSaysWhatIOweNext(t *testing.T) {
	d := newTestDesk(t)
	ctx := t.Context()
	s, err := d.Strip(ctx, d.ana)
	if err != nil || s.Promise.ID != 0 || s.Owed != 0 || !s.Shift.Until.Equal(d.now.Add(7*time.Hour)) {
		t.Fatalf("%+v, %v", s, err)
	}
	o := d.ask(d.mercy.ID, "Maria Gomez", "+13125550111", "I cannot see pounds", 40*time.Minute)
	if err := d.GivePromise(ctx, d.sam, o.Ref, o.Promise.ID, d.ana.Staff, ""); err != nil {
		t.Fatal(err)
	}
	if s, err = d.Strip(ctx, d.ana); err != nil || s.Promise.ID != o.Promise.ID || s.Owed != 1 || s.Caller != "Maria Gomez" || s.Broken {
		t.Errorf("%+v, %v", s, err)
	}
	d.now = d.now.Add(time.Hour)
	if s, err = d.Strip(ctx, d.ana); err != nil || !s.Broken {
		t.Errorf("past due: %+v, %v", s, err)
	}
}

// Somebody may owe what is not due first on its ticket.
func TestStripNamesMyPromiseAndNotTheFirstOfItsTicket(t *testing.T) {
	d := newTestDesk(t)
	o := d.ask(d.mercy.ID, "Maria Gomez", "+13125550111", "I cannot see pounds", 40*time.Minute)
	mine, err := d.MakePromise(t.Context(), d.ana, o.Ref, PromiseIn{Kind: desk.Update, Due: d.now.Add(50 * time.Minute), Owner: d.ana.Staff})
	if err != nil {
		t.Fatal(err)
	}
	if s, err := d.Strip(t.Context(), d.ana); err != nil || s.Promise.ID != mine.ID || s.Promise.Kind != desk.Update || s.Ticket.Ref != o.Ref {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestBoardByUrgency(t *testing.T) {
	d := newTestDesk(t)
	ctx := t.Context()
	d.ask(d.mercy.ID, "Past", "+13125550101", "a b c", 5*time.Minute)
	d.now = d.now.Add(6 * time.Minute)
	d.ask(d.mercy.ID, "Risk", "+13125550102", "a b c", 10*time.Minute)
	d.ask(d.mercy.ID, "Hour", "+13125550103", "a b c", 50*time.Minute)
	d.ask(d.bay.ID, "Nobody", "+13125550104", "a b c", 50*time.Minute)
	d.ask(d.mercy.ID, "Today", "+13125550105", "a b c", 5*time.Hour)
	d.ask(d.mercy.ID, "Later", "+13125550106", "a b c", 50*time.Hour)
	b, err := d.Board(ctx, d.sam, BoardFilter{})
	if err != nil {
		t.Fatal(err)
	}
	names := func(list []BoardLine) (s string) {
		for _, l := range list {
			s += l.Caller + ":" + l.Danger.Says() + " "
		}
		return s
	}
	for _, g := range []struct {
		group string
		list  []BoardLine
		want  string
	}{
		{"broken", b.Broken, "Past: "},
		{"at risk", b.AtRisk, "Risk:not started, 10 min left Nobody:no one with the skill "},
		{"hour", b.Hour, "Hour: "}, {"today", b.Today, "Today: "}, {"later", b.Later, "Later: "},
	} {
		if got := names(g.list); got != g.want {
			t.Errorf("%s: %q, want %q", g.group, got, g.want)
		}
	}
	if c := b.Counts; c.LiveHour != 3 || c.LiveToday != 1 || c.LiveLater != 1 {
		t.Errorf("%+v", c)
	}
	if len(b.Load) != 12 || b.Load[0].People != 1 || b.Load[11].People != 0 || b.Load[0].Due != 3 {
		t.Errorf("%+v", b.Load)
	}
	if len(b.Hour) == 1 && (len(b.Hour[0].Can) != 1 || b.Hour[0].Can[0].ID != d.ana.Staff) {
		t.Errorf("can: %+v", b.Hour[0].Can)
	}
	b, err = d.Board(ctx, d.ana, BoardFilter{})
	if err != nil || len(b.AtRisk) != 1 {
		t.Errorf("an analyst of Mercy sees %s, %v", names(b.AtRisk), err)
	}
}

func TestOneSupervisorTakesAnAlert(t *testing.T) {
	d := newTestDesk(t)
	ctx := t.Context()
	d.ask(d.mercy.ID, "Maria", "+13125550101", "I have chest pain and cannot breathe", time.Hour)
	b, err := d.Board(ctx, d.sam, BoardFilter{})
	if err != nil || len(b.Alerts) != 1 || b.Alerts[0].Caller != "Maria" {
		t.Fatalf("%+v, %v", b.Alerts, err)
	}
	id := b.Alerts[0].Alert.ID
	if err := d.AckAlert(ctx, d.ana, id); !desk.Is(err, desk.Forbidden) {
		t.Errorf("an analyst: %v", err)
	}
	for range 2 {
		if err := d.AckAlert(ctx, d.sam, id); err != nil {
			t.Errorf("Sam: %v", err)
		}
	}
	if err := d.AckAlert(ctx, viewerOf(d.hire("Lea Kim", desk.Supervisor, d.mercy.ID)), id); codeOf(err) != "alert.taken" {
		t.Errorf("Lea after Sam: %v", err)
	}
	if err := d.AckAlert(ctx, viewerOf(d.hire("Bay Lead", desk.Supervisor, d.bay.ID)), id); !desk.Is(err, desk.NotFound) {
		t.Errorf("a supervisor of another client: %v", err)
	}
	if b, _ := d.Board(ctx, d.sam, BoardFilter{}); len(b.Alerts) != 0 {
		t.Error("the alert stays open")
	}
}

func TestFindingWhoCalls(t *testing.T) {
	d := newTestDesk(t)
	ctx := t.Context()
	o := d.ask(d.mercy.ID, "María Gómez", "+13125550111", "I cannot see pounds", time.Hour)
	d.ask(d.bay.ID, "Maria Bay", "+13125550111", "Video", time.Hour)
	for words, why := range map[string]string{
		"(312) 555-0111": "phone matches", "maria g": "name matches", "gomez": "name matches", string(o.Ref): "number matches",
	} {
		list, err := d.FindCallers(ctx, d.ana, d.mercy.ID, words)
		if err != nil || len(list) != 1 || list[0].Why != why || len(list[0].Open) != 1 || list[0].Name != "María Gómez" {
			t.Errorf("%q: %+v, %v", words, list, err)
		}
	}
	if list, err := d.FindCallers(ctx, d.ana, d.mercy.ID, "zzz"); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
	if _, err := d.FindCallers(ctx, d.ana, d.bay.ID, "maria"); !desk.Is(err, desk.NotFound) {
		t.Errorf("another client: %v", err)
	}
	for _, words := range []string{"pounds", "gomez", "312-555-0111", string(o.Ref)} {
		found, _, err := d.Search(ctx, d.ana, words, 0)
		if err != nil || len(found) != 1 || found[0].Ticket.Ref != o.Ref || found[0].Caller != "María Gómez" {
			t.Errorf("search %q: %+v, %v", words, found, err)
		}
	}
	if _, answers, _ := d.Search(ctx, d.ana, "libras", 0); len(answers) == 0 || answers[0].Slug != "units" {
		t.Errorf("answers: %v", slugs(answers))
	}
	if s, err := d.Similar(ctx, d.ana, "how do I get pounds?"); err != nil || s.Asked != 1 || s.Open != 1 || len(s.Answers) == 0 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestTicketPage(t *testing.T) {
	d := newTestDesk(t)
	ctx := t.Context()
	o := d.ask(d.mercy.ID, "María Gómez", "+13125550111", "My weight is in kilos", time.Hour)
	d.ask(d.mercy.ID, "José Gómez", "+13125550111", "Video", time.Hour)
	other := d.ask(d.mercy.ID, "María Gómez", "+13125550111", "One more", 2*time.Hour)
	p, err := d.TicketPage(ctx, d.ana, o.Ref)
	if err != nil {
		t.Fatal(err)
	}
	if p.Caller != "María Gómez" || len(p.Maybe) != 1 || p.Maybe[0].Name != "José Gómez" || len(p.Messages) != 1 ||
		len(p.Promises) != 1 || len(p.Events) == 0 || len(p.Others) != 1 || p.Others[0].Ref != other.Ref || len(p.Best) == 0 || p.Best[0].Slug != "units" {
		t.Errorf("%+v", p)
	}
	bay := d.hire("Kim Bay", desk.Supervisor, d.bay.ID)
	if _, err := d.TicketPage(ctx, viewerOf(bay), o.Ref); !desk.Is(err, desk.NotFound) {
		t.Errorf("another client's analyst: %v", err)
	}
}

func TestCallsEndWithAnEnding(t *testing.T) {
	d := newTestDesk(t)
	ctx := t.Context()
	in := CallIn{Client: d.mercy.ID, Requester: RequesterIn{Name: "Maria", Phone: "312-555-0111"}, Words: "Cannot log in", Lang: "en", Skill: "mychart", Key: "k1"}
	if _, err := d.FinishCall(ctx, d.ana, in); !desk.Is(err, desk.Invalid) {
		t.Errorf("without an ending: %v", err)
	}
	in.Ending, in.Answer = "solved", 2
	o, err := d.FinishCall(ctx, d.ana, in)
	if err != nil {
		t.Fatal(err)
	}
	again, err := d.FinishCall(ctx, d.ana, in)
	if err != nil || again.Ref != o.Ref {
		t.Errorf("a double submit: %+v, %v", again, err)
	}
	if p, err := d.TicketPage(ctx, d.ana, o.Ref); err != nil || p.Ticket.State != desk.Asked {
		t.Errorf("state %s, %v", p.Ticket.State, err)
	}
	in = CallIn{Client: d.mercy.ID, Ref: string(d.ask(d.mercy.ID, "Bo", "+13125550122", "Video", time.Hour).Ref), Words: "Still broken", Note: "sounds tired",
		Ending: "promise", Promise: PromiseIn{Kind: desk.Other, Text: "We ask the vendor.", Due: d.now.Add(3 * time.Hour)}, Key: "k2"}
	var first Opened
	for range 2 {
		o, err := d.FinishCall(ctx, d.ana, in)
		if err != nil || o.Promise.Kind != desk.Other || first.Promise.ID != 0 && first.Promise.ID != o.Promise.ID {
			t.Errorf("%+v, %v", o, err)
		}
		first = o
	}
	if p, err := d.TicketPage(ctx, d.ana, first.Ref); err != nil || len(p.Messages) != 3 {
		t.Errorf("%d messages, %v", len(p.Messages), err)
	}
}
