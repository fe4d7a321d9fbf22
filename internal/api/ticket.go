package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"kept/internal/app"
	"kept/internal/desk"
)

// Ticket is one question, incident, request or problem.
type Ticket struct {
	Number    string    `json:"number" doc:"What people read aloud. It opens nothing by itself." example:"K7M-4QX"`
	Client    string    `json:"client" doc:"Slug of the client." example:"mercy"`
	Requester string    `json:"requester" doc:"Id of the person who asks." example:"912837465"`
	Subject   string    `json:"subject" example:"My chart shows kilograms"`
	State     string    `json:"state" enum:"new,working,waiting,asked,confirmed,closed_unconfirmed,withdrawn,voided,merged" doc:"The last five are closed. Only the person makes it confirmed."`
	Kind      string    `json:"kind" enum:"question,incident,request,problem"`
	Priority  string    `json:"priority" enum:"P1,P2,P3,P4" doc:"P1: patient care has stopped."`
	Function  int64     `json:"function,omitempty" doc:"Number of the EHR function it is about."`
	Skill     string    `json:"skill" doc:"What somebody must know to answer." example:"PORTAL"`
	Via       string    `json:"via" enum:"web,phone,email,sms,api,desk" doc:"How it came in."`
	Lang      string    `json:"lang" enum:"en,es"`
	About     string    `json:"about" enum:"me,child,adult" doc:"Whom it is about."`
	Needs     string    `json:"needs,omitempty" doc:"Interpreter, TTY and the like, as codes with commas."`
	Flag      string    `json:"flag,omitempty" enum:"emergency,crisis,nurse,safety,privacy" doc:"The worst danger seen in its words."`
	Owner     string    `json:"owner,omitempty" doc:"Id of the member of staff who has it."`
	Channel   string    `json:"channel" enum:"sms,email,voice,web" doc:"How the person wants to hear from us."`
	OpenedAt  time.Time `json:"opened_at"`
	ChangedAt time.Time `json:"changed_at"`
	AskedAt   time.Time `json:"asked_at,omitzero" doc:"When the person was asked whether it is fixed."`
	ClosedAt  time.Time `json:"closed_at,omitzero"`
	DueAt     time.Time `json:"due_at,omitzero" doc:"When the promise that is due first falls due."`
	Promise   string    `json:"promise,omitempty" doc:"Id of that promise."`
	Breaks    int       `json:"breaks" doc:"How many promises on it were not kept."`

	WaitingFor   string    `json:"waiting_for,omitempty" enum:"person,supplier,time" doc:"What it waits for. Promises go on."`
	WaitingSince time.Time `json:"waiting_since,omitzero"`
	WaitingUntil time.Time `json:"waiting_until,omitzero"`

	MergedInto string `json:"merged_into,omitempty" doc:"Number of the ticket in which a merged one goes on. Left out in lists." example:"4QX-K7M"`
}

// NewTicket is a ticket to open.
type NewTicket struct {
	Client    string       `json:"client,omitempty" maxLength:"60" doc:"Slug or id. A token of one client may leave it out." example:"mercy"`
	Subject   string       `json:"subject,omitempty" maxLength:"200" doc:"Made from the words when left out."`
	Words     string       `json:"words,omitempty" maxLength:"5000" doc:"In the person's words." example:"How do I see my weight in pounds, not kilograms?"`
	Kind      string       `json:"kind,omitempty" enum:"question,incident,request,problem" doc:"A question when left out."`
	Priority  string       `json:"priority,omitempty" enum:"P1,P2,P3,P4" doc:"P3 when left out."`
	Function  int64        `json:"function,omitempty" minimum:"0" maximum:"9007199254740991" doc:"Number of the EHR function it is about."`
	Skill     string       `json:"skill,omitempty" maxLength:"40" doc:"What somebody must know to answer. Chosen by who asks when left out." example:"PORTAL"`
	Via       string       `json:"via,omitempty" enum:"web,phone,email,sms,api,desk" doc:"api when left out."`
	Lang      string       `json:"lang,omitempty" enum:"en,es" doc:"en when left out."`
	About     string       `json:"about,omitempty" enum:"me,child,adult" doc:"me when left out."`
	Needs     string       `json:"needs,omitempty" maxLength:"120" doc:"Interpreter, TTY and the like, as codes with commas."`
	Channel   string       `json:"channel,omitempty" enum:"sms,email,voice,web" doc:"How the person wants to hear from us. Chosen by the addresses when left out."`
	Voicemail bool         `json:"voicemail,omitempty" doc:"The person agrees to a message that says who we are."`
	Note      string       `json:"note,omitempty" maxLength:"10000" doc:"For the next member of staff. The person never sees it."`
	Requester NewRequester `json:"requester,omitzero" doc:"Who asks."`
	Promise   *NewPromise  `json:"promise,omitempty" doc:"What is promised. The client's agreement promises a first human word when left out."`
}

