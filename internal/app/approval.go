package app

import (
	"context"
	"slices"
	"time"

	"kept/internal/desk"
	"kept/internal/sla/agreementyaml"
	"kept/internal/store"
)

var errBothSides = desk.Errorf(desk.Conflict, "agreement.same_person", "You have approved these terms for the other side. Somebody else must say yes for this one.")
var errNoAccount = desk.Errorf(desk.Forbidden, "agreement.no_account", "Only somebody who is signed in can approve terms.")

// ApprovalIn approves the draft that was seen, for the desk or, put on record by the desk, for the hospital. Then Who is
// who said yes there, and How the letter or mail in which that can be read.
type ApprovalIn struct {
	Version  int
	Edit     int
	Hospital bool
	Who, How string
}

// ApproveAgreement notes that one side has approved the draft. From the first approval on its terms never change; with
// the second it holds, from its date on or from now, whichever is later. Nobody approves for both sides. Who leads the hospital
// is told by mail that it waits for them.
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
			bad.Add("how", "how.missing", "Enter the letter or mail in which they said so, of which day, and where that can be read.")
		}
	}
	if err := bad.Err(); err != nil {
		return desk.Agreement{}, err
	}
	know, err := a.know(ctx)
	if err != nil {
		return desk.Agreement{}, err
	}
	var x desk.Agreement
	err = a.db.Write(ctx, v, cid, func(tx *store.Tx) error {
		says := desk.Approval{By: v.Staff, Name: v.Name, At: tx.Now()}
		event := desk.AgreementEvent{Type: desk.TermsApproved}
		if in.Hospital {
			says.Name, says.How, says.Record = in.Who, in.How, v.Name
			event = desk.AgreementEvent{Type: desk.TermsRecorded, Name: in.Who, Text: in.How}
		}
		x, err = a.approve(tx, c, in.Version, in.Edit, in.Hospital, says, know)
		if err != nil {
			return err
		}
		if x.Asks() {
			if err := tx.MailLeaders(); err != nil {
				return err
			}
		}
		return noteTerms(tx, v, x, event)
	})
	a.termsChanged(cid, err)
	if err == nil && x.Asks() {
		a.callSoon()
	}
	return x, err
}

// approve notes the yes of one side to a draft that was seen.
func (a *App) approve(tx *store.Tx, c desk.Client, version, edit int, hospital bool, says desk.Approval, know *facts) (x desk.Agreement, err error) {
	if says.By == 0 {
		return x, errNoAccount
	}
	all, err := tx.Agreements()
	if err != nil {
		return x, err
	}
	i := slices.IndexFunc(all, func(x desk.Agreement) bool { return x.Version == version })
	if i < 0 {
		return x, notFound
	}
	x = all[i]
	if open, ok := desk.OpenAgreement(all); !ok || open.Version != version || open.Edit != edit {
		return x, changedMeanwhile(c, all, version, tx.Now())
	}
	mine, other := &x.Desk, x.Hospital
	if hospital {
		mine, other = &x.Hospital, x.Desk
	}
	switch {
	case !mine.At.IsZero():
		return x, changedMeanwhile(c, all, version, tx.Now())
	case !other.At.IsZero() && other.By == says.By:
		return x, errBothSides
	}
	*mine = says
	if x.Frozen == "" {
		terms, err := readTerms(c, x.Terms, x.Version)
		if err != nil {
			return x, err
		}
		if terms, err = terms.Freeze(); err != nil {
			return x, desk.Fields{{Field: "terms", Code: "terms.invalid", Message: err.Error()}}.Err()
		}
		x.Frozen = string(agreementyaml.Export(dressed(terms, desk.Agreement{Client: c.ID, Version: x.Version})))
	}
	all[i] = x
	// What cannot stand beside the other versions is refused now, not when it is counted by.
	if _, err := bookOf(c, all); err != nil {
		return x, desk.Fields{{Field: "terms", Code: "terms.overlap", Message: sentence(err)}}.Err()
	}
	ok, err := tx.ApproveAgreement(x, hospital)
	if err != nil {
		return x, err
	}
	if !ok {
		return x, changedMeanwhile(c, all, version, tx.Now())
	}
	if !x.Agreed() {
		return x, nil
	}
	hold := 0
	for _, y := range all {
		if y.Agreed() {
			hold++
		}
	}
	a.books.put.Store(c.ID, hold)
	if err := tx.TermsHold(); err != nil {
		return x, err
	}
	if err := tx.FoldOpen(); err != nil {
		return x, err
	}
	return x, a.nudgeAllAnew(tx, c, know)
}

// noteTerms appends to the history of x what v did to it just now.
func noteTerms(tx *store.Tx, v desk.Viewer, x desk.Agreement, e desk.AgreementEvent) error {
	e.Version, e.Edit, e.By, e.ByName, e.At = x.Version, x.Edit, v.Staff, v.Name, tx.Now()
	return tx.AddAgreementEvent(e)
}

// termsChanged tells who looks at a client that its agreement has changed, unless err says that it has not.
func (a *App) termsChanged(c desk.ClientID, err error) {
	if err == nil {
		a.facts.forget()
		a.changed(Change{Client: c})
	}
}

