package app

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// An address is signed, so that it opens what it shows without a password: it says who made it, for which client and
// until when. It shows what whoever has it may see, and is dark when they may no more, until somebody who may takes it over.
// Its row says who that is, and is there to take it back alone; those of walls that were made before there were rows end by themselves.
const addressSecret = "wall_secret"

// makeAddress adds an address that w describes, from now on. May is asked before, in the same unit; nil: nobody is.
func (a *App) makeAddress(ctx context.Context, v desk.Viewer, w desk.SignedAddress, lasts time.Duration, may func(*store.DeskTx) error) (desk.SignedAddress, error) {
	w.Staff, w.Until = v.Staff, a.Now().Add(lasts).Truncate(time.Second)
	err := a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		if may != nil {
			if err := may(tx); err != nil {
				return err
			}
		}
		w.ID, w.MadeAt = tx.NewID(), tx.Now()
		return tx.AddSignedAddress(w)
	})
	return w, err
}

// shownAddress gives an address of a kind that v has made, for which fits, and its key, the first time that they are asked for.
// NotFound when v was shown it before, or has made no such one.
func (a *App) shownAddress(ctx context.Context, v desk.Viewer, shows desk.Shows, id int64, fits func(desk.SignedAddress) bool) (line AddressLine, key string, err error) {
	know, err := a.know(ctx)
	if err != nil {
		return line, "", err
	}
	if _, err := a.addressSecret(ctx); err != nil { // before it is on record that it was shown
		return line, "", err
	}
	err = a.db.Desk(ctx, v, func(tx *store.DeskTx) (err error) {
		w, err := tx.SignedAddress(id)
		if err != nil {
			return err
		}
		if w.Shows != shows || !fits(w) || !tx.Now().Before(w.Until) {
			return notFound
		}
		if first, err := tx.ShowSignedAddress(id, v.Staff); err != nil || !first {
			return cmp.Or(err, error(notFound))
		}
		line = AddressLine{SignedAddress: w, By: v.Name}
		if w.Scope != 0 {
			if line.Client, err = know.one(w.Scope); err != nil {
				return err
			}
		}
		line.N, err = tx.Nth(w)
		return err
	})
	if err != nil {
		return line, "", err
	}
	key, err = a.addressKey(ctx, line.SignedAddress)
	return line, key, err
}

// addressKey is the secret of an address: it follows from its row, and stands in none.
func (a *App) addressKey(ctx context.Context, w desk.SignedAddress) (string, error) {
	secret, err := a.addressSecret(ctx)
	said := fmt.Sprintf("%d.%d.%d.%d", w.Staff, w.Scope, w.Until.Unix(), w.ID)
	return said + "." + signAddress(w.Shows, secret, said), err
}

// openAddress gives whose the address of a key is, as they are now, and for which client. NotFound when it has ended, or
// was changed; dark when they may not show it any more and somebody can take it over.
func (a *App) openAddress(ctx context.Context, shows desk.Shows, key string, dark error) (s desk.Staff, c desk.ClientID, err error) {
	i := strings.LastIndexByte(key, '.')
	if i < 0 || len(key) > 200 {
		return s, 0, notFound
	}
	secret, err := a.addressSecret(ctx)
	if err != nil {
		return s, 0, err
	}
	if !hmac.Equal([]byte(signAddress(shows, secret, key[:i])), []byte(key[i+1:])) {
		return s, 0, notFound
	}
	var staff desk.StaffID
	var until, id int64
	n, _ := fmt.Sscanf(key[:i], "%d.%d.%d.%d", &staff, &c, &until, &id)
	if n < 3 || n == 3 && shows != desk.ShowsWall || !a.Now().Before(time.Unix(until, 0)) {
		return s, 0, notFound
	}
	err = a.db.DeskRead(ctx, desk.System("address"), func(tx *store.DeskReadTx) (err error) {
		if id != 0 {
			row, err := tx.SignedAddress(id)
			if err != nil || row.Shows != shows || !row.EndedAt.IsZero() {
				return cmp.Or(err, error(notFound))
			}
			staff = row.Staff
		}
		s, err = tx.Staff(staff)
		return err
	})
	if err == nil && !mayShow(s, shows, c) {
		if err = notFound; id != 0 {
			err = dark
		}
	}
	return s, c, err
}

