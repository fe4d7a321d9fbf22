package app

import (
	"context"

	"kept/internal/desk"
)

// MoveTicket hands an open question to the team with another skill, now. Nobody of that team owns it yet. Promises that
// were made stay as they are, and with whom they are. Field "skill".
func (a *App) MoveTicket(ctx context.Context, v desk.Viewer, ref desk.Ref, skill string) error {
	if skill == "" {
		return desk.Fields{{Field: "skill", Code: "skill.missing", Message: "Choose the team that takes it."}}.Err()
	}
	c, id, err := a.find(ctx, v, ref)
	if err != nil {
		return err
	}
	if err := a.known(ctx, skill, 0); err != nil {
		return err
	}
	know, err := a.know(ctx)
	if err != nil {
		return err
	}
	return a.onTicket(ctx, v, c, id, func(x *act) error {
		if !x.t.State.Open() {
			return desk.Errorf(desk.Conflict, "ticket.closed", "This question is closed. Only the person can open it again.")
		}
		if x.t.Skill == skill {
			return nil // a form that was sent twice
		}
		x.t.Owner = 0
		if err := x.moveTo(skill); err != nil {
			return err
		}
		return x.nudgeAnew(know)
	})
}

// moveTo notes that the team with another skill has the question from now on.
func (x *act) moveTo(skill string) error {
	was := x.t.Skill
	x.t.Skill = skill
	return x.note(desk.TicketMoved, desk.EventData{Skill: skill, WasSkill: was})
}
