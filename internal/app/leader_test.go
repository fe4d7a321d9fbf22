package app_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/testkit"
)

// Each way to end is counted once, where it belongs; those of another client never.
func TestFiguresCountEachWayToEnd(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		ruth := desk.Viewer{Who: desk.WhoLeader, Role: desk.Leader, Of: d.Mercy.ID}
		figures := func(p app.Period) app.Figures {
			t.Helper()
			d.Advance(5 * time.Second) // figures are at most four seconds old
			f, err := d.App.Figures(d.Ctx(), ruth, d.Mercy.ID, p)
			d.Must(err)
			return f
		}
		maria := d.Maria().Calls(d.Sam, "pounds please")
		d.Rosa().Calls(d.Sam, "no puedo entrar") // of St. Anne
		p := maria.Promised(d.Sam, d.At(3, 8, 0))
		f := figures(app.ThisMonth)
		if f.Opened != 1 || f.Open != 1 || f.Due() != f.Kept || len(f.Breaks) != 0 {
			t.Fatalf("one question: %+v", f)
		}
		kept := f.Kept // the answer on the phone
		moved, err := d.App.MovePromise(d.Ctx(), d.Sam, maria.Got.Ref, p.ID, desk.MovedByPerson, d.At(3, 9, 0))
		d.Must(err)
		if f = figures(app.ThisMonth); f.MovedByPerson != 1 || f.MovedByUs != 0 || f.Due() != kept {
			t.Errorf("she moved it: %+v", f)
		}
		d.AdvanceTo(moved.Due.Add(time.Minute)) // nobody calls
		f = figures(app.ThisMonth)
		if f.Broken < 1 || len(f.Breaks) != f.Broken || f.Due() != f.Broken+f.Kept {
			t.Fatalf("broken: %+v", f)
		}
		b := f.Breaks[len(f.Breaks)-1]
		for _, x := range f.Breaks {
			if x.ID == moved.ID {
				b = x
			}
		}
		if b.ID != moved.ID || b.Ref != maria.Got.Ref || !b.At.Equal(moved.Due) || b.ToldAt.IsZero() || !b.Repair.Live() || b.RepairDue.IsZero() {
			t.Errorf("the break: %+v", b)
		}
		repair := maria.Promise()
		broken := f.Broken
		d.Must(d.App.TryPromise(d.Ctx(), d.Ana, maria.Got.Ref, repair.ID))
		d.Must(d.App.KeepPromise(d.Ctx(), d.Ana, maria.Got.Ref, repair.ID, "", nil))
		f = figures(app.ThisMonth)
		if f.Repaired != 1 || f.Kept != kept || f.Broken != broken {
			t.Errorf("made good: %+v", f)
		}
		d.Must(d.App.SayFixed(d.Ctx(), maria.Viewer()))
		if f = figures(app.ThisMonth); f.Confirmed != 1 || f.Open != 0 || f.NotFixed != 0 || f.Asking == 0 {
			t.Errorf("she said yes: %+v", f)
		}
		_, err = d.App.SayNotFixed(d.Ctx(), maria.Viewer(), "Kilograms again", "", time.Time{})
		d.Must(err)
		if f = figures(app.ThisMonth); f.Confirmed != 0 || f.Open != 1 || f.NotFixed != 1 || f.Reopened != 1 {
			t.Errorf("not fixed: %+v", f)
		}
		if f = figures(app.LastMonth); f.Due()+f.Opened+f.Repaired+len(f.Breaks) != 0 {
			t.Errorf("the month before: %+v", f)
		}
		// St. Anne's own page knows of nothing that happened at Mercy.
		f, err = d.App.Figures(d.Ctx(), d.Eve, d.Anne.ID, app.ThisMonth)
		d.Must(err)
		if f.Opened != 1 || f.Confirmed+f.NotFixed+f.MovedByPerson+f.Repaired != 0 {
			t.Errorf("St. Anne: %+v", f)
		}
	})
}

