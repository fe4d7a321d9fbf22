package app

import (
	"context"
	"crypto/subtle"
	"strconv"
	"strings"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// What a code of 6 digits opens. A ticket has at most one code for each.
const (
	codeForNumber   = "number"   // take the phone number or mail address that was kept aside
	codeForQuestion = "question" // show the words of the question
)

const (
	codeLife  = 10 * time.Minute
	codeTries = 5
)

var codeSends = limit{name: "code.sends", n: 3, per: time.Hour}

// codeHash binds a code to its ticket and purpose. The hash alone protects nothing: the tries do.
func codeHash(c desk.ClientID, t desk.TicketID, purpose, code string) string {
	return desk.HashSecret(strconv.FormatInt(int64(c), 10) + "/" + strconv.FormatInt(int64(t), 10) + "/" + purpose + "/" + code)
}

// sendCode sends a new code for purpose to the address by which the ticket's person is reached, and
// gives that address masked. It goes nowhere else: an address that nobody has used yet proves nothing.
func (a *App) sendCode(ctx context.Context, v desk.Viewer, s subject, purpose, extra string) (string, error) {
	if s.address.ID == 0 || s.address.Kind == desk.PhoneAddress && !s.address.TakesTexts() {
		return "", desk.Errorf(desk.Conflict, "code.no_address", "We cannot send you a code. Call us, and we will help you.")
	}
	if err := a.limits.take(a.Now(), codeSends, ticketKey(s.t)); err != nil {
		return "", err
	}
	code := desk.NewCode(a.rand)
	err := a.onTicket(ctx, v, s.c, s.t.ID, func(x *act) error {
		err := x.tx.SaveCode(store.Code{
			Ticket: x.t.ID, Purpose: purpose, Hash: codeHash(x.t.Client, x.t.ID, purpose, code), Extra: extra, EndsAt: x.now().Add(codeLife),
		})
		if err != nil {
			return err
		}
		// The row must hold the code until it is sent; after 10 minutes it opens nothing.
		return x.tellTo(desk.SayCode, written(s.address), s.address.ID, desk.Promise{}, 0, map[string]string{"code": code})
	})
	return masked(s.address), err
}

// useCode runs fn with what was kept aside if code is right. A wrong code is counted even though the
// act fails; after the fifth nothing is kept aside any more.
func (a *App) useCode(ctx context.Context, v desk.Viewer, purpose, code string, fn func(*act, string) error) error {
	s, err := a.tracked(ctx, v)
	if err != nil {
		return err
	}
	code = strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\u00a0' {
			return -1
		}
		return r
	}, code)
	var wrong error
	err = a.db.Write(ctx, v, s.c.ID, func(tx *store.Tx) error {
		wrong = nil
		have, ok, err := tx.Code(s.t.ID, purpose)
		if err != nil {
			return err
		}
		if !ok || !tx.Now().Before(have.EndsAt) {
			wrong = codeError("code.ended", "That code has ended. Get a new one.")
			return tx.DropCode(s.t.ID, purpose)
		}
		given := codeHash(s.c.ID, s.t.ID, purpose, code)
		if subtle.ConstantTimeCompare([]byte(given), []byte(have.Hash)) == 1 {
			if err := tx.DropCode(s.t.ID, purpose); err != nil {
				return err
			}
			return a.inTx(tx, v, s.c, s.t.ID, func(x *act) error { return fn(x, have.Extra) })
		}
		if have.Tries++; have.Tries >= codeTries {
			wrong = codeError("code.ended", "That code has ended. Get a new one.")
			return tx.DropCode(s.t.ID, purpose)
		}
		wrong = codeError("code.wrong", "That code is not right. Check it, or get a new one.")
		return tx.SaveCode(have)
	})
	if err != nil {
		return err
	}
	return wrong
}

// codeError is Invalid with the same code for the whole and for the field.
func codeError(code, message string) error {
	return &desk.Error{Kind: desk.Invalid, Code: code, Message: message,
		Fields: []desk.FieldError{{Field: "code", Code: code, Message: message}}}
}

// ticketKey names a ticket for the limits.
func ticketKey(t desk.Ticket) string {
	return strconv.FormatInt(int64(t.Client), 10) + "/" + strconv.FormatInt(int64(t.ID), 10)
}

// written is the channel by which words reach an address.
func written(ad desk.Address) desk.Channel {
	if ad.Kind == desk.EmailAddress {
		return desk.ByEmail
	}
	return desk.BySMS
}

// masked shows an address to somebody who has only the tracker's link: "…0199", "m…@e…".
func masked(ad desk.Address) string {
	if ad.ID == 0 {
		return ""
	}
	if ad.Kind == desk.PhoneAddress {
		return desk.Phone(ad.Value).Masked()
	}
	at := strings.LastIndexByte(ad.Value, '@')
	if at < 1 {
		return "…"
	}
	first := []rune(ad.Value[:at])[0]
	domain := []rune(ad.Value[at+1:])
	return string(first) + "…@" + string(domain[:1]) + "…"
}
