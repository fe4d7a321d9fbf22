package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"kept/internal/calendar"
	"kept/internal/desk"
	"kept/internal/sla"
	"kept/internal/sla/agreementyaml"
	"kept/internal/store"
	"kept/internal/words"
)

var (
	errAgreementLead = desk.Errorf(desk.Forbidden, "lead.only", "Only a supervisor can change an agreement.")
	errAgreementGone = desk.Errorf(desk.Conflict, "agreement.none", "There is no draft here. It was agreed or withdrawn meanwhile.")
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

// readTerms reads the text of a draft. Problems name line and field.
func readTerms(text string, version int) (sla.Agreement, error) {
	a, problems := agreementyaml.Read([]byte(text), func(a *sla.Agreement) (all []sla.Problem) {
		switch {
		case a.From.IsZero():
			all = append(all, sla.Problem{Field: "from", Text: "say from when on these terms hold, such as 2026-12-01T06:00:00Z"})
		case a.From.Year() < firstAgreement || a.From.Year() > lastAgreement:
			all = append(all, sla.Problem{Field: "from", Text: fmt.Sprintf("an agreement begins between %d and %d", firstAgreement, lastAgreement)})
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
	a.Version = version
	return a, nil
}

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
	Draft    *AgreementVersion // that is being worked on; nil: none
}

// Plain is what a version says in plain words.
func (v AgreementVersion) Plain(lang string) []string { return v.Says.Plain(lang) }

// Text is the version as YAML, to be kept or changed.
func (v AgreementVersion) Text() string {
	if v.Terms != "" {
		return v.Terms
	}
	return string(agreementyaml.Export(v.Says))
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
		page, err = agreementPage(c, all, tx.Now())
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
	Draft  desk.Agreement // version 0: none
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
			}
			lines = append(lines, line)
		}
		return nil
	})
	return lines, err
}

// AgreementIn is a draft as somebody has written it. Version and Edit say which draft they saw; zero: none was there.
type AgreementIn struct {
	Terms   string // YAML; see package agreementyaml
	Note    string // why
	Version int
	Edit    int
}

// DraftAgreement writes the draft of a client's next version. Invalid names the lines and fields that cannot be
// taken (field "terms"); Conflict "agreement.changed" when somebody wrote, approved or withdrew it meanwhile.
func (a *App) DraftAgreement(ctx context.Context, v desk.Viewer, cid desk.ClientID, in AgreementIn) (desk.Agreement, error) {
	if !v.Leads() {
		return desk.Agreement{}, errAgreementLead
	}
	c, err := a.Client(ctx, v, cid)
	if err != nil {
		return desk.Agreement{}, err
	}
	in.Terms = strings.ReplaceAll(in.Terms, "\r\n", "\n")
	note, err := desk.CleanLine(in.Note, desk.MaxSubject)
	if err != nil {
		return desk.Agreement{}, desk.Fields{{Field: "note", Code: "text.too_long", Message: "Say it in at most 200 characters."}}.Err()
	}
	terms, err := readTerms(in.Terms, max(in.Version, desk.UsualVersion+1))
	if err != nil {
		return desk.Agreement{}, err
	}
	var x desk.Agreement
	err = a.db.Write(ctx, v, cid, func(tx *store.Tx) error {
		all, err := tx.Agreements()
		if err != nil {
			return err
		}
		x = desk.Agreement{Client: cid, Version: in.Version, Edit: in.Edit, Terms: in.Terms, From: terms.From, Note: note, Made: approval(v, tx.Now())}
		have, open := desk.OpenAgreement(all)
		if open != (in.Version != 0) || open && (have.Version != in.Version || have.Edit != in.Edit) {
			return changedMeanwhile(c, all, in.Version, tx.Now())
		}
		if !open {
			x.Version, x.Edit = desk.UsualVersion+1, 1
			if n := len(all); n > 0 {
				x.Version = all[n-1].Version + 1
			}
			ok, err := tx.AddAgreement(x)
			if err == nil && !ok {
				err = changedMeanwhile(c, all, in.Version, tx.Now())
			}
			return err
		}
		ok, err := tx.RedraftAgreement(x)
		if err == nil && !ok {
			err = changedMeanwhile(c, all, in.Version, tx.Now())
		}
		x.Edit++
		return err
	})
	return x, err
}

func approval(v desk.Viewer, now time.Time) desk.Approval {
	return desk.Approval{By: v.Staff, Name: v.Name, At: now}
}

// changedMeanwhile says who was faster. A form that it refuses keeps what was typed.
func changedMeanwhile(c desk.Client, all []desk.Agreement, version int, now time.Time) error {
	for _, x := range slices.Backward(all) {
		if version != 0 && x.Version != version {
			continue
		}
		did, by := "changed this draft", x.Made
		for _, more := range []struct {
			did string
			by  desk.Approval
		}{{"approved it for the desk", x.Desk}, {"put the hospital’s approval on record", x.Hospital}, {"withdrew it", x.Gone}} {
			if more.by.At.After(by.At) {
				did, by = more.did, more.by
			}
		}
		return desk.Errorf(desk.Conflict, "agreement.changed", "%s %s at %s. Look at it first. What you typed is kept below.", by.Name, did, words.Clock(words.EN, by.At, zoneOf(c)))
	}
	return errAgreementGone
}