// NewRequester says who asks: somebody known by id, or what is known of a person.
type NewRequester struct {
	ID    string `json:"id,omitempty" maxLength:"20" doc:"Of somebody known."`
	Kind  string `json:"kind,omitempty" enum:"patient,clinician,employee" doc:"patient when left out."`
	Name  string `json:"name,omitempty" maxLength:"120" example:"Maria Gomez"`
	Phone string `json:"phone,omitempty" maxLength:"60" doc:"A number of North America, as people write it." example:"312-555-0199"`
	Email string `json:"email,omitempty" maxLength:"254" example:"maria@example.com"`
}

// Opened is a ticket that was just opened.
type Opened struct {
	Number  string  `json:"number" example:"K7M-4QX"`
	Client  string  `json:"client" example:"mercy"`
	Tracker string  `json:"tracker" doc:"Path of the person's own page, on the client's host. Whoever holds it sees the ticket: give it to the person only." example:"/t/Q4XK-7MPW-2R9T"`
	Promise Promise `json:"promise" doc:"What was promised."`
}

// TicketList is one page of tickets.
type TicketList struct {
	Tickets []Ticket `json:"tickets" nullable:"false"`
	Next    string   `json:"next,omitempty" doc:"Give it as after to get the next page. Left out on the last one."`
}

// Written is a message or note that was just stored.
type Written struct {
	ID    string    `json:"id,omitempty" doc:"Left out when the key was seen before."`
	At    time.Time `json:"at,omitzero"`
	Again bool      `json:"again,omitempty" doc:"The key was seen before; nothing new was stored."`
}

type createIn struct {
	Asker
	Key  string `header:"Idempotency-Key" maxLength:"200" doc:"A word of yours for this ticket. Sending the same again gives the first ticket again." example:"ehr-2026-06-02-000117"`
	Body NewTicket
}

type createOut struct {
	Status   int
	Location string `header:"Location" doc:"Where the ticket is."`
	Body     Opened
}

type listIn struct {
	Asker
	Client string `query:"client" maxLength:"60" doc:"Slug or id; all that the token serves when left out."`
	State  string `query:"state" enum:"open,closed" doc:"All when left out."`
	After  string `query:"after" maxLength:"60" doc:"What the page before gave as next."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many at most."`
}

// Numbered is embedded in the input of everything under one ticket.
type Numbered struct {
	Number string `path:"number" maxLength:"20" doc:"Number of the ticket, in any case, with or without the hyphen." example:"K7M-4QX"`
}

// ref reads the number. One that cannot be a number names nothing.
func (n Numbered) ref() (desk.Ref, error) {
	ref, err := desk.ParseRef(n.Number)
	if err != nil {
		return "", desk.Errorf(desk.NotFound, "ref.mistyped", "That number has a typing mistake. Check it.")
	}
	return ref, nil
}

type ticketIn struct {
	Asker
	Numbered
}

type ticketOut struct{ Body Ticket }

type writeIn struct {
	Asker
	Numbered
	Key  string `header:"Idempotency-Key" maxLength:"120" doc:"A word of yours for these words. With a key seen before nothing is stored; other words under the same key are a 409."`
	Body struct {
		Body string `json:"body" minLength:"1" maxLength:"10000" doc:"Replies take 5000 characters, notes 10000." example:"You can change this under Settings, then Units."`
	} `nameHint:"Words"`
}

type writeOut struct {
	Status int
	Body   Written
}

