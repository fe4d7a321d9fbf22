package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"kept/internal/app"
	"kept/internal/desk"
)

func (h *handler) merges() {
	route(h, huma.Operation{
		OperationID: "merge", Method: http.MethodPost, Path: "/tickets/{number}/merge", Tags: []string{"Tickets"},
		Summary: "Put two tickets of one person together", Description: "What was promised on this ticket goes on, as it is, on the other one, which comes back. " +
			"This one is closed as merged; its number and the person's link lead to the other. The person is told once. Doing it again changes nothing. It cannot be undone.",
		Errors: []int{404},
	}, func(ctx context.Context, v desk.Viewer, in *struct {
		Asker
		Numbered
		Body struct {
			Into string `json:"into" minLength:"1" maxLength:"20" doc:"Number of the ticket in which they go on: open, of the same client and the same person." example:"4QX-K7M"`
		} `nameHint:"Merge"`
	}) (*ticketOut, error) {
		ref, err := in.ref()
		if err != nil {
			return nil, err
		}
		to, err := h.app.Merge(ctx, v, ref, app.MergeIn{Into: in.Body.Into})
		if err != nil {
			return nil, err
		}
		return h.ticket(ctx, v, to.Ref)
	})
}
