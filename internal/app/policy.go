package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
)

// escalationSetting holds an Escalation as JSON, in place of the one that the desk begins with.
const escalationSetting = "escalation"

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

// untakenPolicy is gentle: half an hour before a call is due whoever has it is reminded, ten minutes before whoever
// stands behind them; when it falls due, who leads on shift; a quarter of an hour later, who leads and is on call.
func untakenPolicy(rotas []desk.Rota, people []coverage.Person) coverage.Policy {
	leads := firstPolicy(rotas, people).Steps
	return coverage.Policy{Name: "Promises", Steps: []coverage.Step{
		{At: -30 * time.Minute, To: []coverage.Target{{Role: coverage.Owner}}, Wait: 10 * time.Minute},
		{At: -10 * time.Minute, To: []coverage.Target{{Role: coverage.Backup}}, Wait: 10 * time.Minute},
		{To: leads[0].To, Wait: 5 * time.Minute, Repeat: 2},
		{At: 15 * time.Minute, To: leads[1].To, Wait: 10 * time.Minute, Repeat: 1},
	}}
}

// Escalates says what a policy is for.
type Escalates string

const (
	ForAlerts   Escalates = "alerts"
	ForPromises Escalates = "promises" // that nobody has taken: steps are relative to the due instant
)

// setting is where the policy is stored once somebody has changed it.
func (e Escalates) setting() string {
	if e == ForPromises {
		return escalationSetting + "_promises"
	}
	return escalationSetting
}

// Escalation is a policy in force. Seen says which one that is; who changes it gives it back.
type Escalation struct {
	coverage.Policy
	Kinds  []desk.PromiseKind // of promises: which; none: nobody is called for any
	Agreed bool               // also those that only an agreement makes, and nobody in words
	Own    bool               `json:"-"` // of the client that was asked for; else it is the desk's
	Seen   string             `json:"-"`
}

// ladders is for which promises it is.
func (e Escalation) ladders() store.Ladders {
	return store.Ladders{Kinds: e.Kinds, Agreed: e.Agreed, Ahead: e.ahead()}
}

// policyIn gives the policy of the desk in force.
func (a *App) policyIn(tx *store.DeskReadTx, of Escalates) (e Escalation, err error) {
	text, ok, err := tx.Setting(of.setting())
	if err != nil {
		return e, err
	}
	if ok {
		e.Seen = text
		return e, json.Unmarshal([]byte(text), &e)
	}
	first, err := a.firstIn(tx)
	e.Policy = first[of]
	if of == ForPromises {
		e.Kinds = []desk.PromiseKind{desk.Callback}
	}
	return e, err
}

// firstIn gives the policies that the desk begins with: they follow from the rotas and from who leads, which stand while the
// version of the roster does. They are for reading only.
func (a *App) firstIn(tx *store.DeskReadTx) (map[Escalates]coverage.Policy, error) {
	c := &a.roster
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.fresh(tx, tx.Now(), tx.Now()); err != nil {
		return nil, err
	}
	if c.first == nil {
		rotas, err := tx.Rotas(tx.Now())
		if err != nil {
			return nil, err
		}
		c.first = map[Escalates]coverage.Policy{ForAlerts: firstPolicy(rotas, c.roster.People), ForPromises: untakenPolicy(rotas, c.roster.People)}
	}
	return c.first, nil
}

// Escalation gives the policy for alerts, or for promises that nobody has taken: that of a client if it has one of its
// own, else, and for no client, that of the desk. Seen is then that of the client: none.
func (a *App) Escalation(ctx context.Context, v desk.Viewer, c desk.ClientID, of Escalates) (e Escalation, err error) {
	if v.Who != desk.WhoStaff && v.Who != desk.WhoSystem {
		return e, errStaffOnly
	}
	if c != 0 {
		err = a.db.Read(ctx, v, c, func(tx *store.ReadTx) error {
			text, own, err := tx.Policy(string(of))
			if err == nil && own {
				e, err = readPolicy(text)
				e.Own = true
			}
			return err
		})
		if err != nil || e.Own {
			return e, err
		}
	}
	err = a.db.DeskRead(ctx, desk.System("escalation"), func(tx *store.DeskReadTx) error {
		e, err = a.policyIn(tx, of)
		return err
	})
	if c != 0 {
		e.Seen = ""
	}
	return e, err
}

// readPolicy reads what SaveEscalation has stored.
func readPolicy(text string) (e Escalation, err error) {
	err = json.Unmarshal([]byte(text), &e)
	e.Seen = text
	return e, err
}

// OwnEscalations are the clients of v that have a policy of their own, by what for.
func (a *App) OwnEscalations(ctx context.Context, v desk.Viewer) (own map[Escalates][]desk.Client, err error) {
	if v.Who != desk.WhoStaff && v.Who != desk.WhoSystem {
		return nil, errStaffOnly
	}
	know, err := a.know(ctx)
	if err != nil {
		return nil, err
	}
	err = a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) error {
		own = map[Escalates][]desk.Client{}
		all, err := tx.Policies()
		for _, p := range all {
			own[Escalates(p.Purpose)] = append(own[Escalates(p.Purpose)], know.client[p.Client])
		}
		return err
	})
	return own, err
}

var errPolicyChanged = desk.Errorf(desk.Conflict, "policy.changed", "Somebody else has changed the escalation since you opened it. Look at it again.")

