package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"kept/internal/app"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/web/view"
)

// layersShown is how many layers the form reads.
const layersShown = 10

// distinct gives each person a name that nobody else has: with the address of those who have the same one.
func distinct(people []app.RosterPerson) map[desk.StaffID]string {
	count := map[string]int{}
	for _, p := range people {
		count[strings.ToLower(p.Name)]++
	}
	names := map[desk.StaffID]string{}
	for _, p := range people {
		if names[p.ID] = p.Name; count[strings.ToLower(p.Name)] > 1 {
			names[p.ID] += " (" + p.Contact.Mail + ")"
		}
	}
	return names
}

// fillRota puts a rota into the form, and gives its layers.
func fillRota(v map[string]string, line app.RotaLine, names map[desk.StaffID]string) []view.LayerFields {
	v["rota-id"], v["rota-version"], v["rota-name"] = strconv.FormatInt(line.Rota.ID, 10), strconv.Itoa(line.Rota.Version), line.Rota.Name
	for i, l := range line.Rota.Layers {
		var people []string
		for _, p := range l.People {
			people = append(people, names[desk.StaffID(p)])
		}
		set := func(name, value string) { v["rota-"+app.LayerField(name, i)] = value }
		set("layer", strconv.FormatInt(l.ID, 10))
		set("people", strings.Join(people, "\n"))
		set("every", string(l.Every))
		set("count", strconv.Itoa(max(l.Count, 1)))
		set("zone", l.Zone)
		set("at", fmt.Sprintf("%02d:%02d", l.At/60, l.At%60))
		set("start", l.Start.String())
		if l.End.Year != 0 {
			set("end", l.End.String())
		}
		if l.Hours.Zone != "" {
			_, hours, _ := strings.Cut(l.Hours.String(), "; ")
			set("hours", strings.TrimPrefix(hours, "mon-sun "))
		}
	}
	if line.Rota.OnCall {
		v["rota-on-call"] = "yes"
	}
	v["rota-seats"] = strconv.Itoa(max(line.Rota.Seats, 1))
	return layerFields(max(len(line.Rota.Layers), 1))
}

// layerFields names the fields of n layers.
func layerFields(n int) []view.LayerFields {
	all := make([]view.LayerFields, n)
	for i := range all {
		all[i] = view.LayerFields{N: strconv.Itoa(i + 1), Only: n == 1, Last: n == layersShown}
		for _, name := range []string{"layer", "people", "count", "every", "at", "zone", "start", "end", "hours"} {
			all[i].Names = append(all[i].Names, app.LayerField(name, i))
		}
	}
	return all
}

// layersTyped gives as many layers as were typed.
func layersTyped(f url.Values) []view.LayerFields {
	return layerFields(min(max(number[int](f.Get("layers")), 1), layersShown))
}

// beginRota fills what a rota begins with, in each layer.
func beginRota(v *view.RosterView, now time.Time) {
	if len(v.Layers) == 0 {
		v.Layers = layerFields(1)
	}
	begin := func(key, value string) {
		if v.Values["rota-"+key] == "" {
			v.Values["rota-"+key] = value
		}
	}
	begin("seats", "2")
	for i := range v.Layers {
		for name, value := range map[string]string{"every": "week", "count": "1", "zone": v.Zone, "at": "09:00", "start": now.Format(time.DateOnly)} {
			begin(app.LayerField(name, i), value)
		}
	}
}

