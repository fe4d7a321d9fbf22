package app_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/sla"
	"kept/internal/store"
	"kept/internal/testkit"
)

// lawfulDesk fails the test unless every question holds the laws and what is stored of its clocks.
func lawfulDesk(d *testkit.Desk) {
	d.T.Helper()
	d.Settle()
	for {
		n, err := d.App.Fold(d.Ctx(), app.FoldBatch)
		d.Must(err)
		if n == 0 {
			break
		}
	}
	found, err := d.App.Verify(d.Ctx(), desk.System("test"))
	d.Must(err)
	if len(found.Broken) != 0 {
		d.T.Fatalf("verify: %v", found.Broken)
	}
}

// heldSeat is the seat that a promise holds.
func heldSeat(d *testkit.Desk, p *testkit.Person, id desk.PromiseID) (seat coverage.Seat) {
	d.T.Helper()
	of := p.Page(d.Sam).Ticket.ID
	d.Must(d.DB.Read(d.Ctx(), desk.System("test"), p.Client.ID, func(tx *store.ReadTx) error {
		seats, err := tx.SeatsFor(of)
		seat = seats[id]
		return err
	}))
	return seat
}

func merged(d *testkit.Desk, v desk.Viewer, from, into *testkit.Person) {
	d.T.Helper()
	page := from.Page(v)
	got, err := d.App.Merge(d.Ctx(), v, from.Got.Ref, app.MergeIn{Into: string(into.Got.Ref), Seq: page.Ticket.Seq, IntoSeq: into.Page(v).Ticket.Seq})
	d.Must(err)
	if got.Ref != into.Got.Ref {
		d.T.Fatalf("it goes on in %s", got.Ref)
	}
}

