package web

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"strings"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
)

// searchCookie holds the words of the last search, so that no name and no number stands in an address
// and the way back still works. It ends with the session.
const searchCookie = "kept_search"

// searchWords is how many bytes of a search are kept: 500 in the cookie.
const searchWords = 375

// setSearch keeps the words of a search in the browser; empty words take them away.
func (h *handler) setSearch(w http.ResponseWriter, asked string) {
	if len(asked) > searchWords {
		asked = strings.ToValidUTF8(asked[:searchWords], "")
	}
	c := &http.Cookie{
		Name: searchCookie, Value: base64.RawURLEncoding.EncodeToString([]byte(asked)), Path: "/desk/search",
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: h.opts.Secure,
	}
	if asked == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// searched gives the words of the last search, "" when there are none.
func searched(r *http.Request) string {
	c, err := r.Cookie(searchCookie)
	if err != nil {
		return ""
	}
	asked, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return ""
	}
	return strings.ToValidUTF8(string(asked), "")
}

// POST /desk/search: keeps the words and shows what they find; with part=hits the entries of the palette.
func (h *handler) searchFor(w http.ResponseWriter, r *http.Request, s signed) error {
	asked := strings.TrimSpace(r.PostForm.Get("q"))
	if r.URL.Query().Get("part") != "hits" {
		h.setSearch(w, asked)
		http.Redirect(w, r, "/desk/search", http.StatusSeeOther)
		return nil
	}
	found, _, err := h.lookUp(r, s, asked, 8)
	if err != nil {
		return err
	}
	var hits []view.Command
	for _, f := range found {
		hits = append(hits, view.Command{Text: f.Caller + ", " + f.Client.Short + ": " + f.Ticket.Subject, URL: ticketURL(f.Ticket.Ref), Icon: "ticket", Key: string(f.Ticket.Ref)})
	}
	h.render(w, r, http.StatusOK, view.PaletteHits(hits))
	return nil
}

// lookUp is a search for which too many words fit nothing.
func (h *handler) lookUp(r *http.Request, s signed, asked string, limit int) ([]app.Found, []desk.Answer, error) {
	found, answers, err := h.app.Search(r.Context(), s.v, asked, limit)
	if desk.Is(err, desk.Invalid) {
		return nil, nil, nil
	}
	return found, answers, err
}

// GET /desk/search: tickets and answers for the words of the last search.
func (h *handler) searchPage(w http.ResponseWriter, r *http.Request, s signed) error {
	asked := searched(r)
	found, answers, err := h.lookUp(r, s, asked, 20)
	if err != nil {
		return err
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
		return view.TagView{Kind: view.TagWaiting, Text: cmp.Or(waitTags[t.WaitingFor], "Waiting")}
	case desk.Asked:
		return view.TagView{Kind: view.TagWaiting, Text: "Asked if fixed"}
	case desk.Confirmed:
		return view.TagView{Kind: view.TagKept, Text: "Fixed, said the caller"}
	case desk.Unconfirmed:
		return view.TagView{Kind: view.TagWithdrawn, Text: "Closed, not confirmed"}
	case desk.NotNeeded:
		return view.TagView{Kind: view.TagWithdrawn, Text: "Not needed"}
	case desk.Merged:
		return view.TagView{Kind: view.TagWithdrawn, Text: "Merged"}
	}
	return view.TagView{Kind: view.TagWithdrawn, Text: "Void"}
}