// First replies are counted by the agreement: in time, late from the instant of it, or left out with the reason.
func TestFirstRepliesAreCounted(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		ruth := desk.Viewer{Who: desk.WhoLeader, Role: desk.Leader, Of: d.Mercy.ID}
		figures := func() app.Figures {
			t.Helper()
			d.Advance(5 * time.Second)
			f, err := d.App.Figures(d.Ctx(), ruth, d.Mercy.ID, app.ThisMonth)
			d.Must(err)
			return f
		}
		says := func(when string, inTime, late int, out map[string]int) {
			t.Helper()
			if f := figures(); f.FirstInTime != inTime || f.FirstLate != late || !maps.Equal(f.FirstOut, out) {
				t.Errorf("%s: %d in time, %d late, left out %v", when, f.FirstInTime, f.FirstLate, f.FirstOut)
			}
			verified(d)
		}
		first := d.Maria().Asks("How do I see my weight in pounds, not kilograms?")
		says("nobody has answered yet", 0, 0, map[string]int{})
		_, err := d.App.Reply(d.Ctx(), d.Sam, first.Got.Ref, app.Words{Body: "Choose pounds in the menu.", Ask: true})
		d.Must(err)
		d.Rosa().Asks("no puedo entrar") // of St. Anne, and nobody answers
		says("answered", 1, 0, map[string]int{})
		second := d.Maria().Asks("How do I see my height in feet?")
		d.Advance(14 * time.Minute)
		says("a minute before", 1, 0, map[string]int{})
		d.Advance(time.Minute)
		says("late at its instant", 1, 1, map[string]int{})
		_, err = d.App.Reply(d.Ctx(), d.Sam, second.Got.Ref, app.Words{Body: "In the menu."})
		d.Must(err)
		paul := d.Maria()
		paul.Name, paul.Phone = "Paul Reyes", "+13125550177"
		third := paul.Asks("Where is my bill?")
		d.Must(d.App.NotNeeded(d.Ctx(), third.Viewer()))
		says("the third is not needed", 1, 1, map[string]int{"withdrawn": 1})

		// "Not fixed" before the end opens nothing again; after it, it does.
		_, err = d.App.SayNotFixed(d.Ctx(), first.Viewer(), "It is still kilograms", "", time.Time{})
		d.Must(err)
		if f := figures(); f.NotFixed != 1 || f.Reopened != 0 {
			t.Errorf("before the end: %d not fixed, %d opened again", f.NotFixed, f.Reopened)
		}
		d.Must(d.App.SayFixed(d.Ctx(), first.Viewer()))
		_, err = d.App.SayNotFixed(d.Ctx(), first.Viewer(), "Kilograms again", "", time.Time{})
		d.Must(err)
		if f := figures(); f.NotFixed != 2 || f.Reopened != 1 {
			t.Errorf("after the end: %d not fixed, %d opened again", f.NotFixed, f.Reopened)
		}
	})
}

// What was closed before there was such a count, or came with a loaded history, is counted when nothing else is to be
// counted; "kept verify" notices a count that no history tells of.
func TestFirstRepliesOfAnEarlierTimeAreCounted(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("How do I see my weight in pounds, not kilograms?")
		d.Advance(20 * time.Minute)
		d.Must(d.App.NotNeeded(d.Ctx(), maria.Viewer()))
		d.Settle()
		stored := func() (got map[desk.TicketID]desk.FirstReply) {
			t.Helper()
			d.Must(d.DB.Read(d.Ctx(), desk.System("test"), d.Mercy.ID, func(tx *store.ReadTx) (err error) {
				got, err = tx.FirstReplies([]desk.TicketID{maria.Got.Ticket})
				return err
			}))
			return got
		}
		change := func(fn func(tx *store.Tx) error) {
			t.Helper()
			d.Must(d.DB.Write(d.Ctx(), desk.System("test"), d.Mercy.ID, fn))
		}
		want := stored()
		if want[maria.Got.Ticket].Result != desk.FirstLate {
			t.Fatalf("stored: %+v", want)
		}
		change(func(tx *store.Tx) error { return tx.DropFirstReply(maria.Got.Ticket) })
		verified(d)
		change(func(tx *store.Tx) error { return tx.CountSince(d.Now().Add(-time.Hour)) })
		d.Settle()
		if got := stored(); !maps.Equal(got, want) {
			t.Errorf("counted as %+v, was %+v", got, want)
		}
		wrong := want[maria.Got.Ticket]
		wrong.Result = desk.FirstInTime
		change(func(tx *store.Tx) error { return tx.SaveFirstReply(wrong) })
		found, err := d.App.Verify(d.Ctx(), desk.System("test"))
		d.Must(err)
		if !slices.ContainsFunc(found.Broken, func(s string) bool { return strings.Contains(s, "its first reply is stored as") }) {
			t.Errorf("found %q", found.Broken)
		}
	})
}

