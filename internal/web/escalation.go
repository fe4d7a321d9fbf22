package web

import (
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

const (
	escalationSteps   = 5  // that the form has at least
	escalationTargets = 2  // of a step, at least
	escalationMost    = 20 // that are read
)

// escalationForms are the policies that the page shows, with the prefix of the fields of each.
var escalationForms = map[app.Escalates]struct{ form, title, change, foot string }{
	app.ForAlerts: {"policy", "When nobody accepts an alert", "Change the escalation of alerts",
		"A step that finds nobody who can be told does not wait. If nobody is reached, the board says so."},
	app.ForPromises: {"untaken", "When nobody has taken a promise", "Change the escalation of promises",
		"It ends when somebody takes the promise, begins to call, or says “I have it”, and when the promise is kept, moved or not needed. A step that finds nobody who can be told does not wait. If nobody is reached, the board says so."},
}

// promiseKinds are what somebody can be called for, in the order of the form.
var promiseKinds = slices.DeleteFunc(slices.Clone(desk.PromiseKinds), func(k desk.PromiseKind) bool { return k == desk.Confirm })

// escalationView puts a policy into its sentences and its form.
func escalationView(values map[string]string, c desk.Client, of app.Escalates, e app.Escalation, page app.RosterPage) view.EscalationView {
	say := escalationForms[of]
	v := view.EscalationView{Form: say.form, Title: say.title, Change: say.change, Foot: say.foot, Client: c.Slug, Own: e.Own, Targets: []view.Option{{Value: string(coverage.Leads), Text: "Supervisors on shift"}}}
	switch {
	case e.Own:
		v.Whose, v.Change = c.Name+" has its own.", say.change+" of "+c.Name
	case c.ID != 0:
		v.Whose, v.Change = c.Name+" has none of its own: that of the desk holds.", "Give "+c.Name+" its own escalation: "+strings.TrimPrefix(say.change, "Change the escalation of ")
	}
	if of == app.ForPromises {
		v.Due = true
		v.Targets = append([]view.Option{{Value: string(coverage.Owner), Text: "Its owner"}, {Value: string(coverage.Backup), Text: "Its backup"}}, v.Targets...)
		v.Targets = append(v.Targets, view.Option{Value: string(coverage.Knows), Text: "Everybody on shift with the skill"})
		var names []string
		for _, k := range promiseKinds {
			on := slices.Contains(e.Kinds, k)
			v.Kinds = append(v.Kinds, view.Option{Value: string(k), Text: kinds[k].thing, Checked: on})
			if on {
				names = append(names, strings.ToLower(kinds[k].thing))
			}
		}
		v.Agreed = e.Agreed
		switch {
		case len(names) == 0:
			v.For = "Nobody is called for any promise."
		case e.Agreed:
			v.For = "For: " + strings.Join(names, ", ") + "; also those that only an agreement makes."
		default:
			v.For = "For: " + strings.Join(names, ", ") + ", when somebody has promised it in words."
		}
	}
	for _, r := range page.Rotas {
		v.Targets = append(v.Targets, view.Option{Value: "rota " + strconv.FormatInt(r.Rota.ID, 10), Text: "Whoever is on: " + r.Rota.Name})
	}
	for _, p := range page.People {
		v.Targets = append(v.Targets, view.Option{Value: "person " + strconv.FormatInt(int64(p.ID), 10), Text: p.Name})
	}
	values[say.form+"-seen"] = e.Seen
	for i := range min(max(escalationSteps, len(e.Steps)+1), escalationMost) {
		n := strconv.Itoa(i + 1)
		one := view.StepFields{N: n}
		targets := escalationTargets
		if i < len(e.Steps) {
			targets = max(targets, len(e.Steps[i].To))
		}
		for k := range targets {
			one.To = append(one.To, "to"+n+"-"+strconv.Itoa(k+1))
		}
		v.Fields = append(v.Fields, one)
		if i >= len(e.Steps) {
			continue
		}
		step := e.Steps[i]
		v.Steps = append(v.Steps, stepText(step, v))
		for k, to := range step.To {
			values[say.form+"-"+one.To[k]] = targetValue(to)
		}
		side := "after"
		if step.At < 0 {
			side = "before"
		}
		for key, value := range map[string]string{"at": strconv.Itoa(int(step.At.Abs().Minutes())), "side": side, "wait": strconv.Itoa(int(step.Wait.Minutes())), "repeat": strconv.Itoa(step.Repeat)} {
			values[say.form+"-"+key+n] = value
		}
	}
	return v
}

func targetValue(to coverage.Target) string {
	switch {
	case to.Rota != 0:
		return "rota " + strconv.FormatInt(to.Rota, 10)
	case to.Person != 0:
		return "person " + strconv.FormatInt(to.Person, 10)
	}
	return string(to.Role)
}

func stepText(step coverage.Step, v view.EscalationView) string {
	var names []string
	for _, to := range step.To {
		i := slices.IndexFunc(v.Targets, func(o view.Option) bool { return o.Value == targetValue(to) })
		if i >= 0 {
			names = append(names, v.Targets[i].Text)
		} else {
			names = append(names, "somebody who is not here any more")
		}
	}
	who := "nobody: the next step takes its place at once"
	if len(names) > 0 {
		who = strings.Join(names, ", ")
	}
	when, times := "At once", "Calls once."
	if v.Due {
		when = "When it is due"
	}
	minutes := numbered(int(step.At.Abs().Minutes()), "minute")
	switch {
	case step.At < 0:
		when = minutes + " before it is due"
	case step.At > 0 && v.Due:
		when = minutes + " after it was due"
	case step.At > 0:
		when = "After " + minutes
	}
	if step.Repeat > 0 {
		times = fmt.Sprintf("Calls %d times, %s apart.", step.Repeat+1, numbered(int(step.Wait.Minutes()), "minute"))
	}
	return when + ": " + who + ". " + times
}

// readEscalation reads the steps of a form; one that calls nobody is left out. The error is about numbers that are none.
func readEscalation(f url.Values) (app.Escalation, error) {
	var bad desk.Fields
	e := app.Escalation{Seen: f.Get("seen"), Agreed: f.Get("agreed") != ""}
	for _, k := range f["kinds"] {
		e.Kinds = append(e.Kinds, desk.PromiseKind(k))
	}
	for i := range escalationMost {
		n := strconv.Itoa(i + 1)
		minutes := func(key string) time.Duration { return time.Duration(counted(f, key+n, &bad)) * time.Minute }
		step := coverage.Step{At: minutes("at"), Wait: minutes("wait"), Repeat: counted(f, "repeat"+n, &bad)}
		if f.Get("side"+n) == "before" {
			step.At = -step.At
		}
		for k := range escalationMost {
			kind, id, _ := strings.Cut(f.Get("to"+n+"-"+strconv.Itoa(k+1)), " ")
			switch kind {
			case "":
			case "rota":
				step.To = append(step.To, coverage.Target{Rota: number[int64](id)})
			case "person":
				step.To = append(step.To, coverage.Target{Person: number[int64](id)})
			default:
				step.To = append(step.To, coverage.Target{Role: coverage.Role(kind)})
			}
		}
		if len(step.To) > 0 {
			e.Steps = append(e.Steps, step)
		}
	}
	return e, bad.Err()
}

// hospitalAsked is the hospital whose escalation a page or a form is about; none is the desk.
func (h *handler) hospitalAsked(r *http.Request, s signed, slug string) (c desk.Client, err error) {
	if slug == "" {
		return c, nil
	}
	if c, err = h.app.ClientBySlug(r.Context(), slug); err != nil {
		return c, err
	}
	return h.app.Client(r.Context(), s.v, c.ID)
}

func rosterURL(c desk.Client) string {
	return "/desk/roster?hospital=" + url.QueryEscape(c.Slug) + "#whose"
}

// escalations fills the policies of the hospital that was asked for, or of the desk.
func (h *handler) escalations(r *http.Request, s signed, v *view.RosterView, page app.RosterPage, f typedForm) error {
	slug := r.URL.Query().Get("hospital")
	if f.typed != nil {
		slug = f.typed.Get("hospital")
	}
	c, err := h.hospitalAsked(r, s, slug)
	if err != nil {
		return err
	}
	clients, err := h.app.Clients(r.Context(), s.v)
	if err != nil {
		return err
	}
	for _, one := range clients {
		v.Hospitals = append(v.Hospitals, view.Option{Value: one.Slug, Text: one.Name})
	}
	v.Values["whose-hospital"] = c.Slug
	if v.Whose = "This is what the desk does for all hospitals that have no escalation of their own."; c.ID != 0 {
		v.Whose = "This is what the desk does for " + c.Name + "."
	}
	own, err := h.app.OwnEscalations(r.Context(), s.v)
	if err != nil {
		return err
	}
	for _, of := range []app.Escalates{app.ForAlerts, app.ForPromises} {
		esc, err := h.app.Escalation(r.Context(), s.v, c.ID, of)
		if err != nil {
			return err
		}
		if f.err != nil && escalationForms[of].form == f.name {
			typed, _ := readEscalation(f.typed) // the numbers are shown as they were typed
			esc.Kinds, esc.Agreed = typed.Kinds, typed.Agreed
		}
		one := escalationView(v.Values, c, of, esc, page)
		if c.ID == 0 {
			for _, o := range own[of] {
				one.Others = append(one.Others, view.Link{URL: rosterURL(o), Text: o.Name})
			}
		}
		v.Escalations = append(v.Escalations, one)
	}
	return nil
}

// escalationAct changes the policy of the hospital that a form names, or of the desk.
func (h *handler) escalationAct(of app.Escalates, done string, act func(r *http.Request, s signed, c desk.ClientID, f url.Values) error) staffFunc {
	return h.rosterAct(escalationForms[of].form, done, func(r *http.Request, s signed, f url.Values, _ *time.Location) error {
		c, err := h.hospitalAsked(r, s, f.Get("hospital"))
		if err != nil {
			return err
		}
		return act(r, s, c.ID, f)
	})
}

func (h *handler) saveEscalation(of app.Escalates) staffFunc {
	return h.escalationAct(of, "policy", func(r *http.Request, s signed, c desk.ClientID, f url.Values) error {
		e, err := readEscalation(f)
		if err != nil {
			return err
		}
		return h.app.SaveEscalation(r.Context(), s.v, c, of, e)
	})
}

func (h *handler) dropEscalation(of app.Escalates) staffFunc {
	return h.escalationAct(of, "policy-desk", func(r *http.Request, s signed, c desk.ClientID, f url.Values) error {
		return h.app.DropEscalation(r.Context(), s.v, c, of, f.Get("seen"))
	})
}

// callsView says how well people at the desk are reached: which ways nobody carries, and which did not reach somebody
// for what is still open.
func (h *handler) callsView(r *http.Request, s signed) (list []string, err error) {
	c, err := h.app.Calls(r.Context(), s.v)
	if err != nil {
		return nil, err
	}
	for _, o := range ringWays {
		if !c.Ways[coverage.By(o.Value)] {
			list = append(list, noProvider(o))
		}
	}
	for _, of := range []struct {
		state desk.RingState
		say   string
	}{{desk.RingNoWay, "no number or address is known"}, {desk.RingNoProvider, "no provider"}, {desk.RingLater, "provider not reached, tried again"}, {desk.RingFailed, "failed"}, {desk.RingBusy, "busy"}, {desk.RingNoAnswer, "no answer"}} {
		for _, o := range ringWays {
			if n := c.Unheard[app.Unheard{Way: coverage.By(o.Value), State: of.state}]; n > 0 {
				list = append(list, fmt.Sprintf("%s did not reach somebody %s, for what is open now: %s.", o.Text, numbered(n, "time"), of.say))
			}
		}
	}
	if c.Nobody > 0 {
		list = append(list, "Nobody was reached for "+numbered(c.Nobody, "open alert")+".")
	}
	return list, nil
}
