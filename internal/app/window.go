package app

import (
	"context"
	"sync"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
)

// WindowLength is how long a promised window is.
const WindowLength = 30 * time.Minute

// horizon is how far ahead windows are offered.
const horizon = 7 * 24 * time.Hour

// spoken is the language that whoever keeps what was promised in lang has to speak; "" where everybody does.
func spoken(lang string) string {
	if lang == "es" {
		return lang
	}
	return ""
}

// windowed reports whether a kind is promised for a window that takes somebody's time.
func windowed(k desk.PromiseKind) bool {
	switch k {
	case desk.Callback, desk.Fix, desk.Document, desk.Handoff:
		return true
	}
	return false
}

// windows gives the windows of q on the roster as it stands, with what is booked.
func (a *App) windows(ctx context.Context, c desk.Client, q coverage.Query) ([]Window, error) {
	plan, q, err := a.planFor(ctx, c, q)
	if err != nil {
		return nil, err
	}
	return plan.Windows(q), nil
}

// firstWindow gives the first window of q that somebody can keep; none where nobody can.
func (a *App) firstWindow(ctx context.Context, c desk.Client, q coverage.Query) ([]Window, error) {
	plan, q, err := a.planFor(ctx, c, q)
	if err != nil {
		return nil, err
	}
	if w, ok := plan.Next(q); ok {
		return []Window{w}, nil
	}
	return nil, nil
}

func (a *App) planFor(ctx context.Context, c desk.Client, q coverage.Query) (*coverage.Plan, coverage.Query, error) {
	if q.Until.IsZero() {
		q.Until = q.From.Add(horizon)
	}
	if q.Length == 0 {
		q.Length = WindowLength
	}
	if q.Zone == nil {
		q.Zone = zoneOf(c)
	}
	plan, err := a.plan(ctx, q.From.Add(-24*time.Hour), q.Until)
	return plan, q, err
}

// zones are read once: each reading opens a file.
var zones sync.Map // of string to *time.Location

func zoneOf(c desk.Client) *time.Location {
	if loc, ok := zones.Load(c.Zone); ok {
		return loc.(*time.Location)
	}
	loc, err := time.LoadLocation(c.Zone)
	if err != nil {
		loc = time.UTC
	}
	zones.Store(c.Zone, loc)
	return loc
}

// WindowsFor gives the windows of the picker on staff screens, covered or not, for a client and skill.
func (a *App) WindowsFor(ctx context.Context, v desk.Viewer, cid desk.ClientID, skill, lang string, from time.Time, days int) ([]Window, error) {
	if !v.IsStaff() {
		return nil, errStaffOnly
	}
	c, err := a.Client(ctx, v, cid)
	if err != nil {
		return nil, err
	}
	if now := a.Now(); from.Before(now) {
		from = now
	}
	if days <= 0 || days > 28 {
		days = 2
	}
	q := coverage.Query{Client: int64(cid), Skill: skill, From: from, Until: from.Add(time.Duration(days) * 24 * time.Hour), All: true}
	q.Language = spoken(lang)
	return a.windows(ctx, c, q)
}
