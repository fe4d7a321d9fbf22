package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"kept/internal/channel"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
)

// escalateEvery is how often open alerts are looked at.
const escalateEvery = 10 * time.Second

// escalationSetting holds a coverage.Policy as JSON, in place of the one that the desk begins with.
const escalationSetting = "escalation"

type escalating struct {
	mu sync.Mutex
	at time.Time
}

// again reports whether it is time to look at open alerts.
func (e *escalating) again(now time.Time) bool {
	if !e.mu.TryLock() {
		return false // somebody does
	}
	defer e.mu.Unlock()
	age := now.Sub(e.at)
	return age < 0 || age >= escalateEvery
}

// firstPolicy calls who leads on shift, twice within ten minutes, then supervisors who can be called in.
func firstPolicy(rotas []desk.Rota, people []coverage.Person) coverage.Policy {
	leads := map[int64]bool{}
	for _, p := range people {
		leads[p.ID] = p.Lead
	}
	var onCall []coverage.Target
	for _, r := range rotas {
		all := r.OnCall
		for _, l := range r.Layers {
			for _, p := range l.People {
				all = all && leads[p]
			}
		}
		if all {
			onCall = append(onCall, coverage.Target{Rota: r.ID})
		}
	}
	return coverage.Policy{Name: "Alerts", Steps: []coverage.Step{
		{To: []coverage.Target{{Role: coverage.Leads}}, Wait: 5 * time.Minute, Repeat: 1},
		{At: 10 * time.Minute, To: onCall, Wait: 10 * time.Minute, Repeat: 2},
	}}
}

// Escalation is the policy in force for alerts. Seen says which one that is; who changes it gives it back.
type Escalation struct {
	Policy coverage.Policy
	Seen   string
}

// policyIn gives the policy in force.
func (a *App) policyIn(tx *store.DeskReadTx) (e Escalation, err error) {
	text, ok, err := tx.Setting(escalationSetting)
	if err != nil {
		return e, err
	}
	if ok {
		e.Seen = text
		return e, json.Unmarshal([]byte(text), &e.Policy)
	}
	now := tx.Now()
	rotas, err := tx.Rotas(now)
	if err != nil {
		return e, err
	}
	roster, err := a.rosterIn(tx, now, now)
	e.Policy = firstPolicy(rotas, roster.People)
	return e, err
}

// Escalation gives the policy for alerts.
func (a *App) Escalation(ctx context.Context, v desk.Viewer) (e Escalation, err error) {
	if v.Who != desk.WhoStaff && v.Who != desk.WhoSystem {
		return e, errStaffOnly
	}
	err = a.db.DeskRead(ctx, desk.System("escalation"), func(tx *store.DeskReadTx) error {
		e, err = a.policyIn(tx)
		return err
	})
	return e, err
}

// SaveEscalation puts a policy for alerts in force. A Conflict when somebody else has changed it since it was seen.
func (a *App) SaveEscalation(ctx context.Context, v desk.Viewer, e Escalation) error {
	if !v.Leads() {
		return errLeadsRoster
	}
	e.Policy.Name = "Alerts"
	if say := e.Policy.Check(); len(say) > 0 {
		return desk.Fields{{Field: "steps", Code: "policy.wrong", Message: say[0]}}.Err()
	}
	text, err := json.Marshal(e.Policy)
	if err != nil {
		return err
	}
	err = a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		now, _, err := tx.Setting(escalationSetting)
		if err != nil {
			return err
		}
		if now != e.Seen {
			return desk.Errorf(desk.Conflict, "policy.changed", "Somebody else has changed the escalation since you opened it. Look at it again.")
		}
		rotas, err := tx.Rotas(tx.Now())
		if err != nil {
			return err
		}
		for _, step := range e.Policy.Steps {
			for _, to := range step.To {
				if to.Rota != 0 && !slices.ContainsFunc(rotas, func(r desk.Rota) bool { return r.ID == to.Rota }) {
					return desk.Fields{{Field: "steps", Code: "policy.rota", Message: "A step calls a rota that is not in use: it would reach nobody. Choose another one."}}.Err()
				}
			}
		}
		return tx.SetSetting(escalationSetting, string(text))
	})
	if err == nil {
		a.rosterChanged()
	}
	return err
}

// escalate calls people for alerts that nobody has accepted, as the policy says. What is to be sent is a row first;
// a step that finds nobody does not wait; that nobody was reached is a row as well, and on the board.
func (a *App) escalate(ctx context.Context, now time.Time) error {
	a.escalating.mu.Lock()
	defer a.escalating.mu.Unlock()
	if age := now.Sub(a.escalating.at); age >= 0 && age < escalateEvery {
		return nil
	}
	a.escalating.at = now // also when it fails: then it is tried again a little later
	var alerts []desk.Alert
	var rings []desk.Ring
	var contacts map[desk.StaffID]desk.Contact
	var plan *coverage.Plan
	var esc Escalation
	err := a.db.DeskRead(ctx, desk.System("escalation"), func(tx *store.DeskReadTx) (err error) {
		if alerts, err = tx.OpenAlerts(2 * boardLines); err != nil || len(alerts) == 0 {
			return err
		}
		if rings, err = tx.OpenRings(); err != nil {
			return err
		}
		if contacts, err = tx.Contacts(); err != nil {
			return err
		}
		if plan, err = a.planIn(tx, now.Add(-24*time.Hour), now.Add(24*time.Hour)); err != nil {
			return err
		}
		esc, err = a.policyIn(tx)
		return err
	})
	if err != nil {
		return err
	}
	for _, al := range alerts {
		if err := a.ringFor(ctx, al, esc.Policy, plan, rings, contacts, now); err != nil {
			return err
		}
	}
	return a.sendRings(ctx, contacts, now)
}