func (h *handler) tickets() {
	route(h, huma.Operation{
		OperationID: "open-ticket", Method: http.MethodPost, Path: "/tickets", Tags: []string{"Tickets"}, DefaultStatus: http.StatusCreated,
		Summary: "Open a ticket", Description: "Opens a ticket with its promise. It is on disk before this answers. With an " +
			"Idempotency-Key seen before, the first ticket comes back with status 200; another body under the same key is a 409.",
		Responses: map[string]*huma.Response{"200": {
			Description: "This was sent before: the first ticket again.",
			Content:     map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Ref: "#/components/schemas/Opened"}}},
		}},
		Errors: []int{404},
	}, h.openTicket)
	route(h, huma.Operation{
		OperationID: "list-tickets", Method: http.MethodGet, Path: "/tickets", Tags: []string{"Tickets"},
		Summary: "List tickets", Description: "Newest first, page by page.", Errors: []int{404},
	}, h.listTickets)
	route(h, huma.Operation{
		OperationID: "get-ticket", Method: http.MethodGet, Path: "/tickets/{number}", Tags: []string{"Tickets"},
		Summary: "Read a ticket", Description: "One ticket by its number.", Errors: []int{404},
	}, func(ctx context.Context, v desk.Viewer, in *ticketIn) (*ticketOut, error) {
		ref, err := in.ref()
		if err != nil {
			return nil, err
		}
		return h.ticket(ctx, v, ref)
	})
	route(h, huma.Operation{
		OperationID: "reply", Method: http.MethodPost, Path: "/tickets/{number}/replies", Tags: []string{"Tickets"}, DefaultStatus: http.StatusCreated,
		Summary: "Reply to the person", Description: "Writes to the person by the channel that they chose. It keeps promises of a reply " +
			"or of news; something always stays promised.", Errors: []int{404},
	}, func(ctx context.Context, v desk.Viewer, in *writeIn) (*writeOut, error) {
		return h.write(ctx, v, in, "reply", h.app.Reply)
	})
	route(h, huma.Operation{
		OperationID: "note", Method: http.MethodPost, Path: "/tickets/{number}/notes", Tags: []string{"Tickets"}, DefaultStatus: http.StatusCreated,
		Summary: "Write an internal note", Description: "The person never sees it. Nothing is sent.", Errors: []int{404},
	}, func(ctx context.Context, v desk.Viewer, in *writeIn) (*writeOut, error) {
		return h.write(ctx, v, in, "note", h.app.AddNote)
	})
	route(h, huma.Operation{
		OperationID: "ask-if-fixed", Method: http.MethodPost, Path: "/tickets/{number}/questions-if-fixed", Tags: []string{"Tickets"},
		Summary: "Ask whether it is fixed", Description: "Only the person can close a ticket as fixed. This asks them, and promises to ask again.", Errors: []int{404},
	}, func(ctx context.Context, v desk.Viewer, in *ticketIn) (*ticketOut, error) {
		ref, err := in.ref()
		if err != nil {
			return nil, err
		}
		if err := h.app.AskIfFixed(ctx, v, ref); err != nil {
			return nil, err
		}
		return h.ticket(ctx, v, ref)
	})
	route(h, huma.Operation{
		OperationID: "wait", Method: http.MethodPost, Path: "/tickets/{number}/waits", Tags: []string{"Tickets"},
		Summary: "Wait for something", Description: "Notes what the question waits for and tells the person. No promise is paused. A word from the person, " +
			"an answer or the end resumes it.", Errors: []int{404},
	}, func(ctx context.Context, v desk.Viewer, in *struct {
		Asker
		Numbered
		Body struct {
			Reason string    `json:"reason" enum:"person,supplier,time" doc:"The person's answer, the supplier of the product, or a time agreed with the person."`
			Until  time.Time `json:"until" doc:"At most 14 days from now." example:"2026-06-05T17:00:00Z"`
			Firm   string    `json:"supplier,omitempty" maxLength:"80" doc:"Name of the supplier that we wait for: their clock of the agreement runs. The person does not see it."`
		} `nameHint:"Wait"`
	}) (*ticketOut, error) {
		ref, err := in.ref()
		if err != nil {
			return nil, err
		}
		if err := h.app.WaitFor(ctx, v, ref, desk.WaitReason(in.Body.Reason), in.Body.Until, in.Body.Firm); err != nil {
			return nil, err
		}
		return h.ticket(ctx, v, ref)
	})
}

