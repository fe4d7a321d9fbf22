package app

import (
	"fmt"
	"sync"
	"time"

	"kept/internal/calendar"
	"kept/internal/desk"
	"kept/internal/sla"
	"kept/internal/sla/agreementyaml"
)

// usual are the usual terms by zone, with their holidays as dates.
var usual sync.Map // of string to sla.Agreement

// usualTerms are what holds for a client until it has an agreement of its own: version 1, agreed since ever.
func usualTerms(c desk.Client) (sla.Agreement, error) {
	if have, ok := usual.Load(c.Zone); ok {
		a := have.(sla.Agreement)
		a.Client = int64(c.ID)
		return a, nil
	}
	a := sla.DefaultIn(c.Zone)
	a.Client = int64(c.ID)
	a.Version = desk.UsualVersion
	a.From = time.Unix(0, 0).UTC()
	a.Desk = sla.Approval{By: "Kept", At: a.From}
	a.ClientSide = a.Desk
	for i := range a.Calendars {
		hours, err := calendar.Expand(a.Calendars[i].Hours, calendar.FirstHolidays, calendar.LastHolidays)
		if err != nil {
			return a, desk.Wrap(desk.Internal, "agreement.usual", err, "The usual terms cannot be read.")
		}
		a.Calendars[i].Hours = hours
	}
	usual.Store(c.Zone, a)
	return a, nil
}

// frozenTerms are the terms of a version that at least one side has approved.
func frozenTerms(x desk.Agreement) (sla.Agreement, error) {
	a, err := agreementyaml.Import([]byte(x.Frozen))
	if err != nil {
		return a, desk.Wrap(desk.Internal, "agreement.frozen", err, "An agreement cannot be read.")
	}
	return dressed(a, x), nil
}

// dressed gives terms the client, version and approvals of their row: what a text says of them is not taken.
func dressed(a sla.Agreement, x desk.Agreement) sla.Agreement {
	a.Client, a.Version = int64(x.Client), x.Version
	a.Desk, a.ClientSide = sla.Approval{}, sla.Approval{}
	if !x.Desk.At.IsZero() {
		a.Desk = sla.Approval{By: x.Desk.Name, At: x.Desk.At}
	}
	if !x.Hospital.At.IsZero() {
		a.ClientSide = sla.Approval{By: x.Hospital.Name, At: x.Hospital.At}
	}
	return a
}

// firstAgreement and lastAgreement are the years of which holidays are known for every version that begins in them.
const firstAgreement, lastAgreement = calendar.FirstHolidays, calendar.LastHolidays - 9

// readTerms reads the text of a draft for c. Problems name line and field. A text may not say whose terms it holds
// if they are another's, nor that somebody approved them.
func readTerms(c desk.Client, text string, version int) (sla.Agreement, error) {
	a, problems := agreementyaml.Read([]byte(text), func(a *sla.Agreement) (all []sla.Problem) {
		switch {
		case a.From.IsZero():
			all = append(all, sla.Problem{Field: "from", Text: "say from when on these terms hold, such as 2026-12-01T06:00:00Z"})
		case a.From.Year() < firstAgreement || a.From.Year() > lastAgreement:
			all = append(all, sla.Problem{Field: "from", Text: fmt.Sprintf("an agreement begins between %d and %d", firstAgreement, lastAgreement)})
		}
		if a.Client != 0 && a.Client != int64(c.ID) {
			all = append(all, sla.Problem{Field: "client", Text: "these are the terms of another hospital; leave this out if " + c.Name + " is to have them too"})
		}
		for field, says := range map[string]sla.Approval{"approved_by_desk": a.Desk, "approved_by_client": a.ClientSide} {
			if says != (sla.Approval{}) {
				all = append(all, sla.Problem{Field: field, Text: "approvals are given on the page, not in the text; leave this out"})
			}
		}
		for i, t := range a.Targets {
			if len(t.When.Sites) > 0 {
				all = append(all, sla.Problem{Field: fmt.Sprintf("targets[%d].when.site", i), Text: "questions do not say their site, so this would fit none; leave it out"})
			}
		}
		return all
	})
	if len(problems) > 0 {
		var bad desk.Fields
		for _, p := range problems {
			bad.Add("terms", "terms.invalid", p.Error())
		}
		return a, bad.Err()
	}
	a.Client, a.Version = int64(c.ID), version
	return a, nil
}

func sentence(err error) string {
	if e, ok := err.(sla.Problem); ok {
		return e.Text
	}
	return err.Error()
}
