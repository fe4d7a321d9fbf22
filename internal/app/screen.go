package app

import (
	"context"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// Screen is what a page of the desk shows, all of it of one instant.
type Screen struct {
	Queue  Queue
	Strip  Strip
	Ticket TicketPage
}

// ScreenParts says what a page shows. The zero value is the strip alone.
type ScreenParts struct {
	Queue   *QueueFilter // nil: no queue
	Ref     desk.Ref     // the ticket that is open; empty: none
	NoStrip bool
}

// Screen reads a page in one unit of work, noting who read it, so that its parts fit together and are
// recorded once. A ticket that v may not see is NotFound.
func (a *App) Screen(ctx context.Context, v desk.Viewer, parts ScreenParts) (s Screen, err error) {
	l, err := a.looks(ctx, v)
	if err != nil {
		return Screen{}, err
	}
	err = a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) error {
		var all []func() error
		if parts.Ref != "" {
			all = append(all, func() (err error) { s.Ticket, err = l.ticket(tx, parts.Ref); return err })
		}
		if parts.Queue != nil {
			all = append(all, func() (err error) { s.Queue, err = l.queue(tx, *parts.Queue); return err })
		}
		if !parts.NoStrip {
			all = append(all, func() (err error) { s.Strip, err = l.strip(tx); return err })
		}
		return tx.Together(all...)
	})
	if err != nil {
		return Screen{}, err
	}
	return s, nil
}

// looking is a member of staff before a screen: what is known of the desk now.
type looking struct {
	v      desk.Viewer
	know   *facts
	on     *duty
	outage Outage
	now    time.Time
}

// looks opens units of work: never call it inside one.
func (a *App) looks(ctx context.Context, v desk.Viewer) (*looking, error) {
	if !v.IsStaff() {
		return nil, errStaffOnly
	}
	know, err := a.know(ctx)
	if err != nil {
		return nil, err
	}
	now := a.Now()
	on, err := a.onDuty(ctx, now)
	if err != nil {
		return nil, err
	}
	return &looking{v: v, know: know, on: on, outage: a.outage(), now: now}, nil
}
