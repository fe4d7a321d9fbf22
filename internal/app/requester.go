package app

import (
	"cmp"
	"context"
	"strings"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// RequesterIn says who asks: an id of a known requester, or what is known of a new one. A requester
// with the same name and phone or mail is taken again.
type RequesterIn struct {
	ID     desk.RequesterID
	Kind   desk.RequesterKind
	Name   string
	Phone  string
	Email  string
	Lang   string
	Proven bool
}

// requester finds the person who asks, or notes a new one, with the addresses on file.
func requester(tx *store.Tx, in RequesterIn, lang string, voicemail bool) (desk.Requester, []desk.Address, error) {
	r, known, nobodys, err := knownRequester(tx, in)
	if err != nil {
		return r, nil, err
	}
	var have []desk.Address
	if known {
		if r, err = proven(tx, r, in.Proven); err == nil {
			have, err = tx.Addresses(r.ID)
		}
	} else {
		r = desk.Requester{
			Client: tx.Client(), ID: desk.RequesterID(tx.NewID()), Kind: cmp.Or(in.Kind, desk.Patient), Name: in.Name, Lang: lang,
			Proven: in.Proven, CreatedAt: tx.Now(),
		}
		err = tx.AddRequester(r)
	}
	if err != nil {
		return r, nil, err
	}
	return addAddresses(tx, r, have, nobodys, in, voicemail)
}

// knownRequester finds the person who asks among those on file. The same name with the same phone or mail is the same person;
// a name alone never is. nobodys are the numbers and mailboxes that nobody has yet.
func knownRequester(tx *store.Tx, in RequesterIn) (r desk.Requester, known bool, nobodys map[string]bool, err error) {
	if in.ID != 0 {
		r, err = tx.Requester(in.ID)
		if desk.Is(err, desk.NotFound) {
			err = desk.NotFoundAt(notFound, "requester.id")
		}
		return r, err == nil, nil, err
	}
	nobodys = map[string]bool{}
	for _, value := range []string{in.Phone, in.Email} {
		if value == "" {
			continue
		}
		sharing, err := tx.RequestersByAddress(value)
		if err != nil {
			return r, false, nil, err
		}
		nobodys[value] = len(sharing) == 0
		for _, r := range sharing {
			if strings.EqualFold(r.Name, in.Name) {
				return r, true, nobodys, nil
			}
		}
	}
	return r, false, nobodys, nil
}

// proven notes that somebody checked who r is. What was checked once stays so.
func proven(tx *store.Tx, r desk.Requester, checked bool) (desk.Requester, error) {
	if !checked || r.Proven {
		return r, nil
	}
	r.Proven = true
	return r, tx.SaveRequester(r)
}

// addAddresses adds what is new of in to the addresses of r, and puts what was just given first.
func addAddresses(tx *store.Tx, r desk.Requester, have []desk.Address, nobodys map[string]bool, in RequesterIn, voicemail bool) (desk.Requester, []desk.Address, error) {
	var first []desk.Address
	for _, given := range []struct {
		kind  desk.AddressKind
		value string
	}{{desk.PhoneAddress, in.Phone}, {desk.EmailAddress, in.Email}} {
		if given.value == "" {
			continue
		}
		known := false
		for i, h := range have {
			if h.Kind == given.kind && h.Value == given.value {
				first, have, known = append(first, h), append(have[:i:i], have[i+1:]...), true
				break
			}
		}
		if known {
			continue
		}
		ad := desk.Address{
			Client: tx.Client(), ID: desk.AddressID(tx.NewID()), Requester: r.ID, Kind: given.kind, Value: given.value,
			Voicemail: voicemail && given.kind == desk.PhoneAddress, CreatedAt: tx.Now(),
		}
		if !nobodys[ad.Value] {
			others, err := tx.AddressesByValue(ad.Value)
			if err != nil {
				return r, nil, err
			}
			for _, o := range others {
				if !o.StoppedAt.IsZero() {
					ad.StoppedAt = o.StoppedAt // STOP was said by a phone, whoever holds it
				}
			}
		}
		if err := tx.AddAddress(ad); err != nil {
			return r, nil, err
		}
		first = append(first, ad)
	}
	return r, append(first, have...), nil
}

// reach chooses the channel and address by which a person hears from us. Where texts are wanted and only an
// extension is known, they are called.
func reach(want desk.Channel, have []desk.Address) (desk.Channel, desk.AddressID) {
	kind := desk.PhoneAddress
	if want == desk.ByEmail {
		kind = desk.EmailAddress
	}
	if want == "" || want == desk.BySMS {
		for _, h := range have {
			if h.Texts() {
				return desk.BySMS, h.ID
			}
		}
	}
	for _, h := range have {
		if h.Kind == kind && want != desk.ByWeb {
			if kind == desk.PhoneAddress {
				want = desk.ByVoice
			}
			return want, h.ID
		}
	}
	for _, h := range have {
		if h.Kind == desk.EmailAddress && want == "" {
			return desk.ByEmail, h.ID
		}
	}
	return desk.ByWeb, 0
}

// unproven reports whether nobody has checked who asks.
func unproven(v desk.Viewer, in RequesterIn) bool {
	return !in.Proven && (v.Who == desk.WhoGuest || v.Who == desk.WhoRequester)
}

// Person is a requester with the addresses on file.
type Person struct {
	desk.Requester
	Addresses []desk.Address
	Tickets   int // how many of the latest 100
	LastAt    time.Time
}

// Requesters lists requesters of one client by id, page by page, or those with one phone or mailbox. next is the
// cursor of the page that follows, "" at the end.
func (a *App) Requesters(ctx context.Context, v desk.Viewer, c desk.ClientID, address, after string, limit int) (all []Person, next string, err error) {
	if !v.IsStaff() {
		return nil, "", errStaffOnly
	}
	behind, err := readCursorOf[desk.RequesterID](after)
	if err != nil {
		return nil, "", err
	}
	if limit <= 0 || limit > 200 {
		limit = 50
	}
	if p, err := desk.ParsePhone(address); err == nil {
		address = string(p)
	} else if m, err := desk.ParseEmail(address); err == nil {
		address = m
	}
	err = a.db.Read(ctx, v, c, func(tx *store.ReadTx) error {
		all, next = nil, ""
		var rs []desk.Requester
		var err error
		if address != "" {
			rs, err = tx.RequestersByAddress(address)
		} else {
			rs, err = tx.Requesters(int64(behind), limit+1)
		}
		if err != nil {
			return err
		}
		if address == "" && len(rs) > limit {
			rs = rs[:limit]
			next = cursorOf(rs[limit-1].ID)
		}
		for _, r := range rs {
			p, err := person(tx, r)
			if err != nil {
				return err
			}
			all = append(all, p)
		}
		return nil
	})
	return all, next, err
}

// Requester gives one requester.
func (a *App) Requester(ctx context.Context, v desk.Viewer, c desk.ClientID, id desk.RequesterID) (Person, error) {
	var p Person
	if !v.IsStaff() {
		return p, errStaffOnly
	}
	err := a.db.Read(ctx, v, c, func(tx *store.ReadTx) error {
		r, err := tx.Requester(id)
		if err != nil {
			return err
		}
		p, err = person(tx, r)
		return err
	})
	return p, err
}

func person(tx *store.ReadTx, r desk.Requester) (Person, error) {
	p := Person{Requester: r}
	var err error
	if p.Addresses, err = tx.Addresses(r.ID); err != nil {
		return p, err
	}
	ts, err := tx.TicketsOf(r.ID, 100)
	if err != nil {
		return p, err
	}
	p.Tickets = len(ts)
	if len(ts) > 0 {
		p.LastAt = ts[0].OpenedAt
	}
	return p, nil
}
