package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/web/view"
)

// ringRows is how many ways each list of the form has.
const ringRows = 3

var ringWays = []view.Option{{Value: string(coverage.ByText), Text: "A text"}, {Value: string(coverage.ByMail), Text: "A mail"}, {Value: string(coverage.ByCall), Text: "A phone call"}}

func noProvider(way view.Option) string {
	return way.Text + " reaches nobody: the desk has no provider for it. The next way is taken at once."
}

// ringLists are the two lists, as they are named in the form.
var ringLists = []struct{ name, title, hint string }{
	{"urgent", "When it is urgent", "An alert, or a promise that is due or past due. Without any way: a text at once, or a mail if no phone is known."},
	{"calm", "When it can wait a little", "A promise before it is due. Without any way: as when it is urgent."},
}

// told fills the form of how the viewer is told; form holds what was typed, where it could not be taken.
func (h *handler) told(r *http.Request, s signed, v *view.ProfileView, form url.Values) error {
	c, ways, err := h.app.OwnContact(r.Context(), s.v)
	if err != nil {
		return err
	}
	v.Told = view.ToldView{Mail: c.Mail, Phone: c.Phone}
	if p, err := desk.ParsePhone(c.Phone); err == nil {
		v.Told.Phone = p.String()
	}
	if form != nil {
		v.Told.Phone = form.Get("phone")
	}
	for _, l := range ringLists {
		rules := c.Rings
		if l.name == "calm" {
			rules = c.Calm
		}
		list := view.ToldList{ID: l.name, Title: l.title, Hint: l.hint}
		for i := range max(ringRows, len(rules)+1) {
			n := strconv.Itoa(i + 1)
			row := view.ToldRow{Way: l.name + "-way" + n, After: l.name + "-after" + n, N: n}
			chosen := ""
			if i < len(rules) {
				chosen, row.Minutes = string(rules[i].By), strconv.Itoa(int(rules[i].After.Minutes()))
			}
			if form != nil {
				chosen, row.Minutes = form.Get(row.Way), form.Get(row.After)
			}
			row.Ways = append(row.Ways, view.Option{Text: "No further way", Checked: chosen == ""})
			for _, o := range ringWays {
				o.Checked = o.Value == chosen
				row.Ways = append(row.Ways, o)
			}
			list.Rows = append(list.Rows, row)
		}
		v.Told.Lists = append(v.Told.Lists, list)
	}
	for _, o := range ringWays {
		if !ways[coverage.By(o.Value)] {
			v.Told.Missing = append(v.Told.Missing, noProvider(o))
		}
	}
	return nil
}

// POST /desk/display/told
func (h *handler) saveTold(w http.ResponseWriter, r *http.Request, s signed) error {
	f := r.PostForm
	lists := map[string][]coverage.Rule{}
	wrong := map[string]bool{}
	var bad desk.Fields
	for _, l := range ringLists {
		for i := range 2 * ringRows {
			n := strconv.Itoa(i + 1)
			way, typed := f.Get(l.name+"-way"+n), f.Get(l.name+"-after"+n)
			if way == "" {
				continue
			}
			minutes, err := strconv.Atoi(typed)
			switch {
			case typed != "" && err != nil:
				bad.Add(l.name, "minutes.invalid", "Way "+n+": write the minutes as a number, like 5.")
				wrong[l.name+n] = true
			case minutes < 0 || minutes > 240:
				bad.Add(l.name, "minutes.late", "Way "+n+" comes 0 to 240 minutes after somebody is called.")
				wrong[l.name+n] = true
			}
			lists[l.name] = append(lists[l.name], coverage.Rule{By: coverage.By(way), After: time.Duration(minutes) * time.Minute})
		}
		slices.SortStableFunc(lists[l.name], func(x, y coverage.Rule) int { return int(x.After - y.After) })
	}
	err := bad.Err()
	if err == nil {
		err = h.app.SaveOwnContact(r.Context(), s.v, f.Get("phone"), lists["urgent"], lists["calm"])
	}
	if desk.Is(err, desk.Invalid) {
		v := profileView(s.who)
		if err := h.told(r, s, &v, f); err != nil {
			return err
		}
		v.Problems, v.Told.PhoneError = problems(err), field(err, "phone")
		for i, l := range ringLists {
			v.Told.Lists[i].Error = field(err, l.name)
			for j, row := range v.Told.Lists[i].Rows {
				v.Told.Lists[i].Rows[j].Wrong = wrong[l.name+row.N]
			}
		}
		return h.showProfile(w, r, s, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/desk/display?saved=told#told", http.StatusSeeOther)
	return nil
}
