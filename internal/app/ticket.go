package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// TicketIn is a new ticket, from the API, a call or a question page.
type TicketIn struct {
	Subject   string // derived from Words when empty
	Words     string // in the person's words
	Kind      desk.TicketKind
	Priority  desk.Priority
	Function  int64
	Skill     string
	Via       desk.Via
	Lang      string
	About     desk.About
	Needs     string
	Requester RequesterIn
	Channel   desk.Channel // how to reach the person; chosen from the addresses when empty
	Voicemail bool
	Promise   *PromiseIn // nil: the agreement's default reply promise
	Note      string     // internal note for the next person
	Key       string     // idempotency key of the caller; empty: none
	Owner     desk.StaffID
}

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

// OpenTicket opens a ticket with its promise, its first message and its search row, in one unit of
// work. With a Key seen before it gives the first ticket again (Conflict "idempotency.differs" when
// the request differs). Red flags in the words raise an alert. Nobody is answered before it is on disk.
func (a *App) OpenTicket(ctx context.Context, v desk.Viewer, cid desk.ClientID, in TicketIn) (Opened, error) {
	c, err := a.Client(ctx, v, cid)
	if err != nil {
		return Opened{}, err
	}
	hash := ""
	if in.Key != "" {
		hash = in.hash()
	}
	if err := in.clean(c); err != nil {
		return Opened{}, err
	}
	var seat *choice
	if in.Promise != nil {
		if seat, err = a.choose(ctx, v, c, *in.Promise, in.Skill, in.Lang, unproven(v, in.Requester), a.Now()); err != nil {
			return Opened{}, err
		}
	}
	var out Opened
	err = a.db.Write(ctx, v, cid, func(tx *store.Tx) error {
		out = Opened{Client: cid}
		id := desk.TicketID(tx.NewID())
		if in.Key != "" {
			first, err := a.seen(tx, v, in.Key, hash, id)
			if err != nil || first != nil {
				if first != nil {
					out = *first
				}
				return err
			}
		}
		return a.open(tx, v, c, id, in, seat, &out)
	})
	return out, err
}

// seen keeps an idempotency key for ticket id, or gives what was opened with it before.
func (a *App) seen(tx *store.Tx, v desk.Viewer, key, hash string, id desk.TicketID) (*Opened, error) {
	who := keyOwner(v)
	err := tx.KeepIdempotent(who, key, store.Idempotent{Hash: hash, Ticket: id})
	if err == nil || !desk.Is(err, desk.Conflict) {
		return nil, err
	}
	first, ok, err := tx.Idempotent(who, key)
	if err != nil {
		return nil, err
	}
	if !ok || first.Hash != hash {
		return nil, desk.Errorf(desk.Conflict, "idempotency.differs", "This key was used before for another request.")
	}
	t, err := tx.Ticket(first.Ticket)
	if err != nil {
		return nil, err
	}
	o := &Opened{Client: t.Client, Ticket: t.ID, Ref: t.Ref, Token: t.Token, Again: true}
	if t.Promise != 0 {
		o.Promise, err = tx.Promise(t.Promise)
	}
	return o, err
}

// keyOwner parts the keys of one viewer from those of another: staff below zero, tokens above.
func keyOwner(v desk.Viewer) int64 {
	if v.Who == desk.WhoStaff {
		return -int64(v.Staff)
	}
	return v.Token
}