// ApprovalIn approves the draft that was seen. For the hospital Who is who said yes there, and How where that can be
// read.
type ApprovalIn struct {
	Version  int
	Edit     int
	Hospital bool
	Who, How string
}

// ApproveAgreement notes that one side has approved the draft. From the first approval on its terms never change; with
// the second it holds, from its date on or from now, whichever is later.
func (a *App) ApproveAgreement(ctx context.Context, v desk.Viewer, cid desk.ClientID, in ApprovalIn) (desk.Agreement, error) {
	if !v.Leads() {
		return desk.Agreement{}, errAgreementLead
	}
	c, err := a.Client(ctx, v, cid)
	if err != nil {
		return desk.Agreement{}, err
	}
	var bad desk.Fields
	if in.Hospital {
		if in.Who, err = desk.CleanLine(in.Who, desk.MaxName); err != nil || in.Who == "" {
			bad.Add("who", "who.missing", "Enter who said yes at the hospital, with their role.")
		}
		if in.How, err = desk.CleanLine(in.How, desk.MaxSubject); err != nil || in.How == "" {
			bad.Add("how", "how.missing", "Enter how they said so, and where that can be read: a mail with its date, a signed paper.")
		}
	}
	if err := bad.Err(); err != nil {
		return desk.Agreement{}, err
	}
	var x desk.Agreement
	err = a.db.Write(ctx, v, cid, func(tx *store.Tx) error {
		all, err := tx.Agreements()
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(x desk.Agreement) bool { return x.Version == in.Version })
		if i < 0 {
			return notFound
		}
		x = all[i]
		if open, ok := desk.OpenAgreement(all); !ok || open.Version != in.Version || open.Edit != in.Edit {
			return changedMeanwhile(c, all, in.Version, tx.Now())
		}
		if in.Hospital {
			x.Hospital = approval(v, tx.Now())
			x.Hospital.Name, x.Hospital.How = in.Who, in.How
		} else {
			x.Desk = approval(v, tx.Now())
		}
		if x.Frozen == "" {
			terms, err := readTerms(x.Terms, x.Version)
			if err != nil {
				return err
			}
			if terms, err = terms.Freeze(); err != nil {
				return desk.Fields{{Field: "terms", Code: "terms.invalid", Message: err.Error()}}.Err()
			}
			x.Frozen = string(agreementyaml.Export(dressed(terms, desk.Agreement{Client: cid, Version: x.Version})))
		}
		all[i] = x
		// What cannot stand beside the other versions is refused now, not when it is counted by.
		if _, err := bookOf(c, all); err != nil {
			return desk.Fields{{Field: "terms", Code: "terms.overlap", Message: sentence(err)}}.Err()
		}
		ok, err := tx.ApproveAgreement(x, in.Hospital)
		if err != nil {
			return err
		}
		if !ok {
			return changedMeanwhile(c, all, in.Version, tx.Now())
		}
		if !x.Agreed() {
			return nil
		}
		return tx.FoldOpen()
	})
	return x, err
}

func sentence(err error) string {
	if e, ok := err.(sla.Problem); ok {
		return e.Text
	}
	return err.Error()
}

// WithdrawAgreement takes a version back that is not agreed. Its number is not used again.
func (a *App) WithdrawAgreement(ctx context.Context, v desk.Viewer, cid desk.ClientID, version, edit int) error {
	if !v.Leads() {
		return errAgreementLead
	}
	c, err := a.Client(ctx, v, cid)
	if err != nil {
		return err
	}
	return a.db.Write(ctx, v, cid, func(tx *store.Tx) error {
		ok, err := tx.WithdrawAgreement(desk.Agreement{Version: version, Edit: edit, Gone: approval(v, tx.Now())})
		if err != nil || ok {
			return err
		}
		all, err := tx.Agreements()
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(all, func(x desk.Agreement) bool { return x.Version == version }) {
			return notFound
		}
		return changedMeanwhile(c, all, version, tx.Now())
	})
}

// WhatIf is a period counted under the terms in force then and under others.
type WhatIf struct {
	sla.WhatIf
	Client  desk.Client
	Period  calendar.Span
	Changes []Changed
	Live    map[int]sla.Agreement // versions in force, by number
	Draft   sla.Agreement
}

// Changed is a clock that comes to something else under the other terms, with the number of its question.
type Changed struct {
	sla.Change
	Ref desk.Ref
}

// MaxWhatIf is the longest period that can be counted again.
const MaxWhatIf = 366 * 24 * time.Hour

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
	} else if until.Sub(from) > MaxWhatIf {
		bad.Add("from", "from.too_long", "Choose at most one year.")
	}
	if err := bad.Err(); err != nil {
		return WhatIf{}, err
	}
	out := WhatIf{Client: c, Period: calendar.Span{Start: from, End: until}}
	if out.Draft, err = readTerms(strings.ReplaceAll(text, "\r\n", "\n"), desk.UsualVersion+1); err != nil {
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
		out.WhatIf, out.Live, out.Changes = sla.Replay(tickets, out.Period, b.Book, draft), b.terms, nil
		for _, x := range out.WhatIf.Changes {
			out.Changes = append(out.Changes, Changed{x, refs[x.Ticket]})
		}
		return nil
	})
	return out, err
}
