package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"kept/internal/app"
	"kept/internal/desk"
)

// Promise is what the desk owes a person by an instant.
type Promise struct {
	ID         string    `json:"id" example:"84726351"`
	Kind       string    `json:"kind" enum:"reply,update,callback,fix,confirm,handoff,document,other" doc:"reply: a first human word. callback: a call within the window. confirm: we ask again whether it is fixed."`
	Source     string    `json:"source" enum:"person,agreement" doc:"Who promised: a person in words, or the client's agreement."`
	State      string    `json:"state" enum:"open,attempted,kept,kept_late,moved,withdrawn,voided,broken" doc:"open and attempted are live; the others are ends."`
	Start      time.Time `json:"start" doc:"When the window begins; equal to due where there is none."`
	Due        time.Time `json:"due" doc:"From this instant the promise counts as not kept."`
	Skill      string    `json:"skill" example:"PORTAL"`
	Function   int64     `json:"function,omitempty" doc:"Number of the EHR function that its question was about when it was promised."`
	Owner      string    `json:"owner,omitempty" doc:"Id of the member of staff who keeps it. Left out: anybody on shift with the skill."`
	Tries      int       `json:"tries" doc:"How many calls did not reach the person."`
	MadeAt     time.Time `json:"made_at"`
	EndedAt    time.Time `json:"ended_at,omitzero"`
	AnsweredAt time.Time `json:"answered_at,omitzero" doc:"When words that answer it were written. It is kept once they have arrived."`
	EnteredAt  time.Time `json:"entered_at,omitzero" doc:"When the call that kept it was entered, after a time in which Kept was down."`
	ToldAt     time.Time `json:"told_at,omitzero" doc:"When the person was told that it was not kept."`
	Outcome    string    `json:"outcome,omitempty" example:"reached"`
	MovedBy    string    `json:"moved_by,omitempty" enum:"person,us,miss" doc:"Moved by us counts as not kept. After a miss we had called in time and nobody answered."`
	RepairOf   string    `json:"repair_of,omitempty" doc:"The broken promise that this one repairs."`
	Replaces   string    `json:"replaces,omitempty" doc:"The promise that was moved to this one."`
	Voicemail  bool      `json:"voicemail" doc:"The person agrees to a message that says who we are."`
	Text       string    `json:"text,omitempty" doc:"For kind other: the sentence as promised."`
}

// NewPromise is a promise to make.
type NewPromise struct {
	Kind  string    `json:"kind,omitempty" enum:"reply,update,callback,fix,handoff,document,other" doc:"callback when left out. callback, fix, handoff and document take a window that somebody can keep."`
	Start time.Time `json:"start,omitzero" doc:"Start of a window from GET /windows; the first that can be kept when left out." example:"2026-06-03T13:00:00Z"`
	Due   time.Time `json:"due,omitzero" doc:"For kinds without a window; as the agreement says when left out. With a kind that takes a window it is refused." example:"2026-06-03T13:00:00Z"`
	Skill string    `json:"skill,omitempty" maxLength:"40" doc:"The ticket's when left out."`
	Text  string    `json:"text,omitempty" maxLength:"200" doc:"For kind other: what is promised, as the person will read it."`
}

// in turns p into what app takes. at is where p stands in the body.
func (p NewPromise) in(at string) (app.PromiseIn, error) {
	kind := desk.PromiseKind(p.Kind)
	if kind == desk.Confirm || p.Kind != "" && !slices.Contains(desk.PromiseKinds, kind) {
		return app.PromiseIn{}, desk.Fields{{Field: at + "kind", Code: "choice.invalid", Message: "Choose one of: reply, update, callback, fix, handoff, document, other."}}.Err()
	}
	return app.PromiseIn{Kind: kind, Start: p.Start, Due: p.Due, Skill: p.Skill, Text: p.Text}, nil
}

// nested puts the fields of a promise inside another body where they stand there.
func nested(err error, at string) error {
	var e *desk.Error
	if !errors.As(err, &e) {
		return err
	}
	moved := *e
	moved.Fields = slices.Clone(e.Fields)
	for i, f := range moved.Fields {
		if f.Field == "text" || f.Field == "due" || f.Field == "start" {
			moved.Fields[i].Field = at + f.Field
		}
	}
	return &moved
}

// PromiseList is every promise of a ticket.
type PromiseList struct {
	Promises []Promise `json:"promises" nullable:"false" doc:"Oldest first."`
}

// Window is a time that somebody can keep, or could if anybody were there.
type Window struct {
	Start   time.Time `json:"start"`
	End     time.Time `json:"end"`
	Covered bool      `json:"covered" doc:"Somebody with the skill is there and has a free seat: it can be promised."`
	Seats   int       `json:"seats" doc:"How many promises still fit."`
}

type promisesOut struct{ Body PromiseList }

type promiseOne struct{ Body Promise }

