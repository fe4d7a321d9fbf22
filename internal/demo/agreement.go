package demo

import (
	"time"

	"kept/internal/desk"
	"kept/internal/sla"
	"kept/internal/sla/agreementyaml"
	"kept/internal/store"
)

// agreements are terms of some hospitals: Mercy's own, with a draft that waits for the hospital; a draft of
// St. Anne that nobody has approved; Costa Azul's own. The others have the usual terms.
func (s *seeder) agreements() ([]desk.Agreement, error) {
	const mercy, anne, costa = 0, 1, 4
	ana, omar := s.staffCalled("Ana Ruiz"), s.staffCalled("Omar Said")
	began := s.o.Now.Add(-span(s.o.Tickets) - 30*24*time.Hour)
	next := func(h hospital) time.Time {
		local := s.o.Now.In(h.loc)
		return time.Date(local.Year(), local.Month()+1, 1, 0, 0, 0, 0, h.loc)
	}
	quicker := func(m sla.Metric, priority string, from, to time.Duration) func(*sla.Agreement) {
		return func(a *sla.Agreement) {
			for i := range a.Targets {
				t := &a.Targets[i]
				if t.Metric == m && t.Allowed == from && (len(t.When.Priorities) == 0 && priority == "" || len(t.When.Priorities) == 1 && t.When.Priorities[0] == priority) {
					t.Allowed = to
				}
			}
		}
	}
	goal := func(m sla.Metric, percent float64) func(*sla.Agreement) {
		return func(a *sla.Agreement) {
			for i := range a.Targets {
				if a.Targets[i].Metric == m {
					a.Targets[i].Goal = percent
				}
			}
		}
	}
	mercyTerms := []func(*sla.Agreement){quicker(sla.FirstResponse, "P3", 4*time.Hour, 2*time.Hour)}
	var all []desk.Agreement
	for _, x := range []struct {
		client, version int
		from            time.Time
		note            string
		made            desk.Approval
		desk, hospital  desk.Approval
		change          []func(*sla.Agreement)
	}{
		{mercy, 2, began, "First agreement: a first answer to normal problems in two hours.", by(ana, began), by(ana, began),
			desk.Approval{By: omar.ID, Name: "Lou Vega, CIO", How: "Signed paper, contract folder", Record: omar.Name, At: began}, mercyTerms},
		{mercy, 3, next(s.clients[mercy]), "Yearly review: patients hear from a person in ten minutes.", by(omar, s.o.Now.Add(-26*time.Hour)), by(omar, s.o.Now.Add(-25*time.Hour)),
			desk.Approval{}, append(mercyTerms, quicker(sla.FirstResponse, "", 15*time.Minute, 10*time.Minute), quicker(sla.Resolution, "P2", 8*time.Hour, 6*time.Hour), goal(sla.CallbackKept, 99))},
		{anne, 2, next(s.clients[anne]), "Their own terms: P1 is fixed in two hours.", by(ana, s.o.Now.Add(-3*time.Hour)), desk.Approval{}, desk.Approval{},
			[]func(*sla.Agreement){quicker(sla.Resolution, "P1", 4*time.Hour, 2*time.Hour), goal(sla.ConfirmedFixed, 92)}},
		{costa, 2, began, "News about normal problems every half day.", by(omar, began), by(omar, began),
			desk.Approval{By: ana.ID, Name: "Inés Paredes, service manager", How: "Mail to the desk", Record: ana.Name, At: began},
			[]func(*sla.Agreement){quicker(sla.Update, "P3", 9*time.Hour, 270*time.Minute)}},
	} {
		c := s.clients[x.client]
		terms := sla.DefaultIn(c.Zone)
		terms.Client, terms.Version, terms.From = int64(c.ID), x.version, x.from.UTC().Truncate(time.Second)
		for _, f := range x.change {
			f(&terms)
		}
		a := desk.Agreement{Client: c.ID, Version: x.version, Edit: 1, Terms: string(agreementyaml.Export(terms)), From: terms.From, Note: x.note,
			Made: x.made, Desk: x.desk, Hospital: x.hospital}
		if !a.Desk.At.IsZero() {
			frozen, err := terms.Freeze()
			if err != nil {
				return nil, err
			}
			a.Frozen = string(agreementyaml.Export(frozen))
		}
		all = append(all, a)
	}
	return all, nil
}

func by(w worker, at time.Time) desk.Approval { return desk.Approval{By: w.ID, Name: w.Name, At: at} }

func (s *seeder) staffCalled(name string) worker {
	for _, w := range s.staff {
		if w.Name == name {
			return w
		}
	}
	return s.staff[0]
}

// addAgreements stores the terms of the hospitals.
func (s *seeder) addAgreements(tx *store.SystemTx) error {
	all, err := s.agreements()
	if err != nil {
		return err
	}
	for _, a := range all {
		own := tx.ForClient(a.Client)
		ok, err := own.AddAgreement(a)
		if err == nil && !ok {
			err = desk.Errorf(desk.Internal, "demo.agreement", "A version of an agreement was there already.")
		}
		if err != nil {
			return err
		}
		events := []desk.AgreementEvent{{Type: desk.TermsWritten, By: a.Made.By, ByName: a.Made.Name, Text: a.Note, At: a.Made.At}}
		if !a.Desk.At.IsZero() {
			events = append(events, desk.AgreementEvent{Type: desk.TermsApproved, By: a.Desk.By, ByName: a.Desk.Name, At: a.Desk.At})
		}
		if yes := a.Hospital; !yes.At.IsZero() {
			events = append(events, desk.AgreementEvent{Type: desk.TermsRecorded, By: yes.By, ByName: yes.Record, Name: yes.Name, Text: yes.How, At: yes.At})
		}
		for _, e := range events {
			e.Version, e.Edit = a.Version, a.Edit
			if err := own.AddAgreementEvent(e); err != nil {
				return err
			}
		}
		if err := own.MailLeaders(); err != nil {
			return err
		}
	}
	return nil
}
