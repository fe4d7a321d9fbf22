package app

import (
	"context"
	"slices"
	"time"

	"kept/internal/desk"
	"kept/internal/sla"
	"kept/internal/sla/agreementyaml"
	"kept/internal/store"
)

var (
	errAgreementLead = desk.Errorf(desk.Forbidden, "lead.only", "Only a supervisor can change an agreement.")
	errAgreementGone = desk.Errorf(desk.Conflict, "agreement.none", "There is no draft here. It was agreed or withdrawn meanwhile.")
)

// AgreementVersion is one version with what it says.
type AgreementVersion struct {
	desk.Agreement
	State AgreementState
	Until time.Time // when another one took its place; zero: not yet
	Says  sla.Agreement
}

// AgreementState is where a version stands.
type AgreementState = desk.AgreementState

// AgreementPage is everything about the agreement of one client.
type AgreementPage struct {
	Client   desk.Client
	Now      time.Time
	Versions []AgreementVersion // newest first; the usual terms are the last
	Live     AgreementVersion
	Draft    *AgreementVersion    // that is being worked on; nil: none
	Leaders  int                  // so many people lead the hospital here
	Mails    []desk.AgreementMail // to them, that the draft waits for them
	Events   []desk.AgreementEvent
}

// SentBack is the newest version, where the hospital has sent it back and no draft has taken its place; nil: none.
func (p AgreementPage) SentBack() *AgreementVersion {
	if x := &p.Versions[0]; x.State == desk.AgreementSentBack {
		return x
	}
	return nil
}

// Plain is what a version says in plain words.
func (v AgreementVersion) Plain(lang string) []string { return v.Says.Plain(lang) }

// Text is the version as YAML, to be kept or changed: what was written, without who approved it.
func (v AgreementVersion) Text() string {
	if v.Terms != "" {
		return v.Terms
	}
	a := v.Says
	a.Desk, a.ClientSide = sla.Approval{}, sla.Approval{}
	return string(agreementyaml.Export(a))
}

// NextText is the version as the beginning of the next one, which begins at from.
func (v AgreementVersion) NextText(from time.Time) string {
	a := v.Says
	a.Version, a.From, a.Until, a.OpenTickets = v.Version+1, from.UTC(), time.Time{}, false
	a.Desk, a.ClientSide = sla.Approval{}, sla.Approval{}
	return string(agreementyaml.Export(a))
}

// Agreement gives the versions of one client's agreement.
func (a *App) Agreement(ctx context.Context, v desk.Viewer, cid desk.ClientID) (AgreementPage, error) {
	if !v.IsStaff() {
		return AgreementPage{}, errStaffOnly
	}
	c, err := a.Client(ctx, v, cid)
	if err != nil {
		return AgreementPage{}, err
	}
	var page AgreementPage
	err = a.db.Read(ctx, v, cid, func(tx *store.ReadTx) error {
		all, err := tx.Agreements()
		if err != nil {
			return err
		}
		if page, err = agreementPage(c, all, tx.Now()); err != nil {
			return err
		}
		if page.Draft != nil {
			if page.Leaders, err = tx.Leaders(); err != nil {
				return err
			}
			if page.Mails, err = tx.AgreementMails(page.Draft.Version); err != nil {
				return err
			}
		}
		page.Events, err = tx.AgreementEvents()
		return err
	})
	return page, err
}

func agreementPage(c desk.Client, all []desk.Agreement, now time.Time) (AgreementPage, error) {
	page := AgreementPage{Client: c, Now: now}
	terms, err := usualTerms(c)
	if err != nil {
		return page, err
	}
	// As it is written, not with each holiday as a date.
	says := sla.DefaultIn(c.Zone)
	says.Client = int64(c.ID)
	says.From, says.Desk, says.ClientSide = terms.From, terms.Desk, terms.ClientSide
	approved := desk.Approval{Name: terms.Desk.By, At: terms.Desk.At}
	first := AgreementVersion{Agreement: desk.Agreement{Client: c.ID, Version: desk.UsualVersion, From: terms.From, Desk: approved, Hospital: approved, Note: "The usual terms of the desk."}, State: desk.AgreementPast, Says: says}
	live := desk.AgreementAt(all, now)
	if live < 0 {
		first.State = desk.AgreementLive
	}
	versions := []AgreementVersion{first}
	for _, x := range all {
		one := AgreementVersion{Agreement: x, State: x.State(all, now)}
		if one.Says, err = agreementyaml.Import([]byte(x.Terms)); err != nil {
			return page, desk.Wrap(desk.Internal, "agreement.terms", err, "An agreement cannot be read.")
		}
		one.Says = dressed(one.Says, x)
		versions = append(versions, one)
	}
	for i := range versions {
		begins := versions[i].Begins()
		for _, other := range versions {
			if b := other.Begins(); !begins.IsZero() && b.After(begins) && (versions[i].Until.IsZero() || b.Before(versions[i].Until)) {
				versions[i].Until = b
			}
		}
	}
	slices.Reverse(versions)
	page.Versions = versions
	for i, x := range versions {
		switch x.State {
		case desk.AgreementLive:
			page.Live = x
		case desk.AgreementDraft, desk.AgreementAsked:
			page.Draft = &versions[i]
		}
	}
	return page, nil
}

// AgreementLine is how the agreement of one client stands.
type AgreementLine struct {
	Client desk.Client
	Live   desk.Agreement
	Draft  desk.Agreement // the newest that is not agreed, or that the hospital sent back; version 0: none
	State  AgreementState // of the draft
}

// Agreements says of every client of v how its agreement stands, by name.
func (a *App) Agreements(ctx context.Context, v desk.Viewer) ([]AgreementLine, error) {
	if !v.IsStaff() {
		return nil, errStaffOnly
	}
	clients, err := a.Clients(ctx, v)
	if err != nil {
		return nil, err
	}
	var lines []AgreementLine
	err = a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) error {
		lines = nil
		for _, c := range clients {
			one, err := tx.ForClient(c.ID)
			if err != nil {
				return err
			}
			all, err := one.Agreements()
			if err != nil {
				return err
			}
			line := AgreementLine{Client: c, Live: desk.Agreement{Client: c.ID, Version: desk.UsualVersion}}
			if i := desk.AgreementAt(all, tx.Now()); i >= 0 {
				line.Live = all[i]
			}
			if open, ok := desk.OpenAgreement(all); ok {
				line.Draft, line.State = open, open.State(all, tx.Now())
			} else if n := len(all); n > 0 && all[n-1].State(all, tx.Now()) == desk.AgreementSentBack {
				line.Draft, line.State = all[n-1], desk.AgreementSentBack
			}
			lines = append(lines, line)
		}
		return nil
	})
	return lines, err
}
