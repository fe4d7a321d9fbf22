package app

import (
	"context"
	"html"
	"strconv"
	"strings"
	"time"

	"kept/internal/channel"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/words"
)

// serves is an Invalid error at field "to" unless somebody works for client c.
func (a *App) serves(ctx context.Context, id desk.StaffID, c desk.ClientID) error {
	not := desk.Fields{{Field: "to", Code: "staff.not_here", Message: "That person does not serve this hospital."}}.Err()
	var s desk.Staff
	err := a.db.DeskRead(ctx, desk.System("staff"), func(tx *store.DeskReadTx) (err error) {
		s, err = tx.Staff(id)
		return err
	})
	if desk.Is(err, desk.NotFound) {
		return not
	}
	if err != nil {
		return err
	}
	for _, have := range s.Clients {
		if have == c && s.Works() {
			return nil
		}
	}
	return not
}

// tellMade tells the person what was promised and, for a call, reminds shortly before.
func (x *act) tellMade(p desk.Promise) error {
	if err := x.tell(desk.SayMade, p, 0, nil); err != nil {
		return err
	}
	return x.remind(p)
}

// remindBefore is how long before its window a call is announced by text.
const remindBefore = 15 * time.Minute

func (x *act) remind(p desk.Promise) error {
	at := p.Start.Add(-remindBefore)
	if p.Kind != desk.Callback || !at.After(x.now()) || x.t.Address == 0 || x.t.Channel == desk.ByEmail || x.t.Channel == desk.ByWeb {
		return nil
	}
	_, err := x.queue(desk.Out{Trigger: desk.SaySoon, Channel: desk.BySMS, Address: x.t.Address, Promise: p.ID, FireAt: at})
	return err
}

// tell writes what the person is told as a row, by the channel that they chose. p may be the zero
// Promise, m zero.
func (x *act) tell(trigger desk.Trigger, p desk.Promise, m desk.MessageID, args map[string]string) error {
	_, err := x.say(trigger, p, m, args)
	return err
}

// say is tell that gives the id of the delivery; zero where the person reads it on the tracker.
func (x *act) say(trigger desk.Trigger, p desk.Promise, m desk.MessageID, args map[string]string) (int64, error) {
	return x.sayTo(trigger, x.writtenChannel(), x.t.Address, p, m, args)
}

// writtenChannel is how the person gets words: who wants a call gets the times of calls by text.
func (x *act) writtenChannel() desk.Channel {
	if x.t.Channel == desk.ByVoice {
		return desk.BySMS
	}
	return x.t.Channel
}

// tellTo is tell with a channel and an address of its own.
func (x *act) tellTo(trigger desk.Trigger, ch desk.Channel, to desk.AddressID, p desk.Promise, m desk.MessageID, args map[string]string) error {
	_, err := x.sayTo(trigger, ch, to, p, m, args)
	return err
}

func (x *act) sayTo(trigger desk.Trigger, ch desk.Channel, to desk.AddressID, p desk.Promise, m desk.MessageID, args map[string]string) (int64, error) {
	if to == 0 || ch == desk.ByWeb || ch == "" {
		if trigger == desk.SayBroken {
			return 0, x.cannotTell(p.ID, "no address on file")
		}
		return 0, nil // who asked without an address follows the tracker
	}
	o := desk.Out{Trigger: trigger, Channel: ch, Address: to, Promise: p.ID, Message: m, Args: args, FireAt: x.now()}
	if ch == desk.BySMS {
		o = x.atRightTime(o)
	}
	return x.queue(o)
}

// atRightTime keeps a text for the end of quiet hours. Words that were promised for the night go in the
// night.
func (x *act) atRightTime(o desk.Out) desk.Out {
	o.FireAt = quietUntil(o.Trigger, x.now(), zoneOf(x.c))
	answers := o.Trigger == desk.SayReply || o.Trigger == desk.SayFixed
	if o.FireAt.After(x.now()) && (o.Args[promisedNow] != "" || answers && x.wordsDue(o.FireAt)) {
		o.FireAt, o.Args = x.now(), withArg(o.Args, promisedNow, "yes")
	}
	return o
}

// promisedNow marks a text that quiet hours do not hold.
const promisedNow = "promised"

func withArg(args map[string]string, key, value string) map[string]string {
	all := map[string]string{key: value}
	for k, v := range args {
		if k != key {
			all[k] = v
		}
	}
	return all
}

// wordsDue reports whether words are promised that fall due between now and until.
func (x *act) wordsDue(until time.Time) bool {
	for _, p := range x.live {
		if (p.Kind == desk.Reply || p.Kind == desk.Update) && p.Due.After(x.now()) && !p.Due.After(until) {
			return true
		}
	}
	return false
}