// A leader hears that something has changed at the own hospital, not what, and nothing of others.
func TestALeaderHearsNoNumber(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		ruth := d.App.Listen(d.Ctx(), desk.Viewer{Who: desk.WhoLeader, Of: d.Mercy.ID})
		d.Rosa().Calls(d.Eve, "no puedo entrar")
		select {
		case c := <-ruth:
			t.Fatalf("of St. Anne: %+v", c)
		default:
		}
		d.Maria().Calls(d.Sam, "pounds please")
		if c := <-ruth; c != (app.Change{Client: d.Mercy.ID}) {
			t.Errorf("heard %+v", c)
		}
	})
}

// A shared link shows counts until it ends, is taken back, or who made it leads no more.
func TestASharedLinkShowsCountsAlone(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		s, _, err := d.App.AddStaff(d.Ctx(), desk.System("test"), desk.Staff{Name: "Ruth Lindqvist", Login: "ruth@mercy.example", Role: desk.Leader, Clients: []desk.ClientID{d.Mercy.ID}}, "", nil)
		d.Must(err)
		ruth := desk.Viewer{Who: desk.WhoLeader, Staff: s.ID, Role: desk.Leader, Of: d.Mercy.ID}
		maria := d.Maria().Calls(d.Sam, "pounds please")
		p := maria.Promised(d.Sam, d.At(3, 8, 0))
		d.AdvanceTo(p.Due.Add(time.Minute)) // nobody calls
		share := func(v desk.Viewer) (key string, until time.Time) {
			t.Helper()
			url, until, err := shares(d, v)
			d.Must(err)
			_, key, ok := strings.Cut(url, "/figures?key=")
			if !ok || strings.Contains(url, "Ruth") {
				t.Fatalf("the link is %s", url)
			}
			return key, until
		}
		opens := func(key string) bool {
			t.Helper()
			got, err := d.App.OpenShare(d.Ctx(), key)
			if err != nil {
				if !desk.Is(err, desk.Unauthenticated) {
					t.Errorf("it says %v", err)
				}
				return false
			}
			f, err := d.App.Figures(d.Ctx(), got.Viewer, got.Client.ID, app.ThisMonth)
			d.Must(err)
			if got.Client.ID != d.Mercy.ID || f.Broken != 1 || len(f.Breaks) != 0 {
				t.Errorf("it shows %+v of %s", f, got.Client.Name)
			}
			return true
		}
		f, err := d.App.Figures(d.Ctx(), ruth, d.Mercy.ID, app.ThisMonth)
		d.Must(err)
		if len(f.Breaks) != 1 {
			t.Fatalf("Ruth sees %+v", f)
		}
		one, until := share(ruth)
		other, _ := share(ruth)
		ofTheDesk, _ := share(d.Ana)
		if !opens(one) || !opens(other) || !opens(ofTheDesk) {
			t.Fatal("a new link opens nothing")
		}
		id, err := d.App.WallAddress(d.Ctx(), d.Ana, d.Mercy.ID)
		d.Must(err)
		_, wall, err := d.App.ShownWallAddress(d.Ctx(), d.Ana, id)
		d.Must(err)
		if opens(wall) {
			t.Error("an address of a wall opens figures")
		}
		if _, _, err := d.App.OpenWall(d.Ctx(), ofTheDesk); !desk.Is(err, desk.Unauthenticated) {
			t.Errorf("a link to figures opens a wall: %v", err)
		}
		for what, k := range map[string]string{"another hospital": strings.Replace(one, ".1.", ".2.", 1), "cut off": one[:len(one)-1], "nothing": ""} {
			if opens(k) {
				t.Errorf("%s: it opens", what)
			}
		}
		for who, v := range map[string]desk.Viewer{"an analyst": d.Sam, "who serves St. Anne": d.Eve, "who has a link": {Who: desk.WhoShare, Of: d.Mercy.ID}} {
			if _, err := d.App.ShareFigures(d.Ctx(), v, d.Mercy.ID); !desk.Is(err, desk.Forbidden) && !desk.Is(err, desk.NotFound) {
				t.Errorf("%s shares: %v", who, err)
			}
		}
		// One is taken back, the others stay. The list of walls does not know them.
		list, err := d.App.Shares(d.Ctx(), ruth, d.Mercy.ID)
		d.Must(err)
		if len(list) != 3 || list[0].By != "Ruth Lindqvist" {
			t.Fatalf("in force: %+v", list)
		}
		if walls, err := d.App.WallAddresses(d.Ctx(), d.Ana); err != nil || len(walls) != 1 {
			t.Errorf("walls: %+v %v", walls, err)
		}
		if err := d.App.EndWallAddress(d.Ctx(), d.Ana, list[0].ID); !desk.Is(err, desk.NotFound) {
			t.Errorf("ended among the walls: %v", err)
		}
		id = list[0].ID
		d.Must(d.App.EndShare(d.Ctx(), ruth, d.Mercy.ID, id))
		d.Must(d.App.EndShare(d.Ctx(), ruth, d.Mercy.ID, id)) // twice is once
		ended := 0
		for _, key := range []string{one, other, ofTheDesk} {
			if !opens(key) {
				ended++
			}
		}
		if ended != 1 {
			t.Errorf("%d links have ended", ended)
		}
		d.Skip(until.Sub(d.Now()))
		if opens(one) || opens(other) {
			t.Error("after its end a link opens")
		}
	})
}