// OwnAgreement is what who leads a client sees of its agreement.
type OwnAgreement struct {
	Client   desk.Client
	Now      time.Time
	Live     AgreementVersion
	Asked    *AgreementVersion // waits for their yes; nil: none
	Answered *AgreementVersion // the newest one, where the hospital has said yes or sent it back; nil: none
}

// leads is v with the one client that they lead, for the acts that are theirs: by every other door they see none. NotFound
// for everybody else.
func (a *App) leads(ctx context.Context, v desk.Viewer, c desk.ClientID) (desk.Viewer, desk.Client, error) {
	if v.Who != desk.WhoLeader || !v.SeesFigures(c) {
		return v, desk.Client{}, notFound
	}
	know, err := a.know(ctx)
	if err != nil {
		return v, desk.Client{}, err
	}
	own, err := know.one(c)
	return desk.Viewer{Who: v.Who, Staff: v.Staff, Name: v.Name, Clients: []desk.ClientID{c}, Route: v.Route}, own, err
}

// OwnAgreement gives who leads a client what holds, and the version that the desk asks them to approve.
func (a *App) OwnAgreement(ctx context.Context, v desk.Viewer, cid desk.ClientID) (own OwnAgreement, err error) {
	v, c, err := a.leads(ctx, v, cid)
	if err != nil {
		return own, err
	}
	err = a.db.Read(ctx, v, cid, func(tx *store.ReadTx) error {
		all, err := tx.Agreements()
		if err != nil {
			return err
		}
		page, err := agreementPage(c, all, tx.Now())
		own = OwnAgreement{Client: c, Now: page.Now, Live: page.Live}
		if page.Draft != nil && page.Draft.Asks() {
			own.Asked = page.Draft
		}
		if newest := &page.Versions[0]; newest.Version != desk.UsualVersion && own.Asked == nil && (newest.State == desk.AgreementSentBack || !newest.Hospital.At.IsZero()) {
			own.Answered = newest
		}
		return err
	})
	return own, err
}

// AnswerIn is what who leads a hospital says to the version that they saw: yes, or why not.
type AnswerIn struct {
	Version int
	Edit    int
	Yes     bool
	Why     string
}

// saidBy reports whether v has given just this answer to x.
func (in AnswerIn) saidBy(v desk.Viewer, x desk.Agreement) bool {
	if v.Staff == 0 || x.Version != in.Version || x.Edit != in.Edit {
		return false
	}
	if in.Yes {
		return x.Hospital.By == v.Staff && x.Hospital.Record == "" && !x.Hospital.At.IsZero() && x.Gone.At.IsZero()
	}
	return x.Gone.By == v.Staff && x.Gone.How == in.Why && !x.Gone.At.IsZero()
}

// AnswerAgreement approves the version that the desk asks for, or sends it back: then it is over, and its number is
// not used again. The same answer of the same account again changes nothing. Field "why". Conflict "agreement.changed"
// says who was faster.
func (a *App) AnswerAgreement(ctx context.Context, v desk.Viewer, cid desk.ClientID, in AnswerIn) (desk.Agreement, error) {
	v, c, err := a.leads(ctx, v, cid)
	if err != nil {
		return desk.Agreement{}, err
	}
	if in.Why, err = desk.CleanLine(in.Why, desk.MaxSubject); err != nil {
		return desk.Agreement{}, desk.Fields{{Field: "why", Code: "text.too_long", Message: "Say it in at most 200 characters."}}.Err()
	}
	if !in.Yes && in.Why == "" {
		return desk.Agreement{}, desk.Fields{{Field: "why", Code: "reason.missing", Message: "Say what the desk should change."}}.Err()
	}
	know, err := a.know(ctx)
	if err != nil {
		return desk.Agreement{}, err
	}
	var x desk.Agreement
	err = a.db.Write(ctx, v, cid, func(tx *store.Tx) error {
		all, err := tx.Agreements()
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(all, func(x desk.Agreement) bool { return in.saidBy(v, x) }); i >= 0 {
			x = all[i]
			return nil // a form that was sent twice
		}
		open, ok := desk.OpenAgreement(all)
		if !ok || !open.Asks() || open.Version != in.Version || open.Edit != in.Edit {
			return changedMeanwhile(c, all, in.Version, tx.Now())
		}
		says := desk.Approval{By: v.Staff, Name: v.Name, At: tx.Now()}
		if in.Yes {
			if x, err = a.approve(tx, c, in.Version, in.Edit, true, says, know); err != nil {
				return err
			}
			return noteTerms(tx, v, x, desk.AgreementEvent{Type: desk.TermsAccepted})
		}
		says.How = in.Why
		x = open
		x.Gone = says
		if ok, err = tx.WithdrawAgreement(x); err != nil {
			return err
		}
		if !ok {
			return changedMeanwhile(c, all, in.Version, tx.Now())
		}
		return noteTerms(tx, v, x, desk.AgreementEvent{Type: desk.TermsSentBack, Text: in.Why})
	})
	a.termsChanged(cid, err)
	return x, err
}