// Maria asks on the web, then calls about the same thing. Her call of the web form stands, with its window, its owner and
// its seat, in the question of the phone; her number and her texts lead there.
func TestMariaAskedTwice(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		web := d.Maria().Asks("How do I see my weight in pounds, not kilograms?")
		was := web.Promise()
		seat := heldSeat(d, web, was.ID)
		phone := d.Maria().Calls(d.Sam, "She sees 70 kilograms in her chart.")
		owed := phone.Promise()
		d.Settle()
		merged(d, d.Sam, web, phone)
		merged(d, d.Priya, web, phone) // a form that was sent twice
		d.Settle()
		phone.GotText("we put your two questions together, under " + string(phone.Got.Ref))
		n := 0
		for _, text := range web.Texts() {
			if strings.Contains(text, "together") {
				n++
			}
		}
		if n != 1 {
			d.T.Fatalf("she was told %d times", n)
		}
		if f, err := d.App.Figures(d.Ctx(), d.Ana, d.Mercy.ID, app.ThisMonth); err != nil || f.Opened != 2 || f.Merged != 1 || f.Open != 1 {
			d.T.Fatalf("the hospital reads of %d opened, %d put together, %d open: %v", f.Opened, f.Merged, f.Open, err)
		}

		page := phone.Page(d.Sam)
		now := promiseOf(d, phone, was.ID)
		was.Ticket, was.Requester, was.Address = page.Ticket.ID, page.Ticket.Requester, page.Addresses[0].ID // the same number, in her name
		if now != was || promiseOf(d, phone, owed.ID) != owed {
			d.T.Fatalf("it was %+v, it is %+v", was, now)
		}
		if got := heldSeat(d, phone, was.ID); got != seat || seat.Person == 0 {
			d.T.Fatalf("it had seat %+v, it has %+v", seat, got)
		}
		if !slices.ContainsFunc(page.Messages, func(m desk.Message) bool { return strings.Contains(m.Body, "weight in pounds") }) {
			d.T.Fatal("her first words are not there")
		}
		gone := web.Page(d.Sam)
		if gone.Ticket.State != desk.Merged || gone.Into != phone.Got.Ref || len(gone.Promises) != 0 || gone.Requester.Name != "Maria Gomez" {
			d.T.Fatalf("%+v", gone.Ticket)
		}

		// Who filled in the web form need not be who has that phone: the link of the form opens nothing any more, and the text
		// brings the one that does, which shows the one question, without words.
		if _, err := d.App.Track(d.Ctx(), web.Got.Token); !desk.Is(err, desk.NotFound) {
			d.T.Fatalf("the link of the web form leads on: %v", err)
		}
		sees := phone.Sees()
		if sees.Ticket.Ref != phone.Got.Ref || sees.Ticket.Subject != "" || sees.Promise.ID != owed.ID && sees.Promise.ID != was.ID {
			d.T.Fatalf("the link shows %+v", sees.Ticket)
		}
		phone.GotText(desk.FormatToken(phone.Got.Token))
		d.Must(second(d.App.AddWords(d.Ctx(), phone.Viewer(), "It is the app on my phone.", "")))
		web.Replies("And on the laptop.")
		body := ""
		for _, m := range phone.Page(d.Sam).Messages {
			body += m.Body + "\n"
		}
		if !strings.Contains(body, "the app on my phone") || !strings.Contains(body, "on the laptop") {
			d.T.Fatalf("it has %s", body)
		}
		d.Must(d.App.SendLink(d.Ctx(), desk.Guest(d.Mercy.ID), d.Mercy.ID, string(web.Got.Ref), ""))
		d.Settle()
		phone.GotText(desk.FormatToken(phone.Got.Token))
		lawfulDesk(d)

		// Nothing is done in the old one any more.
		_, err := d.App.AddNote(d.Ctx(), d.Priya, web.Got.Ref, app.Words{Body: "x"})
		if !hasCode(err, "ticket.merged") || !strings.Contains(err.Error(), "Sam put "+string(web.Got.Ref)+" into "+string(phone.Got.Ref)) {
			d.T.Fatalf("a note there: %v", err)
		}

		// Kept in its window, on the one question; then she says that it is fixed, by the text of the other.
		d.AdvanceTo(was.Start)
		d.Must(d.App.TryPromise(d.Ctx(), d.Priya, phone.Got.Ref, was.ID))
		d.Must(d.App.KeepPromise(d.Ctx(), d.Priya, phone.Got.Ref, was.ID, "Reached her. Settings.", nil))
		if now := promiseOf(d, phone, was.ID); now.State != desk.Kept {
			d.T.Fatalf("it is %s", now.State)
		}
		lawfulDesk(d)
		web.Replies("1")
		if s := phone.Page(d.Sam).Ticket.State; s != desk.Confirmed {
			d.T.Fatalf("she said yes, and it is %s", s)
		}
		lawfulDesk(d)
	})
}

// What nobody keeps breaks where it goes on, and its repair too; the law finds no silence on either question.
func TestAMergedPromiseBreaksWhereItGoesOn(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		one := d.Maria().Calls(d.Sam, "Weight in pounds.")
		first := one.Promise()
		d.AdvanceTo(first.Due.Add(time.Minute))
		repair := one.Promise()
		if repair.RepairOf != first.ID {
			d.T.Fatalf("%+v", repair)
		}
		two := d.Maria().Calls(d.Priya, "Weight in pounds again.")
		merged(d, d.Omar, one, two)
		lawfulDesk(d)
		d.AdvanceTo(repair.Due.Add(time.Minute))
		if now := promiseOf(d, two, repair.ID); now.State != desk.Broken || two.Page(d.Sam).Ticket.Breaks == 0 {
			d.T.Fatalf("the repair is %s", now.State)
		}
		two.GotText("sorry")
		if !slices.ContainsFunc(two.Page(d.Ana).Alerts, func(a desk.Alert) bool { return a.Kind == desk.AlertSecondBreak }) {
			d.T.Error("nobody hears that it broke again")
		}
		lawfulDesk(d)

		// A third one, into which that goes: the words of all are there.
		three := d.Maria().Calls(d.Sam, "Pounds, third time.")
		d.Settle()
		merged(d, d.Omar, two, three)
		if sees := one.Sees(); sees.Ticket.Ref != three.Got.Ref {
			d.T.Fatalf("the first link leads to %s", sees.Ticket.Ref)
		}
		if n := len(three.Page(d.Sam).Messages); n != 3 {
			d.T.Fatalf("%d messages", n)
		}
		d.AdvanceTo(d.Now().Add(30 * time.Hour))
		lawfulDesk(d)
	})
}

