package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
	"kept/internal/words"
)

// GET /promises
func (h *handler) boardPage(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.showBoard(w, r, s, http.StatusOK, r.URL.Query(), "")
}

// showBoard draws the board, with what was refused on top.
func (h *handler) showBoard(w http.ResponseWriter, r *http.Request, s signed, status int, query url.Values, refused string) error {
	id, _ := strconv.ParseInt(query.Get("client"), 10, 64) // what is no number is no hospital: all
	f := app.BoardFilter{Client: desk.ClientID(id), Skill: query.Get("skill"), Mine: query.Get("mine") != "", Owner: number[desk.StaffID](query.Get("owner"))}
	b, err := h.app.Board(r.Context(), s.v, f)
	if err != nil {
		return err
	}
	v, err := h.boardView(r.Context(), s, b, f, boardURL(f), h.staffZone(r, s))
	if err != nil {
		return err
	}
	v.Refused = refused
	p, err := h.shell(r, s, "Promises", "/promises")
	if err != nil {
		return err
	}
	p.Wide = true
	p.Live.PartURL += "?list=no"
	h.render(w, r, status, within(view.Staff(p), view.Board(v)))
	return nil
}

func boardURL(f app.BoardFilter) string {
	q := url.Values{}
	if f.Client != 0 {
		q.Set("client", strconv.FormatInt(int64(f.Client), 10))
	}
	if f.Skill != "" {
		q.Set("skill", f.Skill)
	}
	if f.Mine {
		q.Set("mine", "yes")
	}
	if f.Owner != 0 {
		q.Set("owner", strconv.FormatInt(int64(f.Owner), 10))
	}
	if len(q) == 0 {
		return "/promises"
	}
	return "/promises?" + q.Encode()
}

func (h *handler) boardView(ctx context.Context, s signed, b app.Board, f app.BoardFilter, here string, loc *time.Location) (view.BoardView, error) {
	clients, err := h.app.Clients(ctx, s.v)
	if err != nil {
		return view.BoardView{}, err
	}
	v := view.BoardView{Hospitals: clientOptions(clients, f.Client, "All hospitals"), Mine: f.Mine, URL: here, Wall: s.v.Leads()}
	if f.Owner != 0 {
		v.Owner, v.Whose = strconv.FormatInt(int64(f.Owner), 10), cmp.Or(b.Whose, "one person")
	}
	if f.Client != 0 {
		v.Client = strconv.FormatInt(int64(f.Client), 10)
	}
	v.Skills = h.skillOptions(ctx, b, f.Skill)
	v.Kept, v.KeptOf, v.Apart = counts(b.Counts)
	if f != (app.BoardFilter{}) {
		v.KeptOf += ", whatever the filter"
	}
	for _, al := range b.Alerts {
		a := alertView(al.Alert, al.Mine, here)
		a.Text = strings.TrimSpace(a.Text + " " + al.Called)
		if al.Ticket.Ref != "" {
			a.Who, a.URL = al.Caller+", "+al.Client.Name, ticketURL(al.Ticket.Ref)
		}
		v.Alerts = append(v.Alerts, a)
	}
	for _, in := range b.Waiting {
		v.Alerts = append(v.Alerts, waitingView(in, here))
	}
	redFlagsFirst(v.Alerts)
	group := func(id string, kind view.TagKind, title, count string, lines []app.BoardLine, shut bool, empty string) {
		g := view.BoardGroup{ID: id, Kind: kind, Title: title, Count: count, Closed: shut, Empty: empty}
		for _, line := range lines {
			g.Rows = append(g.Rows, boardRow(line, b.Now, here))
		}
		v.Groups = append(v.Groups, g)
	}
	n := func(lines []app.BoardLine) string { return strconv.Itoa(len(lines)) }
	if len(b.Broken) > 0 {
		group("broken", view.TagBroken, "Broken", n(b.Broken), b.Broken, false, "")
	}
	if len(b.AtRisk) > 0 {
		group("risk", view.TagRisk, "At risk", n(b.AtRisk), b.AtRisk, false, "")
	}
	if len(b.Broken)+len(b.AtRisk) == 0 {
		v.Calm = "No promise is broken or at risk."
		if !b.NextDue.IsZero() {
			v.Calm += " Next due: " + clock(b.NextDue, loc, b.Now) + "."
		}
	}
	group("hour", view.TagDue, "Due in the next hour", n(b.Hour), b.Hour, len(b.Hour) == 0, words.T(words.EN, "staff.board.empty"))
	group("today", view.TagScheduled, "Later today", n(b.Today), b.Today, true, "Nothing else is promised for the next 24 hours.")
	group("later", view.TagScheduled, "After that", n(b.Later), b.Later, true, "Nothing is promised for the days after.")
	v.Load = loadView(b, h.app.Skill(ctx, f.Skill).Name, f, loc)
	return v, nil
}