// Promised is embedded in the input of everything under one promise.
type Promised struct {
	Numbered
	ID string `path:"id" maxLength:"20" doc:"Id of the promise." example:"84726351"`
}

type windowsIn struct {
	Asker
	Client string `query:"client" maxLength:"60" doc:"Slug or id. A token of one client may leave it out."`
	Skill  string `query:"skill" maxLength:"40" doc:"What somebody must know; any when left out." example:"PORTAL"`
	Lang   string `query:"lang" enum:"en,es" doc:"es asks for somebody who speaks Spanish."`
	Days   int    `query:"days" minimum:"1" maximum:"28" default:"2" doc:"How many days from now."`
}

type windowsOut struct {
	Body struct {
		Windows []Window `json:"windows" nullable:"false" doc:"In order of time."`
	} `nameHint:"WindowList"`
}

func (h *handler) promises() {
	const at = "/tickets/{number}/promises"
	op := func(id, method, path, summary, description string, status int) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Description: description,
			Tags: []string{"Promises"}, DefaultStatus: status, Errors: []int{404}}
	}
	route(h, op("list-promises", http.MethodGet, at, "List the promises of a ticket", "All of them, oldest first.", 200),
		func(ctx context.Context, v desk.Viewer, in *ticketIn) (*promisesOut, error) {
			ref, err := in.ref()
			if err != nil {
				return nil, err
			}
			return h.promisesOf(ctx, v, ref)
		})
	route(h, op("make-promise", http.MethodPost, at, "Make a promise",
		"Promises something and tells the person. A window that nobody can keep, or that was just taken, is a 409.", 201),
		func(ctx context.Context, v desk.Viewer, in *struct {
			Asker
			Numbered
			Body NewPromise
		}) (*promiseOne, error) {
			ref, err := in.ref()
			if err != nil {
				return nil, err
			}
			want, err := in.Body.in("")
			if err != nil {
				return nil, err
			}
			p, err := h.app.MakePromise(ctx, v, ref, want)
			if err != nil {
				return nil, err
			}
			return &promiseOne{promiseOut(p)}, nil
		})
	route(h, op("begin-attempt", http.MethodPost, at+"/{id}/attempts", "Begin a call",
		"Somebody is calling now. A call begun before the promise is due holds it for five minutes. Gives the promises of the ticket.", 200),
		func(ctx context.Context, v desk.Viewer, in *struct {
			Asker
			Promised
		}) (*promisesOut, error) {
			return h.onPromise(ctx, v, in.Promised, func(ref desk.Ref, p desk.PromiseID) error { return h.app.TryPromise(ctx, v, ref, p) })
		})
	route(h, op("miss", http.MethodPost, at+"/{id}/misses", "End a call that did not reach the person",
		"The promise moves on to the next window that can be kept and the person is told; the third miss promises words instead. Gives the promises of the ticket.", 200),
		func(ctx context.Context, v desk.Viewer, in *struct {
			Asker
			Promised
			Body struct {
				Outcome string `json:"outcome" enum:"no_answer,busy,voicemail,wrong_number" doc:"What happened on the call."`
			} `nameHint:"Miss"`
		}) (*promisesOut, error) {
			return h.onPromise(ctx, v, in.Promised, func(ref desk.Ref, p desk.PromiseID) error {
				return h.app.MissedCall(ctx, v, ref, p, in.Body.Outcome)
			})
		})
	route(h, op("contact", http.MethodPost, at+"/{id}/contacts", "End a call that reached the person",
		"Keeps the promise, just now. Something stays promised: what next says, or we ask whether it is fixed. Gives the promises of the ticket.", 200),
		func(ctx context.Context, v desk.Viewer, in *struct {
			Asker
			Promised
			Body struct {
				Note string      `json:"note,omitempty" maxLength:"10000" doc:"For the next member of staff. The person never sees it."`
				Next *NewPromise `json:"next,omitempty" doc:"What is promised next."`
			} `nameHint:"Contact"`
		}) (*promisesOut, error) {
			var next *app.PromiseIn
			if in.Body.Next != nil {
				p, err := in.Body.Next.in("next.")
				if err != nil {
					return nil, err
				}
				next = &p
			}
			return h.onPromise(ctx, v, in.Promised, func(ref desk.Ref, p desk.PromiseID) error {
				return nested(h.app.KeepPromise(ctx, v, ref, p, in.Body.Note, next), "next.")
			})
		})
	route(h, op("enter-call", http.MethodPost, at+"/{id}/entered-calls", "Enter a call that was made while Kept was down",
		"Possible in the ten minutes after an outage, for an instant in it. Before the due instant it keeps the promise, or moves it on where nobody was reached. "+
			"Gives the promises of the ticket.", 200),
		func(ctx context.Context, v desk.Viewer, in *struct {
			Asker
			Promised
			Body struct {
				At      time.Time   `json:"at" doc:"When the person was called." example:"2026-06-03T13:20:00Z"`
				Outcome string      `json:"outcome" enum:"reached,no_answer,busy,voicemail,wrong_number" doc:"What happened on the call."`
				Note    string      `json:"note,omitempty" maxLength:"10000" doc:"For the next member of staff. The person never sees it."`
				Next    *NewPromise `json:"next,omitempty" doc:"What is promised next, where the person was reached."`
			} `nameHint:"EnteredCall"`
		}) (*promisesOut, error) {
			made := app.CallMade{At: in.Body.At, Outcome: in.Body.Outcome, Note: in.Body.Note}
			if in.Body.Next != nil {
				p, err := in.Body.Next.in("next.")
				if err != nil {
					return nil, err
				}
				made.Next = &p
			}
			return h.onPromise(ctx, v, in.Promised, func(ref desk.Ref, p desk.PromiseID) error {
				return nested(h.app.EnterCall(ctx, v, ref, p, made), "next.")
			})
		})
	route(h, op("move-promise", http.MethodPost, at+"/{id}/moves", "Move a promise",
		"Puts another window in its place, before it is due, and tells the person. Gives the new promise.", 201),
		func(ctx context.Context, v desk.Viewer, in *struct {
			Asker
			Promised
			Body struct {
				By    string    `json:"by" enum:"person,us" doc:"Who wanted the new time. Moved by us counts as not kept."`
				Start time.Time `json:"start" doc:"Start of a window from GET /windows." example:"2026-06-03T13:30:00Z"`
			} `nameHint:"Move"`
		}) (*promiseOne, error) {
			var moved desk.Promise
			_, err := acting(in.Promised, func(ref desk.Ref, p desk.PromiseID) (err error) {
				moved, err = h.app.MovePromise(ctx, v, ref, p, desk.MovedBy(in.Body.By), in.Body.Start)
				return err
			})
			if err != nil {
				return nil, err
			}
			return &promiseOne{promiseOut(moved)}, nil
		})
	route(h, op("list-windows", http.MethodGet, "/windows", "List windows",
		"The windows of the next days, covered or not. Only covered ones can be promised.", 200), h.windows)
}