// POST /desk/roster/rotas: saves it, or adds or takes out a layer of the form and shows it again.
func (h *handler) saveRota(w http.ResponseWriter, r *http.Request, s signed) error {
	f := r.PostForm
	n := len(layersTyped(f))
	switch what, which, _ := strings.Cut(f.Get("do"), "-"); what {
	case "layer":
		f.Set("layers", strconv.Itoa(n+1))
		return h.showRoster(w, r, s, http.StatusOK, typedForm{name: "rota", typed: f})
	case "drop":
		dropLayer(f, number[int](which)-1, n)
		return h.showRoster(w, r, s, http.StatusOK, typedForm{name: "rota", typed: f})
	}
	return h.rosterAct("rota", "rota", func(r *http.Request, s signed, f url.Values, _ *time.Location) error {
		page, err := h.app.RosterPage(r.Context(), s.v)
		if err != nil {
			return err
		}
		names := distinct(page.People)
		var bad desk.Fields
		in := app.RotaIn{ID: number[int64](f.Get("id")), Version: number[int](f.Get("version")), Name: f.Get("name"), OnCall: f.Get("on-call") != "", Seats: counted(f, "seats", &bad)}
		for i := range n {
			get := func(name string) string { return strings.TrimSpace(f.Get(app.LayerField(name, i))) }
			l := app.LayerIn{ID: number[int64](get("layer")), Every: coverage.Every(get("every")), Count: counted(f, app.LayerField("count", i), &bad), Zone: get("zone"), At: get("at"), Start: get("start"), End: get("end"), Hours: get("hours")}
			l.People, l.Unread = namedPeople(page.People, names, get("people"))
			in.Layers = append(in.Layers, l)
		}
		if err := bad.Err(); err != nil {
			return err
		}
		_, err = h.app.SaveRota(r.Context(), s.v, in)
		return err
	})(w, r, s)
}

// dropLayer takes layer i out of a form of n; the layers above it move down.
func dropLayer(f url.Values, i, n int) {
	if i < 0 || i >= n || n == 1 {
		return
	}
	for ; i < n; i++ {
		for _, name := range []string{"layer", "people", "count", "every", "at", "zone", "start", "end", "hours"} {
			f.Set(app.LayerField(name, i), f.Get(app.LayerField(name, i+1)))
		}
	}
	f.Set("layers", strconv.Itoa(n-1))
}

// namedPeople reads names, one a line, in the order of their turns, and says which it cannot read.
func namedPeople(people []app.RosterPerson, names map[desk.StaffID]string, text string) (list []desk.StaffID, unread string) {
	for line := range strings.Lines(text) {
		typed := strings.TrimSpace(line)
		if typed == "" {
			continue
		}
		is := func(p app.RosterPerson) bool { return strings.EqualFold(names[p.ID], typed) }
		if i := slices.IndexFunc(people, is); i >= 0 {
			list = append(list, people[i].ID)
			continue
		}
		var same []string
		for _, p := range people {
			if strings.EqualFold(p.Name, typed) {
				same = append(same, names[p.ID])
			}
		}
		if len(same) > 0 {
			return list, "More than one person is called \u201c" + typed + "\u201d. Write " + strings.Join(same, ", or ") + "."
		}
		return list, "Nobody here is called \u201c" + typed + "\u201d. Write names as they are on this page."
	}
	return list, ""
}

// POST /desk/roster/rotas/{id}/retirement: asks a second time, unless the form says "sure".
func (h *handler) retireRota(act staffFunc) staffFunc {
	return func(w http.ResponseWriter, r *http.Request, s signed) error {
		if r.PostForm.Get("sure") == "" {
			return h.askRetireRota(w, r, s)
		}
		return act(w, r, s)
	}
}

// GET /desk/roster/rotas/{id}/retirement: asks a second time.
func (h *handler) askRetireRota(w http.ResponseWriter, r *http.Request, s signed) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	page, err := h.app.RosterPage(r.Context(), s.v)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(page.Rotas, func(l app.RotaLine) bool { return l.Rota.ID == id })
	if i < 0 {
		return desk.Errorf(desk.NotFound, "not_found", "There is no such rota.")
	}
	if !s.v.Leads() {
		return desk.Errorf(desk.Forbidden, "lead.only", "Only a supervisor can change rotas.")
	}
	line := page.Rotas[i]
	c := view.ConfirmView{Title: "Take " + line.Rota.Name + " out of use?", Action: "/desk/roster/rotas/" + strconv.FormatInt(id, 10) + "/retirement", Back: "/desk/roster#rota-" + strconv.FormatInt(id, 10),
		Yes: "Take it out of use", No: "Leave it in use", Hidden: sureToo(url.Values{"version": {cmp.Or(r.PostFormValue("version"), strconv.Itoa(line.Rota.Version))}}),
		Lines: []string{"Its " + numbered(len(line.Turns), "turn") + " of the next 7 days end at once, and so do all later ones. Nobody takes them over by themselves.",
			"Promises that were booked on it stay with whoever has them. Those whose owner is not there any more show on the board, under “At risk”."}}
	return h.askAgain(w, r, s, c, "/desk/coverage")
}
