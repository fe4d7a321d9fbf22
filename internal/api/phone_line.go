package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"kept/internal/desk"
)

// PhoneLine is what the desk has heard of a line of a phone system.
type PhoneLine struct {
	Name       string    `json:"name" example:"main"`
	Client     string    `json:"client,omitempty" doc:"Slug of the client whose line it is. Left out: a line for all clients of the desk." example:"mercy"`
	Waiting    int       `json:"waiting" doc:"How many callers wait for a person."`
	FirstSince time.Time `json:"first_since,omitzero" doc:"Since when the first of them waits."`
	HeardAt    time.Time `json:"heard_at" doc:"When this was heard. A minute later it is not shown any more."`
}

// PhoneReport is the state of a line now.
type PhoneReport struct {
	Client     string    `json:"client,omitempty" maxLength:"60" doc:"Slug or id. Left out: the client of the token, or, for a token of the desk, a line for all clients." example:"mercy"`
	Waiting    int       `json:"waiting" minimum:"0" maximum:"10000" doc:"How many callers wait for a person now." example:"7"`
	FirstSince time.Time `json:"first_since,omitzero" doc:"Since when the first of them waits; with somebody waiting it must be there, with nobody it must not." example:"2026-06-03T15:40:12Z"`
}

// Lined is embedded in the input of everything under one line.
type Lined struct {
	Name string `path:"name" maxLength:"30" doc:"Name of the line, of your choice." example:"main"`
}

type phoneLineOut struct{ Body PhoneLine }

func (h *handler) phoneLines() {
	const at = "/lines/{name}"
	route(h, huma.Operation{
		OperationID: "report-line", Method: http.MethodPut, Path: at, Tags: []string{"Phone lines"}, DefaultStatus: 200, Errors: []int{403, 404},
		Summary: "Report a phone line",
		Description: "A phone system says how many callers wait on a line. Send it when that changes, and at least every 20 seconds: a line that was not heard of " +
			"for a minute is shown as silent. What was heard before is replaced. At most 20 lines for a client.",
	}, func(ctx context.Context, v desk.Viewer, in *struct {
		Asker
		Lined
		Body PhoneReport
	}) (*phoneLineOut, error) {
		c, err := h.lineOf(ctx, v, in.Body.Client)
		if err != nil {
			return nil, err
		}
		l, err := h.app.HearPhoneLine(ctx, v, desk.PhoneLine{Client: c.ID, Name: in.Name, Waiting: in.Body.Waiting, First: in.Body.FirstSince})
		if err != nil {
			return nil, err
		}
		return &phoneLineOut{PhoneLine{Name: l.Name, Client: c.Slug, Waiting: l.Waiting, FirstSince: l.First, HeardAt: l.Heard}}, nil
	})
	h.phoneCalls()
	route(h, huma.Operation{
		OperationID: "end-line", Method: http.MethodDelete, Path: at, Tags: []string{"Phone lines"}, DefaultStatus: 204, Errors: []int{403, 404},
		Summary: "Forget a phone line", Description: "For a line that is not used any more: else it is shown as silent for ever.",
	}, func(ctx context.Context, v desk.Viewer, in *struct {
		Asker
		Lined
		Client string `query:"client" maxLength:"60" doc:"Slug or id, as in the reports."`
	}) (*struct{}, error) {
		c, err := h.lineOf(ctx, v, in.Client)
		if err != nil {
			return nil, err
		}
		return nil, h.app.EndPhoneLine(ctx, v, c.ID, in.Name)
	})
}

// lineOf gives the client of a line; the zero Client for a line of the whole desk.
func (h *handler) lineOf(ctx context.Context, v desk.Viewer, named string) (desk.Client, error) {
	if named == "" && v.Desk {
		return desk.Client{}, nil
	}
	return h.client(ctx, v, named, "client")
}