// open writes a new ticket and everything that belongs to it.
func (a *App) open(tx *store.Tx, v desk.Viewer, c desk.Client, id desk.TicketID, in TicketIn, seat *choice, out *Opened) error {
	r, addresses, err := a.requester(tx, in.Requester, in.Lang, in.Voicemail)
	if err != nil {
		return err
	}
	t := desk.Ticket{
		Client: c.ID, ID: id, Requester: r.ID, Subject: in.Subject, State: desk.New, Kind: in.Kind, Priority: in.Priority,
		Function: in.Function, Skill: in.Skill, Via: in.Via, Lang: in.Lang, About: in.About, Needs: in.Needs,
		Owner: in.Owner, OpenedAt: tx.Now(),
	}
	t.Channel, t.Address = reach(in.Channel, addresses)
	x := &act{a: a, tx: tx, v: v, c: c, t: t, isNew: true}
	p := defaultPromise(c, t, tx.Now())
	if seat != nil {
		p = seat.promise
	}
	p.ID = desk.PromiseID(tx.NewID())
	p.Voicemail, p.Unproven = in.Voicemail, unproven(v, in.Requester) && !r.Proven
	x.t.Due, x.t.Promise, x.t.ChangedAt = p.Due, p.ID, tx.Now()
	// Rows point to the ticket, so it goes first; the events that follow are counted at the end.
	if err := x.number(); err != nil {
		return err
	}
	if err := x.note(desk.TicketOpened, desk.EventData{Via: in.Via}); err != nil {
		return err
	}
	// Words of danger count in the subject too, so what it says beyond the words is a message as well.
	words := in.Words
	if words == "" {
		words = in.Subject
	} else if f := desk.Worst(desk.RedFlags(in.Subject)); f.Worse(desk.Worst(desk.RedFlags(words))) {
		words = in.Subject + "\n\n" + words
	}
	if _, err := x.addMessage(desk.FromThem, in.Via, words); err != nil {
		return err
	}
	if in.Note != "" {
		if _, err := x.addMessage(desk.Note, desk.ViaDesk, in.Note); err != nil {
			return err
		}
	}
	if seat != nil {
		if p, err = x.bind(p, seat); err != nil {
			return err
		}
	}
	if p, err = x.add(p); err != nil {
		return err
	}
	if seat != nil {
		if err := x.overrides(p, seat); err != nil {
			return err
		}
	}
	if err := x.tellMade(p); err != nil {
		return err
	}
	if err := x.save(); err != nil {
		return err
	}
	*out = Opened{Client: c.ID, Ticket: x.t.ID, Ref: x.t.Ref, Token: x.t.Token, Promise: p}
	return nil
}

// number draws a ticket number and a tracker token until both are free. When the short numbers get
// crowded they grow by one character.
func (x *act) number() error {
	for try := 0; try < 20; try++ {
		length := 6 + try/8
		x.t.Ref, x.t.Token = desk.NewRef(x.a.rand, length), desk.NewTrackerToken(x.a.rand)
		ok, err := x.tx.AddTicket(x.t)
		x.was = x.t
		if err != nil || ok {
			return err
		}
	}
	return desk.Errorf(desk.Internal, "ref.none", "No free number was found.")
}

