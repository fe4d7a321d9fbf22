package main

import (
	"context"
	"fmt"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/store"
)

// verify holds every question of the desk against the laws.
type verify struct{}

func (c *verify) Run(ctx context.Context, s *settings, t terminal) error {
	return give(ctx, s, t, "verify", c)
}

func (*verify) carryOut(ctx context.Context, _ *store.DB, a *app.App) ([]string, error) {
	found, err := a.Verify(ctx, operator)
	if err != nil {
		return nil, err
	}
	if len(found.Broken) > 0 {
		e := desk.Errorf(desk.Internal, "verify", "Of %d questions and %d calls at least %d are not as they must be.", found.Tickets, found.Calls, len(found.Broken))
		for _, line := range found.Broken {
			e.Fields = append(e.Fields, desk.FieldError{Field: "broken", Code: "law", Message: line})
		}
		return nil, e
	}
	return []string{fmt.Sprintf("%d questions and %d calls were read, and all laws hold.", found.Tickets, found.Calls)}, nil
}
