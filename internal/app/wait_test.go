package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/sla"
	"kept/internal/testkit"
)

// waitEvents are the events of waiting on p's ticket, oldest first.
func waitEvents(d *testkit.Desk, p *testkit.Person) (all []desk.Event) {
	d.T.Helper()
	for _, e := range p.Page(d.Ana).Events {
		if e.Type == desk.TicketWaiting || e.Type == desk.TicketResumed {
			all = append(all, e)
		}
	}
	return all
}

// Maria is told what we wait for and until when, hears of it again, and her word resumes it. What was
// promised stands all the while.
func TestWaitingForThePersonsAnswer(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		p := maria.Promised(d.Ana, d.At(4, 8, 0))
		since, until := d.Now(), d.At(7, 17, 5)
		d.Must(d.App.WaitFor(d.Ctx(), d.Sam, maria.Got.Ref, desk.WaitPerson, until, ""))
		d.Settle()
		maria.GotText("we need one thing from you by Sunday, June 7. See what: mercy.help/t/")
		if now := maria.Sees(); now.Ticket.State != desk.Waiting || now.Promise.ID != p.ID || !now.Promise.State.Live() {
			d.T.Fatalf("%s, promised: %+v", now.Ticket.State, now.Promise)
		}
		var told desk.Out
		for _, o := range maria.Page(d.Sam).Outs {
			if o.Trigger == desk.SayWaiting {
				told = o
			}
		}
		d.AdvanceTo(d.At(4, 8, 10))
		d.Must(d.App.TryPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID)) // promises go on
		d.Must(d.App.MissedCall(d.Ctx(), d.Priya, maria.Got.Ref, p.ID, "no_answer"))
		d.AdvanceTo(d.At(6, 17, 5))
		maria.GotText("we still need one thing from you, by Sunday, June 7")
		maria.Replies("It is the app on my phone.")
		events := waitEvents(d, maria)
		if len(events) != 2 {
			d.T.Fatalf("%+v", events)
		}
		for _, e := range events {
			x := e.Data
			if x.Waits != desk.WaitPerson || x.Reason != "person" || x.Since != since.UnixMicro() || x.Until != until.UnixMicro() || x.Outbox != told.ID {
				d.T.Fatalf("%s: %+v, told by %d", e.Type, x, told.ID)
			}
		}
		if events[1].Data.Outcome != "person" || maria.Page(d.Sam).Ticket.State != desk.Working {
			d.T.Fatalf("%+v", events[1])
		}
	})
}

// At the end the wait is over by itself, at its instant, however late anybody looks.
func TestAWaitEnds(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		rosa := d.Rosa().Calls(d.Sam, "no veo mi peso")
		until := d.At(3, 12, 0)
		d.Must(d.App.WaitFor(d.Ctx(), d.Sam, rosa.Got.Ref, desk.WaitSupplier, until, ""))
		d.Settle()
		rosa.GotText("esperamos al fabricante del programa hasta el ")
		d.AdvanceTo(until)
		events := waitEvents(d, rosa)
		if len(events) != 2 || events[1].Data.Outcome != "ended" || !events[1].HappenedAt.Equal(until) || rosa.Page(d.Sam).Ticket.State != desk.Working {
			d.T.Fatalf("%+v", events)
		}
	})
}

// Nothing that was promised waits: it breaks at its instant although the question waits.
func TestAWaitPausesNoPromise(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		p := maria.Promise()
		d.Must(d.App.WaitFor(d.Ctx(), d.Sam, maria.Got.Ref, desk.WaitTime, d.At(9, 9, 0), ""))
		d.AdvanceTo(p.Due)
		if now := promiseOf(d, maria, p.ID); now.State != desk.Broken {
			d.T.Fatalf("it is %s", now.State)
		}
		if maria.Page(d.Sam).Ticket.State != desk.Waiting {
			d.T.Fatal("and the wait has ended")
		}
	})
}

