package simulate

import (
	"fmt"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
)

// caller is somebody who waits on the telephone.
type caller struct {
	h      *hospital
	since  time.Time
	skill  string
	lang   string
	phone  string
	name   string
	kind   desk.RequesterKind
	about  int64 // a function
	gone   bool  // hung up
	served bool
}

// line is who waits on the telephone, the longest first.
type line struct{ waiting []*caller }

// Share of a week's questions by hour of the day and day of the week: mornings are busy, Mondays most.
var (
	hourly = [24]float64{1, .7, .5, .5, .6, 1, 2.2, 4.2, 6.5, 8, 8.2, 7.6, 6.8, 7, 7, 6.6, 6, 5.4, 4.6, 3.8, 3, 2.4, 1.8, 1.3}
	daily  = [7]float64{.55, 1.35, 1.2, 1.12, 1.1, 1.08, .6}
)

// rate is how many questions come in an hour around t.
func (w *world) rate(t time.Time) float64 {
	l := t.In(zone)
	hours, days := 0.0, 0.0
	for _, h := range hourly {
		hours += h
	}
	for _, d := range daily {
		days += d
	}
	perHour := float64(w.o.Tickets) / (365 * 24)
	return w.share * perHour * hourly[l.Hour()] * 24 / hours * daily[l.Weekday()] * 7 / days
}

// callers brings the questions of an hour, at instants of their own, and comes again an hour later.
func (w *world) callers(from time.Time) func() error {
	return func() error {
		for t := from; ; {
			t = t.Add(time.Duration(float64(time.Hour) * w.crowd.ExpFloat64() / w.rate(from)))
			if !t.Before(from.Add(time.Hour)) {
				break
			}
			w.at(t, w.asks)
		}
		next := from.Add(time.Hour)
		w.at(next, w.callers(next))
		return nil
	}
}

// asks is one person with a question: most call, others write.
func (w *world) asks() error {
	x := w.crowd.Float64()
	h := &w.hospitals[0]
	for i := range w.hospitals {
		if x <= w.hospitals[i].upTo {
			h = &w.hospitals[i]
			break
		}
	}
	w.people++
	w.report.People++
	k := &caller{h: h, since: w.now, lang: "en", skill: pick(w.crowd, common), kind: desk.Patient, name: fmt.Sprintf("Person %d", w.people),
		phone: fmt.Sprintf("+1312%07d", 2_200_000+w.people%7_000_000)}
	if w.crowd.Float64() < 0.12 {
		k.lang = "es"
	}
	if w.crowd.Float64() < 0.35 {
		k.kind, k.skill = desk.Employee, pick(w.crowd, special)
	}
	k.about = functionOf(k.skill, w.crowd.IntN(functionsEach))
	switch x := w.crowd.Float64(); {
	case x < 0.6:
		return w.rings(k)
	case x < 0.85:
		return w.writes(k, desk.ViaWeb)
	}
	return w.writes(k, desk.ViaAPI)
}

// patience is how long a caller waits on average before hanging up.
const patience = 2 * time.Minute

// rings puts a caller into the line.
func (w *world) rings(k *caller) error {
	w.report.Calls++
	w.half(w.now).Calls++
	w.line.waiting = append(w.line.waiting, k)
	w.in(w.waits(patience), func() error {
		if k.served {
			return nil
		}
		k.gone = true
		w.report.Abandoned++
		if w.chance(0.5) { // tries again later
			again := *k
			again.gone = false
			w.in(w.about(20*time.Minute, 0.8), func() error { again.since = w.now; return w.rings(&again) })
		}
		return nil
	})
	for _, a := range w.analysts {
		if a.free(w.now) && a.serves(k.h.ID) && (k.lang == "en" || a.speaks(k.lang)) {
			return w.takeCall(a, k)
		}
	}
	return nil
}

// nextCaller gives who has waited longest of those that a can answer. After a minute nobody waits for a
// language any more: an interpreter joins.
func (w *world) nextCaller(a *analyst) *caller {
	kept := w.line.waiting[:0]
	var first *caller
	for _, k := range w.line.waiting {
		switch {
		case k.gone || k.served:
			continue
		case first == nil && a.serves(k.h.ID) && (k.lang == "en" || a.speaks(k.lang) || w.now.Sub(k.since) > time.Minute):
			first = k
		}
		kept = append(kept, k)
	}
	w.line.waiting = kept
	return first
}

// takeCall answers: what a knows is solved on the call, for the rest somebody who knows it is promised.
func (w *world) takeCall(a *analyst, k *caller) error {
	k.served = true
	wait := w.now.Sub(k.since)
	w.report.Answered++
	w.report.Waited += wait
	if wait <= 30*time.Second {
		w.report.In30++
	}
	talk := w.about(7*time.Minute, 0.6)
	w.report.Talked += talk
	return w.busy(a, talk, func() error {
		in := app.CallIn{
			Client: k.h.ID, Requester: app.RequesterIn{Kind: k.kind, Name: k.name, Phone: k.phone, Proven: w.chance(0.7)}, Words: w.words(k.skill),
			Lang: k.lang, Ending: "solved", Function: k.about, Skill: k.skill, Channel: desk.BySMS,
		}
		knows := a.can(k.skill)
		if !knows || w.chance(0.3*hardness(k.about)) {
			in.Ending, in.Channel = "promise", desk.ByVoice
			in.Promise = app.PromiseIn{Kind: desk.Callback}
		}
		out, err := w.app.FinishCall(w.ctx, a.v, in)
		if desk.Is(err, desk.Conflict) {
			// No window can be kept: a first word within the agreement's time is promised instead.
			w.report.NoWindow[k.skill]++
			in.Promise = app.PromiseIn{Kind: desk.Reply}
			out, err = w.app.FinishCall(w.ctx, a.v, in)
		}
		if err != nil {
			return err
		}
		f := &file{h: k.h, ref: out.Ref, phone: k.phone, skill: k.skill, about: k.about}
		w.opened(f, out)
		if in.Ending == "solved" {
			w.answersLater(f)
		}
		return nil
	})
}

// words are what people say; half of it is alike, so that the search index has something to do.
func (w *world) words(skill string) string {
	return fmt.Sprintf("%s. It is about %s, and it began %d days ago. %s", pick(w.rand, wordings), skill, w.rand.IntN(30), pick(w.rand, wordings))
}

var wordings = []string{
	"My chart shows my weight in kilograms and I need pounds", "I cannot sign in to the portal", "The printer on the ward prints nothing",
	"The order set for admissions hangs", "I do not see my test results", "My password has expired", "A message to my doctor was not answered",
	"The label of the sample is wrong", "I cannot open the report", "The video visit does not start", "My appointment is gone",
	"The medication list is not up to date", "I need a bill explained", "The scanner does not read the wristband",
}

// writes opens a question in writing: a promise of the agreement waits for a first word.
func (w *world) writes(k *caller, via desk.Via) error {
	in := app.TicketIn{
		Words: w.words(k.skill), Via: via, Lang: k.lang, Function: k.about, Skill: k.skill, Channel: desk.BySMS,
		Requester: app.RequesterIn{Kind: k.kind, Name: k.name, Phone: k.phone},
	}
	v := desk.Viewer{Who: desk.WhoToken, Token: 1, Name: "simulate", Desk: true, Route: "simulate"}
	out, err := w.app.OpenTicket(w.ctx, v, k.h.ID, in)
	if err != nil {
		return err
	}
	f := &file{h: k.h, ref: out.Ref, phone: k.phone, skill: k.skill, about: k.about, lang: k.lang}
	w.opened(f, out)
	return nil
}
