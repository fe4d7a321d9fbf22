package web

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
	"kept/internal/words"
)

// mergeURL is the page on which a question is put together with another one, which may be chosen already.
func mergeURL(ref, into desk.Ref) string {
	u := ticketURL(ref) + "/merge"
	if into != "" {
		u += "?" + url.Values{"into": {string(into)}}.Encode()
	}
	return u
}

// sameQuestion leads to the page of merging, where the person has another question open.
func sameQuestion(p app.TicketPage) (l view.Link) {
	n := 0
	for _, o := range p.Others {
		if !o.State.Open() || o.State == desk.Asked {
			continue
		}
		if n++; n == 1 {
			l = view.Link{URL: mergeURL(p.Ticket.Ref, o.Ref), Text: "Same question as “" + o.Subject + "”, " + string(o.Ref) + "?"}
		}
	}
	if n > 1 {
		l = view.Link{URL: mergeURL(p.Ticket.Ref, ""), Text: "Same question as one of " + numbered(n, "other open question") + "?"}
	}
	return l
}

// GET /desk/t/{ref}/merge: which other question; with its number, both side by side.
func (h *handler) mergePage(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.showMerge(w, r, s, http.StatusOK, r.URL.Query().Get("into"), r.URL.Query().Has("into"), nil)
}

// POST /desk/t/{ref}/merge
func (h *handler) merge(w http.ResponseWriter, r *http.Request, s signed) error {
	ref, err := pathRef(r)
	if err != nil {
		return err
	}
	f := r.PostForm
	seq, _ := strconv.Atoi(f.Get("seq")) // without a number nobody is warned of newer words
	intoSeq, _ := strconv.Atoi(f.Get("into_seq"))
	to, err := h.app.Merge(r.Context(), s.v, ref, app.MergeIn{Into: f.Get("into"), Seq: seq, IntoSeq: intoSeq})
	switch {
	case err == nil:
		http.Redirect(w, r, ticketURL(to.Ref), http.StatusSeeOther)
		return nil
	case typedWrong(err):
		return h.showMerge(w, r, s, http.StatusOK, f.Get("into"), true, err)
	}
	return err
}

// showMerge draws the page. Where the two cannot be put together it says why, and asks for another number.
func (h *handler) showMerge(w http.ResponseWriter, r *http.Request, s signed, status int, into string, chosen bool, wrong error) error {
	ref, err := pathRef(r)
	if err != nil {
		return err
	}
	m, err := h.app.BeforeMerge(r.Context(), s.v, ref, "")
	if err != nil {
		return err
	}
	both := false
	if chosen {
		pair, err := h.app.BeforeMerge(r.Context(), s.v, ref, into)
		switch {
		case err == nil && into != "":
			m, both = pair, true
		case err == nil:
			wrong = desk.Fields{{Field: "into", Code: "merge.missing", Message: "Type the number of the other question."}}.Err()
		case !typedWrong(err):
			return err
		case wrong == nil:
			wrong = err
		}
	}
	now := h.app.Now()
	v := view.MergeView{Title: "Same question as …", Action: mergeURL(ref, ""), Typed: into, Back: view.Link{URL: ticketURL(ref), Text: "Back to " + string(ref)}}
	if wrong != nil {
		v.Error, status = said(wrong), http.StatusUnprocessableEntity
		if desk.Is(wrong, desk.Conflict) {
			status = http.StatusConflict
		}
	}
	switch {
	case !m.From.Ticket.State.Open():
		v.Action = ""
		v.Lead = []string{string(ref) + " is closed. There is nothing in it that could go on."}
		if m.From.Into != "" {
			v.Lead = []string{string(ref) + " goes on in " + string(m.From.Into) + "."}
		}
	case both:
		v.Title = "Is this the same question?"
		told := "their old number and link lead there."
		if m.Unnamed {
			told = "gets the link anew."
			v.Warning = "Several people may use one phone. Put them together only if you know that one person asked both."
		}
		v.Lead = []string{
			"What was promised in " + string(ref) + " goes on in " + string(m.Into.Ticket.Ref) + " as it is: its time, its owner, its tries. The person is told once, and " + told,
			"This cannot be undone.",
		}
		v.Pair = []view.MergeSide{mergeSide("This one ends", m.From, now), mergeSide("It goes on in", m.Into, now)}
		v.Hidden = []view.KV{{Key: "into", Value: string(m.Into.Ticket.Ref)}, {Key: "seq", Value: strconv.Itoa(m.From.Ticket.Seq)}, {Key: "into_seq", Value: strconv.Itoa(m.Into.Ticket.Seq)}}
		v.Yes = "Put " + string(ref) + " into " + string(m.Into.Ticket.Ref)
	default:
		v.At = "into"
		v.Lead = []string{string(ref) + ", “" + m.From.Ticket.Subject + "”, goes on in the question that you choose. You see both before anything happens."}
		for _, o := range m.Others {
			v.Others = append(v.Others, view.MergeOther{URL: mergeURL(ref, o.Ref), Ref: string(o.Ref), Title: o.Subject, When: clock(o.OpenedAt, clientZone(m.From.Client), now)})
		}
	}
	p, err := h.shell(r, s, v.Title+" "+string(ref), "/desk")
	if err != nil {
		return err
	}
	if v.Error != "" {
		p.Title = "Error: " + p.Title
	}
	h.render(w, r, status, within(view.Staff(p), view.Merge(v)))
	return nil
}

// mergeSide is one of two questions as they are held against each other.
func mergeSide(heading string, p app.TicketPage, now time.Time) view.MergeSide {
	loc := clientZone(p.Client)
	v := view.MergeSide{Heading: heading, Ref: string(p.Ticket.Ref), Title: p.Ticket.Subject, Lang: p.Ticket.Lang, Facts: []view.KV{
		{Key: "Hospital", Value: p.Client.Name}, {Key: "Who", Value: orDash(p.Requester.Name)},
		{Key: "Asked", Value: clock(p.Ticket.OpenedAt, loc, now) + ", by " + viaName(p.Ticket.Via)},
	}}
	if n, ok := callable(p); ok {
		v.Facts = append(v.Facts, view.KV{Key: "Phone", Value: n.String()})
	}
	v.Facts = append(v.Facts, view.KV{Key: "State", Value: stateTag(p.Ticket).Text})
	for _, line := range p.Promises {
		if q := line.Promise; q.State.Live() {
			text := kinds[q.Kind].thing + " " + words.By(words.EN, q.Due, loc, now)
			if line.Owner != "" {
				text += ", " + line.Owner
			}
			v.Facts = append(v.Facts, view.KV{Key: "Promised", Value: text})
		}
	}
	for _, m := range p.Messages {
		if m.Kind == desk.FromThem {
			v.Words = append(v.Words, m.Body)
		}
	}
	return v
}
