package app

import (
	"context"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// shareEnds is how long a shared link to the figures of a hospital lasts.
const shareEnds = 7 * 24 * time.Hour

// sharesMost is how many of one hospital are in force at once.
const sharesMost = 20

var (
	errShareLeads = desk.Errorf(desk.Forbidden, "share.only", "Only who leads the hospital, or a supervisor of the desk, can share its figures.")
	errShareDark  = desk.Errorf(desk.Unauthenticated, "address.dark", "Whoever made this link does not lead the hospital any more, so it shows nothing. Who leads it takes the link over on the page “Share the figures”. Then this page goes on by itself.")
	errShareKey   = desk.Errorf(desk.Unauthenticated, "share.ended", "This link to the figures has ended. Ask who sent it to you for a new one.")
)

// mayShare refuses who may not share the figures of c.
func mayShare(v desk.Viewer, c desk.ClientID) error {
	switch {
	case v.Who == desk.WhoShare || !v.SeesFigures(c):
		return notFound
	case v.Who == desk.WhoStaff && !v.Leads():
		return errShareLeads
	}
	return nil
}

// ShareFigures makes an address that shows the counts of a client to whoever has it, and nothing else, for 7 days; ShownShare
// gives it, once. For who leads the hospital, and for supervisors who serve it. Conflict "share.many".
func (a *App) ShareFigures(ctx context.Context, v desk.Viewer, c desk.ClientID) (id int64, err error) {
	if err := mayShare(v, c); err != nil {
		return 0, err
	}
	w, err := a.makeAddress(ctx, v, desk.SignedAddress{Shows: desk.ShowsFigures, Scope: c}, shareEnds, func(tx *store.DeskTx) error {
		all, err := tx.SignedAddresses(desk.ShowsFigures, tx.Now())
		if err != nil {
			return err
		}
		n := 0
		for _, w := range all {
			if w.Scope == c {
				n++
			}
		}
		if n >= sharesMost {
			return desk.Errorf(desk.Conflict, "share.many", "%d links are in force, and there are no more at once. Take one back that nobody needs, then make yours.", n)
		}
		return nil
	})
	return w.ID, err
}

// ShownShare gives an address that v has made, the first time that it is asked for. NotFound when v was shown it before, or
// has made no such one.
func (a *App) ShownShare(ctx context.Context, v desk.Viewer, c desk.ClientID, id int64) (line AddressLine, url string, err error) {
	if err := mayShare(v, c); err != nil {
		return line, "", err
	}
	line, key, err := a.shownAddress(ctx, v, desk.ShowsFigures, id, func(w desk.SignedAddress) bool { return w.Scope == c })
	if err != nil {
		return line, "", err
	}
	return line, a.desk(line.Client) + "/figures?key=" + key, nil
}

// Shares gives the addresses of a client's figures that are in force, whoever made them, by their end.
func (a *App) Shares(ctx context.Context, v desk.Viewer, c desk.ClientID) ([]AddressLine, error) {
	if err := mayShare(v, c); err != nil {
		return nil, err
	}
	return a.addresses(ctx, v, desk.ShowsFigures, sharesOf(c))
}

// EndShare takes one of them back: it shows nothing from its next look on. The others stay.
func (a *App) EndShare(ctx context.Context, v desk.Viewer, c desk.ClientID, id int64) error {
	if err := mayShare(v, c); err != nil {
		return err
	}
	return a.endAddress(ctx, v, desk.ShowsFigures, id, sharesOf(c))
}

// TakeShare takes one over whose maker may not share any more: it goes on.
func (a *App) TakeShare(ctx context.Context, v desk.Viewer, c desk.ClientID, id int64) error {
	if err := mayShare(v, c); err != nil {
		return err
	}
	return a.takeAddress(ctx, v, desk.ShowsFigures, id, sharesOf(c))
}

func sharesOf(c desk.ClientID) hasAddress {
	return func(_ staffReader, w desk.SignedAddress) (bool, error) { return w.Scope == c, nil }
}

// Share is what a shared link opens.
type Share struct {
	Viewer desk.Viewer
	Client desk.Client
}

// OpenShare gives the viewer and the client of a key. Unauthenticated "share.ended" when it has ended, was changed or taken back,
// and "address.dark" when whoever has it may not share any more and somebody who may can take it over.
func (a *App) OpenShare(ctx context.Context, key string) (Share, error) {
	_, c, err := a.openAddress(ctx, desk.ShowsFigures, key, errShareDark)
	if desk.Is(err, desk.NotFound) {
		err = errShareKey
	}
	if err != nil {
		return Share{}, err
	}
	know, err := a.know(ctx)
	if err != nil {
		return Share{}, err
	}
	client, err := know.one(c)
	return Share{desk.Viewer{Who: desk.WhoShare, Of: c}, client}, err
}
