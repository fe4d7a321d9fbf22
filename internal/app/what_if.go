package app

import (
	"context"
	"strings"
	"time"

	"kept/internal/calendar"
	"kept/internal/desk"
	"kept/internal/sla"
	"kept/internal/store"
)

// WhatIf is a period counted under the terms in force then and under others.
type WhatIf struct {
	sla.WhatIf
	Client  desk.Client
	Calls   int // looked at, which are no questions
	Period  calendar.Span
	Changes []Changed
	Live    map[int]sla.Agreement // versions in force, by number
	Draft   sla.Agreement
}

// Changed is a clock that comes to something else under the other terms, with the number of its question; a call has none.
type Changed struct {
	sla.Change
	Ref desk.Ref
}

// maxWhatIf is the longest period that can be counted again.
const maxWhatIf = 366 * 24 * time.Hour

// WhatIf counts a past period again: what if the terms of this text had been in force. Fields "terms", "from", "until".
// Nothing is changed; no word of a person is read.
func (a *App) WhatIf(ctx context.Context, v desk.Viewer, cid desk.ClientID, text string, from, until time.Time) (WhatIf, error) {
	if !v.Leads() {
		return WhatIf{}, errAgreementLead
	}
	c, err := a.Client(ctx, v, cid)
	if err != nil {
		return WhatIf{}, err
	}
	know, err := a.know(ctx)
	if err != nil {
		return WhatIf{}, err
	}
	var bad desk.Fields
	if until.After(a.Now()) {
		until = a.Now()
	}
	if !from.Before(until) {
		bad.Add("from", "from.invalid", "Choose a period that has begun.")
	} else if until.Sub(from) > maxWhatIf {
		bad.Add("from", "from.too_long", "Choose at most one year.")
	}
	if err := bad.Err(); err != nil {
		return WhatIf{}, err
	}
	out := WhatIf{Client: c, Period: calendar.Span{Start: from, End: until}}
	if out.Draft, err = readTerms(c, strings.ReplaceAll(text, "\r\n", "\n"), desk.UsualVersion+1); err != nil {
		return out, err
	}
	draft, err := sla.Draft(out.Draft)
	if err != nil {
		return out, desk.Fields{{Field: "terms", Code: "terms.invalid", Message: err.Error()}}.Err()
	}
	err = a.db.Read(ctx, v, cid, func(tx *store.ReadTx) error {
		b, err := a.bookIn(tx, c)
		if err != nil {
			return err
		}
		var tickets []sla.Ticket
		refs := map[int64]desk.Ref{}
		err = tx.Histories(from, until, func(f desk.ClockFacts, events []desk.Event) {
			tickets = append(tickets, f.History(know.functions[f.Function].Name, events))
			refs[int64(f.Ticket)] = f.Ref
		})
		if err != nil {
			return err
		}
		calls, err := callsIn(tx, from, until)
		if err != nil {
			return err
		}
		out.WhatIf, out.Live, out.Changes = sla.Replay(append(tickets, calls...), out.Period, b.Book, draft), b.terms, nil
		out.Tickets, out.Calls = len(tickets), len(calls)
		for _, x := range out.WhatIf.Changes {
			out.Changes = append(out.Changes, Changed{x, refs[x.Ticket]})
		}
		return nil
	})
	return out, err
}