// ringFor adds the rings of an alert that are due by now and not there yet.
func (a *App) ringFor(ctx context.Context, al desk.Alert, policy coverage.Policy, plan *coverage.Plan, have []desk.Ring, contacts map[desk.StaffID]desk.Contact, now time.Time) error {
	e := plan.Escalate(policy, coverage.Case{Client: int64(al.Client), Due: al.RaisedAt, Since: al.RaisedAt}, now)
	var fresh []desk.Ring
	for _, c := range e.Calls {
		known := func(r desk.Ring) bool {
			return r.Alert == al.ID && r.Step == c.Step && r.Round == c.Round && r.Staff == desk.StaffID(c.Person)
		}
		if slices.ContainsFunc(have, known) {
			continue
		}
		for _, r := range coverage.Rings(contacts[desk.StaffID(c.Person)].Rings, c.At, true, nil, time.Time{}) {
			fresh = append(fresh, desk.Ring{Client: al.Client, Alert: al.ID, Step: c.Step, Round: c.Round, Staff: desk.StaffID(c.Person), Way: r.By, CalledAt: c.At, FireAt: r.At, State: desk.RingWaiting})
		}
	}
	if e.Outcome == coverage.Nobody && !slices.ContainsFunc(have, func(r desk.Ring) bool { return r.Alert == al.ID && r.State == desk.RingNobody }) {
		fresh = append(fresh, desk.Ring{Client: al.Client, Alert: al.ID, Step: -1, CalledAt: e.At, State: desk.RingNobody})
	}
	if len(fresh) == 0 {
		return nil
	}
	err := a.db.Write(ctx, desk.System("escalation"), al.Client, func(tx *store.Tx) error {
		for _, r := range fresh {
			if err := tx.AddRing(r); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		a.changed(Change{Client: al.Client, Ticket: al.Ticket})
	}
	return err
}

// sendRings sends what is due. A ring is marked before it is sent: one that a crash has cut off stays "sending", and
// the next round calls again.
func (a *App) sendRings(ctx context.Context, contacts map[desk.StaffID]desk.Contact, now time.Time) error {
	var due []desk.Ring
	if err := a.db.DeskRead(ctx, desk.System("escalation"), func(tx *store.DeskReadTx) (err error) {
		due, err = tx.DueRings(now)
		return err
	}); err != nil || len(due) == 0 {
		return err
	}
	know, err := a.know(ctx)
	if err != nil {
		return err
	}
	for _, r := range due {
		ours := false
		move := func(to desk.RingState) error {
			return a.db.System(ctx, "escalation", func(tx *store.SystemTx) (err error) {
				ours, err = tx.MoveRing(r, to)
				return err
			})
		}
		to := contacts[r.Staff].Phone
		if r.Way != coverage.ByText || to == "" || a.sms == nil {
			if err := move(desk.RingNoWay); err != nil {
				return err
			}
			continue
		}
		if err := move(desk.RingSending); err != nil {
			return err
		}
		if !ours {
			continue
		}
		r.State = desk.RingSending
		c := know.client[r.Client]
		url := a.origin(c) + "/promises"
		out, err := a.sms.Send(ctx, channel.Message{ID: fmt.Sprintf("ring-%d-%d-%d-%d-%d", r.Client, r.Alert, r.Step, r.Round, r.Staff), Client: int64(r.Client), From: c.Phone, To: to,
			Text: "Help desk: an alert waits for you. Accept it here: " + url, Lang: "en", URL: url})
		if err != nil {
			a.log.WarnContext(ctx, "somebody could not be called for an alert", "alert", r.Alert, "step", r.Step, "err", err)
		}
		state := desk.RingFailed
		switch out.State {
		case channel.Accepted, channel.Delivered:
			state = desk.RingSent
		case channel.Unknown:
			continue
		}
		if err := move(state); err != nil {
			return err
		}
	}
	return nil
}

// Unreached counts open alerts for which the escalation has reached nobody.
func (a *App) Unreached(ctx context.Context, v desk.Viewer) (n int, err error) {
	if !v.Leads() {
		return 0, errLeadsRoster
	}
	err = a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) error {
		rings, err := tx.OpenRings()
		for _, r := range rings {
			if r.State == desk.RingNobody {
				n++
			}
		}
		return err
	})
	return n, err
}

// calledFor says in a sentence who was called for an alert.
func calledFor(al desk.Alert, rings []desk.Ring, staff map[desk.StaffID]string) (text string, nobody bool) {
	var names []string
	for _, r := range rings {
		if r.Alert != al.ID {
			continue
		}
		if r.State == desk.RingNobody {
			nobody = true
			continue
		}
		name := staff[r.Staff]
		switch r.State {
		case desk.RingNoWay:
			name += " (no phone is known)"
		case desk.RingFailed:
			name += " (it failed)"
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		text = "Called: " + strings.Join(names, ", ") + "."
	}
	if nobody {
		text = strings.TrimSpace(text + " Nobody was reached.")
	}
	return text, nobody
}
