package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/sla"
	"kept/internal/web/view"
	"kept/internal/words"
)

// metricNames are the clocks as staff read them.
var metricNames = map[string]string{
	"answer_speed": "Picking up the phone", "abandonment": "Nobody gives up on hold", "first_response": "First answer", "next_response": "Next answer",
	"update": "News", "callback_kept": "Promised call", "resolution": "Fix", "confirmed_fixed": "Confirmed fixed", "loop_closed": "Told how it ended",
	"handoff": "Part of a team", "supplier": "Answer of a supplier",
}

// clocksTab is how the clocks of a question stand and why. It is read when it is opened.
func (h *handler) clocksTab(ctx context.Context, s signed, p app.TicketPage, t tried, now time.Time) (*view.ClocksView, error) {
	page, err := h.app.ClocksOf(ctx, s.v, p)
	if err != nil {
		return nil, err
	}
	loc := clientZone(p.Client)
	v := &view.ClocksView{URL: agreementURL(p.Client), By: "The usual terms", Empty: "No clock of the agreement is about this question."}
	if !page.Usual {
		v.By = "Agreement with " + p.Client.Name
	}
	for _, x := range page.Clocks {
		c := &x.Clock
		one := view.ClockView{Name: metricNames[c.Metric.String()], Tag: clockTag(c), Lines: x.Text}
		if firm := page.Firms[c.Key]; c.Metric == sla.Supplier && firm != "" {
			one.Name += ": " + firm
		}
		switch {
		case !c.BreachedAt.IsZero():
			one.Facts = append(one.Facts, "Missed "+clock(c.BreachedAt, loc, now))
		case !c.MetAt.IsZero():
			one.Facts = append(one.Facts, "Met "+clock(c.MetAt, loc, now))
		case !c.Deadline.IsZero() && c.End.IsZero():
			one.Facts = append(one.Facts, "By "+clock(c.Deadline, loc, now))
		}
		if c.Allowed > 0 {
			one.Facts = append(one.Facts, hours(c.Elapsed)+" of "+hours(c.Allowed)+" counted")
		}
		if c.State == sla.Standing && c.Reason == sla.WaitingForPerson {
			one.Facts = append(one.Facts, "Stands since "+clock(c.Since, loc, now)+": we wait for "+lower(first(p)))
		}
		v.List = append(v.List, one)
	}
	if p.Ticket.State.Open() {
		skills, err := h.app.Skills(ctx)
		if err != nil {
			return nil, err
		}
		v.Team = &view.TeamView{Action: ticketURL(p.Ticket.Ref) + "/team", Now: h.app.Skill(ctx, p.Ticket.Skill).Name, Open: t.is("team", 0), Options: []view.Option{{Text: "Choose"}}}
		for _, k := range skills {
			if k.Code != p.Ticket.Skill {
				v.Team.Options = append(v.Team.Options, view.Option{Value: k.Code, Text: k.Name})
			}
		}
		if v.Team.Open {
			v.Team.Error = field(t.err, "skill")
		}
		v.Rank = &view.RankView{Action: ticketURL(p.Ticket.Ref) + "/priority", Priority: string(p.Ticket.Priority), Open: t.is("rank", 0),
			Impact:  hurtLevels(t.form.Get("impact"), "Choose", "A whole hospital or more", "A unit or a team", "One person"),
			Urgency: hurtLevels(t.form.Get("urgency"), "Choose", "Now", "Today", "It can wait")}
		if t.is("rank", 0) {
			v.Rank.ImpactE, v.Rank.UrgencyE = field(t.err, "impact"), field(t.err, "urgency")
		}
	}
	return v, nil
}

func hurtLevels(chosen string, texts ...string) (all []view.Option) {
	for i, text := range texts {
		value := ""
		if i > 0 {
			value = app.Levels[i-1]
		}
		all = append(all, view.Option{Value: value, Text: text, Checked: value == chosen})
	}
	return all
}

