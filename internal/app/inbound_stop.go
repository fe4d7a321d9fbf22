package app

import (
	"context"
	"slices"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// hearStop ends texts to a number, or starts them again, for everybody who has it. It is answered
// once; promises are kept by calling.
func (a *App) hearStop(ctx context.Context, row *store.Inbound, h heard, stop bool) error {
	return a.db.System(ctx, "inbound", func(tx *store.SystemTx) error {
		here := tx.ForClient(h.c.ID)
		same, err := here.AddressesByValue(h.value)
		if err != nil {
			return err
		}
		if len(same) == 0 && stop {
			// Nobody has this number yet. Whoever asks with it one day is not texted either.
			r := desk.Requester{Client: h.c.ID, ID: desk.RequesterID(here.NewID()), Kind: desk.Patient, Lang: "en", CreatedAt: tx.Now()}
			if err := here.AddRequester(r); err != nil {
				return err
			}
			kind := desk.PhoneAddress
			if h.channel == desk.ByEmail {
				kind = desk.EmailAddress
			}
			ad := desk.Address{Client: h.c.ID, ID: desk.AddressID(here.NewID()), Requester: r.ID, Kind: kind, Value: h.value,
				StoppedAt: tx.Now(), CreatedAt: tx.Now()}
			if err := here.AddAddress(ad); err != nil {
				return err
			}
		}
		changed := false
		for _, ad := range same {
			if ad.StoppedAt.IsZero() != stop {
				continue
			}
			changed = true
			if ad.StoppedAt = (time.Time{}); stop {
				ad.StoppedAt = tx.Now()
			}
			if err := here.SaveAddress(ad); err != nil {
				return err
			}
		}
		if changed && len(h.tickets) > 0 {
			t := h.tickets[0]
			says := desk.SayFirst // START: what every first text says, how to end texts
			if stop {
				says = desk.SayStop
			}
			row.Ticket = t.ID
			err := a.inTx(here, desk.Tracking(h.c.ID, t.ID), h.c, t.ID, func(x *act) error {
				i := slices.IndexFunc(same, func(ad desk.Address) bool { return ad.Requester == x.t.Requester })
				if i < 0 {
					return nil
				}
				return x.tellTo(says, h.channel, same[i].ID, desk.Promise{}, 0, nil)
			})
			if err != nil {
				return err
			}
		}
		return done(tx, row)
	})
}
