package simulate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"kept/internal/app"
	"kept/internal/channel"
	"kept/internal/desk"
	"kept/internal/store"
)

// file is an open question, as far as those who live it know.
type file struct {
	h     *hospital
	key   store.TicketKey
	ref   desk.Ref
	phone string
	skill string
	about int64 // a function
	lang  string
	known map[desk.PromiseID]bool // somebody minds it
	ended map[desk.PromiseID]bool // counted in the report
	odds  map[desk.PromiseID][]odd
	over  bool
}

// takes is how long work on it takes that usually takes so long.
func (f *file) takes(usually time.Duration) time.Duration {
	return time.Duration(hardness(f.about) * float64(usually))
}

// opened begins the life of a question.
func (w *world) opened(f *file, out app.Opened) {
	w.report.Tickets++
	f.key = store.TicketKey{Client: f.h.ID, ID: out.Ticket}
	f.known, f.ended = map[desk.PromiseID]bool{}, map[desk.PromiseID]bool{}
	f.odds = map[desk.PromiseID][]odd{}
	w.mind(f, out.Promise)
}

// mind plans what is done about a promise, and looks again once it is past due.
func (w *world) mind(f *file, p desk.Promise) {
	if f.known[p.ID] || p.ID == 0 {
		return
	}
	f.known[p.ID] = true
	w.at(p.Due.Add(desk.HoldForAttempt+time.Minute), func() error { return w.look(f) })
	w.judge(f, p)
	if p.Kind != desk.Confirm {
		at := p.Start
		if p.Kind == desk.Reply && p.RepairOf == 0 {
			at = w.now
		}
		w.half(at).Promises++
	}
	if p.Kind != desk.Confirm && w.chance(w.o.Forget*hardness(f.about)) {
		w.report.Forgotten++
		return // nobody remembers it: the clock will
	}
	switch p.Kind {
	case desk.Callback, desk.Fix, desk.Document, desk.Handoff:
		w.at(p.Start.Add(time.Duration(w.rand.Int64N(int64(15*time.Minute)))), w.callsBack(f, p))
	case desk.Reply, desk.Update:
		if p.RepairOf != 0 {
			w.at(p.Start, w.callsBack(f, p))
			return
		}
		from := w.now
		if p.Kind == desk.Update { // news is for when there is some: before it is due
			from = p.Due.Add(-3 * time.Hour)
		}
		w.at(from, func() error {
			if f.ended[p.ID] {
				return nil
			}
			return w.wants(f, p.Due)
		})
	}
}

// promises gives those of a question, oldest first, as they were read before the last commit that touched it. Of those that
// are over nothing is kept at night.
func (w *world) promises(f *file) ([]desk.Promise, error) {
	if have, ok := w.laws[f.key]; ok {
		return slices.SortedFunc(maps.Values(have.Promises), func(a, b desk.Promise) int { return cmp.Compare(a.ID, b.ID) }), nil
	}
	return w.app.Promises(w.ctx, lookout, f.ref)
}

// look takes what is promised now, as it was read before the last commit, counts what has ended and minds what is new.
func (w *world) look(f *file) error {
	if f.over {
		return nil
	}
	all, err := w.promises(f)
	if err != nil {
		return err
	}
	live := 0
	for _, p := range all {
		switch {
		case p.State.Live():
			live++
			w.mind(f, p)
		case !f.ended[p.ID]:
			f.ended[p.ID] = true
			w.report.count(p)
			w.came(f, p)
		}
	}
	f.over = live == 0
	return nil
}

// lookout reads for the simulation itself.
var lookout = desk.System("simulate")

// answersLater is the person, some hours after being asked whether it is fixed: most say yes, some no,
// and some nothing at all.
func (w *world) answersLater(f *file) {
	says := ""
	switch x := w.rand.Float64(); {
	case x < 0.66:
		says = "1"
	case x < 0.74:
		says = "2"
	default:
		return
	}
	w.in(w.about(5*time.Hour, 1), func() error { return w.texts(f, says) })
}

// texts is the person writing to the desk.
func (w *world) texts(f *file, body string) error {
	if f.over {
		return nil
	}
	w.report.TextsIn++
	err := w.app.Receive(w.ctx, channel.Inbound{
		Channel: channel.SMS, ProviderID: fmt.Sprint("in-", w.report.TextsIn), From: f.phone, To: f.h.Phone, Text: body, At: w.now,
	})
	if err != nil {
		return w.tolerate(err)
	}
	return w.look(f)
}
