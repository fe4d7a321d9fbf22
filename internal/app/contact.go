package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
)

// ContactIn is what a form says of how somebody is reached; what is empty stays as it is.
type ContactIn struct {
	Phone           string
	Promises, Calls *int // in an hour; 0 is not limited, not known
}

// SaveContact stores the phone of somebody for work: one's own, or for those who lead anybody's. Only those who
// lead change what somebody can do in an hour. In which order somebody is told is theirs, and so is having no phone: see SaveOwnContact.
func (a *App) SaveContact(ctx context.Context, v desk.Viewer, who desk.StaffID, in ContactIn) error {
	if v.Who != desk.WhoStaff && v.Who != desk.WhoSystem || who != v.Staff && !v.Leads() {
		return errLeadsRoster
	}
	var bad desk.Fields
	phone := workPhone(&bad, in.Phone)
	for field, n := range map[string]*int{"promises": in.Promises, "calls": in.Calls} {
		if n != nil && (*n < 0 || *n > 100) {
			bad.Add(field, "capacity.invalid", "Between 0, for not limited, and 100.")
		}
	}
	if err := bad.Err(); err != nil {
		return err
	}
	return a.changeContact(ctx, v, who, func(have *desk.Contact) {
		have.Phone = cmp.Or(phone, have.Phone)
		if in.Promises != nil && v.Leads() {
			have.Capacity.Promises = *in.Promises
		}
		if in.Calls != nil && v.Leads() {
			have.Capacity.Calls = *in.Calls
		}
	})
}

// changeContact stores what change makes of the contact of somebody.
func (a *App) changeContact(ctx context.Context, v desk.Viewer, who desk.StaffID, change func(*desk.Contact)) error {
	err := a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		c, err := tx.Contact(who)
		if err != nil {
			return err
		}
		change(&c)
		return tx.SaveContact(who, c)
	})
	if err == nil {
		a.rosterChanged()
	}
	return err
}

// workPhone reads a phone for work; none is none.
func workPhone(bad *desk.Fields, typed string) string {
	if strings.TrimSpace(typed) == "" {
		return ""
	}
	p, err := desk.ParsePhone(typed)
	if err != nil {
		bad.Add("phone", "phone.invalid", "Enter a phone number of 10 digits, like 312-555-0199.")
	}
	return p.E164()
}

const (
	ringRules  = 6             // of one kind, at most
	ringLatest = 4 * time.Hour // after the call
)

// OwnContact gives how the viewer is reached for work, and which ways the desk has a provider for.
func (a *App) OwnContact(ctx context.Context, v desk.Viewer) (c desk.Contact, ways map[coverage.By]bool, err error) {
	if v.Who != desk.WhoStaff {
		return c, nil, errStaffOnly
	}
	err = a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) (err error) {
		c, err = tx.Contact(v.Staff)
		return err
	})
	return c, a.ways(), err
}

// SaveOwnContact stores by which ways, one after the other, the viewer is told of what is urgent and of all else; none
// is a text at once. What is wrong is said at the fields "urgent" and "calm".
func (a *App) SaveOwnContact(ctx context.Context, v desk.Viewer, phone string, urgent, calm []coverage.Rule) error {
	if v.Who != desk.WhoStaff {
		return errStaffOnly
	}
	var bad desk.Fields
	phone = workPhone(&bad, phone)
	for field, rules := range map[string][]coverage.Rule{"urgent": urgent, "calm": calm} {
		if len(rules) > ringRules {
			bad.Add(field, "rings.many", fmt.Sprintf("Choose at most %d ways.", ringRules))
		}
		for _, r := range rules {
			switch {
			case r.By != coverage.ByText && r.By != coverage.ByMail && r.By != coverage.ByCall:
				bad.Add(field, "choice.invalid", "Choose a text, a mail or a call.")
			case r.After < 0 || r.After > ringLatest:
				bad.Add(field, "rings.late", "Each way comes 0 to 240 minutes after somebody is called.")
			case r.By != coverage.ByMail && phone == "":
				bad.Add("phone", "phone.missing", "Enter the phone for texts and calls.")
			}
		}
	}
	if err := bad.Err(); err != nil {
		return err
	}
	return a.changeContact(ctx, v, v.Staff, func(have *desk.Contact) { have.Phone, have.Rings, have.Calm = phone, urgent, calm })
}

// Certify says until when somebody is certified for a skill; zero is without end. An instant that has passed
// ends it: the skill then counts for nothing.
func (a *App) Certify(ctx context.Context, v desk.Viewer, who desk.StaffID, skill string, until time.Time) error {
	if !v.Leads() {
		return errLeadsRoster
	}
	err := a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		known, err := tx.Skills()
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(known, func(k desk.Skill) bool { return k.Code == skill }) {
			return desk.Fields{{Field: "skill", Code: "skill.unknown", Message: "Choose a skill that the desk has."}}.Err()
		}
		s, err := tx.Staff(who)
		if err != nil && !desk.Is(err, desk.NotFound) {
			return err
		}
		if !s.Works() {
			return desk.Fields{{Field: "staff", Code: "staff.unknown", Message: "Choose somebody who works here."}}.Err()
		}
		return tx.AddSkillTo(who, skill, until)
	})
	if err == nil {
		a.rosterChanged()
	}
	return err
}