// Who leads a hospital is told by mail when terms wait for their yes: by a row, with a link, and no name.
func TestALeaderIsToldOfTermsThatWait(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		for login, c := range map[string]desk.ClientID{"ruth@mercy.example": d.Mercy.ID, "lou@anne.example": d.Anne.ID} {
			_, _, err := d.App.AddStaff(d.Ctx(), desk.System("test"), desk.Staff{Name: "Ruth Lindqvist", Login: login, Role: desk.Leader, Clients: []desk.ClientID{c}}, "", nil)
			d.Must(err)
		}
		state := func() desk.AgreementMail {
			t.Helper()
			page, err := d.App.Agreement(d.Ctx(), d.Ana, d.Mercy.ID)
			d.Must(err)
			if len(page.Mails) != 1 {
				t.Fatalf("mails: %+v", page.Mails)
			}
			return page.Mails[0]
		}
		asks := func() desk.Agreement {
			t.Helper()
			draft := drafts(d, d.Mercy, nil)
			x, err := d.App.ApproveAgreement(d.Ctx(), d.Ana, d.Mercy.ID, app.ApprovalIn{Version: draft.Version, Edit: draft.Edit})
			d.Must(err)
			return x
		}
		d.Mail.Down(true)
		asked := asks()
		d.Advance(20 * time.Second)
		if m := state(); m.State != desk.MailWaiting || m.Attempts != 1 || !m.FireAt.After(d.Now()) {
			t.Errorf("no server answers: %+v", m)
		}
		d.Mail.Down(false)
		d.Advance(5 * time.Minute)
		if m := state(); m.State != desk.MailSent || m.Attempts > 4 || !m.FireAt.IsZero() {
			t.Errorf("the server is back: %+v", m)
		}
		mails := d.Mail.Mails("ruth@mercy.example")
		if len(mails) != 1 || len(d.Mail.Mails("lou@anne.example")) != 0 {
			t.Fatalf("mails: %+v", mails)
		}
		m := mails[0].Message
		if !strings.Contains(m.Text, "https://mercy.help/client/mercy/agreement") || !strings.Contains(m.Text, "Version 2 of the agreement of Mercy Health") {
			t.Errorf("it says %q", m.Text)
		}
		for _, name := range []string{"Ruth", "Lindqvist", "Ana", "Ruiz"} {
			if strings.Contains(m.Text+m.Subject+m.From, name) {
				t.Errorf("it names %s: %q", name, m.Text)
			}
		}
		d.Advance(time.Hour)
		if n := len(d.Mail.Mails("ruth@mercy.example")); n != 1 {
			t.Errorf("told %d times", n)
		}
		// What is withdrawn before the mail could go is not told.
		d.Must(d.App.WithdrawAgreement(d.Ctx(), d.Ana, d.Mercy.ID, asked.Version, asked.Edit))
		d.Mail.Down(true)
		asked = asks()
		d.Advance(20 * time.Second)
		d.Must(d.App.WithdrawAgreement(d.Ctx(), d.Ana, d.Mercy.ID, asked.Version, asked.Edit))
		d.Mail.Down(false)
		d.Advance(time.Hour)
		if n := len(d.Mail.Mails("ruth@mercy.example")); n != 1 {
			t.Errorf("told %d times of what was withdrawn", n)
		}
		// A node that died while it sent: another one sends it again.
		asked = asks()
		d.Must(d.DB.System(d.Ctx(), "test", func(tx *store.SystemTx) error {
			due, err := tx.AgreementMailsDue(tx.Now(), 10)
			if err != nil || len(due) != 1 {
				t.Fatalf("due: %+v %v", due, err)
			}
			cut := due[0]
			cut.State, cut.Attempts, cut.FireAt = desk.MailSending, 1, tx.Now().Add(2*time.Minute)
			if ours, err := tx.MoveAgreementMail(due[0], cut); err != nil || !ours {
				t.Fatalf("moved: %v %v", ours, err)
			}
			ours, err := tx.MoveAgreementMail(due[0], cut) // two nodes
			if ours {
				t.Error("moved twice")
			}
			return err
		}))
		d.Advance(5 * time.Minute)
		if m := state(); m.State != desk.MailSent || m.Attempts != 2 {
			t.Errorf("after a crash: %+v", m)
		}
		if n := len(d.Mail.Mails("ruth@mercy.example")); n != 2 {
			t.Errorf("told %d times after a crash", n)
		}
	})
}

