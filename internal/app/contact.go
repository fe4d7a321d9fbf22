package app

import (
	"context"
	"slices"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// SaveContact stores how somebody is reached for work: oneself, or for those who lead anybody. Only those who
// lead change what somebody can do in an hour.
func (a *App) SaveContact(ctx context.Context, v desk.Viewer, who desk.StaffID, c desk.Contact) error {
	if v.Who != desk.WhoStaff && v.Who != desk.WhoSystem || who != v.Staff && !v.Leads() {
		return errLeadsRoster
	}
	var bad desk.Fields
	if c.Phone != "" {
		p, err := desk.ParsePhone(c.Phone)
		if err != nil {
			bad.Add("phone", "phone.invalid", "Enter a phone number of 10 digits, like 312-555-0199.")
		}
		c.Phone = p.E164()
	}
	if c.Capacity.Promises < 0 || c.Capacity.Promises > 100 || c.Capacity.Calls < 0 || c.Capacity.Calls > 100 {
		bad.Add("promises", "capacity.invalid", "Between 0, for not limited, and 100.")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	err := a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		have, err := tx.Contacts()
		if err != nil {
			return err
		}
		if !v.Leads() {
			c.Capacity = have[who].Capacity
		}
		return tx.SaveContact(who, c)
	})
	if err == nil {
		a.rosterChanged()
	}
	return err
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
