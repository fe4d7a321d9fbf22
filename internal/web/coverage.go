package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"kept/internal/app"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/web/view"
	"kept/internal/words"
)

// coverageAsked reads which part of the map an address asks for. What is typed into the "what if" stays as
// it is typed.
type coverageAsked struct {
	app.CoverageFilter
	day            string
	people, what   string
	ifStart, ifEnd string
	asks           bool
}

func readCoverage(q url.Values, loc *time.Location) coverageAsked {
	id, _ := strconv.ParseInt(q.Get("client"), 10, 64) // what is no number is no hospital: all
	a := coverageAsked{day: q.Get("day"), people: q.Get("people"), what: q.Get("what"), ifStart: q.Get("start"), ifEnd: q.Get("end"), asks: q.Has("what")}
	a.Client, a.Skill, a.Half = desk.ClientID(id), q.Get("skill"), q.Get("half") != ""
	if day, err := time.ParseInLocation(time.DateOnly, a.day, loc); err == nil {
		a.From = day
	}
	if a.asks {
		n, _ := strconv.Atoi(a.people) // what is no number adds nobody, which the answer says
		// What is no time is none, which the answer says.
		start, _ := wallClock(a.ifStart, loc)
		end, _ := wallClock(a.ifEnd, loc)
		a.If = &app.CoverageIf{People: n, Skill: a.what, Start: start, End: end}
	}
	return a
}

// GET /desk/coverage
func (h *handler) coveragePage(w http.ResponseWriter, r *http.Request, s signed) error {
	loc := h.staffZone(r, s)
	ask := readCoverage(r.URL.Query(), loc)
	v, status, err := h.coverageView(r, s, ask, loc)
	if err != nil {
		return err
	}
	p, err := h.shell(r, s, "Coverage", "/desk/coverage")
	if err != nil {
		return err
	}
	p.Wide = true
	p.Live.PartURL = "/desk/coverage/part?" + r.URL.Query().Encode()
	h.render(w, r, status, within(view.Staff(p), view.Coverage(v)))
	return nil
}

// GET /desk/coverage/part: what is drawn anew when the roster or a promise has changed.
func (h *handler) coveragePart(w http.ResponseWriter, r *http.Request, s signed) error {
	loc := h.staffZone(r, s)
	v, _, err := h.coverageView(r, s, readCoverage(r.URL.Query(), loc), loc)
	if err != nil {
		return err
	}
	strip, err := h.app.Strip(r.Context(), s.v)
	if err != nil {
		return err
	}
	h.render(w, r, http.StatusOK, all(view.StripPart(stripView(strip), clockStrip(strip)), view.CoverageParts(v)))
	return nil
}

