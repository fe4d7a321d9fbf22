package app

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"kept/internal/desk"
)

// Skills gives everything that analysts can be asked to know, by name.
func (a *App) Skills(ctx context.Context) ([]desk.Skill, error) {
	f, err := a.know(ctx)
	if err != nil {
		return nil, err
	}
	return slices.SortedFunc(maps.Values(f.skills), func(x, y desk.Skill) int {
		return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.Code, y.Code))
	}), nil
}
