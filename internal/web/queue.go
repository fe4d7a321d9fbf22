package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
	"kept/internal/words"
)

// shows are the saved filters of the queue.
var shows = []struct{ show, text, title string }{
	{"", "All", "Queue"},
	{"mine", "Mine", "My tickets"},
	{"skill", "My skills", "My skills"},
	{"unowned", "Nobody has it", "Nobody has it"},
	{"waiting", "Waiting", "Waiting"},
	{"spanish", "Español", "Español"},
}

// queueAsk is which part of the queue a request asks for. It stays in the address while tickets are
// opened, so that the list on the left is the same.
type queueAsk struct {
	show   string
	client desk.ClientID
	after  string
}

func queueAsked(q url.Values) queueAsk {
	n, _ := strconv.ParseInt(q.Get("client"), 10, 64) // what is no number is no hospital: all
	return queueAsk{show: q.Get("show"), client: desk.ClientID(n), after: q.Get("after")}
}

// query is the part of an address that asks for the same, with "?" before it; empty for all.
func (a queueAsk) query() string {
	q := url.Values{}
	if a.show != "" {
		q.Set("show", a.show)
	}
	if a.client != 0 {
		q.Set("client", strconv.FormatInt(int64(a.client), 10))
	}
	if a.after != "" {
		q.Set("after", a.after)
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

func (a queueAsk) filter() app.QueueFilter {
	return app.QueueFilter{Show: a.show, Client: a.client, After: a.after}
}

// GET /desk
func (h *handler) queuePage(w http.ResponseWriter, r *http.Request, s signed) error {
	ask := queueAsked(r.URL.Query())
	filter := ask.filter()
	screen, err := h.app.Screen(r.Context(), s.v, app.ScreenParts{Queue: &filter})
	if err != nil {
		return err
	}
	pane, err := h.queueView(r.Context(), s, screen.Queue, ask, "")
	if err != nil {
		return err
	}
	p := h.shellWith(screen.Strip, r, s, pane.Title, "/desk")
	p.Live.PartURL += ask.query()
	h.render(w, r, http.StatusOK, within(view.Staff(p), view.Panes(view.PanesView{Title: pane.Title}, view.QueuePane(pane),
		view.EmptyState("No ticket is open.", "Pick one on the left: j and k move, Enter opens. Or take the next call.", view.ButtonView{Text: "New call", Icon: "phone-call", URL: "/desk/call/new", Key: "F2"}), nil)))
	return nil
}

// queueView is the list on the left; current is the number of the ticket that is open.
func (h *handler) queueView(ctx context.Context, s signed, q app.Queue, ask queueAsk, current desk.Ref) (view.QueueView, error) {
	clients, err := h.app.Clients(ctx, s.v)
	if err != nil {
		return view.QueueView{}, err
	}
	v := view.QueueView{Show: ask.show, URL: "/desk" + ask.query(), Title: "Queue", Count: strconv.Itoa(len(q.Rows))}
	if q.More {
		v.Count += "+"
		next := ask
		next.after = q.Next
		v.MoreURL = "/desk" + next.query()
	}
	if ask.after != "" {
		top := ask
		top.after = ""
		v.TopURL = "/desk" + top.query()
	}
	for _, f := range shows {
		to := queueAsk{show: f.show, client: ask.client}
		v.Filters = append(v.Filters, view.Tab{URL: "/desk" + to.query(), Text: f.text, Current: f.show == ask.show})
		if f.show == ask.show {
			v.Title = f.title
		}
	}
	v.Hospitals = clientOptions(clients, ask.client, "All hospitals")
	here := h.hereTexts(s)
	v.Rows = make([]view.QueueRow, len(q.Rows))
	for i, row := range q.Rows {
		v.Rows[i] = queueRow(row, s, ask, q.Now)
		v.Rows[i].Current, v.Rows[i].Here = row.Ticket.Ref == current, here[row.Ticket.Ref]
	}
	switch ask.show {
	case "":
		v.Empty = "No question is open. New calls and questions show up here."
	case "mine":
		v.Empty = "You own no open question."
		v.EmptyGo = view.ButtonView{Text: "Show those that nobody has", URL: "/desk?show=unowned"}
	default:
		v.Empty = "No open question fits this filter."
		v.EmptyGo = view.ButtonView{Text: "Show all", URL: "/desk"}
	}
	return v, nil
}

func queueRow(row app.QueueRow, s signed, ask queueAsk, now time.Time) view.QueueRow {
	t, loc := row.Ticket, clientZone(row.Client)
	r := view.QueueRow{
		ID: "q-" + string(t.Ref), URL: ticketURL(t.Ref) + ask.query(), Who: row.Caller, Hospital: row.Client.Short, Subject: t.Subject,
		Tag: promiseTag(row.Promise, row.Look, t.State, loc, now), Needs: needs(t.Needs),
	}
	r.Tag.ID = tagID(t.Ref)
	if row.Promise.ID != 0 {
		r.When, r.Machine, r.Rel = until(row.Promise.Due, now), machine(row.Promise.Due, loc), "late"
	}
	if t.Lang != "" && t.Lang != "en" {
		r.Language = language(t.Lang)
	}
	if row.Owner != "" && t.Owner != s.v.Staff {
		r.Owner = row.Owner
	}
	if t.Owner != s.v.Staff {
		r.TakeURL = ticketURL(t.Ref) + "/owner?back=" + url.QueryEscape("/desk"+ask.query())
	}
	return r
}

func tagID(ref desk.Ref) string { return "tag-" + string(ref) }

// needs names what a person needs on a call, from its codes.
func needs(codes string) string {
	var list []string
	for code := range strings.SplitSeq(codes, ",") {
		code = strings.TrimSpace(code)
		other, isOther := strings.CutPrefix(code, "other:")
		switch {
		case code == "" || code == "none":
		case code == "es":
			list = append(list, "Spanish")
		case code == "tty":
			list = append(list, "TTY")
		case code == "speaker":
			list = append(list, "Speakerphone")
		case isOther:
			list = append(list, "Interpreter: "+other)
		default:
			list = append(list, code)
		}
	}
	return strings.Join(list, ", ")
}

func clientOptions(clients []desk.Client, chosen desk.ClientID, none string) []view.Option {
	list := []view.Option{{Text: none, Checked: chosen == 0}}
	for _, c := range clients {
		list = append(list, view.Option{Value: strconv.FormatInt(int64(c.ID), 10), Text: c.Name, Checked: c.ID == chosen})
	}
	return list
}

// hospital is the bar above tickets and calls.
func hospital(c desk.Client, now time.Time) view.HospitalView {
	v := view.HospitalView{Name: c.Name, Edge: c.Colour, LocalTime: words.Clock(words.EN, now, clientZone(c)) + " there"}
	if c.EHR != "" {
		v.Facts = append(v.Facts, "EHR: "+c.EHR)
	}
	v.AnswerAs = "Answer as “" + c.Name + " help desk”"
	return v
}
