package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"kept/internal/desk"
)

// PhoneCall is what the desk has heard of a call to a line of a client.
type PhoneCall struct {
	Line       string    `json:"line" example:"main"`
	Call       string    `json:"call" example:"8f2c"`
	Client     string    `json:"client" doc:"Slug of the client whose line it is." example:"mercy"`
	QueuedAt   time.Time `json:"queued_at" doc:"Since when the caller waited for a person."`
	AnsweredAt time.Time `json:"answered_at,omitzero" doc:"When a person took the call."`
	LeftAt     time.Time `json:"left_at,omitzero" doc:"When the caller hung up; of no account for a call that was answered."`
	Speed      string    `json:"speed,omitempty" doc:"What the clock answer_speed of the agreement came to: met, missed, or why it does not count. Left out until the call has ended, and where nothing is agreed." example:"met"`
	Patience   string    `json:"abandonment,omitempty" doc:"What the clock abandonment came to, likewise." example:"met"`
}

// PhoneCallReport is what is known of a call now.
type PhoneCallReport struct {
	Client     string    `json:"client,omitempty" maxLength:"60" doc:"Slug or id of the client that was called. A token of one client may leave it out." example:"mercy"`
	QueuedAt   time.Time `json:"queued_at" doc:"Since when the caller waits for a person: after greetings and choices." example:"2026-06-03T15:40:12Z"`
	AnsweredAt time.Time `json:"answered_at,omitzero" doc:"When a person took the call." example:"2026-06-03T15:40:31Z"`
	LeftAt     time.Time `json:"left_at,omitzero" doc:"When the caller hung up."`
}

type phoneCallOut struct{ Body PhoneCall }

func (h *handler) phoneCalls() {
	route(h, huma.Operation{
		OperationID: "report-call", Method: http.MethodPut, Path: "/lines/{name}/calls/{call}", Tags: []string{"Phone lines"}, DefaultStatus: 200, Errors: []int{403, 404},
		Summary: "Report a phone call",
		Description: "A phone system says since when a caller waits for a person, and how that ended: the clocks answer_speed and abandonment of the agreement count it. " +
			"Send it when the call begins to wait and again when it is answered or given up, or once at its end; at most 7 days late. Reports may be repeated and may come in any order: " +
			"the earliest instant of each kind stands. Send no number and no name of the caller. At most 5,000 calls of a client begin to wait in one hour, and at most 50 names of lines " +
			"have calls (409, call.many and call.lines).",
	}, func(ctx context.Context, v desk.Viewer, in *struct {
		Asker
		Lined
		Call string `path:"call" maxLength:"64" doc:"Id of the call, of your choice." example:"8f2c"`
		Body PhoneCallReport
	}) (*phoneCallOut, error) {
		c, err := h.client(ctx, v, in.Body.Client, "client")
		if err != nil {
			return nil, err
		}
		p, err := h.app.HearPhoneCall(ctx, v, desk.PhoneCall{Client: c.ID, Line: in.Name, Key: in.Call, Queued: in.Body.QueuedAt, Answered: in.Body.AnsweredAt, Left: in.Body.LeftAt})
		if err != nil {
			return nil, err
		}
		return &phoneCallOut{PhoneCall{Line: p.Line, Call: p.Key, Client: c.Slug, QueuedAt: p.Queued, AnsweredAt: p.Answered, LeftAt: p.Left, Speed: p.Speed, Patience: p.Patience}}, nil
	})
}