// queue stores a delivery and gives its id.
func (x *act) queue(o desk.Out) (int64, error) {
	o.Client, o.ID, o.Ticket, o.Requester, o.Lang = x.t.Client, x.tx.NewID(), x.t.ID, x.t.Requester, x.t.Lang
	o.State, o.CreatedAt = desk.Queued, x.now()
	if !o.FireAt.After(x.now()) {
		x.sends = true
	}
	return o.ID, x.tx.AddOut(o)
}

// quietUntil is when a text may go: at once where it answers what the person just did or tells of a
// call at a time that was promised, otherwise not between 9 p.m. and 8 a.m. where the person lives.
// News of a break goes at once where it is fresh or was promised for the night (promisedNow).
func quietUntil(trigger desk.Trigger, now time.Time, loc *time.Location) time.Time {
	switch trigger {
	case desk.SayTried, desk.SayReply, desk.SayFixed, desk.SayReminder, desk.SayClosed, desk.SayMovedByUs, desk.SayVoided,
		desk.SayWaiting, desk.SayNudge, desk.SayBroken, desk.SayMerged:
		return quietEnd(now, loc)
	}
	return now
}

// Quiet hours are from 9 p.m. to 8 a.m. where the person lives.
const morning, evening = 8, 21

func quietAt(at time.Time, loc *time.Location) bool {
	h := at.In(loc).Hour()
	return h < morning || h >= evening
}

// atNight reports whether what is due at an instant was promised for quiet hours: by 9 p.m. was not.
func atNight(due time.Time, loc *time.Location) bool { return quietAt(due.Add(-time.Microsecond), loc) }

// quietEnd is the end of quiet hours; at itself where it lies in none.
func quietEnd(at time.Time, loc *time.Location) time.Time {
	if !quietAt(at, loc) {
		return at
	}
	if at.In(loc).Hour() >= evening {
		return morningAfter(at, loc)
	}
	return morningOf(at, loc, 0)
}

// morningAfter is the end of the next night.
func morningAfter(at time.Time, loc *time.Location) time.Time { return morningOf(at, loc, 1) }

func morningOf(at time.Time, loc *time.Location, days int) time.Time {
	l := at.In(loc)
	return time.Date(l.Year(), l.Month(), l.Day()+days, morning, 0, 0, 0, loc).UTC()
}

// cannotTell puts a person who cannot be told before the supervisors. It is never silent success.
func (x *act) cannotTell(p desk.PromiseID, why string) error {
	if err := x.raise(desk.AlertCannotTell, p, desk.FlagNone, why); err != nil {
		return err
	}
	return x.note(desk.CannotBeTold, desk.EventData{Promise: p, Reason: why})
}

// essential reports whether a trigger must reach the person: then a failure starts the next channel.
func essential(t desk.Trigger) bool {
	switch t {
	case desk.SaySoon, desk.SayFirst, desk.SayStop, desk.SayHelp, desk.SayCode, desk.SayLink, desk.SayConfirmed, desk.SayWithdrawn, desk.SayNumber, desk.SayNudge, desk.SayMerged:
		return false
	}
	return true
}

// letter is everything that the words of one message are made of.
type letter struct {
	out    desk.Out
	c      desk.Client
	t      desk.Ticket
	r      desk.Requester
	to     desk.Address
	p      desk.Promise
	broken []breach // for news of a break: what broke, and what repairs it
	leader string   // who repairs
	origin string
	now    time.Time
}

// key is the name of the texts of l in the catalogue, without "sms." or "mail.".
func (l letter) key() string {
	k := string(l.out.Trigger)
	switch l.out.Trigger {
	case desk.SayMade:
		if !windowed(l.p.Kind) {
			return "made_reply"
		}
	case desk.SayBroken:
		if len(l.broken) > 1 {
			return "broken_list"
		}
		if !windowed(l.p.Kind) {
			return "broken_other"
		}
	case desk.SayTried:
		if !windowed(l.p.Kind) {
			return "tried_last"
		}
	case desk.SayReminder:
		return "fixed_again"
	case desk.SayWaiting:
		return "wait_" + l.out.Args["waits"]
	case desk.SayNudge:
		if l.out.Args["waits"] != string(desk.WaitPerson) {
			return "nudge_other"
		}
		return "nudge_person"
	case desk.SayReopened:
		if !windowed(l.p.Kind) {
			return "reopened_reply"
		}
	case desk.SayStop:
		return "stopped"
	}
	return k
}

// link is the tracker's address in the person's language.
func (l letter) link() string { return l.origin + TrackerPath(l.t.Token, l.out.Lang) }