// Who leads a hospital since today is told of what waits since yesterday, once; who leads another one is told nothing, and who
// was told before is not told again.
func TestANewLeaderIsToldOfTermsThatWait(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		add := func(login string, c desk.ClientID) {
			t.Helper()
			_, _, err := d.App.AddStaff(d.Ctx(), desk.System("test"), desk.Staff{Name: "Ruth Lindqvist", Login: login, Role: desk.Leader, Clients: []desk.ClientID{c}}, "", nil)
			d.Must(err)
		}
		told := func(login string, want int) {
			t.Helper()
			if n := len(d.Mail.Mails(login)); n != want {
				t.Errorf("%s was told %d times, not %d", login, n, want)
			}
		}
		leaders := func(want int) {
			t.Helper()
			page, err := d.App.Agreement(d.Ctx(), d.Ana, d.Mercy.ID)
			d.Must(err)
			if page.Leaders != want || len(page.Mails) != want {
				t.Errorf("%d lead it and %d mails, not %d", page.Leaders, len(page.Mails), want)
			}
		}
		draft := drafts(d, d.Mercy, nil)
		asked, err := d.App.ApproveAgreement(d.Ctx(), d.Ana, d.Mercy.ID, app.ApprovalIn{Version: draft.Version, Edit: draft.Edit})
		d.Must(err)
		leaders(0)
		d.Advance(24 * time.Hour)
		add("ruth@mercy.example", d.Mercy.ID)
		add("lou@anne.example", d.Anne.ID)
		d.Settle()
		told("ruth@mercy.example", 1)
		told("lou@anne.example", 0)
		add("rita@mercy.example", d.Mercy.ID)
		d.Settle()
		told("ruth@mercy.example", 1)
		told("rita@mercy.example", 1)
		leaders(2)
		d.Must(d.App.WithdrawAgreement(d.Ctx(), d.Ana, d.Mercy.ID, asked.Version, asked.Edit))
		add("nils@mercy.example", d.Mercy.ID)
		d.Advance(time.Hour)
		told("nils@mercy.example", 0)
	})
}