// requester finds the person who asks, or notes a new one. The same name with the same phone or mail
// is the same person; a name alone never is.
func (a *App) requester(tx *store.Tx, in RequesterIn, lang string, voicemail bool) (desk.Requester, []desk.Address, error) {
	if in.ID != 0 {
		r, err := tx.Requester(in.ID)
		if err != nil {
			return r, nil, err
		}
		if r, err = proven(tx, r, in.Proven); err != nil {
			return r, nil, err
		}
		addresses, err := tx.Addresses(r.ID)
		if err != nil {
			return r, nil, err
		}
		return a.addAddresses(tx, r, addresses, nil, in, voicemail)
	}
	nobodys := map[string]bool{} // numbers and mailboxes that nobody has yet
	for _, value := range []string{in.Phone, in.Email} {
		if value == "" {
			continue
		}
		known, err := tx.RequestersByAddress(value)
		if err != nil {
			return desk.Requester{}, nil, err
		}
		nobodys[value] = len(known) == 0
		for _, r := range known {
			if strings.EqualFold(r.Name, in.Name) {
				if r, err = proven(tx, r, in.Proven); err != nil {
					return r, nil, err
				}
				addresses, err := tx.Addresses(r.ID)
				if err != nil {
					return r, nil, err
				}
				return a.addAddresses(tx, r, addresses, nobodys, in, voicemail)
			}
		}
	}
	r := desk.Requester{
		Client: tx.Client(), ID: desk.RequesterID(tx.NewID()), Kind: in.Kind, Name: in.Name, Lang: lang,
		Proven: in.Proven, CreatedAt: tx.Now(),
	}
	if r.Kind == "" {
		r.Kind = desk.Patient
	}
	if err := tx.AddRequester(r); err != nil {
		return r, nil, err
	}
	return a.addAddresses(tx, r, nil, nobodys, in, voicemail)
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
func (a *App) addAddresses(tx *store.Tx, r desk.Requester, have []desk.Address, nobodys map[string]bool, in RequesterIn, voicemail bool) (desk.Requester, []desk.Address, error) {
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

// reach chooses the channel and address by which a person hears from us.
func reach(want desk.Channel, have []desk.Address) (desk.Channel, desk.AddressID) {
	kind := desk.PhoneAddress
	if want == desk.ByEmail {
		kind = desk.EmailAddress
	}
	for _, h := range have {
		if h.Kind == kind && want != desk.ByWeb {
			if want == "" {
				want = desk.BySMS
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

// defaultPromise is what the client's agreement promises to everybody who asks: a first human word.
func defaultPromise(c desk.Client, t desk.Ticket, now time.Time) desk.Promise {
	return desk.Promise{
		Kind: desk.Reply, Source: desk.FromAgreement, Channel: t.Channel, Address: t.Address, Lang: t.Lang,
		Skill: t.Skill, Due: replyDue(c, now, c.ReplyIn),
	}
}

func (in TicketIn) hash() string {
	b, _ := json.Marshal(in) // a TicketIn holds nothing that cannot be written as JSON
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// clean makes what was typed safe and whole, or says at each field what is wrong.
func (in *TicketIn) clean(c desk.Client) error {
	var bad desk.Fields
	text := func(field string, s *string, max int, clean func(string, int) (string, error)) {
		t, err := clean(*s, max)
		if err != nil {
			e := err.(*desk.Error)
			bad.Add(field, e.Code, e.Message)
			return
		}
		*s = t
	}
	text("subject", &in.Subject, desk.MaxSubject, desk.CleanLine)
	text("words", &in.Words, desk.MaxWords, desk.CleanText)
	text("note", &in.Note, desk.MaxNote, desk.CleanText)
	text("requester.name", &in.Requester.Name, desk.MaxName, desk.CleanLine)
	text("needs", &in.Needs, desk.MaxName, desk.CleanLine)
	text("skill", &in.Skill, 40, desk.CleanLine)
	if in.Subject == "" && in.Words == "" {
		bad.Add("words", "words.missing", "Tell us what you need help with.")
	}
	if in.Subject == "" {
		in.Subject = subjectOf(in.Words)
	}
	if in.Requester.Phone != "" {
		if p, err := desk.ParsePhone(in.Requester.Phone); err != nil {
			bad.Add("requester.phone", "phone.invalid", err.(*desk.Error).Message)
		} else {
			in.Requester.Phone = string(p)
		}
	}
	if in.Requester.Email != "" {
		if m, err := desk.ParseEmail(in.Requester.Email); err != nil {
			bad.Add("requester.email", "email.invalid", err.(*desk.Error).Message)
		} else {
			in.Requester.Email = m
		}
	}
	if len(in.Key) > 200 {
		bad.Add("key", "text.too_long", "A key has at most 200 characters.")
	}
	in.Lang = oneOf(&bad, "lang", in.Lang, "en", "en", "es")
	in.Kind = oneOf(&bad, "kind", in.Kind, desk.Question, desk.Question, desk.Incident, desk.Request, desk.Problem)
	in.Priority = oneOf(&bad, "priority", in.Priority, desk.P3, desk.P1, desk.P2, desk.P3, desk.P4)
	in.Via = oneOf(&bad, "via", in.Via, desk.ViaAPI, desk.ViaWeb, desk.ViaPhone, desk.ViaEmail, desk.ViaSMS, desk.ViaAPI, desk.ViaDesk)
	in.About = oneOf(&bad, "about", in.About, desk.AboutMe, desk.AboutMe, desk.AboutChild, desk.AboutAdult)
	in.Requester.Kind = oneOf(&bad, "requester.kind", in.Requester.Kind, desk.Patient, desk.Patient, desk.Clinician, desk.Employee)
	if in.Channel != "" {
		in.Channel = oneOf(&bad, "channel", in.Channel, desk.BySMS, desk.BySMS, desk.ByEmail, desk.ByVoice, desk.ByWeb)
		if (in.Channel == desk.BySMS || in.Channel == desk.ByVoice) && in.Requester.Phone == "" && in.Requester.ID == 0 {
			bad.Add("requester.phone", "phone.missing", "Enter the phone number that we can reach.")
		}
		if in.Channel == desk.ByEmail && in.Requester.Email == "" && in.Requester.ID == 0 {
			bad.Add("requester.email", "email.missing", "Enter the email address that we can write to.")
		}
	}
	if in.Skill == "" {
		in.Skill = DefaultSkill(in.Requester.Kind)
	}
	return bad.Err()
}

// DefaultSkill is what a question needs when nothing else says so.
func DefaultSkill(k desk.RequesterKind) string {
	if k == desk.Patient || k == "" {
		return "PORTAL"
	}
	return "USER"
}

// oneOf gives s if it is one of the allowed words, def if it is empty, and otherwise notes the field.
func oneOf[T ~string](bad *desk.Fields, field string, s, def T, allowed ...T) T {
	if s == "" {
		return def
	}
	for _, a := range allowed {
		if s == a {
			return s
		}
	}
	words := make([]string, len(allowed))
	for i, a := range allowed {
		words[i] = string(a)
	}
	bad.Add(field, "choice.invalid", "Choose one of: "+strings.Join(words, ", ")+".")
	return def
}

// subjectOf is the first line of words, cut at a word near 80 characters.
func subjectOf(words string) string {
	line, _, _ := strings.Cut(words, "\n")
	r := []rune(strings.Join(strings.Fields(line), " "))
	if len(r) <= 80 {
		return string(r)
	}
	cut := 80
	for i := 80; i > 50; i-- {
		if r[i] == ' ' {
			cut = i
			break
		}
	}
	return string(r[:cut]) + "…"
}

// TicketFilter narrows a list of tickets.
type TicketFilter struct {
	Client desk.ClientID // zero: all that v may see
	State  string        // "", open, closed
	After  string        // cursor
	Limit  int           // 50 by default, at most 200
}

// TicketList is one page of tickets, newest first.
type TicketList struct {
	Tickets []desk.Ticket
	Next    string
}

// Tickets lists tickets newest first, by keyset. Over several clients the newest of each are merged.
func (a *App) Tickets(ctx context.Context, v desk.Viewer, f TicketFilter) (TicketList, error) {
	if !v.IsStaff() {
		return TicketList{}, desk.Errorf(desk.Forbidden, "staff.only", "Only people who work the desk can do this.")
	}
	if f.Limit <= 0 || f.Limit > 200 {
		f.Limit = 50
	}
	if f.State != "" && f.State != "open" && f.State != "closed" {
		return TicketList{}, desk.Fields{{Field: "state", Code: "choice.invalid", Message: "Choose open or closed."}}.Err()
	}
	before, err := parseCursor(f.After)
	if err != nil {
		return TicketList{}, err
	}
	ids := []desk.ClientID{f.Client}
	if f.Client == 0 {
		clients, err := a.Clients(ctx, v)
		if err != nil {
			return TicketList{}, err
		}
		ids = ids[:0]
		for _, c := range clients {
			ids = append(ids, c.ID)
		}
	}
	var all []desk.Ticket
	for _, c := range ids {
		err := a.db.Read(ctx, v, c, func(tx *store.ReadTx) error {
			ts, err := tx.Tickets(f.State, before, f.Limit+1)
			all = append(all, ts...)
			return err
		})
		if err != nil {
			return TicketList{}, err
		}
	}
	sortNewest(all)
	var list TicketList
	if len(all) > f.Limit {
		all = all[:f.Limit]
		list.Next = strconv.FormatInt(int64(all[len(all)-1].ID), 36)
	}
	list.Tickets = all
	return list, nil
}

func sortNewest(ts []desk.Ticket) {
	slices.SortFunc(ts, func(x, y desk.Ticket) int {
		return cmp.Or(cmp.Compare(y.ID, x.ID), cmp.Compare(y.Client, x.Client))
	})
}

func parseCursor(s string) (desk.TicketID, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 36, 64)
	if err != nil || n <= 0 {
		return 0, desk.Fields{{Field: "after", Code: "cursor.invalid", Message: "That cursor is not one of ours."}}.Err()
	}
	return desk.TicketID(n), nil
}

// Words is what staff writes on a ticket. Key makes a double submit harmless; Seq, when not zero, is
// the event number that the writer saw: newer words of the person then give Conflict "ticket.changed".
type Words struct {
	Body string
	Key  string
	Seq  int
}

// UpdateWithin is how long after a reply the person hears from us again at the latest.
const UpdateWithin = 48 * time.Hour

// Reply writes to the person by the channel that they chose. It keeps live reply and update promises
// and, while nothing else is promised, promises news within two days.
func (a *App) Reply(ctx context.Context, v desk.Viewer, ref desk.Ref, w Words) (desk.Message, error) {
	return a.write(ctx, v, ref, w, desk.ToThem)
}

// AddNote writes an internal note. Nothing is sent.
func (a *App) AddNote(ctx context.Context, v desk.Viewer, ref desk.Ref, w Words) (desk.Message, error) {
	return a.write(ctx, v, ref, w, desk.Note)
}

func (a *App) write(ctx context.Context, v desk.Viewer, ref desk.Ref, w Words, kind desk.MessageKind) (desk.Message, error) {
	max := desk.MaxWords
	if kind == desk.Note {
		max = desk.MaxNote
	}
	body, err := desk.CleanText(w.Body, max)
	if err != nil {
		e := err.(*desk.Error)
		return desk.Message{}, desk.Fields{{Field: "body", Code: e.Code, Message: e.Message}}.Err()
	}
	if body == "" {
		return desk.Message{}, desk.Fields{{Field: "body", Code: "words.missing", Message: "Write something first."}}.Err()
	}
	var m desk.Message
	err = a.byRef(ctx, v, ref, func(x *act) error {
		m = desk.Message{}
		if w.Key != "" {
			err := x.tx.KeepIdempotent(keyOwner(v), w.Key, store.Idempotent{Ticket: x.t.ID})
			if desk.Is(err, desk.Conflict) {
				return nil // sent already: the page that comes back shows it
			}
			if err != nil {
				return err
			}
		}
		if w.Seq != 0 && kind == desk.ToThem {
			if err := x.unread(w.Seq); err != nil {
				return err
			}
		}
		var err error
		if m, err = x.addMessage(kind, desk.ViaDesk, body); err != nil || kind == desk.Note {
			return err
		}
		return x.replied(m)
	})
	return m, err
}

// unread is a Conflict when the person wrote after event seq.
func (x *act) unread(seq int) error {
	if x.t.Seq <= seq {
		return nil
	}
	later, err := x.tx.LastEvents(x.t.ID, min(x.t.Seq-seq, 50))
	if err != nil {
		return err
	}
	for _, e := range later {
		if e.Seq > seq && e.Type == desk.MessageIn {
			return desk.Errorf(desk.Conflict, "ticket.changed", "The person wrote again while you were writing. Read it, then send.")
		}
	}
	return nil
}

// replied does what a person's answer means for the ticket: it is sent, it keeps what was promised in
// words, and something stays promised.
func (x *act) replied(m desk.Message) error {
	if !x.t.State.Open() {
		return desk.Errorf(desk.Conflict, "ticket.closed", "This question is closed. Only the person can open it again.")
	}
	if err := x.tell(desk.SayReply, desk.Promise{}, m.ID, nil); err != nil {
		return err
	}
	if err := x.keepWords("replied"); err != nil {
		return err
	}
	if x.t.State == desk.New {
		x.t.State = desk.Working
	}
	if x.t.Owner == 0 && x.v.Who == desk.WhoStaff {
		x.t.Owner = x.v.Staff
	}
	for _, p := range x.live {
		if p.Kind != desk.Confirm || x.t.State == desk.Asked {
			return nil
		}
	}
	_, err := x.add(desk.Promise{Kind: desk.Update, Source: desk.FromAgreement, Skill: x.t.Skill, Due: x.now().Add(UpdateWithin)})
	return err
}

// keepWords keeps the live promises that an answer in words keeps. What is past due breaks instead:
// the clock decides before the answer does.
func (x *act) keepWords(outcome string) error {
	for _, p := range append([]desk.Promise(nil), x.live...) {
		if p.Kind != desk.Reply && p.Kind != desk.Update {
			continue
		}
		if !x.now().Before(p.BreaksAt()) {
			continue
		}
		p, err := p.Keep(x.now(), outcome)
		if err != nil {
			return err
		}
		if err := x.end(p, desk.PromiseKept, desk.EventData{}); err != nil {
			return err
		}
	}
	return nil
}

// Assign gives a ticket to somebody; zero takes the owner away. Promises are not touched.
func (a *App) Assign(ctx context.Context, v desk.Viewer, ref desk.Ref, to desk.StaffID) error {
	c, id, err := a.find(ctx, v, ref)
	if err != nil {
		return err
	}
	if to != 0 {
		if err := a.serves(ctx, to, c.ID); err != nil {
			return err
		}
	}
	return a.onTicket(ctx, v, c, id, func(x *act) error {
		x.t.Owner = to
		if x.t.State == desk.New && to != 0 {
			x.t.State = desk.Working
		}
		return x.note(desk.TicketAssigned, desk.EventData{Owner: to, OwnerIs: a.staffName(to)})
	})
}

// AskIfFixed asks the person whether it is fixed and promises to ask again.
func (a *App) AskIfFixed(ctx context.Context, v desk.Viewer, ref desk.Ref) error {
	return a.byRef(ctx, v, ref, func(x *act) error { return x.askIfFixed() })
}

// The person is reminded after 2 and 7 days; after 14 the question closes without a word, which
// never counts as success.
var confirmAfter = []time.Duration{2 * 24 * time.Hour, 7 * 24 * time.Hour, 14 * 24 * time.Hour}

func (x *act) askIfFixed() error {
	if !x.t.State.Open() {
		return desk.Errorf(desk.Conflict, "ticket.closed", "This question is closed already.")
	}
	if x.t.State == desk.Asked {
		return desk.Errorf(desk.Conflict, "ticket.asked", "The person was asked already.")
	}
	if err := x.keepWords("asked_if_fixed"); err != nil {
		return err
	}
	// One row of reminders is enough: with two, neither would ever see that it is the last.
	for _, p := range append([]desk.Promise(nil), x.live...) {
		if p.Kind != desk.Confirm {
			continue
		}
		if err := x.keepAsking(p, "asked_again"); err != nil {
			return err
		}
	}
	x.t.State, x.t.AskedAt = desk.Asked, x.now()
	if err := x.note(desk.AskedIfFixed, desk.EventData{}); err != nil {
		return err
	}
	p, err := x.add(desk.Promise{Kind: desk.Confirm, Source: desk.FromAgreement, Skill: x.t.Skill, Due: x.now().Add(confirmAfter[0]), Step: 1})
	if err != nil {
		return err
	}
	return x.tell(desk.SayFixed, p, 0, nil)
}

// VoidTicket ends a ticket as spam or duplicate: for supervisors, with a reason that the person is told.
func (a *App) VoidTicket(ctx context.Context, v desk.Viewer, ref desk.Ref, reason string) error {
	if !v.Leads() {
		return desk.Errorf(desk.Forbidden, "lead.only", "Only a supervisor can void a question.")
	}
	reason, err := desk.CleanLine(reason, desk.MaxSubject)
	if err != nil || reason == "" {
		return desk.Fields{{Field: "reason", Code: "reason.missing", Message: "Say why: spam, or a duplicate of which number."}}.Err()
	}
	return a.byRef(ctx, v, ref, func(x *act) error {
		if !x.t.State.Open() {
			return desk.Errorf(desk.Conflict, "ticket.closed", "This question is closed already.")
		}
		for _, p := range append([]desk.Promise(nil), x.live...) {
			if p.Kind != desk.Confirm && !x.now().Before(p.BreaksAt()) {
				return desk.Errorf(desk.Conflict, "promise.past_due", "Something promised here is past due. It breaks first; then the question can be voided.")
			}
			p, err := p.Void(x.now())
			if err != nil {
				return err
			}
			if err := x.end(p, desk.PromiseVoided, desk.EventData{Reason: reason}); err != nil {
				return err
			}
		}
		x.t.State, x.t.ClosedAt = desk.Void, x.now()
		if err := x.note(desk.TicketVoided, desk.EventData{Reason: reason}); err != nil {
			return err
		}
		return x.tell(desk.SayVoided, desk.Promise{}, 0, nil)
	})
}

// Events gives the history of a ticket, oldest first.
func (a *App) Events(ctx context.Context, v desk.Viewer, ref desk.Ref) ([]desk.Event, error) {
	c, id, err := a.find(ctx, v, ref)
	if err != nil {
		return nil, err
	}
	var es []desk.Event
	err = a.db.Read(ctx, v, c.ID, func(tx *store.ReadTx) (err error) {
		es, err = tx.Events(id)
		return err
	})
	return es, err
}

// Ticket gives a ticket by number. NotFound also for other clients'.
func (a *App) Ticket(ctx context.Context, v desk.Viewer, ref desk.Ref) (desk.Ticket, error) {
	var t desk.Ticket
	if !v.IsStaff() {
		return t, desk.Errorf(desk.Forbidden, "staff.only", "Only people who work the desk can do this.")
	}
	err := a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) (err error) {
		t, err = tx.TicketByRef(ref)
		return err
	})
	return t, err
}

// Person is a requester with the addresses on file.
type Person struct {
	desk.Requester
	Addresses []desk.Address
	Tickets   int // how many of the latest 100
	LastAt    time.Time
}

// Requesters lists requesters of one client by id, keyset, optionally by exact phone or mail.
func (a *App) Requesters(ctx context.Context, v desk.Viewer, c desk.ClientID, address string, after int64, limit int) ([]Person, error) {
	if !v.IsStaff() {
		return nil, desk.Errorf(desk.Forbidden, "staff.only", "Only people who work the desk can do this.")
	}
	if limit <= 0 || limit > 200 {
		limit = 50
	}
	if p, err := desk.ParsePhone(address); err == nil {
		address = string(p)
	}
	var all []Person
	err := a.db.Read(ctx, v, c, func(tx *store.ReadTx) error {
		all = nil
		var rs []desk.Requester
		var err error
		if address != "" {
			rs, err = tx.RequestersByAddress(address)
		} else {
			rs, err = tx.Requesters(after, limit)
		}
		if err != nil {
			return err
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
	return all, err
}

// Requester gives one requester.
func (a *App) Requester(ctx context.Context, v desk.Viewer, c desk.ClientID, id desk.RequesterID) (Person, error) {
	var p Person
	if !v.IsStaff() {
		return p, desk.Errorf(desk.Forbidden, "staff.only", "Only people who work the desk can do this.")
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
