package web

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
	"kept/internal/words"
)

// contextOf is the pane on the right: promise, similar, caller, clocks. What a tab shows is read when it is open.
func (h *handler) contextOf(ctx context.Context, query url.Values, s signed, p app.TicketPage, ask queueAsk, t tried, now time.Time) (view.ContextView, error) {
	tab := query.Get("tab")
	switch t.act {
	case "void":
		tab = "caller"
	case "rank", "team":
		tab = "clocks"
	}
	to := func(tab string) string {
		q := queryOf(ask)
		q.Set("tab", tab)
		return "?" + q.Encode()
	}
	v := view.ContextView{}
	var err error
	switch tab {
	case "similar":
		v.Similar, err = h.similarTab(ctx, s, p)
	case "caller":
		v.Caller = callerTab(p, s, t, now)
	case "clocks":
		v.Clocks, err = h.clocksTab(ctx, s, p, t, now)
	default:
		tab = "promise"
		v.Promise, err = h.promiseTab(ctx, query, s, p, t, now)
		if hits := answerHits(p.Best[:min(1, len(p.Best))], p.Ticket.Lang); len(hits) > 0 {
			v.Best = &hits[0]
		}
	}
	similar := "Similar"
	if n := len(p.Best); n > 0 {
		similar += " " + strconv.Itoa(n)
	}
	v.Tabs = []view.Tab{
		{URL: to("promise"), Text: "Promise", Current: tab == "promise", Hotkey: "F4"}, // the strip, where there is one, comes first
		{URL: to("similar"), Text: similar, Current: tab == "similar", Hotkey: "s"},
		{URL: to("caller"), Text: "Caller", Current: tab == "caller"},
		{URL: to("clocks"), Text: "Clocks", Current: tab == "clocks"},
	}
	return v, err
}

func (h *handler) similarTab(ctx context.Context, s signed, p app.TicketPage) (*view.SimilarTabView, error) {
	v := &view.SimilarTabView{Hits: answerHits(p.Best, p.Ticket.Lang)}
	similar, err := h.app.Similar(ctx, s.v, p.Ticket.Subject)
	if err != nil {
		return v, err
	}
	v.Asked = []string{asked(similar)}
	return v, nil
}

// callerTab is what is known about the person.
func callerTab(p app.TicketPage, s signed, t tried, now time.Time) *view.CallerView {
	loc := clientZone(p.Client)
	v := &view.CallerView{Facts: []view.KV{
		{Key: "Name", Value: orDash(p.Requester.Name)}, {Key: "Who", Value: kindName(p.Requester.Kind)},
		{Key: "Language", Value: language(p.Ticket.Lang)}, {Key: "Needs", Value: orNone(needs(p.Ticket.Needs))},
	}}
	for _, a := range p.Addresses {
		kv := view.KV{Key: "Phone", Value: addressText(a)}
		if a.Kind == desk.EmailAddress {
			kv.Key = "Email"
		}
		switch {
		case !a.StoppedAt.IsZero():
			kv.Value += ", wants no texts"
		case !a.FailedAt.IsZero():
			kv.Value += ", could not be reached"
		}
		if a.Kind == desk.PhoneAddress {
			kv.Value += ". " + voicemail(a.Voicemail && mayLeaveMessage(p))
		}
		v.Facts = append(v.Facts, kv)
	}
	for _, o := range p.Others {
		v.Others = append(v.Others, view.Link{URL: ticketURL(o.Ref), Text: o.Subject, Hint: string(o.Ref) + ", " + clock(o.OpenedAt, loc, now)})
	}
	for _, m := range p.Maybe {
		v.Maybe = append(v.Maybe, view.Link{Text: orDash(m.Name), Hint: kindName(m.Kind)})
	}
	if p.Ticket.State.Open() {
		v.Same = view.Link{URL: mergeURL(p.Ticket.Ref, ""), Text: "Same question as …"}
	}
	if s.v.Leads() && p.Ticket.State.Open() {
		v.Void = &view.VoidView{Action: ticketURL(p.Ticket.Ref) + "/void"}
		if t.is("void", 0) {
			v.Void.Reason, v.Void.Error = t.form.Get("reason"), said(t.err)
		}
	}
	return v
}

func orDash(s string) string {
	if s == "" {
		return "Name not known"
	}
	return s
}

func orNone(s string) string {
	if s == "" {
		return "Nothing special"
	}
	return s
}

// answerHits are answers as the desk reads them aloud, in the language of the caller.
func answerHits(list []desk.Answer, lang string) (hits []view.AnswerHit) {
	l := words.Parse(lang)
	for _, a := range list {
		hit := view.AnswerHit{ID: strconv.FormatInt(a.ID, 10), Title: titleOf(l, a), Facts: answerKinds[a.Kind] + " English, Spanish.", Aloud: a.Aloud, Lang: string(l), Staff: a.Staff}
		if l == words.ES {
			hit.Aloud = a.BodyES // the script for the phone is in English
		} else if hit.Aloud == "" {
			hit.Aloud = a.Body
		}
		hits = append(hits, hit)
	}
	return hits
}

var answerKinds = map[desk.AnswerKind]string{
	desk.AnswerAction: "The person can do it on the page.",
	desk.AnswerSteps:  "Steps.",
	desk.AnswerShort:  "Short answer.",
	desk.AnswerAsk:    "Needs a person.",
}