// What resumes a wait, and what history says of it.
func TestWhatResumesAWait(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		for why, act := range map[string]func(*testkit.Person) error{
			"answered": func(p *testkit.Person) error {
				_, err := d.App.Reply(d.Ctx(), d.Sam, p.Got.Ref, app.Words{Body: "Here is how."})
				return err
			},
			"person": func(p *testkit.Person) error {
				_, err := d.App.AddWords(d.Ctx(), p.Viewer(), "It works on my laptop.", "")
				return err
			},
			"asked":  func(p *testkit.Person) error { return d.App.AskIfFixed(d.Ctx(), d.Sam, p.Got.Ref) },
			"closed": func(p *testkit.Person) error { return d.App.NotNeeded(d.Ctx(), p.Viewer()) },
			"changed": func(p *testkit.Person) error {
				return d.App.WaitFor(d.Ctx(), d.Sam, p.Got.Ref, desk.WaitTime, d.At(5, 9, 0), "")
			},
		} {
			p := d.Maria().Calls(d.Sam, "weight in pounds")
			d.Must(d.App.WaitFor(d.Ctx(), d.Sam, p.Got.Ref, desk.WaitPerson, d.At(4, 9, 0), ""))
			d.Must(d.App.WaitFor(d.Ctx(), d.Sam, p.Got.Ref, desk.WaitPerson, d.At(4, 9, 0), "")) // sent twice
			d.Must(act(p))
			events := waitEvents(d, p)
			if len(events) < 2 || events[1].Type != desk.TicketResumed || events[1].Data.Outcome != why {
				d.T.Fatalf("%s: %+v", why, events)
			}
			for _, o := range p.Page(d.Sam).Outs {
				if o.Trigger == desk.SayNudge && o.State == desk.Queued && why != "changed" {
					d.T.Fatalf("%s: she would still be nudged", why)
				}
			}
		}
	})
}

// What nobody can wait for.
func TestWaitsThatAreRefused(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		wait := func(reason desk.WaitReason, span time.Duration) error {
			return d.App.WaitFor(d.Ctx(), d.Sam, maria.Got.Ref, reason, d.Now().Add(span), "")
		}
		for name, err := range map[string]error{
			"for nothing": wait("", time.Hour), "for lunch": wait("lunch", time.Hour), "until now": wait(desk.WaitTime, 0),
			"for too long": wait(desk.WaitSupplier, desk.MaxWait+time.Second),
		} {
			if !desk.Is(err, desk.Invalid) {
				d.T.Fatalf("%s: %v", name, err)
			}
		}
		d.Must(d.App.AskIfFixed(d.Ctx(), d.Sam, maria.Got.Ref))
		if err := wait(desk.WaitPerson, time.Hour); !desk.Is(err, desk.Conflict) {
			d.T.Fatalf("while we ask if it is fixed: %v", err)
		}
		d.Must(d.App.SayFixed(d.Ctx(), maria.Viewer()))
		if err := wait(desk.WaitPerson, time.Hour); !desk.Is(err, desk.Conflict) {
			d.T.Fatalf("closed: %v", err)
		}
	})
}

// The firm is named, or corrected, afterwards: history has it, and the person is not told again.
func TestTheSupplierIsNamedAfterwards(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		until := d.Now().Add(48 * time.Hour)
		firms := func() (all []string) {
			for _, e := range waitEvents(d, maria) {
				if e.Type == desk.TicketWaiting {
					all = append(all, e.Data.Supplier)
				}
			}
			return all
		}
		outs := func() (n, queued int) {
			for _, o := range maria.Page(d.Sam).Outs {
				if o.Trigger == desk.SayWaiting || o.Trigger == desk.SayNudge {
					n++
					if o.State == desk.Queued {
						queued++
					}
				}
			}
			return n, queued
		}
		wait := func(firm string) {
			t.Helper()
			d.Must(d.App.WaitFor(d.Ctx(), d.Sam, maria.Got.Ref, desk.WaitSupplier, until, firm))
		}
		wait("")
		d.Settle()
		first := waitEvents(d, maria)[0]
		said, queued := outs()
		d.Advance(time.Minute)
		wait("Acme Labs")
		wait("Acme Labs") // sent twice
		wait("Acme Laboratories")
		wait("")
		if got := firms(); !slices.Equal(got, []string{"", "Acme Labs", "Acme Laboratories", ""}) {
			t.Errorf("firms: %q", got)
		}
		d.Settle()
		if n, q := outs(); n != said || q != queued {
			t.Errorf("%d messages, %d of them queued; before the firm was named %d, %d", n, q, said, queued)
		}
		for _, e := range waitEvents(d, maria) {
			if e.Type == desk.TicketResumed || e.Data.Since != first.Data.Since || e.Data.Outbox != first.Data.Outbox {
				t.Errorf("%s: %+v", e.Type, e.Data)
			}
		}
	})
}

