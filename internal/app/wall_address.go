package app

import (
	"context"
	"slices"
	"time"

	"kept/internal/desk"
)

// wallEnds is how long an address of a wall lasts. A screen without a keyboard opens it, and sees what its maker sees for
// as long as they lead.
const wallEnds = 90 * 24 * time.Hour

var errWallLeads = desk.Errorf(desk.Forbidden, "lead.only", "Only a supervisor can make an address for a wall, or take one back.")

var errWallKey = desk.Errorf(desk.Unauthenticated, "wall.ended", "This address of the wall has ended. A supervisor makes a new one on the promise board.")

var errWallDark = desk.Errorf(desk.Unauthenticated, "address.dark", "Whoever made the address of this screen does not lead here any more, so it shows nothing. A supervisor takes it over: on the promise board, under “Addresses in force”. Then this screen goes on by itself.")

// WallAddress makes an address that opens the wall of a client, or of all with zero, for 90 days; ShownWallAddress gives it,
// once.
func (a *App) WallAddress(ctx context.Context, v desk.Viewer, c desk.ClientID) (id int64, err error) {
	if !v.Leads() || v.Who != desk.WhoStaff {
		return 0, errWallLeads
	}
	if c != 0 && !v.Sees(c) {
		return 0, notFound
	}
	w, err := a.makeAddress(ctx, v, desk.SignedAddress{Shows: desk.ShowsWall, Scope: c}, wallEnds, nil)
	if err != nil {
		return 0, err
	}
	return w.ID, nil
}

// ShownWallAddress gives an address that v has made, and its key, the first time that they are asked for. NotFound when v was
// shown it before, or has made no such one.
func (a *App) ShownWallAddress(ctx context.Context, v desk.Viewer, id int64) (line AddressLine, key string, err error) {
	if !v.Leads() || v.Who != desk.WhoStaff {
		return line, "", errWallLeads
	}
	return a.shownAddress(ctx, v, desk.ShowsWall, id, func(desk.SignedAddress) bool { return true })
}

// WallAddresses gives the addresses in force that v may take back, by their end.
func (a *App) WallAddresses(ctx context.Context, v desk.Viewer) ([]AddressLine, error) {
	if !v.Leads() || v.Who != desk.WhoStaff {
		return nil, errWallLeads
	}
	return a.addresses(ctx, v, desk.ShowsWall, wallsOf(v))
}

// EndWallAddress takes one address back: the screen that has it shows nothing from its next look on. The others
// stay.
func (a *App) EndWallAddress(ctx context.Context, v desk.Viewer, id int64) error {
	if !v.Leads() || v.Who != desk.WhoStaff {
		return errWallLeads
	}
	return a.endAddress(ctx, v, desk.ShowsWall, id, wallsOf(v))
}

// wallsOf are the addresses of walls that v has: as their maker, as an administrator, and who serves every client that
// one shows.
func wallsOf(v desk.Viewer) hasAddress {
	return func(tx staffReader, w desk.SignedAddress) (bool, error) {
		if w.Staff == v.Staff || v.Role == desk.Admin || w.Scope != 0 {
			return w.Scope == 0 || v.Sees(w.Scope), nil
		}
		maker, err := tx.Staff(w.Staff)
		return !slices.ContainsFunc(maker.Clients, func(c desk.ClientID) bool { return !v.Sees(c) }), err
	}
}

// TakeWallAddress takes an address over whose maker may not show it any more: its screen goes on, with what v sees.
func (a *App) TakeWallAddress(ctx context.Context, v desk.Viewer, id int64) error {
	if !v.Leads() || v.Who != desk.WhoStaff {
		return errWallLeads
	}
	return a.takeAddress(ctx, v, desk.ShowsWall, id, wallsOf(v))
}

// OpenWall gives the viewer and the client of a key. Unauthenticated "wall.ended" when it has ended or was changed, and
// "address.dark" when whoever has it does not lead any more and somebody who does can take it over.
func (a *App) OpenWall(ctx context.Context, key string) (desk.Viewer, desk.ClientID, error) {
	s, c, err := a.openAddress(ctx, desk.ShowsWall, key, errWallDark)
	if desk.Is(err, desk.NotFound) {
		err = errWallKey
	}
	if err != nil {
		return desk.Viewer{}, 0, err
	}
	return viewerOf(s), c, nil
}
