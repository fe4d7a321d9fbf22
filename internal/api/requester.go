package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"kept/internal/app"
	"kept/internal/desk"
)

// Requester is a person who asks.
type Requester struct {
	ID        string    `json:"id" example:"912837465"`
	Client    string    `json:"client" example:"mercy"`
	Kind      string    `json:"kind" enum:"patient,clinician,employee"`
	Name      string    `json:"name" doc:"May be empty: the question page does not ask for it." example:"Maria Gomez"`
	Lang      string    `json:"lang" enum:"en,es"`
	Proven    bool      `json:"proven" doc:"Somebody checked who this is."`
	CreatedAt time.Time `json:"created_at"`
	Addresses []Address `json:"addresses" nullable:"false"`
	Tickets   int       `json:"tickets" doc:"How many they opened, counted up to 100."`
	LastAt    time.Time `json:"last_at,omitzero" doc:"When they opened the latest."`
}

// Address is a phone number or mailbox of a person.
type Address struct {
	Kind      string    `json:"kind" enum:"phone,email"`
	Value     string    `json:"value" doc:"E.164, or the mailbox." example:"+13125550199"`
	Voicemail bool      `json:"voicemail" doc:"A message that says who we are may be left."`
	StoppedAt time.Time `json:"stopped_at,omitzero" doc:"The person answered STOP then: no texts go there."`
	FailedAt  time.Time `json:"failed_at,omitzero" doc:"A provider said then that it cannot be reached."`
}

// RequesterList is one page of people.
type RequesterList struct {
	Requesters []Requester `json:"requesters" nullable:"false"`
	Next       string      `json:"next,omitempty" doc:"Give it as after to get the next page. Left out on the last one."`
}

type requestersIn struct {
	Asker
	Client  string `query:"client" maxLength:"60" doc:"Slug or id. A token of one client may leave it out."`
	Address string `query:"address" maxLength:"254" doc:"Only people with exactly this phone number or mailbox."`
	After   string `query:"after" maxLength:"60" doc:"What the page before gave as next."`
	Limit   int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many at most."`
}

type requesterIn struct {
	Asker
	Client string `path:"client" maxLength:"60" doc:"Slug or id." example:"mercy"`
	ID     string `path:"id" maxLength:"20" example:"912837465"`
}

func (h *handler) requesters() {
	route(h, huma.Operation{
		OperationID: "list-requesters", Method: http.MethodGet, Path: "/requesters", Tags: []string{"Requesters"},
		Summary: "List people", Description: "The people of one client, oldest first, page by page; or those with one address.", Errors: []int{404},
	}, h.listRequesters)
	route(h, huma.Operation{
		OperationID: "get-requester", Method: http.MethodGet, Path: "/requesters/{client}/{id}", Tags: []string{"Requesters"},
		Summary: "Read a person", Description: "One person of one client.", Errors: []int{404},
	}, func(ctx context.Context, v desk.Viewer, in *requesterIn) (*struct{ Body Requester }, error) {
		c, err := h.client(ctx, v, in.Client, "client")
		if err != nil {
			return nil, err
		}
		who, err := idFrom[desk.RequesterID](in.ID)
		if err != nil {
			return nil, err
		}
		p, err := h.app.Requester(ctx, v, c.ID, who)
		if err != nil {
			return nil, err
		}
		return &struct{ Body Requester }{requesterWire(p, c.Slug)}, nil
	})
}

func (h *handler) listRequesters(ctx context.Context, v desk.Viewer, in *requestersIn) (*struct{ Body RequesterList }, error) {
	c, err := h.client(ctx, v, in.Client, "client")
	if err != nil {
		return nil, err
	}
	list, next, err := h.app.Requesters(ctx, v, c.ID, in.Address, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body RequesterList }{RequesterList{Requesters: make([]Requester, len(list)), Next: next}}
	for i, p := range list {
		out.Body.Requesters[i] = requesterWire(p, c.Slug)
	}
	return out, nil
}

func requesterWire(p app.Person, client string) Requester {
	r := Requester{
		ID: id(p.ID), Client: client, Kind: string(p.Kind), Name: p.Name, Lang: p.Lang, Proven: p.Proven, CreatedAt: p.CreatedAt.UTC(),
		Addresses: make([]Address, len(p.Addresses)), Tickets: p.Tickets, LastAt: p.LastAt.UTC(),
	}
	for i, a := range p.Addresses {
		r.Addresses[i] = Address{Kind: string(a.Kind), Value: a.Value, Voicemail: a.Voicemail, StoppedAt: a.StoppedAt.UTC(), FailedAt: a.FailedAt.UTC()}
	}
	return r
}
