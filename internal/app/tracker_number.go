package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// AskNewNumber keeps a new phone number aside and sends a code to the address on file. It gives
// the masked address to which the code went.
func (a *App) AskNewNumber(ctx context.Context, v desk.Viewer, phone string) (masked string, err error) {
	p, err := desk.ParsePhone(phone)
	if err != nil {
		return "", desk.Fields{{Field: "phone", Code: "phone.invalid", Message: err.(*desk.Error).Message}}.Err()
	}
	s, err := a.tracked(ctx, v)
	if err != nil {
		return "", err
	}
	if s.t.Channel != desk.ByVoice && p.Ext() != "" {
		return "", desk.Fields{{Field: "phone", Code: "phone.extension", Message: textExtension}}.Err()
	}
	return a.sendCode(ctx, v, s, codeForNumber, string(p))
}

// AskNewMail is AskNewNumber for a question that is answered by mail: it keeps a new address aside. TakeNewNumber takes it.
func (a *App) AskNewMail(ctx context.Context, v desk.Viewer, mail string) (masked string, err error) {
	value, err := desk.ParseEmail(mail)
	if err != nil {
		return "", desk.Fields{{Field: "email", Code: "email.invalid", Message: err.(*desk.Error).Message}}.Err()
	}
	s, err := a.tracked(ctx, v)
	if err != nil {
		return "", err
	}
	if s.address.Kind != desk.EmailAddress {
		return "", desk.Errorf(desk.Conflict, "code.no_address", "We cannot send you a code. Call us, and we will help you.")
	}
	return a.sendCode(ctx, v, s, codeForNumber, value)
}

// TakeNewNumber makes the number, or the mail address, kept aside the one that is used, if code is right; the old address
// gets a notice. Invalid "code.wrong"; after five wrong codes the number kept aside is dropped ("code.ended").
func (a *App) TakeNewNumber(ctx context.Context, v desk.Viewer, code string) error {
	return a.useCode(ctx, v, codeForNumber, code, (*act).takeReach)
}

// takeReach makes a phone number or a mail address the one of the ticket and of what is promised on it.
func (x *act) takeReach(value string) error {
	old, err := x.tx.Address(x.t.Address)
	if err != nil {
		return err
	}
	same, err := x.tx.AddressesByValue(value)
	if err != nil {
		return err
	}
	ad := desk.Address{
		Client: x.t.Client, Requester: x.t.Requester, Kind: desk.PhoneAddress, Value: value, Voicemail: old.Voicemail, CreatedAt: x.now(),
	}
	if strings.Contains(value, "@") {
		ad.Kind = desk.EmailAddress
	}
	for _, have := range same {
		if have.Requester == x.t.Requester {
			ad = have
			break
		}
		ad.StoppedAt = have.StoppedAt // who said STOP said it for the number
	}
	if ad.ID == 0 {
		ad.ID = desk.AddressID(x.tx.NewID())
		if err := x.tx.AddAddress(ad); err != nil {
			return err
		}
	}
	x.t.Address = ad.ID
	if x.t.Channel != desk.ByVoice {
		x.t.Channel = written(ad)
	}
	for _, p := range slices.Clone(x.live) {
		p.Address, p.Channel = x.t.Address, x.t.Channel
		if err := x.put(p); err != nil {
			return err
		}
	}
	// What is on its way to the old one is of a promise, or says that we wait still.
	outs, err := x.tx.Outs(x.t.ID)
	if err != nil {
		return err
	}
	for _, o := range outs {
		if o.State == desk.Queued && o.Address == old.ID && o.Channel == written(ad) {
			o.Address = ad.ID
			if err := x.tx.SaveOut(o); err != nil {
				return err
			}
		}
	}
	if err := x.note(desk.NumberChanged, desk.EventData{Channel: x.t.Channel}); err != nil {
		return err
	}
	if old.ID == ad.ID {
		return nil
	}
	return x.tellTo(desk.SayNumber, written(old), old.ID, desk.Promise{}, 0, nil)
}

var (
	linksPerIP  = limit{name: "link.ip", n: 5, per: 30 * time.Minute}
	linksPerRef = limit{name: "link.ref", n: 3, per: time.Hour}
)

// SendLink sends a fresh tracker link to the address on file of the ticket with this number. It
// answers the same whether the number exists or not; no number is Invalid
// "track.find.error", one with a typing mistake "ref.mistyped". ip is for rate limits only.
func (a *App) SendLink(ctx context.Context, v desk.Viewer, cid desk.ClientID, ref, ip string) error {
	c, err := a.Client(ctx, v, cid)
	if err != nil {
		return err
	}
	if strings.TrimSpace(ref) == "" {
		return desk.Fields{{Field: "ref", Code: "track.find.error", Message: "Type the number of your question."}}.Err()
	}
	number, err := desk.ParseRef(ref)
	if err != nil {
		e := err.(*desk.Error)
		e.Fields = []desk.FieldError{{Field: "ref", Code: e.Code, Message: e.Message}}
		return e
	}
	if ip != "" {
		if err := a.limits.take(a.Now(), linksPerIP, ip); err != nil {
			return err
		}
	}
	if a.limits.take(a.Now(), linksPerRef, string(number)) != nil {
		return nil // to say so would tell that somebody else asks for this number
	}
	var t desk.Ticket
	err = a.db.DeskRead(ctx, desk.System("link"), func(tx *store.DeskReadTx) (err error) {
		if t, err = tx.TicketByRef(number); err == nil {
			t, err = goneOnIn(tx, t)
		}
		return err
	})
	if desk.Is(err, desk.NotFound) || err == nil && (t.Client != cid || t.Address == 0 || trackerEnded(t, a.Now())) {
		return nil
	}
	if err != nil {
		return err
	}
	return a.onTicket(ctx, desk.System("link"), c, t.ID, (*act).sendLink)
}

// sendLink sends the link of the tracker to the address on file.
func (x *act) sendLink() error { return x.tell(desk.SayLink, desk.Promise{}, 0, nil) }
