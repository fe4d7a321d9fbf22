package app

import (
	"context"
	"slices"
	"time"

	"kept/internal/desk"
	"kept/internal/sla/agreementyaml"
	"kept/internal/store"
)

func approval(v desk.Viewer, now time.Time) desk.Approval {
	return desk.Approval{By: v.Staff, Name: v.Name, At: now}
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
