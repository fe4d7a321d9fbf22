package main

import (
	"context"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/store"
)

// explain says how the clocks of one question came to stand as they do.
type explain struct {
	Number string `arg:"" placeholder:"NUMBER" help:"Number of the question, like K7M-4QX."`
}

func (c *explain) Run(ctx context.Context, s *settings, t terminal) error {
	return give(ctx, s, t, "explain", c)
}

func (c *explain) carryOut(ctx context.Context, _ *store.DB, a *app.App) ([]string, error) {
	ref, err := desk.ParseRef(c.Number)
	if err != nil {
		return nil, err
	}
	lines, err := a.Explain(ctx, operator, ref)
	if desk.Is(err, desk.NotFound) {
		err = desk.Errorf(desk.NotFound, "ticket.unknown", "There is no question with the number %s.", ref)
	}
	return lines, err
}
