package web

import (
	"net/http"

	"kept/internal/desk"
	"kept/internal/web/view"
)

// GET /desk/search?q=: tickets and answers; with part=hits the entries of the palette.
func (h *handler) searchPage(w http.ResponseWriter, r *http.Request, s signed) error {
	asked := r.URL.Query().Get("q")
	limit := 20
	part := r.URL.Query().Get("part") == "hits"
	if part {
		limit = 8
	}
	found, answers, err := h.app.Search(r.Context(), s.v, asked, limit)
	if desk.Is(err, desk.Invalid) {
		found, answers, err = nil, nil, nil // too long for a search: nothing fits
	}
	if err != nil {
		return err
	}
	if part {
		var hits []view.Command
		for _, f := range found {
			hits = append(hits, view.Command{Text: f.Caller + ", " + f.Client.Short + ": " + f.Ticket.Subject, URL: ticketURL(f.Ticket.Ref), Icon: "ticket", Key: string(f.Ticket.Ref)})
		}
		h.render(w, r, http.StatusOK, view.PaletteHits(hits))
		return nil
	}
	now := h.app.Now()
	v := view.FoundView{Words: asked, Answers: answerHits(answers, "en")}
	for _, f := range found {
		loc := clientZone(f.Client)
		row := view.QueueRow{
			ID: "f-" + string(f.Ticket.Ref), URL: ticketURL(f.Ticket.Ref), Who: f.Caller, Hospital: f.Client.Short, Subject: f.Ticket.Subject,
			When: clock(f.Ticket.OpenedAt, loc, now), Machine: machine(f.Ticket.OpenedAt, loc), Tag: stateTag(f.Ticket),
		}
		if !f.Ticket.Due.IsZero() {
			row.Tag.Text += ", due " + clock(f.Ticket.Due, loc, now)
		}
		v.Tickets = append(v.Tickets, row)
	}
	p, err := h.shell(r, s, "Search", "")
	if err != nil {
		return err
	}
	p.Wide, p.Query = true, asked
	h.render(w, r, http.StatusOK, within(view.Staff(p), view.Found(v)))
	return nil
}

// stateTag says where a question stands, where its promise was not read.
func stateTag(t desk.Ticket) view.TagView {
	switch t.State {
	case desk.New:
		return view.TagView{Kind: view.TagScheduled, Icon: "inbox", Text: "New"}
	case desk.Working:
		return view.TagView{Kind: view.TagScheduled, Icon: "user-check", Text: "In work"}
	case desk.Waiting:
		return view.TagView{Kind: view.TagWaiting, Text: "Waiting on caller"}
	case desk.Asked:
		return view.TagView{Kind: view.TagWaiting, Text: "Asked if fixed"}
	case desk.Confirmed:
		return view.TagView{Kind: view.TagKept, Text: "Fixed, said the caller"}
	case desk.Unconfirmed:
		return view.TagView{Kind: view.TagWithdrawn, Text: "Closed, not confirmed"}
	case desk.NotNeeded:
		return view.TagView{Kind: view.TagWithdrawn, Text: "Not needed"}
	}
	return view.TagView{Kind: view.TagWithdrawn, Text: "Void"}
}