// loadView draws the next hours: bars for what is due, a line for who is there.
func loadView(b app.Board, skill string, f app.BoardFilter, loc *time.Location) view.LoadView {
	v := view.LoadView{Line: "people on shift"}
	if f.Skill != "" {
		v.Line = "people on shift with " + skill
	}
	if f != (app.BoardFilter{}) {
		v.Note = "Promises of this filter."
	}
	most := 1
	for _, hour := range b.Load {
		most = max(most, hour.Due, hour.People)
	}
	for i, hour := range b.Load {
		v.Hours = append(v.Hours, view.LoadHour{
			Time: words.Clock(words.EN, hour.At, loc), Hour: hour.At.In(loc).Format("3"), Due: strconv.Itoa(hour.Due), People: strconv.Itoa(hour.People),
			X: i, Bar: hour.Due * view.LoadHeight / most, Line: hour.People * view.LoadHeight / most, Short: hour.Due > 0 && hour.People == 0,
		})
	}
	return v
}

// skillOptions are the skills of what is on the board.
func (h *handler) skillOptions(ctx context.Context, b app.Board, chosen string) []view.Option {
	codes := map[string]bool{}
	if chosen != "" {
		codes[chosen] = true
	}
	for _, group := range [][]app.BoardLine{b.Broken, b.AtRisk, b.Hour, b.Today, b.Later} {
		for _, line := range group {
			if line.Promise.Skill != "" {
				codes[line.Promise.Skill] = true
			}
		}
	}
	list := []view.Option{{Text: "All skills", Checked: chosen == ""}}
	for code := range codes {
		list = append(list, view.Option{Value: code, Text: h.app.Skill(ctx, code).Name, Checked: code == chosen})
	}
	slices.SortFunc(list[1:], func(x, y view.Option) int {
		if x.Text < y.Text {
			return -1
		}
		return 1
	})
	return list
}

// counts says what became of the promises of the last 24 hours. Kept late, moved by us, repaired and
// what nobody can be told stand apart: none of them is kept.
func counts(c app.BoardCounts) (kept, of string, apart []string) {
	all := c.Kept + c.KeptLate + c.Broken + c.MovedByUs
	of = "in the last 24 hours, of all that were kept, late, broken or moved by us"
	if all == 0 {
		kept = "Kept 0 of 0"
		of = "no promise was due in the last 24 hours"
	} else {
		// Rounded down: 100% is said only when every one was kept.
		per := c.Kept * 1000 / all
		kept = fmt.Sprintf("Kept %d of %d (%d.%d%%)", c.Kept, all, per/10, per%10)
	}
	apart = []string{
		fmt.Sprintf("Broken %d", c.Broken), fmt.Sprintf("Late %d", c.KeptLate), fmt.Sprintf("Moved by us %d", c.MovedByUs), fmt.Sprintf("Repaired %d", c.Repaired),
		fmt.Sprintf("Cannot tell %d", c.CannotTell), fmt.Sprintf("Moved by caller %d", c.MovedByPerson), fmt.Sprintf("Not needed %d", c.Withdrawn), fmt.Sprintf("Void %d", c.Voided),
	}
	if c.Entered > 0 {
		apart = append(apart, fmt.Sprintf("Entered afterwards %d", c.Entered))
	}
	return kept, of, apart
}

