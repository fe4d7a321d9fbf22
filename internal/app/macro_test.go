package app_test

import (
	"strings"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/testkit"
)

func TestMacrosAreFilledForTheTicket(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		ctx, a := d.Ctx(), d.App
		in := desk.Macro{Name: "We will call", Letters: ";WC", Body: "Hello {name}, we call {window} from {hospital}, {phone}. {link}", BodyES: "Hola {name}: le llamamos {window}.", Next: "callback"}
		if _, err := a.AddMacro(ctx, d.Sam, in); !desk.Is(err, desk.Forbidden) {
			t.Errorf("an analyst adds a text: %v", err)
		}
		_, err := a.AddMacro(ctx, d.Ana, desk.Macro{Letters: "x1", Body: "Hi {nmae}", Next: "reply"})
		for _, f := range []string{"name", "letters", "body", "body_es", "next"} {
			if e, ok := err.(*desk.Error); !ok || !strings.Contains(fieldsOf(e), f+":") {
				t.Errorf("nothing is said about %s: %v", f, err)
			}
		}
		m, err := a.AddMacro(ctx, d.Ana, in)
		d.Must(err)
		if _, err := a.AddMacro(ctx, d.Ana, in); !desk.Is(err, desk.Invalid) || !strings.Contains(fieldsOf(err.(*desk.Error)), "letters:“;wc” inserts “We will call” already") {
			t.Errorf("two texts have the same letters: %v", err)
		}
		for _, slip := range []string{"{Name}", "{ name }", "{name", "name}", "{{name}}", "{}"} {
			wrong := in
			wrong.Letters, wrong.Body = "sl", "Hello "+slip
			if _, err := a.AddMacro(ctx, d.Ana, wrong); !desk.Is(err, desk.Invalid) || !strings.Contains(fieldsOf(err.(*desk.Error)), "body:Nobody can fill in ") {
				t.Errorf("a text that says %q to a patient is taken: %v", slip, err)
			}
		}
		maria := d.Maria().Calls(d.Sam, "I see kilograms")
		f, err := a.FillMacro(ctx, d.Sam, maria.Got.Ref, "wc")
		d.Must(err)
		maria.Promised(d.Sam, time.Time{})
		f, err = a.FillMacro(ctx, d.Sam, maria.Got.Ref, "wc")
		d.Must(err)
		want := "Hello Maria, we call tomorrow, Wednesday, June 3, between 8:00 and 8:30 a.m. CT from Mercy Health, 800-555-0143. https://" + d.Mercy.Host + "/t/"
		if !strings.HasPrefix(strings.ReplaceAll(f.Text, "\u00a0", " "), want) && f.Text == "" || len(f.Missing) != 0 {
			t.Errorf("filled: %q, missing %v", f.Text, f.Missing)
		}
		rosa := d.Rosa().Calls(d.Sam, "no veo libras")
		f, err = a.FillMacro(ctx, d.Sam, rosa.Got.Ref, "wc")
		d.Must(err)
		if !strings.HasPrefix(f.Text, "Hola Rosa: le llamamos ") {
			t.Errorf("in Spanish: %q", f.Text)
		}
		if _, err := a.Reply(ctx, d.Sam, maria.Got.Ref, app.Words{Body: "We call [window]."}); !desk.Is(err, desk.Invalid) {
			t.Errorf("a gap is sent: %v", err)
		}
		if _, err := a.FillMacro(ctx, d.Sam, maria.Got.Ref, "zz"); !desk.Is(err, desk.Invalid) {
			t.Errorf("a text that is not there: %v", err)
		}
		seen := m.Mark()
		m.Name = "We call you"
		d.Must(second(a.SaveMacro(ctx, d.Omar, m, seen)))
		d.Must(second(a.SaveMacro(ctx, d.Omar, m, seen))) // the same form twice
		theirs := m
		theirs.Name = "A call"
		if _, err := a.SaveMacro(ctx, d.Ana, theirs, seen); code(err) != "macro.changed" {
			t.Errorf("a change that nobody saw is lost: %v", err)
		}
		d.Must(second(a.SaveMacro(ctx, d.Ana, theirs, m.Mark())))
		d.Must(a.RetireMacro(ctx, d.Ana, m.ID))
		d.Must(a.RetireMacro(ctx, d.Ana, m.ID))
		if list, err := a.Macros(ctx, d.Sam); err != nil || len(list) != 0 {
			t.Errorf("in use after it was retired: %v %v", list, err)
		}
		if _, err := a.SaveMacro(ctx, d.Ana, m, theirs.Mark()); code(err) != "macro.retired" {
			t.Errorf("a retired text is changed: %v", err)
		}
		d.Must(second(a.AddMacro(ctx, d.Ana, in))) // the letters are free
	})
}

func fieldsOf(e *desk.Error) string {
	var b strings.Builder
	for _, f := range e.Fields {
		b.WriteString(f.Field + ":" + f.Message + "\n")
	}
	return b.String()
}

func TestAnswerMayAskAtOnceIfItIsFixed(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "I see kilograms")
		d.Must(second(d.App.Reply(d.Ctx(), d.Sam, maria.Got.Ref, app.Words{Body: "Choose pounds under Settings.", Ask: true})))
		if got := maria.Page(d.Sam).Ticket.State; got != desk.Asked {
			t.Errorf("the question is %s", got)
		}
	})
}

func TestTitleIsForTheDesk(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "I see kilograms")
		if err := d.App.Retitle(d.Ctx(), d.Sam, maria.Got.Ref, "  "); !desk.Is(err, desk.Invalid) {
			t.Errorf("an empty title: %v", err)
		}
		d.Must(d.App.Retitle(d.Ctx(), d.Sam, maria.Got.Ref, "Weight in zloty pounds"))
		p := maria.Page(d.Sam)
		if p.Ticket.Subject != "Weight in zloty pounds" || p.Events[len(p.Events)-1].Type != desk.TicketRetitled {
			t.Errorf("the title is %q, the last event %v", p.Ticket.Subject, p.Events[len(p.Events)-1])
		}
		found, _, err := d.App.Search(d.Ctx(), d.Sam, "zloty", 5)
		if err != nil || len(found) != 1 {
			t.Errorf("by its title: %v %v", found, err)
		}
	})
}
