package app

import (
	"context"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// ClockSoon is a question whose clock ends soon or was missed.
type ClockSoon struct {
	desk.Clock
	Ref    desk.Ref
	Client desk.Client
}

// ClockList is which open questions of somebody's clients press most. Words of a question are not among it.
type ClockList struct {
	Warnings WarningList
	Soon     []ClockSoon // by the end of their most pressing clock
	Missed   []ClockSoon // that was missed and still runs, the longest first
	Sums     map[desk.ClientID]store.ClockSum
}

// WarningList is what somebody is warned of now.
type WarningList struct {
	Warned     []WarnedOf // what can still be met before what was missed
	WarnedMore bool       // there are more of them
}

// WarnedOf is a warning with its question.
type WarnedOf struct {
	store.WarnedOf
	Client desk.Client
}

// ClocksSoon gives the open questions of v's clients whose clock ends first or was missed, at most n of each, and how
// each client stands.
func (a *App) ClocksSoon(ctx context.Context, v desk.Viewer, n int) (list ClockList, err error) {
	if !v.IsStaff() {
		return list, errStaffOnly
	}
	know, err := a.know(ctx)
	if err != nil {
		return list, err
	}
	err = a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) error {
		list = ClockList{Sums: map[desk.ClientID]store.ClockSum{}}
		sums, err := tx.ClockSums(desk.WarnFrom)
		if err != nil {
			return err
		}
		for _, s := range sums {
			list.Sums[s.Client] = s
		}
		if list.Warnings, err = warningsTo(tx, v, n, know); err != nil {
			return err
		}
		for _, part := range []struct {
			to   *[]ClockSoon
			read func(time.Time, int) ([]desk.Clock, error)
		}{{&list.Soon, tx.ClocksSoon}, {&list.Missed, tx.ClocksPast}} {
			rows, err := part.read(tx.Now(), n)
			if err != nil {
				return err
			}
			for _, row := range rows {
				one, err := tx.ForClient(row.Client)
				if err != nil {
					return err
				}
				t, err := one.ClockFacts(row.Ticket)
				if err != nil {
					return err
				}
				*part.to = append(*part.to, ClockSoon{row, t.Ref, know.client[row.Client]})
			}
		}
		return nil
	})
	return list, err
}

// Warnings gives what v is warned of now, at most n of it.
func (a *App) Warnings(ctx context.Context, v desk.Viewer, n int) (list WarningList, err error) {
	if !v.IsStaff() {
		return list, errStaffOnly
	}
	know, err := a.know(ctx)
	if err != nil {
		return list, err
	}
	err = a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) (err error) {
		list, err = warningsTo(tx, v, n, know)
		return err
	})
	return list, err
}

func warningsTo(tx *store.DeskReadTx, v desk.Viewer, n int, know *facts) (list WarningList, err error) {
	if v.Staff == 0 {
		return list, nil
	}
	warned, err := tx.WarningsTo(v.Staff, v.Leads(), n+1)
	if err != nil {
		return list, err
	}
	list.WarnedMore = len(warned) > n
	for _, w := range warned[:min(n, len(warned))] {
		list.Warned = append(list.Warned, WarnedOf{w, know.client[w.Client]})
	}
	return list, nil
}