// shares makes a link to the figures of Mercy and gives what its maker is shown.
func shares(d *testkit.Desk, v desk.Viewer) (url string, until time.Time, err error) {
	id, err := d.App.ShareFigures(d.Ctx(), v, d.Mercy.ID)
	if err != nil {
		return "", until, err
	}
	line, url, err := d.App.ShownShare(d.Ctx(), v, d.Mercy.ID, id)
	return url, line.Until, err
}

// Links have names of their own, are shown once and to their maker, and there is an end to how many are in force.
func TestLinksToTheFigures(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		var ids []int64
		for range 20 { // all in one minute
			id, err := d.App.ShareFigures(d.Ctx(), d.Ana, d.Mercy.ID)
			d.Must(err)
			ids = append(ids, id)
		}
		if _, err := d.App.ShareFigures(d.Ctx(), d.Ana, d.Mercy.ID); !desk.Is(err, desk.Conflict) {
			t.Errorf("one too many: %v", err)
		}
		if _, err := d.App.ShareFigures(d.Ctx(), d.Ana, d.Anne.ID); err != nil {
			t.Errorf("of another hospital: %v", err)
		}
		list, err := d.App.Shares(d.Ctx(), d.Ana, d.Mercy.ID)
		d.Must(err)
		seen := map[int]bool{}
		for _, l := range list {
			seen[l.N] = true
		}
		if len(list) != 20 || len(seen) != 20 || !seen[1] || !seen[20] {
			t.Errorf("%d links are called %v", len(list), seen)
		}
		if _, _, err := d.App.ShownShare(d.Ctx(), d.Omar, d.Mercy.ID, ids[0]); !desk.Is(err, desk.NotFound) {
			t.Errorf("shown to somebody else: %v", err)
		}
		line, url, err := d.App.ShownShare(d.Ctx(), d.Ana, d.Mercy.ID, ids[2])
		if err != nil || line.N != 3 {
			t.Fatalf("%+v %v", line, err)
		}
		_, key, _ := strings.Cut(url, "key=")
		if _, err := d.App.OpenShare(d.Ctx(), key); err != nil {
			t.Error(err)
		}
		if _, _, err := d.App.ShownShare(d.Ctx(), d.Ana, d.Mercy.ID, ids[2]); !desk.Is(err, desk.NotFound) {
			t.Errorf("shown twice: %v", err)
		}
		d.Must(d.App.EndShare(d.Ctx(), d.Ana, d.Mercy.ID, ids[2]))
		id, err := d.App.ShareFigures(d.Ctx(), d.Ana, d.Mercy.ID)
		d.Must(err)
		if line, _, err := d.App.ShownShare(d.Ctx(), d.Ana, d.Mercy.ID, id); err != nil || line.N != 21 {
			t.Errorf("after one was taken back: %+v %v", line, err)
		}
	})
}