// Reminders came at midnight: whatever is waited for, from and until whenever, by text and by mail, they come in the
// daytime of the hospital and while it is still waited for.
func TestNobodyIsNudgedAtNight(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		zone := d.At(3, 0, 0).Location()
		maria := d.Maria()
		maria.Email = "maria@example.com"
		byText := maria.Calls(d.Sam, "weight in pounds").Got.Ref
		mailed, err := d.App.OpenTicket(d.Ctx(), d.Sam, d.Mercy.ID, app.TicketIn{Words: "pounds", Via: desk.ViaPhone, Skill: "PORTAL", Channel: desk.ByEmail,
			Requester: app.RequesterIn{Name: maria.Name, Email: maria.Email, Proven: true}})
		d.Must(err)
		nudged := 0
		for range 24 {
			d.Skip(time.Hour)
			for i, span := range []time.Duration{3 * time.Hour, 9 * time.Hour, 24 * time.Hour, 50 * time.Hour, 6 * 24 * time.Hour} {
				reason, until := desk.WaitReasons[i%len(desk.WaitReasons)], d.Now().Add(span)
				for _, ref := range []desk.Ref{byText, mailed.Ref} {
					d.Must(d.App.WaitFor(d.Ctx(), d.Sam, ref, reason, until, ""))
					page, err := d.App.TicketPage(d.Ctx(), d.Sam, ref)
					d.Must(err)
					for _, o := range page.Outs {
						if o.Trigger != desk.SayNudge || o.State != desk.Queued {
							continue
						}
						nudged++
						if h := o.FireAt.In(zone).Hour(); h < 8 || h >= 21 || !o.FireAt.Before(until) {
							t.Errorf("waiting from %s until %s, nudged at %s by %s", d.Now().In(zone), until.In(zone), o.FireAt.In(zone), o.Channel)
						}
					}
				}
			}
		}
		if nudged < 200 {
			t.Errorf("%d nudges", nudged)
		}
	})
}

// From three in the afternoon until three on the next day: half way is three at night, and Maria has her mail at eight.
func TestANudgeByMailWaitsForTheMorning(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		d.AdvanceTo(d.At(3, 15, 0))
		got, err := d.App.OpenTicket(d.Ctx(), d.Sam, d.Mercy.ID, app.TicketIn{Words: "pounds", Via: desk.ViaPhone, Skill: "PORTAL", Channel: desk.ByEmail,
			Requester: app.RequesterIn{Name: "Maria", Email: "maria@example.com", Proven: true}})
		d.Must(err)
		d.Must(d.App.WaitFor(d.Ctx(), d.Sam, got.Ref, desk.WaitPerson, d.At(4, 15, 0), ""))
		mails := func() (n int) {
			for _, m := range d.Mail.Mails("maria@example.com") {
				if strings.Contains(m.Message.Text, "We still need one thing from you") {
					n++
				}
			}
			return n
		}
		d.AdvanceTo(d.At(4, 7, 59))
		before := mails()
		d.AdvanceTo(d.At(4, 8, 0))
		if before != 0 || mails() != 1 {
			t.Errorf("%d mails before eight, %d at eight", before, mails())
		}
	})
}

// nudgesOf are when Maria hears again that we wait, in the zone of her hospital.
func nudgesOf(d *testkit.Desk, p *testkit.Person) (all []string) {
	d.T.Helper()
	for _, o := range p.Page(d.Sam).Outs {
		if o.Trigger == desk.SayNudge && o.State == desk.Queued {
			all = append(all, o.FireAt.In(d.At(3, 0, 0).Location()).Format("Jan 02 15:04"))
		}
	}
	slices.Sort(all)
	return all
}

// How often a hospital's terms have a person reminded is how often the person is: in the hours of its line, by day, and
// for as long as the clock may stand. Other reasons, and terms that say nothing of it, have the reminders that are usual.
func TestTheAgreementSaysHowOftenAPersonIsReminded(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		reminded := func(say func(*sla.Pause), reason desk.WaitReason, span time.Duration) []string {
			d.T.Helper()
			agrees(d, drafts(d, d.Mercy, func(a *sla.Agreement) {
				page, err := d.App.Agreement(d.Ctx(), d.Ana, d.Mercy.ID)
				d.Must(err)
				a.Version = page.Live.Version + 1
				for i := range a.Targets {
					a.Targets[i].Calendar = "always"
					for j := range a.Targets[i].Pauses {
						a.Targets[i].Pauses[j].Max = 48 * time.Hour
						say(&a.Targets[i].Pauses[j])
					}
				}
			}))
			d.Advance(time.Minute)
			maria := d.Maria().Calls(d.Sam, "weight in pounds")
			d.Must(d.App.WaitFor(d.Ctx(), d.Sam, maria.Got.Ref, reason, d.Now().Add(span), ""))
			return nudgesOf(d, maria)
		}
		d.AdvanceTo(d.At(3, 9, 59)) // a Wednesday
		for _, x := range []struct {
			name   string
			every  time.Duration
			reason desk.WaitReason
			span   time.Duration
			want   []string
		}{
			{"every twelve hours, by day, for two days, and before the end", 12 * time.Hour, desk.WaitPerson, 6 * 24 * time.Hour, []string{"Jun 04 08:00", "Jun 04 20:00", "Jun 05 08:00", "Jun 06 10:00", "Jun 08 10:00"}},
			{"another reason", 12 * time.Hour, desk.WaitSupplier, 3 * 24 * time.Hour, []string{"Jun 05 10:01"}},
			{"nothing agreed", 0, desk.WaitPerson, 3 * 24 * time.Hour, []string{"Jun 05 10:02"}},
		} {
			if got := reminded(func(p *sla.Pause) { p.Nudge = x.every }, x.reason, x.span); !slices.Equal(got, x.want) {
				t.Errorf("%s: from %s %v, want %v", x.name, d.Now().In(d.At(3, 0, 0).Location()).Format("Mon 15:04"), got, x.want)
			}
		}
	})
}