// acting runs act on the promise that a path names.
func acting(at Promised, act func(desk.Ref, desk.PromiseID) error) (desk.Ref, error) {
	ref, err := at.ref()
	if err != nil {
		return "", err
	}
	p, err := idFrom[desk.PromiseID](at.ID)
	if err != nil {
		return "", err
	}
	return ref, act(ref, p)
}

func (h *handler) onPromise(ctx context.Context, v desk.Viewer, at Promised, act func(desk.Ref, desk.PromiseID) error) (*promisesOut, error) {
	ref, err := acting(at, act)
	if err != nil {
		return nil, err
	}
	return h.promisesOf(ctx, v, ref)
}

func (h *handler) promisesOf(ctx context.Context, v desk.Viewer, ref desk.Ref) (*promisesOut, error) {
	list, err := h.app.Promises(ctx, v, ref)
	if err != nil {
		return nil, err
	}
	out := &promisesOut{PromiseList{Promises: make([]Promise, len(list))}}
	for i, p := range list {
		out.Body.Promises[i] = promiseOut(p)
	}
	return out, nil
}

func (h *handler) windows(ctx context.Context, v desk.Viewer, in *windowsIn) (*windowsOut, error) {
	c, err := h.client(ctx, v, in.Client, "client")
	if err != nil {
		return nil, err
	}
	list, err := h.app.WindowsFor(ctx, v, c.ID, strings.TrimSpace(in.Skill), in.Lang, h.app.Now(), in.Days)
	if err != nil {
		return nil, err
	}
	var out windowsOut
	out.Body.Windows = make([]Window, len(list))
	for i, w := range list {
		out.Body.Windows[i] = Window{Start: w.Start.UTC(), End: w.End.UTC(), Covered: w.Covered, Seats: w.Seats}
	}
	return &out, nil
}

func promiseOut(p desk.Promise) Promise {
	return Promise{
		ID: id(p.ID), Kind: string(p.Kind), Source: string(p.Source), State: string(p.State), Start: p.Start.UTC(), Due: p.Due.UTC(),
		Skill: p.Skill, Function: p.Function, Owner: id(p.Owner), Tries: p.Tries, MadeAt: p.MadeAt.UTC(), EndedAt: p.EndedAt.UTC(), AnsweredAt: p.AnsweredAt.UTC(), EnteredAt: p.EnteredAt.UTC(), ToldAt: p.ToldAt.UTC(),
		Outcome: p.Outcome, MovedBy: string(p.MovedBy), RepairOf: id(p.RepairOf), Replaces: id(p.Replaces), Voicemail: p.Voicemail, Text: p.Text,
	}
}
