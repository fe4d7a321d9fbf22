package app

import (
	"context"
	"encoding/json"

	"kept/internal/desk"
	"kept/internal/store"
)

// Draft is an Ask under way. Key is the secret in the cookie.
type Draft struct {
	Key    string
	Ask    Ask
	Ticket *Opened // set once it was sent: sending again gives the same
}

// Draft gives the draft of key, or a new one where key is empty, unknown, older than a day, or of
// another client.
func (a *App) Draft(ctx context.Context, v desk.Viewer, c desk.ClientID, key string) (Draft, error) {
	d, ok, err := a.draft(ctx, v, c, key)
	if err != nil || ok {
		return d, err
	}
	return Draft{Key: desk.NewSecret(a.rand, 18)}, nil
}

// draft finds the draft of key; false when there is none.
func (a *App) draft(ctx context.Context, v desk.Viewer, c desk.ClientID, key string) (Draft, bool, error) {
	if key == "" || len(key) > 100 {
		return Draft{}, false, nil
	}
	d := Draft{Key: key}
	err := a.db.Read(ctx, v, c, func(tx *store.ReadTx) error {
		row, err := tx.Draft(desk.HashSecret(key))
		if err != nil {
			return err
		}
		if tx.Now().Sub(row.ChangedAt) > draftLife {
			return desk.Errorf(desk.NotFound, "draft.ended", "What was typed here was kept for a day.")
		}
		if err := json.Unmarshal([]byte(row.Body), &d.Ask); err != nil {
			return err
		}
		if row.Ticket == 0 {
			return nil
		}
		o, err := openedOf(tx, row.Ticket)
		d.Ticket = &o
		return err
	})
	if desk.Is(err, desk.NotFound) {
		return Draft{}, false, nil
	}
	return d, err == nil, err
}

// openedOf gives again what was opened before.
func openedOf(tx *store.ReadTx, id desk.TicketID) (Opened, error) {
	t, err := tx.Ticket(id)
	if err != nil {
		return Opened{}, err
	}
	o := Opened{Client: t.Client, Ticket: t.ID, Ref: t.Ref, Token: t.Token, Again: true}
	if t.Promise != 0 {
		o.Promise, err = tx.Promise(t.Promise)
	}
	return o, err
}

// SaveDraft keeps what was typed, valid or not.
func (a *App) SaveDraft(ctx context.Context, v desk.Viewer, c desk.ClientID, d Draft) error {
	body, err := d.body()
	if err != nil {
		return err
	}
	return a.db.Write(ctx, v, c, func(tx *store.Tx) error {
		hash := desk.HashSecret(d.Key)
		row, err := tx.Draft(hash)
		if err != nil && !desk.Is(err, desk.NotFound) {
			return err
		}
		if row.Ticket != 0 {
			return desk.Errorf(desk.Conflict, "draft.sent", "This question was sent already.")
		}
		return tx.SaveDraft(store.Draft{Hash: hash, Client: c, Body: body})
	})
}

// body writes what was typed for the store, or says that it is more than the desk keeps.
func (d Draft) body() (string, error) {
	k := d.Ask
	size := 0
	for _, s := range append([]string{k.Answer, k.About, k.Channel, k.Phone, k.Email, k.Voicemail, k.Other, k.Lang}, k.Needs...) {
		size += len(s)
	}
	if d.Key == "" || len(d.Key) > 100 {
		return "", desk.Errorf(desk.NotFound, "draft.unknown", "What was typed here was kept for a day. Please start again.")
	}
	if len(k.Words) > maxTyped || len(k.Search) > maxTyped || size > 8*maxAnswer || len(k.Needs) > 20 {
		return "", desk.Errorf(desk.TooLarge, "ask.too_large", "What you sent is too big for us. Make it smaller.")
	}
	b, err := json.Marshal(k)
	return string(b), err
}

// openDraft opens the ticket of a draft and notes it on the draft, in one unit of work.
func (a *App) openDraft(tx *store.Tx, v desk.Viewer, c desk.Client, d Draft, in TicketIn, s *choice) (Opened, error) {
	row := store.Draft{Hash: desk.HashSecret(d.Key), Client: c.ID}
	have, err := tx.Draft(row.Hash)
	if err != nil && !desk.Is(err, desk.NotFound) {
		return Opened{}, err
	}
	if have.Ticket != 0 {
		return openedOf(tx.ReadTx, have.Ticket)
	}
	if err := mayPromise(tx, in.Requester); err != nil {
		return Opened{}, err
	}
	var out Opened
	id := desk.TicketID(tx.NewID())
	if err := a.open(tx, v, c, id, in, s, &out); err != nil {
		return Opened{}, err
	}
	// The words are on the ticket now; the draft keeps only where they went.
	row.Ticket, row.Body = id, "{}"
	return out, tx.SaveDraft(row)
}
