package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"kept/internal/desk"
)

// Event is one thing that happened to a ticket. History is never changed.
type Event struct {
	Seq        int       `json:"seq" doc:"Counts from 1 in each ticket, without holes."`
	Type       string    `json:"type" doc:"What happened." example:"promise_broken"`
	Who        string    `json:"who" enum:"guest,requester,staff,token,system" doc:"What sort of actor did it."`
	By         string    `json:"by,omitempty" doc:"Name of the member of staff or of the token. Never the name of a person who asks."`
	HappenedAt time.Time `json:"happened_at"`
	RecordedAt time.Time `json:"recorded_at" doc:"When it was noticed and stored."`
	Promise    string    `json:"promise,omitempty" doc:"Id of the promise it is about."`
	NewPromise string    `json:"new_promise,omitempty" doc:"Id of the promise that took its place."`
	RepairOf   string    `json:"repair_of,omitempty" doc:"Id of the broken promise that it repairs."`
	Kind       string    `json:"kind,omitempty" doc:"Kind of the promise."`
	Source     string    `json:"source,omitempty" doc:"Who promised: person or agreement."`
	State      string    `json:"state,omitempty" doc:"How the promise ended."`
	Start      time.Time `json:"start,omitzero" doc:"When the promised window begins."`
	Due        time.Time `json:"due,omitzero" doc:"When the promise falls due."`
	Owner      string    `json:"owner,omitempty" doc:"Name of the member of staff who owns it now."`
	MovedBy    string    `json:"moved_by,omitempty" doc:"Who moved the promise: person or us; miss after a call that nobody answered."`
	Tries      int       `json:"tries,omitempty" doc:"Which try it was."`
	Outcome    string    `json:"outcome,omitempty" doc:"How the contact went."`
	Reason     string    `json:"reason,omitempty" doc:"Why it was done."`
	Override   string    `json:"override,omitempty" doc:"The supervisor who promised a time that nobody covers."`
	Message    string    `json:"message,omitempty" doc:"Id of the message it is about."`
	Delivery   string    `json:"delivery,omitempty" doc:"State of the delivery."`
	Channel    string    `json:"channel,omitempty" doc:"How it went out."`
	Via        string    `json:"via,omitempty" doc:"How it came in."`
	Entered    bool      `json:"entered,omitempty" doc:"The call was entered after a time in which Kept was down."`
	Since      time.Time `json:"since,omitzero" doc:"Since when the question waits, or a ticket that came in was open; reason says for what, outcome why it waits no longer."`
	Until      time.Time `json:"until,omitzero" doc:"Until when."`
	Told       string    `json:"delivery_id,omitempty" doc:"Id of the delivery it is about."`
	Flag       string    `json:"flag,omitempty" doc:"The danger seen in words."`
	Priority   string    `json:"priority,omitempty" doc:"The priority that was set."`
	Was        string    `json:"was,omitempty" doc:"The priority before."`
	Ticket     string    `json:"ticket,omitempty" doc:"Number of the other one of two tickets that were put together."`
}

type eventsOut struct {
	Body struct {
		Events []Event `json:"events" nullable:"false" doc:"Oldest first."`
	} `nameHint:"EventList"`
}

func (h *handler) events() {
	route(h, huma.Operation{
		OperationID: "list-events", Method: http.MethodGet, Path: "/tickets/{number}/events", Tags: []string{"Tickets"},
		Summary: "Read the history of a ticket", Description: "Everything that happened to it, oldest first.", Errors: []int{404},
	}, func(ctx context.Context, v desk.Viewer, in *ticketIn) (*eventsOut, error) {
		ref, err := in.ref()
		if err != nil {
			return nil, err
		}
		list, err := h.app.Events(ctx, v, ref)
		if err != nil {
			return nil, err
		}
		var out eventsOut
		out.Body.Events = make([]Event, len(list))
		for i, e := range list {
			out.Body.Events[i] = eventWire(e)
		}
		return &out, nil
	})
}

func eventWire(e desk.Event) Event {
	d := e.Data
	return Event{
		Seq: e.Seq, Type: string(e.Type), Who: string(e.By.Who), By: e.By.Name, HappenedAt: e.HappenedAt.UTC(), RecordedAt: e.RecordedAt.UTC(),
		Promise: id(d.Promise), NewPromise: id(d.New), RepairOf: id(d.RepairOf), Kind: string(d.Kind), Source: string(d.Source),
		State: string(d.State), Start: instant(d.Start), Due: instant(d.Due), Owner: d.OwnerIs, MovedBy: string(d.MovedBy), Tries: d.Tries,
		Outcome: d.Outcome, Reason: d.Reason, Override: d.Override, Message: id(d.Message), Delivery: d.Delivery, Channel: string(d.Channel),
		Via: string(d.Via), Entered: d.Entered, Since: instant(d.Since), Until: instant(d.Until), Told: id(d.Outbox), Flag: string(d.Flag),
		Priority: string(d.Priority), Ticket: string(d.Ref), Was: string(d.Was),
	}
}

// instant reads microseconds UTC; zero is no instant.
func instant(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
