package app

import (
	"cmp"
	"context"
	"slices"

	"kept/internal/desk"
)

// mostAsked is how many answers the home page shows.
const mostAsked = 6

// MostAsked gives up to six answers that people of this audience ask for most.
func (a *App) MostAsked(ctx context.Context, audience desk.RequesterKind) ([]desk.Answer, error) {
	f, err := a.know(ctx)
	if err != nil {
		return nil, err
	}
	var list []desk.Answer
	for _, one := range f.answers {
		if one.Rank > 0 && (one.Audience == audience || one.Audience == "") {
			list = append(list, one)
		}
	}
	slices.SortFunc(list, func(x, y desk.Answer) int {
		return cmp.Or(cmp.Compare(x.Rank, y.Rank), cmp.Compare(x.ID, y.ID))
	})
	return list[:min(len(list), mostAsked)], nil
}

// Answer gives one answer by its slug. NotFound otherwise.
func (a *App) Answer(ctx context.Context, slug string) (desk.Answer, error) {
	f, err := a.know(ctx)
	if err != nil {
		return desk.Answer{}, err
	}
	one, ok := f.answer[slug]
	if !ok {
		return desk.Answer{}, notFound
	}
	return one, nil
}

// FindAnswers gives the answers that fit words best, best first, at most n. It forgives case, accents,
// plurals and single typing mistakes, in English and Spanish, and is empty when nothing fits.
func (a *App) FindAnswers(ctx context.Context, words string, n int) ([]desk.Answer, error) {
	f, err := a.know(ctx)
	if err != nil {
		return nil, err
	}
	return f.index.find(words, n), nil
}

var notFound = desk.Errorf(desk.NotFound, "not_found", "There is no such thing here.")
