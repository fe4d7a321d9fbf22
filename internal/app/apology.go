package app

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"kept/internal/channel"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/words"
)

// moreBroken is the argument of news of a break that names the repairs of what else broke for the same
// person, beside the one that the delivery speaks of: their ids, joined by commas.
const moreBroken = "more"

// apologise tells one person what broke and what repairs it, once for all of it. It goes the way of the
// first of their questions that has one.
func apologise(acts []*act) error {
	var by *act
	for _, x := range acts {
		if ch := x.writtenChannel(); len(x.sorry) > 0 && by == nil && x.t.Address != 0 && ch != desk.ByWeb && ch != "" {
			by = x
		}
	}
	var first desk.Promise
	var more, broken []string
	rouses := false
	for _, x := range acts {
		rouses = rouses || x.rouses
		for _, np := range x.sorry {
			switch {
			case by == nil:
				if err := x.cannotTell(np.ID, "no address on file"); err != nil {
					return err
				}
			case x == by && first.ID == 0:
				first = np
			default:
				more = append(more, strconv.FormatInt(int64(np.ID), 10))
			}
			broken = append(broken, strconv.FormatInt(int64(np.RepairOf), 10))
		}
		x.sorry = nil
	}
	if by == nil {
		return nil
	}
	args := map[string]string{"broken": strings.Join(broken, ",")}
	if rouses {
		args[promisedNow] = "yes"
	}
	if len(more) > 0 {
		args[moreBroken] = strings.Join(more, ",")
	}
	return by.tell(desk.SayBroken, first, 0, args)
}

// repairsOf lists the repairs that news of a break speaks of.
func repairsOf(o desk.Out) []desk.PromiseID {
	ids := []desk.PromiseID{o.Promise}
	for _, s := range strings.Split(o.Args[moreBroken], ",") {
		if id, err := strconv.ParseInt(s, 10, 64); err == nil {
			ids = append(ids, desk.PromiseID(id))
		}
	}
	return ids
}

// eachBreak runs fn on every repair that o speaks of, in the act of its ticket.
func (x *act) eachBreak(o desk.Out, fn func(*act, desk.Promise) error) error {
	for _, id := range repairsOf(o) {
		p, err := x.tx.Promise(id)
		if err != nil {
			return err
		}
		if p.Ticket == x.t.ID {
			err = fn(x, p)
		} else {
			err = x.a.inTx(x.tx, x.v, x.c, p.Ticket, func(other *act) error { return fn(other, p) })
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// breach is a promise that broke, what repairs it, and the question.
type breach struct {
	broken, repair desk.Promise
	ref            desk.Ref
	leader         string // who repairs
}

// breaches reads what news of a break speaks of. What the person does not need any more is left out.
func (a *App) breaches(tx *store.ReadTx, o desk.Out) (all []breach, err error) {
	for _, id := range repairsOf(o) {
		var b breach
		if b.repair, err = tx.Promise(id); err != nil {
			return nil, err
		}
		if b.repair.State == desk.Withdrawn || b.repair.State == desk.Voided {
			continue
		}
		if b.broken, err = tx.Promise(b.repair.RepairOf); err != nil {
			return nil, err
		}
		t, err := tx.Ticket(b.repair.Ticket)
		if err != nil {
			return nil, err
		}
		b.ref, b.leader = t.Ref, a.staffName(b.repair.Owner)
		all = append(all, b)
	}
	slices.SortStableFunc(all, func(x, y breach) int { return x.broken.Due.Compare(y.broken.Due) })
	return all, nil
}

// moreArgs are the parameters of texts that speak of several breaks: all that broke, and all new times.
func (l letter) moreArgs(by func(words.Lang, time.Time, *time.Location, time.Time) string) []any {
	lang, loc := words.Parse(l.out.Lang), zoneOf(l.c)
	var late, next []string
	for _, b := range l.broken {
		late = append(late, by(lang, b.broken.Due, loc, l.now))
		next = append(next, by(lang, b.repair.Due, loc, l.now))
	}
	return []any{"count", strconv.Itoa(len(l.broken)), "bys", words.List(lang, late), "newbys", words.List(lang, slices.Compact(next))}
}

// shortApology is the text message about several breaks: all of them where they fit into one that goes
// out whole, else how many, and by when the first is repaired.
func (l letter) shortApology() string {
	lang := words.Parse(l.out.Lang)
	args := append(l.moreArgs(words.ShortBy), l.args(true)...)
	if text := words.T(lang, "sms.broken_list", args...); words.SMSParts(text) <= words.SMSMost(lang) {
		return text
	}
	return words.T(lang, "sms.broken_many", args...)
}

// apologies are the paragraphs of the mail about several breaks: each with what repairs it.
func (l letter) apologies(t func(key string, args ...any) string) []string {
	paras := []string{t("mail.broken_list.body", "count", strconv.Itoa(len(l.broken)))}
	for _, b := range l.broken {
		one := l
		one.p, one.leader, one.t.Ref = b.repair, b.leader, b.ref
		one.broken = []breach{b}
		key := "mail.broken_list.call"
		if !windowed(b.repair.Kind) {
			key = "mail.broken_list.write"
		}
		paras = append(paras, words.T(words.Parse(l.out.Lang), key, one.args(false)...))
	}
	return append(paras, t("mail.broken_list.wait"))
}

// notNeededNow is the result of a delivery of which nothing is true any more.
var notNeededNow = channel.Delivery{State: "cancelled", Reason: "nothing of it is needed any more"}
