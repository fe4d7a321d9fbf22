package app

import (
	"context"
	"fmt"
	"time"

	"kept/internal/desk"
	"kept/internal/sla"
	"kept/internal/store"
)

// HearPhoneCall takes what a phone system says of one call to a line of a client: of c are read Client, Line, Key, Queued,
// Answered and Left. It may say it more than once, in any order, and up to seven days late; what is known of the call then is
// given back. Fields "name", "call", "queued_at", "answered_at" and "left_at"; Conflict "call.many" and "call.lines".
func (a *App) HearPhoneCall(ctx context.Context, v desk.Viewer, c desk.PhoneCall) (desk.PhoneCall, error) {
	if err := mayReport(v, c.Client); err != nil {
		return c, err
	}
	client, err := a.Client(ctx, v, c.Client) // a line for all hospitals has no agreement, and its calls no clock
	if err != nil {
		return c, err
	}
	for _, at := range []*time.Time{&c.Queued, &c.Answered, &c.Left} {
		*at = whole(*at)
	}
	if err := c.Check(a.Now()); err != nil {
		return c, err
	}
	var all desk.PhoneCall
	err = a.db.Claim(ctx, "phone call", func(of *store.SystemTx) error {
		tx := of.ForClient(client.ID)
		b, err := a.bookIn(tx.ReadTx, client)
		if err != nil {
			return err
		}
		if err := tx.DropPhoneCalls(tx.Now().Add(-desk.CallKept)); err != nil {
			return err
		}
		was, err := tx.HearPhoneCall(c)
		if err != nil {
			return err
		}
		if err := roomFor(tx, was); err != nil {
			return err
		}
		all = was
		if all.Speed, all.Patience = callCameTo(b, all); all == was {
			return nil
		}
		return tx.CallCameTo(all)
	})
	return all, err
}

// roomFor refuses a call that was just stored when there are more than a phone system can have to report.
func roomFor(tx *store.Tx, c desk.PhoneCall) error {
	hour := c.Queued.Truncate(time.Hour)
	calls, lines, err := tx.PhoneCallsHeld(hour, hour.Add(time.Hour))
	switch {
	case err != nil:
		return err
	case calls > desk.CallsAnHour:
		return desk.Errorf(desk.Conflict, "call.many", "%d calls that began to wait in this hour were reported already. Report each call once, always by the same id.", desk.CallsAnHour)
	case lines > desk.CallLinesMost:
		return desk.Errorf(desk.Conflict, "call.lines", "Calls were reported on %d lines already. Report a call on the line that was called, always by the same name.", desk.CallLinesMost)
	}
	return nil
}

// callHistory is a call as clocks see it: a question of its own in which nobody asks anything.
func callHistory(id int64, c desk.PhoneCall) sla.Ticket {
	t := sla.Ticket{ID: id, Events: []sla.Event{{At: c.Queued, Seq: 1, Type: sla.CallQueued, Key: id}}}
	switch {
	case c.Taken():
		t.Events = append(t.Events, sla.Event{At: c.Answered, Seq: 2, Type: sla.CallAnswered, Side: sla.Staff, Key: id})
	case c.Ended():
		t.Events = append(t.Events, sla.Event{At: c.Left, Seq: 2, Type: sla.CallLeft, Side: sla.Person, Key: id})
	}
	return t
}

// callsIn are the histories of the calls that came in [from, until), or shortly before, and have ended: of one without an end
// nobody knows whether it waits or was not told of.
func callsIn(tx *store.ReadTx, from, until time.Time) ([]sla.Ticket, error) {
	calls, err := tx.PhoneCalls(from.Add(-desk.LineWaits), until)
	if err != nil {
		return nil, err
	}
	var list []sla.Ticket
	for _, c := range calls {
		if c.Ended() {
			list = append(list, callHistory(-int64(len(list))-1, c)) // no number of a question
		}
	}
	return list, nil
}

// callCameTo is what the two clocks of a call came to; nothing until it has ended.
func callCameTo(b *book, c desk.PhoneCall) (speed, patience string) {
	if !c.Ended() {
		return "", ""
	}
	var f sla.Folder
	t := callHistory(1, c)
	for _, clock := range f.Fold(nil, b.Book, &t, t.Events[1].At) {
		code := ""
		switch clock.Outcome() {
		case sla.Met:
			code = desk.CallMet
		case sla.Missed:
			code = desk.CallMissed
		case sla.Excluded:
			code = clock.Excluded.String()
		}
		switch clock.Metric {
		case sla.AnswerSpeed:
			speed = code
		case sla.Abandonment:
			patience = code
		}
	}
	return speed, patience
}

// CallFigures are how the calls of a period came out. They count when they came.
type CallFigures struct {
	Last time.Time // when the latest began to wait that a phone system reported, in whatever period; zero: none ever did, which is not "no calls"
	All  int

	InTime, Late   int            // a person answered in the time agreed, and not
	SpeedOut       map[string]int // those that count neither way, by the code of an sla.Exclusion
	Stayed, GaveUp int            // whom a person answered, and who hung up after the time that is of no account
	PatienceOut    map[string]int
	Waiting        int // that wait still, or of which no end was reported
	Free           int // for which nothing is agreed at their hour
}

// read counts the calls that came in [from, until).
func (f *CallFigures) read(tx *store.ReadTx, from, until time.Time) (err error) {
	some := false
	if f.Last, some, err = tx.LastPhoneCall(); err != nil || !some {
		return err
	}
	rows, err := tx.CallsIn(from, until)
	if err != nil {
		return err
	}
	f.SpeedOut, f.PatienceOut = map[string]int{}, map[string]int{}
	for _, r := range rows {
		f.All += r.N
		count(r.Speed, r.N, &f.InTime, &f.Late, f.SpeedOut)
		count(r.Patience, r.N, &f.Stayed, &f.GaveUp, f.PatienceOut)
		switch {
		case !r.Ended:
			f.Waiting += r.N
		case r.Speed == "" && r.Patience == "":
			f.Free += r.N
		}
	}
	return nil
}

func count(code string, n int, met, missed *int, out map[string]int) {
	switch code {
	case desk.CallMet:
		*met += n
	case desk.CallMissed:
		*missed += n
	case "":
	default:
		out[code] += n
	}
}

// callWrong compares what is stored of a call with what its instants say; "" when it is right.
func callWrong(b *book, c desk.PhoneCall) string {
	if speed, patience := callCameTo(b, c); speed != c.Speed || patience != c.Patience {
		return fmt.Sprintf("a call on line %q at %s: its clocks are stored as %q and %q, its instants say %q and %q", c.Line, c.Queued.UTC().Format(time.RFC3339), c.Speed, c.Patience, speed, patience)
	}
	return ""
}