// mayShow reports whether somebody may have an address that shows a client.
func mayShow(s desk.Staff, shows desk.Shows, c desk.ClientID) bool {
	v := viewerOf(s)
	if shows == desk.ShowsFigures {
		return s.Active && mayShare(v, c) == nil
	}
	return s.Active && v.Leads() && (c == 0 || v.Sees(c))
}

// takeAddress makes an address that is dark v's own: what it opens goes on with what v sees. NotFound when v has no such one;
// Conflict "address.led" when whoever has it may show it.
func (a *App) takeAddress(ctx context.Context, v desk.Viewer, shows desk.Shows, id int64, has hasAddress) error {
	return a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		w, err := tx.SignedAddress(id)
		if err != nil {
			return err
		}
		may, err := has(tx, w)
		switch {
		case err != nil:
			return err
		case !may || w.Shows != shows || !w.EndedAt.IsZero() || !tx.Now().Before(w.Until):
			return notFound
		case w.Staff == v.Staff:
			return nil // a form that was sent twice
		}
		of, err := tx.Staff(w.Staff)
		if err != nil {
			return err
		}
		if mayShow(of, shows, w.Scope) {
			return desk.Errorf(desk.Conflict, "address.led", "%s has it, and it shows what it should: there is nothing to take over.", of.Name)
		}
		return tx.TakeSignedAddress(id, v.Staff)
	})
}

// AddressLine is an address that is in force, with names.
type AddressLine struct {
	desk.SignedAddress
	N      int // which one of its kind and client it is, of all that were ever made
	By     string
	Client desk.Client // the zero Client: all that By serves
	Dark   bool        // By may not show it any more: it shows nothing until somebody takes it over
}

// addresses gives those of a kind in force that v has, by their end.
func (a *App) addresses(ctx context.Context, v desk.Viewer, shows desk.Shows, has hasAddress) ([]AddressLine, error) {
	know, err := a.know(ctx)
	if err != nil {
		return nil, err
	}
	var list []AddressLine
	err = a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) error {
		list = nil
		all, err := tx.SignedAddresses(shows, tx.Now())
		if err != nil {
			return err
		}
		for _, w := range all {
			may, err := has(tx, w)
			if err != nil {
				return err
			}
			if !may {
				continue
			}
			of, err := tx.Staff(w.Staff)
			if err != nil {
				return err
			}
			n, err := tx.Nth(w)
			if err != nil {
				return err
			}
			list = append(list, AddressLine{w, n, of.Name, know.client[w.Scope], !mayShow(of, shows, w.Scope)})
		}
		return nil
	})
	return list, err
}

// hasAddress reports whether somebody may see an address and take it back.
type hasAddress func(tx staffReader, w desk.SignedAddress) (bool, error)

type staffReader interface {
	Staff(desk.StaffID) (desk.Staff, error)
}

// endAddress takes one back; NotFound when v has no such one.
func (a *App) endAddress(ctx context.Context, v desk.Viewer, shows desk.Shows, id int64, has hasAddress) error {
	return a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		w, err := tx.SignedAddress(id)
		if err != nil {
			return err
		}
		may, err := has(tx, w)
		if err != nil {
			return err
		}
		if !may || w.Shows != shows {
			return notFound
		}
		if !w.EndedAt.IsZero() {
			return nil // by somebody else, a moment ago
		}
		return tx.EndSignedAddress(id)
	})
}

func signAddress(shows desk.Shows, secret, said string) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte("kept " + string(shows) + " " + said))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// addressSecret gives what addresses are signed with; the first one to ask makes it.
func (a *App) addressSecret(ctx context.Context) (secret string, err error) {
	ok := false
	err = a.db.DeskRead(ctx, desk.System("address"), func(tx *store.DeskReadTx) (err error) {
		secret, ok, err = tx.Setting(addressSecret)
		return err
	})
	if err != nil || ok {
		return secret, err
	}
	err = a.db.System(ctx, "address", func(tx *store.SystemTx) error {
		if secret, ok, err = tx.Setting(addressSecret); err != nil || ok {
			return err
		}
		secret = desk.NewSecret(a.rand, 32)
		return tx.SetSetting(addressSecret, secret)
	})
	return secret, err
}
