package app_test

import (
	"time"

	"pgregory.net/rapid"

	"kept/internal/app"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/law"
	"kept/internal/store"
)

// audit reads the whole desk and holds it against the laws.
func (m *machine) audit(rt *rapid.T) {
	rt.Helper()
	var roster coverage.Roster
	m.Must(m.DB.DeskRead(m.Ctx(), desk.System("audit"), func(tx *store.DeskReadTx) (err error) {
		roster, err = tx.Roster(m.Now().Add(-40*24*time.Hour), m.Now().Add(40*24*time.Hour))
		return err
	}))
	for _, c := range []desk.Client{m.Mercy, m.Anne} {
		for _, f := range m.files(c) {
			if err := f.Check(roster); err != nil {
				rt.Fatal(err)
			}
		}
	}
}

func (m *machine) files(c desk.Client) (files []law.File) {
	m.Must(m.DB.Read(m.Ctx(), desk.System("audit"), c.ID, func(tx *store.ReadTx) error {
		tickets, err := tx.Tickets("", 0, 1000)
		if err != nil {
			return err
		}
		for _, t := range tickets {
			f, err := app.File(tx, t)
			if err != nil {
				return err
			}
			files = append(files, f)
		}
		return nil
	}))
	return files
}

// due: once the desk has come to rest nothing is overdue, and while nothing fails who was failed knows
// it within a minute.
func (m *machine) due(rt *rapid.T) {
	rt.Helper()
	now := m.Now()
	for _, c := range []desk.Client{m.Mercy, m.Anne} {
		for _, f := range m.files(c) {
			for id, p := range f.Promises {
				if p.State.Live() && !now.Before(p.BreaksAt()) && !now.Before(m.held) {
					rt.Fatalf("law 2: promise %d was due at %s, it is %s, and nothing has happened", id, p.Due, now)
				}
				reach := p.Address != 0 && p.Channel != desk.ByWeb
				if m.faults || !reach || p.State != desk.Broken {
					continue
				}
				// A call that had begun, or words on their way, hold the break for a while.
				broke := p.Due
				for _, e := range f.Events {
					if e.Type == desk.PromiseBroken && e.Data.Promise == id {
						broke = e.RecordedAt
					}
				}
				if broke.Sub(p.Due) > desk.HoldForAttempt || p.ToldAt.IsZero() || p.ToldAt.Sub(broke) > time.Minute {
					rt.Fatalf("law 2: promise %d was due at %s, broke at %s, and the person knows it at %s", id, p.Due, broke, p.ToldAt)
				}
			}
		}
	}
}