func (h *handler) coverageView(r *http.Request, s signed, ask coverageAsked, loc *time.Location) (view.CoverageView, int, error) {
	ctx, status := r.Context(), http.StatusOK
	var wrong error
	c, err := h.app.Coverage(ctx, s.v, ask.CoverageFilter)
	if desk.Is(err, desk.Invalid) {
		wrong, status = err, http.StatusUnprocessableEntity
		ask.If = nil
		c, err = h.app.Coverage(ctx, s.v, ask.CoverageFilter)
	}
	if err != nil {
		return view.CoverageView{}, 0, err
	}
	clients, err := h.app.Clients(ctx, s.v)
	if err != nil {
		return view.CoverageView{}, 0, err
	}
	skills, err := h.app.Skills(ctx)
	if err != nil {
		return view.CoverageView{}, 0, err
	}
	if c.Client.ID != 0 {
		loc = clientZone(c.Client)
	}
	v := view.CoverageView{
		Hospitals: clientOptions(clients, ask.Client, "The whole desk"), Half: ask.Half, Day: ask.day, Scope: "the whole desk",
		AsOf:    "As of " + words.Clock(words.EN, c.At, loc) + ". A change of the roster shows at once, promises within a minute.",
		Machine: machine(c.At, loc), Title: gapTitle(c), Empty: "No gaps in the next 28 days.", RotaURL: "/desk/roster",
	}
	v.Counts = "Each figure counts everybody on shift at the desk, once, against the people whom all hospitals need together. A hospital can have a gap while the desk has enough: then nobody of those who are on shift serves that hospital with that skill. Choose the hospital to see its own map."
	if c.Client.ID != 0 {
		v.Scope = c.Client.Name
		v.Counts = "Each figure counts who is on shift and serves " + c.Client.Name + ", also those who serve other hospitals at the same time, against the one person whom it needs wherever calls of that skill are expected or a promise of its own is due. A hospital can have enough while the desk is short: the page of the whole desk says so."
	}
	if c.Single > 0 {
		v.Split = fmt.Sprintf("%s of the whole desk, %s of single hospitals, which the map of the whole desk does not show.", numbered(c.Count-c.Single, "gap"), numbered(c.Single, "gap"))
	}
	if c.Soon == 0 {
		v.Calm = "No gaps in the next 24 hours."
	}
	for _, sk := range skills {
		v.Skills = append(v.Skills, view.Option{Value: sk.Code, Text: sk.Name, Checked: sk.Code == c.Skill.Code})
	}
	for _, g := range c.Gaps {
		line := view.GapLine{Text: g.Text, Nobody: g.Nobody(), Due: g.Due > 0}
		if g.Due > 0 {
			f := app.BoardFilter{Client: c.Client.ID, Skill: g.Skill}
			line.PromisesURL = boardURL(f)
		}
		for _, on := range g.Call {
			line.Call = append(line.Call, callLine(on, c.Now, loc))
		}
		if g.Soon && (g.Due > 0 || len(v.Soon) < gapsFirst) {
			v.Soon = append(v.Soon, line)
		} else {
			v.Later = append(v.Later, line)
		}
	}
	if more := c.Count - len(c.Gaps); more > 0 {
		v.More = fmt.Sprintf("And %d more. Choose a hospital to see its own.", more)
	}
	for i, t := range c.Slots {
		v.Hours = append(v.Hours, heatHour(t, loc, i == 0, ask.Half))
	}
	for _, row := range c.Rows {
		line := view.HeatRow{Name: row.Name, Skill: row.Skill}
		q := r.URL.Query()
		q.Set("skill", row.Skill)
		if row.Skill != "" {
			line.URL = "/desk/coverage?" + q.Encode() + "#halves"
		}
		for _, cell := range row.Cells {
			line.Cells = append(line.Cells, heatCell(cell))
		}
		v.Rows = append(v.Rows, line)
	}
	v.HalvesOpen = ask.Skill != ""
	v.HalfTitle = "Half hour by half hour: " + c.Skill.Name
	for _, half := range c.Halves {
		v.Halves = append(v.Halves, view.HalfLine{Time: clock(half.Start, loc, c.Now), Calls: fmt.Sprintf("%.1f", half.Calls), Promises: strconv.Itoa(half.Due),
			Need: strconv.Itoa(half.Need), Have: strconv.Itoa(half.People), OnCall: strconv.Itoa(half.OnCall), Free: strconv.Itoa(max(0, half.Seats-half.Booked)),
			Short: half.People < half.Need, Nobody: half.Need > 0 && half.People == 0})
	}
	for _, on := range c.OnCall {
		if on.Next {
			v.Next = append(v.Next, callLine(on, c.Now, loc))
		} else {
			v.Now = append(v.Now, callLine(on, c.Now, loc))
		}
	}
	v.Trust = trust(c)
	v.If = addPeople(c, ask, wrong, v.Skills)
	return v, status, nil
}

// gapsFirst is how many gaps of the next day stand before the fold, besides those in which something is
// promised: a wall of red lines says nothing.
const gapsFirst = 5

// trust says how far what is needed can be trusted, and why.
func trust(c app.Coverage) string {
	if len(c.Halves) == 0 && c.Trust == "none" {
		return "There are no calls to learn from yet, so only promises need somebody."
	}
	text := "What is needed follows from the calls of the last 13 weeks and the promises that are booked. Confidence: " + c.Trust + "."
	return strings.TrimSpace(text + " " + strings.Join(c.Notes, " "))
}