func boardRow(line app.BoardLine, now time.Time, here string) view.BoardRow {
	p, loc := line.Promise, clientZone(line.Client)
	base, from := ticketURL(line.Ticket.Ref), ""
	if strings.Contains(here, "mine=yes") {
		from = "&from=mine"
	}
	r := view.BoardRow{
		ID: "p-" + strconv.FormatInt(int64(p.Client), 10) + "-" + strconv.FormatInt(int64(p.ID), 10), Time: clock(p.Due, loc, now), Machine: machine(p.Due, loc), Rel: until(p.Due, now),
		Who: line.Caller, URL: base + onPromise + from, Hospital: line.Client.Name, What: kinds[p.Kind].thing, Owner: line.Owner, Why: why(line, loc, now),
		Tag: promiseTag(p, line.Look, line.Ticket.State, loc, now),
	}
	switch {
	case line.Owner == "" && p.Kind == desk.Confirm:
		r.Owner = "Kept by itself"
	case line.Owner == "":
		r.Owner = "Anybody with the skill"
	case !line.OwnerOn:
		r.Owner += " (off shift)"
	}
	if r.Called = line.Called; r.Called != "" {
		r.Have, r.Back = base+"/promises/"+strconv.FormatInt(int64(p.ID), 10)+"/acks", here
	}
	if p.RepairOf != 0 {
		if line.Told {
			r.Told = "The caller was told."
		} else {
			r.Told = "The caller was not told yet."
		}
	}
	if p.Kind != desk.Confirm {
		action := view.ButtonView{Text: "Call now", Icon: "phone", Key: "c", Call: true, URL: base + onPromise + from + "#context", Quiet: ": " + line.Caller, Second: true}
		if p.Kind != desk.Callback {
			action.Text, action.Icon = "Open", ""
		} else if !p.Voicemail {
			r.Voicemail = voicemail(false)
		}
		r.Actions = []view.ButtonView{action}
		if now.Before(p.Due) && windowKind(p.Kind) {
			r.Actions = append(r.Actions, view.ButtonView{Text: "Move", Second: true, Quiet: ": " + line.Caller, URL: base + onPromise + "&times=move-" + strconv.FormatInt(int64(p.ID), 10) + "#context"})
		}
		r.Give = giveView(line, base+"/promises/"+strconv.FormatInt(int64(p.ID), 10)+"/owner")
		r.Give.Back = here
	}
	return r
}

// why says in words what endangers a promise, and what history says of it.
func why(line app.BoardLine, loc *time.Location, now time.Time) string {
	if !line.Held.IsZero() {
		return "Fell due while Kept was down; it breaks " + clock(line.Held, loc, now) + " unless a call that was made is entered."
	}
	text := line.Danger.Says()
	if odds := line.Danger.Odds(); odds != "" && text != "" {
		text += ". " + odds
	}
	return sentence(text)
}

// waitingView shows a message from outside that nobody has been able to place.
func waitingView(in app.WaitingLine, here string) view.AlertView {
	name := in.Client.Name
	if name == "" {
		name = "no hospital of ours"
	}
	a := view.AlertView{
		Title: "A message waits", Quiet: desk.Worst(desk.RedFlags(in.Body)) == desk.FlagNone, Back: here,
		Text:   fmt.Sprintf("From %s to %s (%s): \u201c%s\u201d Why it waits: %s.", reachable(in.From), reachable(in.To), name, shorten(in.Body, 300), in.Reason),
		AckURL: "/inbound/" + strconv.FormatInt(in.ID, 10) + "/acks",
	}
	return a
}

// reachable writes a number as people do; other addresses as they came.
func reachable(address string) string {
	if p, err := desk.ParsePhone(address); err == nil {
		return p.String()
	}
	return shorten(address, 80)
}

// shorten cuts a text at max characters.
func shorten(s string, max int) string {
	if r := []rune(s); len(r) > max {
		return string(r[:max]) + "…"
	}
	return s
}

// POST /inbound/{id}/acks
func (h *handler) takeInbound(w http.ResponseWriter, r *http.Request, s signed) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := h.app.TakeInbound(r.Context(), s.v, id); err != nil {
		return err
	}
	http.Redirect(w, r, cmp.Or(localPath(r.PostForm.Get("back")), "/promises"), http.StatusSeeOther)
	return nil
}

// POST /alerts/{id}/acks
func (h *handler) ackAlert(w http.ResponseWriter, r *http.Request, s signed) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := h.app.AckAlert(r.Context(), s.v, id); err != nil {
		return err
	}
	back := localPath(r.PostForm.Get("back"))
	if back == "" {
		back = "/promises"
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
	return nil
}
