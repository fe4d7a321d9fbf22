package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/words"
)

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
	terms, err := readTerms(c, in.Terms, max(in.Version, desk.UsualVersion+1))
	if err != nil {
		return desk.Agreement{}, err
	}
	var x desk.Agreement
	err = a.db.Write(ctx, v, cid, func(tx *store.Tx) error {
		all, err := tx.Agreements()
		if err != nil {
			return err
		}
		x = desk.Agreement{Client: cid, Version: in.Version, Edit: in.Edit, Terms: in.Terms, From: terms.From, Note: note, Made: desk.Approval{By: v.Staff, Name: v.Name, At: tx.Now()}}
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
			if err != nil {
				return err
			}
			if !ok {
				return changedMeanwhile(c, all, in.Version, tx.Now())
			}
			return noteTerms(tx, v, x, desk.AgreementEvent{Type: desk.TermsWritten, Text: note})
		}
		ok, err := tx.RedraftAgreement(x)
		if err != nil {
			return err
		}
		if !ok {
			return changedMeanwhile(c, all, in.Version, tx.Now())
		}
		x.Edit++
		return noteTerms(tx, v, x, desk.AgreementEvent{Type: desk.TermsWritten, Text: note})
	})
	a.termsChanged(cid, err)
	return x, err
}

// changedMeanwhile says who was faster, and when.
func changedMeanwhile(c desk.Client, all []desk.Agreement, version int, now time.Time) error {
	for _, x := range slices.Backward(all) {
		if version != 0 && x.Version != version {
			continue
		}
		did, by := "changed this draft", x.Made
		last := func(what string, who desk.Approval) {
			if !who.At.Before(by.At) {
				did, by = what, who
			}
		}
		last("approved it for the desk", x.Desk)
		if yes := x.Hospital; yes.Record != "" {
			yes.Name = yes.Record
			last("put the hospital’s approval on record", yes)
		} else {
			last("approved it for the hospital", yes)
		}
		if x.Gone.How != "" {
			last("sent it back", x.Gone)
		} else {
			last("withdrew it", x.Gone)
		}
		return desk.Errorf(desk.Conflict, "agreement.changed", "%s %s %s. Look at it first.", by.Name, did, words.Instant(words.EN, by.At, zoneOf(c), now))
	}
	return errAgreementGone
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
	err = a.db.Write(ctx, v, cid, func(tx *store.Tx) error {
		x := desk.Agreement{Version: version, Edit: edit, Gone: desk.Approval{By: v.Staff, Name: v.Name, At: tx.Now()}}
		ok, err := tx.WithdrawAgreement(x)
		if err != nil {
			return err
		}
		if ok {
			return noteTerms(tx, v, x, desk.AgreementEvent{Type: desk.TermsWithdrawn})
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
	a.termsChanged(cid, err)
	return err
}