func gapTitle(c app.Coverage) string {
	switch c.Count {
	case 0:
		return "No gaps in the next 28 days"
	case 1:
		return "1 gap in the next 28 days"
	}
	return fmt.Sprintf("%d gaps in the next 28 days", c.Count)
}

func callLine(on app.OnCall, now time.Time, loc *time.Location) view.CallLine {
	l := view.CallLine{Name: on.Name, When: "until " + clock(on.Until, loc, now)}
	if on.Next {
		l.When = "from " + clock(on.From, loc, now)
	}
	if p, err := desk.ParsePhone(on.Phone); err == nil {
		l.Phone, l.PhoneURL = p.String(), "tel:"+p.E164()
	}
	return l
}

// heatHour is the head of a column: "6 p.m.", with the day where it begins.
func heatHour(t time.Time, loc *time.Location, first, half bool) view.HeatHour {
	local := t.In(loc)
	text := strings.TrimSuffix(words.Clock(words.EN, t, loc), " "+local.Format("MST"))
	parts := strings.Fields(text)
	hour := strings.Join(parts[:min(2, len(parts))], " ")
	if !half || local.Minute() == 0 {
		hour = strings.Replace(hour, ":00", "", 1)
	}
	h := view.HeatHour{Text: hour}
	if first || local.Hour() == 0 && local.Minute() < 30 {
		h.Day = local.Format("Mon, Jan 2")
	}
	return h
}

// heatCell is one cell: what is there of what is needed, and how it compares.
func heatCell(c coverage.Cell) view.HeatCell {
	cell := view.HeatCell{Have: strconv.Itoa(c.People), Need: strconv.Itoa(c.Need), Due: min(c.Due, 3)}
	say := fmt.Sprintf("%d of %d", c.People, c.Need)
	switch d := c.People - c.Need; {
	case c.Need == 0 && c.People == 0:
		cell.Tone, say = "none", "nobody is needed"
	case d <= -3:
		cell.Tone = "under-3"
	case d < 0:
		cell.Tone = "under-" + strconv.Itoa(-d)
	case d == 0:
		cell.Tone = "even"
	default:
		cell.Tone = "over-" + strconv.Itoa(min(d, 3))
	}
	switch {
	case c.Need > 0 && c.People == 0:
		cell.Nobody = true
		say += ", nobody"
	case c.People < c.Need:
		say += ", short"
	}
	if c.OnCall > 0 && c.People < c.Need {
		say += fmt.Sprintf(", %d on call", c.OnCall)
	}
	switch {
	case c.Due == 1:
		say += ", 1 promise due"
	case c.Due > 1:
		say += fmt.Sprintf(", %d promises due", c.Due)
	}
	cell.Say = say
	return cell
}

// addPeople is the form, with what was typed, and its answer.
func addPeople(c app.Coverage, ask coverageAsked, wrong error, skills []view.Option) view.AddPeopleView {
	f := view.AddPeopleView{People: ask.people, Start: ask.ifStart, End: ask.ifEnd, Open: ask.asks, Client: strconv.FormatInt(int64(ask.Client), 10),
		PeopleErr: field(wrong, "people"), StartErr: field(wrong, "start"), EndErr: field(wrong, "end"), SkillErr: field(wrong, "skill")}
	for _, o := range skills {
		if ask.what != "" {
			o.Checked = o.Value == ask.what
		}
		f.Skills = append(f.Skills, o)
	}
	if f.People == "" {
		f.People = "1"
	}
	if wrong != nil {
		f.Problems = problems(wrong)
	}
	if a := c.Answer; a != nil {
		f.Answer = fmt.Sprintf("%d gaps now, %d left.", a.Before, a.After)
		switch closed := a.Before - a.After; {
		case closed == 1:
			f.Answer = fmt.Sprintf("1 gap closed, %d left.", a.After)
		case closed > 1:
			f.Answer = fmt.Sprintf("%d gaps closed, %d left.", closed, a.After)
		}
		f.Left = a.Left
	}
	return f
}
