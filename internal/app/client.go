package app

import (
	"context"
	"net"
	"strings"
	"time"

	"kept/internal/desk"
)

// Hours says whether a client's help desk answers now.
type Hours struct {
	Open   bool
	Always bool      // day and night, every day
	Until  time.Time // when it closes, if open and not always
	Next   time.Time // when it opens, if closed
}

// ClientByHost finds the client whose pages live on host. NotFound otherwise.
func (a *App) ClientByHost(ctx context.Context, host string) (desk.Client, error) {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	f, err := a.know(ctx)
	if err != nil {
		return desk.Client{}, err
	}
	return f.one(f.host[strings.ToLower(strings.TrimSuffix(host, "."))])
}

// ClientBySlug finds a client by the word in demo paths. NotFound otherwise.
func (a *App) ClientBySlug(ctx context.Context, slug string) (desk.Client, error) {
	f, err := a.know(ctx)
	if err != nil {
		return desk.Client{}, err
	}
	return f.one(f.slug[slug])
}

// Client gives one client that v may see.
func (a *App) Client(ctx context.Context, v desk.Viewer, c desk.ClientID) (desk.Client, error) {
	if !v.Sees(c) {
		return desk.Client{}, notFound
	}
	f, err := a.know(ctx)
	if err != nil {
		return desk.Client{}, err
	}
	return f.one(c)
}

// Clients gives every client that v may see, by name.
func (a *App) Clients(ctx context.Context, v desk.Viewer) ([]desk.Client, error) {
	f, err := a.know(ctx)
	if err != nil {
		return nil, err
	}
	return f.seen(v), nil
}

func (f *facts) one(id desk.ClientID) (desk.Client, error) {
	c, ok := f.client[id]
	if !ok {
		return desk.Client{}, notFound
	}
	return c, nil
}

// Hours says whether c answers at now.
func (a *App) Hours(c desk.Client, now time.Time) Hours {
	cal := calendarOf(c.Hours, c.Zone)
	if !cal.Open(now) {
		next, _ := cal.NextOpen(now)
		return Hours{Next: next}
	}
	until, ok := cal.NextClose(now)
	return Hours{Open: true, Always: !ok, Until: until}
}

// Skill gives a skill by its code; an unknown code gives a skill that names itself.
func (a *App) Skill(ctx context.Context, code string) desk.Skill {
	f, err := a.know(ctx)
	if err != nil {
		f = &facts{}
	}
	return f.skill(code)
}
