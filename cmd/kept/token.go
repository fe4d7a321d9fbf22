package main

import (
	"context"
	"fmt"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/store"
)

// tokenAdd makes a token for the API.
type tokenAdd struct {
	Name   string `required:"" placeholder:"NAME" help:"What it is for, so that you know it again."`
	Client string `required:"" xor:"scope" placeholder:"SLUG" help:"For the programs of one hospital."`
	Desk   bool   `required:"" xor:"scope" help:"For programs of the whole desk."`
}

func (k *tokenAdd) Run(ctx context.Context, s *settings, t terminal) error {
	return give(ctx, s, t, "token", k)
}

func (k *tokenAdd) carryOut(ctx context.Context, db *store.DB, a *app.App) ([]string, error) {
	var client desk.ClientID
	if !k.Desk {
		c, err := clientBySlug(ctx, a, k.Client)
		if err != nil {
			return nil, err
		}
		client = c.ID
	}
	token, err := a.AddToken(ctx, operator, client, k.Name)
	if err != nil {
		return nil, err
	}
	return []string{token, "Programs send it as: Authorization: Bearer …", "It is shown this once."}, nil
}

// tokenEnd ends tokens for the API.
type tokenEnd struct {
	Name string `required:"" placeholder:"NAME" help:"What it is for, as it was said when it was made. All of this name end."`
}

func (k *tokenEnd) Run(ctx context.Context, s *settings, t terminal) error {
	return give(ctx, s, t, "token-end", k)
}

func (k *tokenEnd) carryOut(ctx context.Context, db *store.DB, a *app.App) ([]string, error) {
	n, err := a.EndTokens(ctx, operator, k.Name)
	if err != nil {
		return nil, err
	}
	return []string{fmt.Sprintf("Ended: %d. Programs with it are refused within five seconds.", n)}, nil
}
