package demo

import (
	"io"

	"kept/internal/desk"
	"kept/internal/store"
)

// store writes what a life has left. Rows that point to others come behind them. Again draws numbers
// where one is taken; known are the people whom this unit of work has stored.
func (l *life) store(tx *store.Tx, again io.Reader, known map[*person]bool) error {
	if !l.p.stored && !known[l.p] {
		if err := tx.AddRequester(l.p.Requester); err != nil {
			return err
		}
		for _, a := range []desk.Address{l.p.phone, l.p.mail} {
			if a.ID == 0 {
				continue
			}
			if err := tx.AddAddress(a); err != nil {
				return err
			}
		}
		known[l.p] = true
	}
	t := l.t
	for try := 0; ; try++ {
		ok, err := tx.AddTicket(t)
		if err != nil {
			return err
		}
		if ok {
			break
		}
		if try == 20 {
			return desk.Errorf(desk.Internal, "ref.none", "No free number was found.")
		}
		t.Ref, t.Token = desk.NewRef(again, desk.RefLength+try/8), desk.NewTrackerToken(again)
	}
	for _, e := range l.events {
		if err := tx.AddEvent(e); err != nil {
			return err
		}
	}
	for _, m := range l.messages {
		if err := tx.AddMessage(m); err != nil {
			return err
		}
	}
	for _, words := range l.found {
		if err := tx.AddFound(t.ID, words); err != nil {
			return err
		}
	}
	for _, p := range l.promises {
		if err := tx.AddPromise(*p); err != nil {
			return err
		}
		if s, ok := l.seat(p); ok {
			if err := tx.Book(s.seat, p.ID); err != nil {
				return err
			}
		}
	}
	for _, try := range l.tries {
		if err := tx.AddAttempt(try); err != nil {
			return err
		}
	}
	for _, o := range l.outs {
		if err := tx.AddOut(*o); err != nil {
			return err
		}
	}
	for _, a := range l.alerts {
		if err := tx.AddAlert(a); err != nil {
			return err
		}
	}
	return nil
}