// clockTag says in a word how a clock stands.
func clockTag(c *sla.Clock) view.TagView {
	switch c.Outcome() {
	case sla.Met:
		return view.TagView{Kind: view.TagKept, Text: "Met"}
	case sla.Missed:
		return view.TagView{Kind: view.TagBroken, Text: "Missed"}
	case sla.Excluded:
		return view.TagView{Kind: view.TagWithdrawn, Text: "Left out: " + exclusions[c.Excluded.String()]}
	}
	switch c.State {
	case sla.Standing:
		return view.TagView{Kind: view.TagWaiting, Text: "Stands"}
	case sla.Asking:
		return view.TagView{Kind: view.TagWaiting, Text: "Asked if fixed"}
	}
	return view.TagView{Kind: view.TagScheduled, Icon: "clock", Text: "Runs"}
}

// exclusions say why a clock counts neither as met nor as missed.
var exclusions = map[string]string{
	"withdrawn": "not needed", "voided": "void", "merged": "merged", "no_line": "no line applies", "agreement_ended": "the agreement ended",
	"not_needed": "not needed", "moved_by_person": "moved, or nobody answered", "promise_withdrawn": "promise not needed", "left_early": "hung up early",
	"not_yet": "not fixed then",
}

// hours writes a span as people say it: 3 h 10 min.
func hours(d time.Duration) string {
	h, m := d/time.Hour, d%time.Hour/time.Minute
	switch {
	case d < time.Minute:
		return strconv.Itoa(int(d/time.Second)) + " s"
	case h == 0:
		return fmt.Sprintf("%d min", m)
	case m == 0:
		return fmt.Sprintf("%d h", h)
	}
	return fmt.Sprintf("%d h %d min", h, m)
}

// POST /desk/t/{ref}/priority
func (h *handler) rankTicket(w http.ResponseWriter, r *http.Request, s signed) error {
	f := r.PostForm
	return h.ticketAct(w, r, s, "rank", "?tab=clocks", func(ref desk.Ref, _ desk.PromiseID) error {
		_, err := h.app.RankTicket(r.Context(), s.v, ref, app.Hurt{Impact: f.Get("impact"), Urgency: f.Get("urgency"), Stopped: f.Get("stopped") != ""})
		return err
	})
}

// POST /desk/t/{ref}/team
func (h *handler) moveTicket(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.ticketAct(w, r, s, "team", "?tab=clocks", func(ref desk.Ref, _ desk.PromiseID) error {
		return h.app.MoveTicket(r.Context(), s.v, ref, r.PostForm.Get("skill"))
	})
}

// clockStateTag says how a row of clocks stands.
func clockStateTag(c desk.Clock) view.TagView {
	switch {
	case c.State == desk.ClockMissed:
		return view.TagView{Kind: view.TagBroken, Text: "Missed"}
	case c.State == desk.ClockPaused:
		return view.TagView{Kind: view.TagWaiting, Text: "Stands"}
	case c.State == desk.ClockAsked:
		return view.TagView{Kind: view.TagWaiting, Text: "Asked if fixed"}
	case c.Percent >= 75:
		return view.TagView{Kind: view.TagRisk, Text: strconv.Itoa(c.Percent) + "% used"}
	}
	return view.TagView{Kind: view.TagScheduled, Icon: "clock", Text: "Runs"}
}

// usedUp says how much of the time of a clock is used, and until when it runs.
func usedUp(w app.WarnedOf, now time.Time) string {
	loc := clientZone(w.Client)
	if w.Percent == 100 {
		return "missed " + words.Instant(words.EN, w.Deadline, loc, now)
	}
	return strconv.Itoa(w.Percent) + "% of its time is used, " + words.By(words.EN, w.Deadline, loc, now)
}

// clockStrip is the line of the clock that presses most of those of which the viewer was warned; nil without any.
func clockStrip(s app.Strip) *view.ClockStripView {
	if len(s.Warned) == 0 {
		return nil
	}
	w := s.Warned[0]
	v := &view.ClockStripView{Text: metricNames[w.Metric] + ", " + w.Client.Name + ": " + usedUp(w, s.Now) + ".", Missed: w.Percent == 100, Open: string(w.Ref),
		URL: ticketURL(w.Ref) + "?tab=clocks", AllURL: "/desk/agreements#warned"}
	if n := len(s.Warned); n > 1 {
		v.More = strconv.Itoa(n) + " clocks of which you were warned"
	}
	return v
}
