package app

import (
	"context"
	"time"

	"kept/internal/desk"
	"kept/internal/sla"
	"kept/internal/store"
)

// phoneGoal is how long callers may wait on a line for all hospitals: it has no agreement.
const phoneGoal = 2 * time.Minute

// WallLine is a line on the wall. Goal is how long its first caller may wait by what is agreed; zero: nothing is at this
// hour.
type WallLine struct {
	desk.PhoneLine
	Of   desk.Client // zero ID: for all hospitals
	Goal time.Duration
}

// Late reports whether the first caller has waited for longer than agreed: somebody must answer now.
func (l WallLine) Late(now time.Time) bool { return l.Goal > 0 && l.Longest(now) > l.Goal }

// mayReport refuses whoever is no phone system of c, or, for zero, of the desk.
func mayReport(v desk.Viewer, c desk.ClientID) error {
	switch {
	case v.Who != desk.WhoToken && v.Who != desk.WhoSystem:
		return desk.Errorf(desk.Forbidden, "token.only", "A phone system reports its lines with an API token.")
	case c == 0 && !v.Desk || c != 0 && !v.Sees(c):
		return notFound
	}
	return nil
}

// HearPhoneLine takes what a phone system says of one of its lines now: of l are read Client, Name, Waiting and First. A
// token of one client reports lines of its own, one of the desk those of any client, and, with Client zero, lines for
// all. Fields "name", "waiting" and "first_since"; Conflict "line.many".
func (a *App) HearPhoneLine(ctx context.Context, v desk.Viewer, l desk.PhoneLine) (desk.PhoneLine, error) {
	if err := mayReport(v, l.Client); err != nil {
		return l, err
	}
	l.First = l.First.UTC().Truncate(time.Microsecond)
	if err := l.Check(a.Now()); err != nil {
		return l, err
	}
	if l.Client != 0 {
		if _, err := a.Client(ctx, v, l.Client); err != nil {
			return l, err
		}
	}
	fresh := false // whether a wall would show something else
	err := a.db.Claim(ctx, "phone line", func(tx *store.SystemTx) error {
		was, known, err := tx.PhoneLine(l.Client, l.Name)
		if err != nil {
			return err
		}
		if !known {
			n, err := tx.PhoneLinesOf(l.Client)
			if err != nil {
				return err
			}
			if n >= desk.LinesMost {
				return desk.Errorf(desk.Conflict, "line.many", "There are %d lines here already. Take one away that is not used any more, with DELETE.", n)
			}
		}
		l.Heard = tx.Now()
		if l.First.After(l.Heard) { // its clock is a little ahead of ours
			l.First = l.Heard
		}
		fresh = !known || l.Waiting > 0 || was.Waiting > 0 || was.Silent(l.Heard)
		return tx.HearPhoneLine(l)
	})
	if err == nil && fresh {
		a.changed(Change{Client: l.Client, Phone: true})
	}
	return l, err
}

// EndPhoneLine forgets a line that is not used any more. NotFound when there is none.
func (a *App) EndPhoneLine(ctx context.Context, v desk.Viewer, c desk.ClientID, name string) error {
	if err := mayReport(v, c); err != nil {
		return err
	}
	err := a.db.Claim(ctx, "phone line", func(tx *store.SystemTx) error { return tx.EndPhoneLine(c, name) })
	if err == nil {
		a.changed(Change{Client: c, Phone: true})
	}
	return err
}

// PhoneNews is how long ago the line was heard of that was not heard of for longest; zero when no phone system reports.
func (a *App) PhoneNews(ctx context.Context) (age time.Duration, err error) {
	err = a.db.Claim(ctx, "phone news", func(tx *store.SystemTx) error {
		at, some, err := tx.OldestPhoneNews()
		if age = 0; some {
			age = max(tx.Now().Sub(at), 0)
		}
		return err
	})
	return age, err
}

// phones reads the lines of the wall with the goal of each: by the agreement of its client, for the instant at which its
// first caller came.
func (w *Wall) phones(a *App, tx *store.DeskReadTx, know *facts) error {
	lines, err := tx.PhoneLines(w.Client.ID)
	if err != nil {
		return err
	}
	w.Lines = nil
	for _, l := range lines {
		one := WallLine{PhoneLine: l, Of: know.client[l.Client], Goal: phoneGoal}
		if l.Client != 0 {
			of, err := tx.ForClient(l.Client)
			if err != nil {
				return err
			}
			b, err := a.bookIn(of, one.Of)
			if err != nil {
				return err
			}
			since := l.First
			if l.Waiting == 0 {
				since = w.Now
			}
			one.Goal = 0
			if due, _, ok := b.Due(sla.AnswerSpeed, since, &sla.Facts{}); ok && due.Sub(since) < time.Hour { // else the line is closed at this hour
				one.Goal = due.Sub(since)
			}
		}
		w.Lines = append(w.Lines, one)
	}
	return nil
}
