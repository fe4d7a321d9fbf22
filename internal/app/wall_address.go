package app

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// An address of a wall is signed, so that a screen without a keyboard can open it: it says who made it, for
// which client and until when, and sees what that person sees for as long as they lead. Its row is there to take it
// back alone; those that were made before there were rows end by themselves.
const (
	wallSecret = "wall_secret"
	wallEnds   = 90 * 24 * time.Hour
)

var errWallLeads = desk.Errorf(desk.Forbidden, "lead.only", "Only a supervisor can make an address for a wall, or take one back.")

var errWallKey = desk.Errorf(desk.Unauthenticated, "wall.ended", "This address of the wall has ended. A supervisor makes a new one on the promise board.")

// WallAddress gives the key of an address that opens the wall of a client, or of all with zero, for 90 days.
func (a *App) WallAddress(ctx context.Context, v desk.Viewer, c desk.ClientID) (key string, until time.Time, err error) {
	if !v.Leads() || v.Who != desk.WhoStaff {
		return "", until, errWallLeads
	}
	if c != 0 && !v.Sees(c) {
		return "", until, notFound
	}
	secret, err := a.wallSecret(ctx)
	if err != nil {
		return "", until, err
	}
	until = a.Now().Add(wallEnds).Truncate(time.Second)
	w := desk.WallAddress{Staff: v.Staff, Scope: c, Until: until}
	err = a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		w.ID, w.MadeAt = tx.NewID(), tx.Now()
		return tx.AddWallAddress(w)
	})
	said := fmt.Sprintf("%d.%d.%d.%d", v.Staff, c, until.Unix(), w.ID)
	return said + "." + signWall(secret, said), until, err
}

// WallLine is an address that is in force, with names.
type WallLine struct {
	desk.WallAddress
	By     string
	Client desk.Client // the zero Client: all that By serves
}

// WallAddresses gives the addresses in force that v may take back, by their end.
func (a *App) WallAddresses(ctx context.Context, v desk.Viewer) ([]WallLine, error) {
	if !v.Leads() || v.Who != desk.WhoStaff {
		return nil, errWallLeads
	}
	know, err := a.know(ctx)
	if err != nil {
		return nil, err
	}
	var list []WallLine
	err = a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) error {
		all, err := tx.WallAddresses(tx.Now())
		if err != nil {
			return err
		}
		for _, w := range all {
			may, err := hasWall(tx, v, w)
			if err != nil {
				return err
			}
			if may {
				list = append(list, WallLine{w, know.staff[w.Staff], know.client[w.Scope]})
			}
		}
		return nil
	})
	return list, err
}

// hasWall reports whether v may see an address and take it back: its maker, administrators, and who serves every
// client that it shows.
func hasWall(tx interface {
	Staff(desk.StaffID) (desk.Staff, error)
}, v desk.Viewer, w desk.WallAddress) (bool, error) {
	if w.Staff == v.Staff || v.Role == desk.Admin || w.Scope != 0 {
		return w.Scope == 0 || v.Sees(w.Scope), nil
	}
	maker, err := tx.Staff(w.Staff)
	return !slices.ContainsFunc(maker.Clients, func(c desk.ClientID) bool { return !v.Sees(c) }), err
}

// EndWallAddress takes one address back: the screen that has it shows nothing from its next look on. The others
// stay.
func (a *App) EndWallAddress(ctx context.Context, v desk.Viewer, id int64) error {
	if !v.Leads() || v.Who != desk.WhoStaff {
		return errWallLeads
	}
	return a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		w, err := tx.WallAddress(id)
		if err != nil {
			return err
		}
		may, err := hasWall(tx, v, w)
		if err != nil {
			return err
		}
		if !may {
			return notFound
		}
		if !w.EndedAt.IsZero() {
			return nil // by somebody else, a moment ago
		}
		return tx.EndWallAddress(id)
	})
}

// OpenWall gives the viewer and the client of a key. Unauthenticated when it has ended, was changed, or
// whoever made it does not lead any more.
func (a *App) OpenWall(ctx context.Context, key string) (desk.Viewer, desk.ClientID, error) {
	i := strings.LastIndexByte(key, '.')
	if i < 0 || len(key) > 200 {
		return desk.Viewer{}, 0, errWallKey
	}
	secret, err := a.wallSecret(ctx)
	if err != nil {
		return desk.Viewer{}, 0, err
	}
	var staff desk.StaffID
	var c desk.ClientID
	var until, id int64
	if !hmac.Equal([]byte(signWall(secret, key[:i])), []byte(key[i+1:])) {
		return desk.Viewer{}, 0, errWallKey
	}
	n, _ := fmt.Sscanf(key[:i], "%d.%d.%d.%d", &staff, &c, &until, &id)
	if n < 3 || !a.Now().Before(time.Unix(until, 0)) {
		return desk.Viewer{}, 0, errWallKey
	}
	var s desk.Staff
	err = a.db.DeskRead(ctx, desk.System("wall"), func(tx *store.DeskReadTx) (err error) {
		if id != 0 {
			if row, err := tx.WallAddress(id); err != nil || !row.EndedAt.IsZero() {
				return cmp.Or(err, error(errWallKey))
			}
		}
		s, err = tx.Staff(staff)
		return err
	})
	if desk.Is(err, desk.NotFound) {
		return desk.Viewer{}, 0, errWallKey
	}
	if err != nil {
		return desk.Viewer{}, 0, err
	}
	v := viewerOf(s)
	if !s.Active || !v.Leads() || c != 0 && !v.Sees(c) {
		return desk.Viewer{}, 0, errWallKey
	}
	return v, c, nil
}

func signWall(secret, said string) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte("kept wall " + said))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// wallSecret gives what addresses are signed with; the first one to ask makes it.
func (a *App) wallSecret(ctx context.Context) (secret string, err error) {
	ok := false
	err = a.db.DeskRead(ctx, desk.System("wall"), func(tx *store.DeskReadTx) (err error) {
		secret, ok, err = tx.Setting(wallSecret)
		return err
	})
	if err != nil || ok {
		return secret, err
	}
	err = a.db.System(ctx, "wall", func(tx *store.SystemTx) error {
		if secret, ok, err = tx.Setting(wallSecret); err != nil || ok {
			return err
		}
		secret = desk.NewSecret(a.rand, 32)
		return tx.SetSetting(wallSecret, secret)
	})
	return secret, err
}