// args are the parameters that the texts know, of which each names a few.
func (l letter) args(sms bool) []any {
	lang, loc, by := words.Parse(l.out.Lang), zoneOf(l.c), words.By
	window := func() string { return words.Window(lang, l.p.Start, l.p.Due, loc, l.now) }
	link := l.link()
	if sms {
		window = func() string { return words.ShortWindow(lang, l.p.Start, l.p.Due, loc) }
		by = words.ShortBy
		_, link, _ = strings.Cut(link, "://")
	}
	due := l.p.Due
	if len(l.broken) > 0 {
		due = l.broken[0].broken.Due
	}
	who := l.leader
	if who == "" {
		who = words.T(lang, "msg.a_supervisor")
	}
	name := words.T(lang, "mail.hello.noname")
	if first := l.r.First(); first != "" {
		name = words.T(lang, "mail.hello", "name", first)
	}
	return []any{
		"desk", words.SMSSender(lang, l.c.Name), "client", l.c.Name, "window", window,
		"phone", desk.Phone(l.c.Phone).String(), "ref", string(l.t.Ref), "link", link,
		"by", func() string { return by(lang, due, loc, l.now) }, "newby", func() string { return by(lang, l.p.Due, loc, l.now) },
		"supervisor", who, "n", strconv.Itoa(desk.MaxAttempts), "code", l.out.Args["code"], "hello", name,
		"day", func() string { return words.Day(lang, l.day(), loc, l.now) }, "name", l.r.First(),
	}
}

// day is the day that a text speaks of: when a silent question closes, until when we wait, else when it
// was asked.
func (l letter) day() time.Time {
	if l.out.Trigger == desk.SayReminder || l.out.Trigger == desk.SayFixed {
		return l.t.AskedAt.Add(confirmAfter[len(confirmAfter)-1])
	}
	if us, err := strconv.ParseInt(l.out.Args["until"], 10, 64); err == nil {
		return time.UnixMicro(us)
	}
	return l.t.OpenedAt
}

// ownMailbox is from where a client's mails come.
func ownMailbox(c desk.Client) string { return "helpdesk@" + c.Host }

// text makes the text message of l.
func (l letter) text() channel.Message {
	m := channel.Message{ID: outID(l.out), Client: int64(l.c.ID), From: l.c.Phone, To: desk.Phone(l.to.Value).E164(), Lang: l.out.Lang}
	if len(l.broken) > 1 {
		m.Text = l.shortApology()
	} else {
		m.Text = words.T(words.Parse(l.out.Lang), "sms."+l.key(), l.args(true)...)
	}
	return m
}

// post makes the mail of l: plain text and plain HTML with the same words, one link.
func (l letter) post() channel.Message {
	lang, args, key := words.Parse(l.out.Lang), l.args(false), "mail."+l.key()
	t := func(k string, more ...any) string { return words.T(lang, k, append(more, args...)...) }
	paras := []string{t(key + ".body")}
	if len(l.broken) > 1 {
		paras = l.apologies(t)
	}
	button := ""
	if words.Has(key + ".button") {
		button = t(key + ".button")
	}
	asked := words.T(lang, "mail.why", "day", words.Day(lang, l.t.OpenedAt, zoneOf(l.c), l.now))
	foot := []string{t("mail.help"), t("mail.sign"), asked}
	if words.Has(key + ".number") {
		foot = append([]string{t(key + ".number")}, foot...)
	}
	hello := words.T(lang, "mail.hello.noname")
	if l.r.First() != "" {
		hello = words.T(lang, "mail.hello", "name", l.r.First())
	}
	var plain, rich strings.Builder
	plain.WriteString(hello + "\n\n")
	rich.WriteString(`<!doctype html><html lang="` + string(lang) + `"><body><p>` + html.EscapeString(hello) + "</p>")
	for _, p := range paras {
		plain.WriteString(p + "\n\n")
		rich.WriteString("<p>" + html.EscapeString(p) + "</p>")
	}
	if button != "" {
		plain.WriteString(button + ": " + l.link() + "\n\n")
		rich.WriteString(`<p><a href="` + html.EscapeString(l.link()) + `">` + html.EscapeString(button) + "</a></p>")
	}
	for _, p := range foot {
		plain.WriteString(p + "\n")
		rich.WriteString("<p>" + html.EscapeString(p) + "</p>")
	}
	rich.WriteString("</body></html>")
	return channel.Message{
		ID: outID(l.out), Client: int64(l.c.ID), From: ownMailbox(l.c), To: l.to.Value, Lang: l.out.Lang,
		Subject: words.T(lang, key+".subject", l.args(true)...), Text: plain.String(), HTML: rich.String(), URL: l.link(),
	}
}

// outID names a delivery for providers: the same for every try.
func outID(o desk.Out) string {
	return strconv.FormatInt(int64(o.Client), 36) + "-" + strconv.FormatInt(o.ID, 36)
}