// The clocks of the one that was merged end by merging; the other waits since the older opening.
func TestTheWaitGoesWithTheQuestion(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		web := d.Maria().AsksForTexts("Weight in pounds?")
		opened := d.Now()
		d.Advance(5 * time.Minute)
		other := d.Maria().AsksForTexts("Pounds, please.")
		d.Must(second(d.App.Merge(d.Ctx(), d.Sam, web.Got.Ref, app.MergeIn{Into: string(other.Got.Ref)})))
		lawfulDesk(d)
		clocks := func(p *testkit.Person) map[sla.Metric]app.ClockLine {
			page, err := d.App.Clocks(d.Ctx(), d.Sam, p.Got.Ref)
			d.Must(err)
			by := map[sla.Metric]app.ClockLine{}
			for _, c := range page.Clocks {
				by[c.Clock.Metric] = c
			}
			return by
		}
		gone, here := clocks(web), clocks(other)
		if len(gone) == 0 || len(here) == 0 {
			d.T.Fatal("no clocks")
		}
		for m, c := range gone {
			if c.Clock.Excluded != sla.ByMerging {
				d.T.Errorf("%s: %+v", m, c.Clock)
			}
		}
		if c := here[sla.FirstResponse]; !c.Clock.Start.Equal(opened) || !strings.Contains(strings.Join(c.Text, "\n"), "merged") {
			d.T.Errorf("it counts since %s: %v", c.Clock.Start, c.Text)
		}
		lines, err := d.App.Explain(d.Ctx(), d.Sam, web.Got.Ref)
		d.Must(err)
		if !strings.Contains(strings.Join(lines, "\n"), "left out (merged)") {
			d.T.Errorf("%v", lines)
		}
	})
}

func TestWhatIsNotMerged(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		one, two := d.Maria().Calls(d.Sam, "Weight in pounds."), d.Maria().Calls(d.Sam, "Pounds.")
		rosa := d.Rosa().Calls(d.Sam, "no veo mi peso")
		tom := d.Maria()
		tom.Name = "Tom Gomez"
		tom.Calls(d.Sam, "His weight, from the same phone.")
		closed := d.Maria().Calls(d.Sam, "Weight.")
		d.Must(d.App.NotNeeded(d.Ctx(), closed.Viewer()))
		void := d.Maria().Calls(d.Sam, "Weight.")
		d.Must(d.App.VoidTicket(d.Ctx(), d.Ana, void.Got.Ref, "spam"))
		asked := d.Maria().Calls(d.Sam, "Weight.")
		d.Must(d.App.AskIfFixed(d.Ctx(), d.Sam, asked.Got.Ref))
		mistyped := []byte(two.Got.Ref)
		mistyped[0], mistyped[1] = mistyped[1], mistyped[0]
		if mistyped[0] == mistyped[1] {
			mistyped[0] = '0'
		}
		for _, c := range []struct {
			by         desk.Viewer
			from, into desk.Ref
			code       string
			at         bool // at the field
		}{
			{d.Sam, one.Got.Ref, "", "merge.missing", true},
			{d.Sam, one.Got.Ref, desk.Ref(mistyped), "ref.", true},
			{d.Sam, one.Got.Ref, one.Got.Ref, "merge.itself", true},
			{d.Sam, one.Got.Ref, rosa.Got.Ref, "not_found", true},
			{d.Sam, one.Got.Ref, tom.Got.Ref, "merge.person", true},
			{d.Sam, one.Got.Ref, closed.Got.Ref, "ticket.closed", true},
			{d.Sam, closed.Got.Ref, one.Got.Ref, "ticket.closed", true},
			{d.Sam, one.Got.Ref, void.Got.Ref, "ticket.closed", true},
			{d.Sam, one.Got.Ref, asked.Got.Ref, "ticket.asked", true},
			{d.Eve, one.Got.Ref, two.Got.Ref, "not_found", false}, // she does not serve Mercy
			{d.Eve, rosa.Got.Ref, two.Got.Ref, "not_found", true},
			{desk.Guest(d.Mercy.ID), one.Got.Ref, two.Got.Ref, "staff.only", false},
		} {
			_, err := d.App.Merge(d.Ctx(), c.by, c.from, app.MergeIn{Into: string(c.into)})
			e, ok := err.(*desk.Error)
			if !ok || c.at != (len(e.Fields) == 1 && e.Fields[0].Field == "into") {
				d.T.Fatalf("%s into %s: %v", c.from, c.into, err)
			}
			code := e.Code
			if c.at {
				code = e.Fields[0].Code
			}
			if !strings.HasPrefix(code, c.code) {
				d.T.Errorf("%s into %s: %s, want %s", c.from, c.into, code, c.code)
			}
			if c.into != "" {
				_, before := d.App.BeforeMerge(d.Ctx(), c.by, c.from, string(c.into))
				if before == nil || before.Error() != err.Error() {
					d.T.Errorf("before: %v, then %v", before, err)
				}
			}
		}
		m, err := d.App.BeforeMerge(d.Ctx(), d.Sam, one.Got.Ref, "")
		d.Must(err)
		if len(m.Others) != 1 || m.Others[0].Ref != two.Got.Ref {
			d.T.Errorf("offered: %+v", m.Others)
		}
		d.Advance(time.Minute)
		merged(d, d.Sam, asked, one) // who was asked is not waited for any more
		lawfulDesk(d)
	})
}

