package app

import (
	"context"
	"regexp"
	"strings"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// Typed is what somebody at the desk has typed into a field and not sent yet: on a ticket, or in a call.
type Typed struct {
	Ref   desk.Ref
	Call  string // key of a call that is not finished; Ref is empty then
	Place string // "reply", "note", or a field of the call
	Body  string // empty forgets it
	Key   string // of the form: once it was sent, nothing of it is kept
}

// typedMost bounds what is kept; more than may be sent, so that nobody loses what they still have to shorten.
const typedMost = 4 * desk.MaxNote

var (
	typedPlace = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	callKey    = regexp.MustCompile(`^[A-Z0-9]{8,40}$`)
	// errTypedSent is said to whoever goes on typing in a form whose answer never reached their browser.
	errTypedSent = desk.Errorf(desk.Conflict, "typed.sent", "This form was sent already. What you type now is kept in this browser only: open the question again before you send it.")

	noPlace = desk.Errorf(desk.Invalid, "typed.nowhere", "There is no such field.")
)

// KeepTyped keeps what v types. Only v ever gets it back, and it is forgotten once it is sent, or when
// nobody has touched it for 30 days. Words from a form that was sent already are Conflict "typed.sent":
// they may be late, and must not come back as if they were not sent.
func (a *App) KeepTyped(ctx context.Context, v desk.Viewer, t Typed) error {
	if v.Who != desk.WhoStaff {
		return errStaffOnly
	}
	if !typedPlace.MatchString(t.Place) || t.Ref == "" && !callKey.MatchString(t.Call) {
		return noPlace
	}
	if len(t.Body) > typedMost {
		return desk.Errorf(desk.TooLarge, "typed.too_long", "This is too long to be kept. Shorten it, or send it in parts.")
	}
	body := strings.ToValidUTF8(strings.ReplaceAll(t.Body, "\x00", ""), "")
	if strings.TrimSpace(body) == "" {
		body = ""
	}
	if t.Ref == "" {
		return a.db.Desk(ctx, v, func(tx *store.DeskTx) error { return tx.KeepTypedInCall(t.Call, t.Place, body) })
	}
	c, id, err := a.find(ctx, v, t.Ref)
	if err != nil {
		return err
	}
	err = a.db.Write(ctx, v, c.ID, func(tx *store.Tx) error {
		if t.Key != "" {
			_, sent, err := tx.Idempotent(keyOwner(v), t.Key)
			if err == nil && sent && body != "" {
				err = errTypedSent
			}
			if err != nil || sent {
				return err
			}
		}
		return tx.KeepTyped(t.Ref, t.Place, body)
	})
	if err == nil && t.Place == "reply" && body != "" {
		a.writes(store.TicketKey{Client: c.ID, ID: id}, t.Ref, v.Staff)
	}
	return err
}

// TypedInCall gives what v has typed in a call that is not finished, by field.
func (a *App) TypedInCall(ctx context.Context, v desk.Viewer, key string) (map[string]string, error) {
	if v.Who != desk.WhoStaff || !callKey.MatchString(key) {
		return nil, nil
	}
	var list []store.Typed
	err := a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) (err error) {
		list, err = tx.TypedInCall(key)
		return err
	})
	return byPlace(list), err
}

// CallBegun is a call in which somebody has typed and which is not finished.
type CallBegun struct {
	Key   string
	At    time.Time         // when it was touched last
	Typed map[string]string // by field
}

// callsBegun bounds how many fields of unfinished calls are read: those of the latest 20 or more.
const callsBegun = 100

// CallsBegun gives the calls that v has begun and not finished, the latest first.
func (a *App) CallsBegun(ctx context.Context, v desk.Viewer) ([]CallBegun, error) {
	if v.Who != desk.WhoStaff {
		return nil, errStaffOnly
	}
	var list []store.Typed
	err := a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) (err error) {
		list, err = tx.TypedInCalls(callsBegun)
		return err
	})
	if err != nil {
		return nil, err
	}
	var calls []CallBegun
	at := map[string]int{}
	for _, t := range list {
		i, ok := at[t.Thing]
		if !ok {
			i, at[t.Thing] = len(calls), len(calls)
			calls = append(calls, CallBegun{Key: t.Thing, At: t.ChangedAt, Typed: map[string]string{}})
		}
		calls[i].Typed[t.Place] = t.Body
	}
	return calls, nil
}

func byPlace(list []store.Typed) map[string]string {
	m := make(map[string]string, len(list))
	for _, t := range list {
		m[t.Place] = t.Body
	}
	return m
}
