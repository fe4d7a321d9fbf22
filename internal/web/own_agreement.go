package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
	"kept/internal/words"
)

func ownAgreementURL(c desk.Client) string { return "/client/" + c.Slug + "/agreement" }

// GET /client/{slug}/agreement: what holds, and what waits for the hospital's yes, for who leads it.
func (h *handler) ownAgreement(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.showOwnAgreement(w, r, s, http.StatusOK, nil)
}

// POST /client/{slug}/agreement/answers: says is yes or no. A yes is final: it needs "sure".
func (h *handler) answerAgreement(w http.ResponseWriter, r *http.Request, s signed) error {
	c, err := h.figuresOf(r, s)
	if err != nil {
		return err
	}
	version, edit := seen(r)
	yes := r.PostForm.Get("says") == "yes"
	if yes && r.PostForm.Get("sure") == "" {
		return h.approveSurely(w, r, s)
	}
	_, err = h.app.AnswerAgreement(r.Context(), s.v, c.ID, app.AnswerIn{Version: version, Edit: edit, Yes: yes, Why: r.PostForm.Get("why")})
	switch {
	case desk.Is(err, desk.Conflict):
		return h.showOwnAgreement(w, r, s, http.StatusConflict, err)
	case desk.Is(err, desk.Invalid):
		return h.showOwnAgreement(w, r, s, http.StatusUnprocessableEntity, err)
	case err != nil:
		return err
	}
	done := "?done=sent-back"
	if yes {
		done = "?done=approved"
	}
	http.Redirect(w, r, ownAgreementURL(c)+done, http.StatusSeeOther)
	return nil
}

// approveSurely asks a second time before the hospital's yes to the version that was seen.
func (h *handler) approveSurely(w http.ResponseWriter, r *http.Request, s signed) error {
	c, err := h.figuresOf(r, s)
	if err != nil {
		return err
	}
	own, err := h.app.OwnAgreement(r.Context(), s.v, c.ID)
	if err != nil {
		return err
	}
	version, edit := seen(r)
	ask := view.ConfirmView{Title: fmt.Sprintf("Approve version %d?", version), Action: r.URL.Path, Back: ownAgreementURL(c), Hidden: sureToo(r.PostForm), Yes: "Approve it", No: "Not now",
		Lines: []string{"With your yes both sides have agreed. What was agreed is not taken back: other terms need a new version."}}
	if x := own.Asked; x != nil && x.Version == version && x.Edit == edit {
		ask.Title = fmt.Sprintf("Approve version %d, in force %s?", version, holdsFrom(x.From, own))
	}
	v := ownAgreementView(own)
	v.Page = h.ownPage(s, c, ask.Title, "/agreement")
	h.render(w, r, http.StatusOK, view.OwnAgreementSure(v, ask))
	return nil
}

// holdsFrom says from when a version would hold: "from Jul 1, 2026, midnight CT".
func holdsFrom(begins time.Time, own app.OwnAgreement) string {
	if !begins.After(own.Now) {
		return "as soon as you approve it"
	}
	loc := clientZone(own.Client)
	return "from " + begins.In(loc).Format("Jan 2, 2006, ") + words.Clock(words.EN, begins, loc)
}

func (h *handler) showOwnAgreement(w http.ResponseWriter, r *http.Request, s signed, status int, wrong error) error {
	c, err := h.figuresOf(r, s)
	if err != nil {
		return err
	}
	own, err := h.app.OwnAgreement(r.Context(), s.v, c.ID)
	if err != nil {
		return err
	}
	v := ownAgreementView(own)
	v.Page = h.ownPage(s, c, "Agreement", "/agreement")
	v.Done = map[string]string{"approved": "You have approved it. The desk sees your name and the time.", "sent-back": "It is sent back. The desk sees your reason."}[r.URL.Query().Get("done")]
	if e, ok := wrong.(*desk.Error); ok {
		v.Page.Title = "Error: " + v.Page.Title
		if len(e.Fields) == 0 {
			v.Problems = []view.Problem{{Text: e.Message}}
		}
		for _, f := range e.Fields {
			v.Problems = append(v.Problems, view.Problem{FieldID: f.Field, Text: f.Message})
			if v.Asked != nil && f.Field == "why" {
				v.Asked.WhyErr = f.Message
			}
		}
		switch why := r.PostForm.Get("why"); {
		case r.PostForm.Get("says") != "no":
		case v.Asked != nil:
			v.Asked.Why, v.Asked.Open = why, true
		default:
			v.Typed = strings.TrimSpace(why)
		}
	}
	h.render(w, r, status, view.OwnAgreement(v))
	return nil
}

func ownAgreementView(own app.OwnAgreement) view.OwnAgreementView {
	loc, c := clientZone(own.Client), own.Client
	v := view.OwnAgreementView{Live: view.AgreementTerms{Title: "What holds now", Plain: own.Live.Plain("en"), ES: own.Live.Plain("es")}}
	if own.Live.Version == desk.UsualVersion {
		v.Stands = "The usual terms of the desk hold: you have no agreement of your own yet."
	} else {
		v.Stands = fmt.Sprintf("Version %d is in force since %s.", own.Live.Version, day(own.Live.Begins(), loc))
	}
	when := func(a desk.Approval) string { return a.Name + ", " + words.Instant(words.EN, a.At, loc, own.Now) }
	switch x := own.Answered; {
	case x == nil:
	case x.State == desk.AgreementSentBack:
		v.Answered = fmt.Sprintf("Version %d was sent back by %s: “%s”", x.Version, when(x.Gone), x.Gone.How)
	case x.Hospital.Record != "":
		v.Answered = fmt.Sprintf("Version %d was approved for you by %s, recorded by %s of the desk: %s.", x.Version, when(x.Hospital), x.Hospital.Record, x.Hospital.How)
	default:
		v.Answered = fmt.Sprintf("Version %d was approved for you by %s.", x.Version, when(x.Hospital))
	}
	if x := own.Asked; x != nil {
		text := holdsFrom(x.From, own)
		text = strings.ToUpper(text[:1]) + text[1:]
		v.Asked = &view.AskedTerms{Title: fmt.Sprintf("Version %d waits for your yes", x.Version), Plain: x.Plain("en"), ES: x.Plain("es"),
			URL: ownAgreementURL(c) + "/answers", Version: strconv.Itoa(x.Version), Edit: strconv.Itoa(x.Edit),
			Facts: []view.KV{{Key: "Would hold", Value: text}, {Key: "Approved for the desk", Value: when(x.Desk)}}}
		if x.Note != "" {
			v.Asked.Facts = append(v.Asked.Facts, view.KV{Key: "Why", Value: x.Note})
		}
		v.Asked.Gone, v.Asked.New = termsDiff(own.Live, *x)
	}
	return v
}
