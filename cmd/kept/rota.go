package main

import (
	"context"
	"encoding/json"
	"fmt"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/store"
)

// rotaImport takes rotas from a file.
type rotaImport struct {
	File  string         `arg:"" type:"existingfile" help:"JSON: a list of rotas with layers; see docs/operate.md." json:"-"`
	Rotas []app.RotaFile `kong:"-"`
}

func (u *rotaImport) Run(ctx context.Context, s *settings, t terminal) error {
	text, err := readAll(u.File)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &u.Rotas); err != nil {
		return desk.Wrap(desk.Invalid, "file", err, "The file of rotas cannot be read.")
	}
	return give(ctx, s, t, "rota", u)
}

func (u *rotaImport) carryOut(ctx context.Context, _ *store.DB, a *app.App) ([]string, error) {
	return hitting(ctx, a, func() ([]string, error) {
		n, err := a.ImportRotas(ctx, operator, u.Rotas)
		if err != nil {
			return nil, err
		}
		return []string{fmt.Sprintf("Rotas in force now from this file: %d.", n)}, nil
	})
}