func (h *handler) openTicket(ctx context.Context, v desk.Viewer, in *createIn) (*createOut, error) {
	b := &in.Body
	c, err := h.client(ctx, v, b.Client, "client")
	if err != nil {
		return nil, err
	}
	t := app.TicketIn{
		Subject: b.Subject, Words: b.Words, Kind: desk.TicketKind(b.Kind), Priority: desk.Priority(b.Priority), Function: b.Function,
		Skill: b.Skill, Via: desk.Via(b.Via), Lang: b.Lang, About: desk.About(b.About), Needs: b.Needs,
		Requester: app.RequesterIn{Kind: desk.RequesterKind(b.Requester.Kind), Name: b.Requester.Name, Phone: b.Requester.Phone, Email: b.Requester.Email},
		Channel:   desk.Channel(b.Channel), Voicemail: b.Voicemail, Note: b.Note, Key: in.Key,
	}
	if b.Requester.ID != "" {
		if t.Requester.ID, err = idFrom[desk.RequesterID](b.Requester.ID); err != nil {
			return nil, desk.NotFoundAt(err, "requester.id")
		}
	}
	if b.Promise != nil {
		p, err := b.Promise.in("promise.")
		if err != nil {
			return nil, err
		}
		t.Promise = &p
	}
	o, err := h.app.OpenTicket(ctx, v, c.ID, t)
	if err != nil {
		return nil, nested(err, "promise.")
	}
	out := &createOut{Status: http.StatusCreated, Location: Root + "/tickets/" + string(o.Ref)}
	if o.Again {
		out.Status = http.StatusOK
	}
	out.Body = Opened{Number: string(o.Ref), Client: c.Slug, Tracker: app.TrackerPath(o.Token, b.Lang), Promise: promiseOut(o.Promise)}
	return out, nil
}

func (h *handler) listTickets(ctx context.Context, v desk.Viewer, in *listIn) (*struct{ Body TicketList }, error) {
	f := app.TicketFilter{State: in.State, After: in.After, Limit: in.Limit}
	if in.Client != "" {
		c, err := h.client(ctx, v, in.Client, "client")
		if err != nil {
			return nil, err
		}
		f.Client = c.ID
	}
	list, err := h.app.Tickets(ctx, v, f)
	if err != nil {
		return nil, err
	}
	slugs, err := h.slugs(ctx, v)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body TicketList }{TicketList{Tickets: make([]Ticket, len(list.Tickets)), Next: list.Next}}
	for i, t := range list.Tickets {
		out.Body.Tickets[i] = ticketWire(t, slugs[t.Client])
	}
	return out, nil
}

func (h *handler) ticket(ctx context.Context, v desk.Viewer, ref desk.Ref) (*ticketOut, error) {
	t, err := h.app.Ticket(ctx, v, ref)
	if err != nil {
		return nil, err
	}
	c, err := h.app.Client(ctx, v, t.Client)
	if err != nil {
		return nil, err
	}
	out := &ticketOut{ticketWire(t, c.Slug)}
	if t.Into == 0 {
		return out, nil
	}
	events, err := h.app.Events(ctx, v, ref)
	for _, e := range events {
		if e.Type == desk.TicketMerged {
			out.Body.MergedInto = string(e.Data.Ref)
		}
	}
	return out, err
}

// write stores words. Its key is kept apart from those of tickets and of other tickets' words.
func (h *handler) write(ctx context.Context, v desk.Viewer, in *writeIn, kind string,
	act func(context.Context, desk.Viewer, desk.Ref, app.Words) (desk.Message, error)) (*writeOut, error) {
	ref, err := in.ref()
	if err != nil {
		return nil, err
	}
	w := app.Words{Body: in.Body.Body}
	if in.Key != "" {
		w.Key = kind + " " + string(ref) + " " + in.Key
	}
	m, err := act(ctx, v, ref, w)
	if err != nil {
		return nil, err
	}
	if m.ID == 0 {
		return &writeOut{http.StatusOK, Written{Again: true}}, nil
	}
	return &writeOut{http.StatusCreated, Written{ID: id(m.ID), At: m.At.UTC()}}, nil
}

func ticketWire(t desk.Ticket, client string) Ticket {
	return Ticket{
		Number: string(t.Ref), Client: client, Requester: id(t.Requester), Subject: t.Subject, State: string(t.State), Kind: string(t.Kind),
		Priority: string(t.Priority), Function: t.Function, Skill: t.Skill, Via: string(t.Via), Lang: t.Lang, About: string(t.About),
		Needs: t.Needs, Flag: string(t.Flag), Owner: id(t.Owner), Channel: string(t.Channel), OpenedAt: t.OpenedAt.UTC(),
		ChangedAt: t.ChangedAt.UTC(), AskedAt: t.AskedAt.UTC(), ClosedAt: t.ClosedAt.UTC(), DueAt: t.Due.UTC(), Promise: id(t.Promise), Breaks: t.Breaks,
		WaitingFor: string(t.WaitingFor), WaitingSince: t.WaitingSince.UTC(), WaitingUntil: t.WaitingUntil.UTC(),
	}
}