// What changes while we wait changes when the person hears of it again: another priority or another team has another line of the
// agreement, and a new agreement may say otherwise. What she has heard already counts; reminders that say the same stay as they are.
func TestRemindersFollowWhatChangesDuringAWait(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		// Every so many hours for P1, for a team, and else.
		terms := func(first, team, others time.Duration) {
			d.T.Helper()
			agrees(d, drafts(d, d.Mercy, func(a *sla.Agreement) {
				page, err := d.App.Agreement(d.Ctx(), d.Ana, d.Mercy.ID)
				d.Must(err)
				a.Version, a.OpenTickets = page.Live.Version+1, true
				one := a.Targets[slices.IndexFunc(a.Targets, func(x sla.Target) bool { return x.Metric == sla.Resolution })]
				one.Calendar, one.When = "always", sla.Conditions{}
				line := func(every time.Duration, when sla.Conditions) sla.Target {
					x := one
					x.When, x.Pauses = when, []sla.Pause{{Reason: sla.WaitingForPerson, Max: 96 * time.Hour, Nudge: every}}
					return x
				}
				a.Targets = []sla.Target{line(first, sla.Conditions{Priorities: []string{"P1"}}), line(team, sla.Conditions{Teams: []string{"USER"}}), line(others, sla.Conditions{})}
			}))
			d.Advance(time.Minute)
		}
		d.AdvanceTo(d.At(3, 9, 59)) // a Wednesday
		terms(12*time.Hour, 8*time.Hour, 24*time.Hour)
		maria, rosa := d.Maria().Calls(d.Sam, "weight in pounds"), d.Rosa().Calls(d.Sam, "No veo libras")
		for _, p := range []*testkit.Person{maria, rosa} {
			d.Must(d.App.WaitFor(d.Ctx(), d.Sam, p.Got.Ref, desk.WaitPerson, d.At(6, 10, 0), ""))
		}
		want := func(what string, want ...string) {
			t.Helper()
			if got := nudgesOf(d, maria); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", what, got, want)
			}
		}
		want("as it began", "Jun 04 10:00", "Jun 05 10:00")
		d.Must(second(d.App.RankTicket(d.Ctx(), d.Sam, maria.Got.Ref, app.Hurt{Stopped: true})))
		want("P1", "Jun 04 08:00", "Jun 04 20:00", "Jun 05 08:00", "Jun 05 20:00", "Jun 06 08:00")
		d.Must(second(d.App.RankTicket(d.Ctx(), d.Sam, maria.Got.Ref, app.Hurt{Impact: "low", Urgency: "low"})))
		want("no P1 any more", "Jun 04 10:00", "Jun 05 10:00")
		d.AdvanceTo(d.At(4, 11, 0)) // she was reminded at ten
		want("after the first", "Jun 05 10:00")
		d.Must(d.App.MoveTicket(d.Ctx(), d.Sam, maria.Got.Ref, "USER"))
		want("another team", "Jun 04 18:00", "Jun 05 08:00", "Jun 05 16:00", "Jun 06 08:00")
		d.AdvanceTo(d.At(5, 9, 0))
		before := nudgesOf(d, rosa)
		terms(12*time.Hour, 48*time.Hour, 24*time.Hour)
		want("another agreement")
		if got := nudgesOf(d, rosa); len(got) == 0 || !slices.Equal(got, before) {
			t.Errorf("somebody of another hospital is reminded %v, was %v", got, before)
		}
	})
}

// Who takes another number during a wait is reminded there, and nobody at the old one.
func TestRemindersGoToTheNewNumber(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		d.AdvanceTo(d.At(3, 10, 0))
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		d.Must(d.App.WaitFor(d.Ctx(), d.Sam, maria.Got.Ref, desk.WaitPerson, d.At(6, 10, 0), ""))
		d.Must(second(d.App.AskNewNumber(d.Ctx(), maria.Viewer(), "312-555-0123")))
		d.Must(d.App.TakeNewNumber(d.Ctx(), maria.Viewer(), codeOn(d, maria.Phone)))
		d.Advance(time.Minute)
		old := len(d.SMS.Phone("+13125550199"))
		d.AdvanceTo(d.At(5, 11, 0))
		if now, then := len(d.SMS.Phone("+13125550123")), len(d.SMS.Phone("+13125550199")); now == 0 || then != old {
			t.Errorf("%d texts to the new number, %d more to the old one", now, then-old)
		}
	})
}