// SaveEscalation puts a policy in force, for a client or, for none, for all clients that have none of their own. A
// Conflict when somebody else has changed it since it was seen.
func (a *App) SaveEscalation(ctx context.Context, v desk.Viewer, c desk.ClientID, of Escalates, e Escalation) error {
	if !v.Leads() {
		return errLeadsRoster
	}
	var bad desk.Fields
	e.Name = "Alerts"
	for i, step := range e.Steps {
		switch {
		case step.At.Abs() > desk.MaxLadder && of == ForPromises:
			bad.Add("steps", "policy.far", fmt.Sprintf("Step %d is more than 12 hours from the due time: choose one nearer to it.", i+1))
		case step.At > desk.MaxLadder || step.At < 0 && of == ForAlerts:
			bad.Add("steps", "policy.far", fmt.Sprintf("Step %d does not begin within 12 hours after the alert: choose a time that does.", i+1))
		case step.Wait > desk.MaxLadder:
			bad.Add("steps", "policy.long", fmt.Sprintf("Step %d waits more than 12 hours for an answer: choose a shorter time.", i+1))
		}
	}
	if of == ForPromises {
		e.Name = "Promises"
		for _, k := range e.Kinds {
			if !slices.Contains(desk.PromiseKinds, k) || k == desk.Confirm {
				bad.Add("kinds", "choice.invalid", "Choose which promises somebody is called for.")
			}
		}
	}
	if say := e.Check(); len(say) > 0 {
		bad.Add("steps", "policy.wrong", say[0])
	}
	if err := bad.Err(); err != nil {
		return err
	}
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if c != 0 {
		l := e.ladders()
		return a.changePolicy(ctx, v, c, of, e, func(tx *store.Tx) error {
			return tx.SavePolicy(store.Policy{Purpose: string(of), Text: string(text), Kinds: l.Kinds, Agreed: l.Agreed, Ahead: l.Ahead})
		})
	}
	err = a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		now, _, err := tx.Setting(of.setting())
		if err != nil {
			return err
		}
		if now != e.Seen {
			return errPolicyChanged
		}
		if err := callsSomebody(tx.DeskReadTx, 0, e.Policy); err != nil {
			return err
		}
		return tx.SetSetting(of.setting(), string(text))
	})
	if err == nil {
		a.rosterChanged()
	}
	return err
}

// DropEscalation takes the policy of a client away: that of the desk holds for it again. A Conflict when somebody else
// has changed it since it was seen.
func (a *App) DropEscalation(ctx context.Context, v desk.Viewer, c desk.ClientID, of Escalates, seen string) error {
	if !v.Leads() {
		return errLeadsRoster
	}
	return a.changePolicy(ctx, v, c, of, Escalation{Seen: seen}, func(tx *store.Tx) error { return tx.DropPolicy(string(of)) })
}

// changePolicy changes the policy of a client, if it is still the one that was seen, to e.
func (a *App) changePolicy(ctx context.Context, v desk.Viewer, c desk.ClientID, of Escalates, e Escalation, change func(*store.Tx) error) error {
	if _, err := a.Client(ctx, v, c); err != nil {
		return err
	}
	err := a.db.DeskRead(ctx, desk.System("escalation"), func(tx *store.DeskReadTx) error { return callsSomebody(tx, c, e.Policy) })
	if err != nil {
		return err
	}
	err = a.db.Write(ctx, v, c, func(tx *store.Tx) error {
		now, _, err := tx.Policy(string(of))
		if err != nil {
			return err
		}
		if now != e.Seen {
			return errPolicyChanged
		}
		return change(tx)
	})
	if err == nil {
		a.rosterChanged()
	}
	return err
}

// callsSomebody refuses a policy that calls a rota or a person that is not there, or for a client somebody who does not
// serve it: nobody would notice before it is needed.
func callsSomebody(tx *store.DeskReadTx, c desk.ClientID, policy coverage.Policy) error {
	rotas, err := tx.Rotas(tx.Now())
	if err != nil {
		return err
	}
	staff, err := tx.AllStaff()
	if err != nil {
		return err
	}
	for _, step := range policy.Steps {
		for _, to := range step.To {
			if to.Rota != 0 && !slices.ContainsFunc(rotas, func(r desk.Rota) bool { return r.ID == to.Rota }) {
				return desk.Fields{{Field: "steps", Code: "policy.rota", Message: "A step calls a rota that is not in use: it would reach nobody. Choose another one."}}.Err()
			}
			if to.Person == 0 {
				continue
			}
			i := slices.IndexFunc(staff, func(s desk.Staff) bool { return s.ID == desk.StaffID(to.Person) && s.Works() })
			if i < 0 {
				return desk.Fields{{Field: "steps", Code: "policy.person", Message: "A step calls somebody who does not work here any more: choose another one."}}.Err()
			}
			if c != 0 && !viewerOf(staff[i]).Sees(c) {
				return desk.Fields{{Field: "steps", Code: "policy.serves", Message: "A step calls " + staff[i].Name + ", who does not serve this hospital and would not be called: choose somebody who does."}}.Err()
			}
		}
	}
	return nil
}

// ahead is how long before a promise is due its first step begins.
func (e Escalation) ahead() time.Duration {
	first := time.Duration(0)
	for _, step := range e.Steps {
		first = min(first, step.At)
	}
	return -first
}