// What happened since the two were seen side by side is read first; of two who merge crosswise one is told.
func TestTwoMergeAtOnce(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		one, two := d.Maria().Calls(d.Sam, "Weight in pounds."), d.Maria().Calls(d.Sam, "Pounds.")
		seen := two.Page(d.Sam).Ticket.Seq
		d.Must(second(d.App.Reply(d.Ctx(), d.Priya, two.Got.Ref, app.Words{Body: "See the settings."})))
		_, err := d.App.Merge(d.Ctx(), d.Sam, one.Got.Ref, app.MergeIn{Into: string(two.Got.Ref), IntoSeq: seen})
		if !hasCode(err, "ticket.taken") || !strings.Contains(err.Error(), "Priya answered at") {
			d.T.Fatalf("got %v", err)
		}
		_, err = d.App.Merge(d.Ctx(), d.Sam, two.Got.Ref, app.MergeIn{Into: string(one.Got.Ref)})
		if !hasCode(err, "merge.answered") {
			d.T.Fatalf("words are on their way: %v", err)
		}
		d.Advance(time.Minute)
		var both sync.WaitGroup
		errs := make([]error, 2)
		for i, pair := range [][2]*testkit.Person{{one, two}, {two, one}} {
			both.Go(func() {
				_, errs[i] = d.App.Merge(d.Ctx(), []desk.Viewer{d.Sam, d.Priya}[i], pair[0].Got.Ref, app.MergeIn{Into: string(pair[1].Got.Ref)})
			})
		}
		both.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			d.T.Fatalf("both: %v", errs)
		}
		for _, err := range errs {
			if err != nil && (!hasCode(err, "ticket.merged") || !strings.Contains(err.Error(), "Go on there.")) {
				d.T.Errorf("told: %v", err)
			}
		}
		lawfulDesk(d)
	})
}

// Two hospitals whose questions have the same ids: only those of the one are merged.
func TestMergingKeepsToOneHospital(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		one, rosa := d.Maria().Calls(d.Sam, "Weight."), d.Rosa().Calls(d.Sam, "peso")
		two, rosa2 := d.Maria().Calls(d.Sam, "Pounds."), d.Rosa().Calls(d.Sam, "libras")
		before := rosa.Page(d.Sam)
		merged(d, d.Sam, one, two)
		after := rosa.Page(d.Sam)
		if after.Ticket != before.Ticket || len(after.Promises) != len(before.Promises) {
			d.T.Fatalf("Rosa's has changed: %+v", after.Ticket)
		}
		merged(d, d.Eve, rosa2, rosa)
		d.Settle()
		rosa.GotText("juntamos sus dos preguntas en " + string(rosa.Got.Ref))
		lawfulDesk(d)
	})
}
