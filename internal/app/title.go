package app

import (
	"context"

	"kept/internal/desk"
)

// Retitle gives a ticket another title, for the desk only. The person's own words stay as they are.
func (a *App) Retitle(ctx context.Context, v desk.Viewer, ref desk.Ref, title string) error {
	title, err := desk.CleanLine(title, desk.MaxSubject)
	if err != nil || title == "" {
		return desk.Fields{{Field: "title", Code: "title.invalid", Message: "Enter a title of at most 200 characters."}}.Err()
	}
	return a.byRef(ctx, v, ref, func(x *act) error {
		if x.t.Subject == title {
			return nil
		}
		x.t.Subject = title
		if err := x.note(desk.TicketRetitled, desk.EventData{}); err != nil {
			return err
		}
		return x.tx.AddFound(x.t.ID, title)
	})
}
