// Package api is the JSON face of the desk, version 1, for programs of hospitals: tickets, promises,
// people and history under /api/v1, described by an OpenAPI document at /api/v1/openapi.json. It
// turns wire types into acts of package app and back, and decides nothing itself. It never reads the
// database and never echoes what somebody sent. Start with New, then ticket.go.
package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/httpd"
)

// Options are what the face needs. App is the only one without a default.
type Options struct {
	App *app.App
	Log *slog.Logger
}

// Root is the path under which everything here lives.
const Root = "/api/v1"

type handler struct {
	app  *app.App
	log  *slog.Logger
	mux  *http.ServeMux
	huma huma.API
}

// New gives the handler of everything under Root. Wrap it with httpd.Wrap, and give Failed to that.
func New(o Options) http.Handler {
	h := &handler{app: o.App, log: o.Log, mux: http.NewServeMux()}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	h.huma = humago.New(h.mux, config())
	h.huma.UseMiddleware(h.ask)
	h.clients()
	h.tickets()
	h.merges()
	h.events()
	h.promises()
	h.requesters()
	h.phoneLines()

	doc, err := json.MarshalIndent(h.huma.OpenAPI(), "", "  ")
	h.mux.HandleFunc("GET "+Root+"/openapi.json", func(w http.ResponseWriter, r *http.Request) {
		if err != nil {
			h.fail(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "application/openapi+json")
		w.Write(doc)
	})
	h.mux.HandleFunc("/", h.none)
	return h.mux
}

func config() huma.Config {
	format := huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: unmarshal}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Kept", Version: "1",
				Description: "A help desk for hospitals that keeps its promises. Every ticket carries a promise with a due " +
					"instant. Instants are RFC 3339 in UTC. A ticket is known by its number, like K7M-4QX; other ids are " +
					"opaque strings. Errors are problem details (RFC 9457) with a stable `code` and a `reference` for support.",
			},
			Components: &huma.Components{
				Schemas:         huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer", Description: "A token of one client or of the whole desk, made by an administrator: `kept_…`."}},
			},
			Security: []map[string][]string{{"token": {}}},
		},
		Formats:       map[string]huma.Format{"application/json": format, "json": format}, // "json" is what problem+json ends in
		DefaultFormat: "application/json",
	}
}

var errNotUTF8 = errors.New("text is not UTF-8")

// unmarshal reads one JSON value strictly. It runs once per request in place of the reading for
// schema checks, which takes as long as storing a ticket: app checks every field anyway, and what
// does not fit is read again, slowly, to say where (see badBody).
func unmarshal(data []byte, v any) error {
	if !utf8.Valid(data) {
		return errNotUTF8
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more than one value")
	}
	return nil
}

// route registers one operation. Its handler gets who asks as its second argument.
func route[I any, P interface {
	*I
	viewer() desk.Viewer
}, O any](h *handler, op huma.Operation, fn func(context.Context, desk.Viewer, *I) (*O, error)) {
	op.Path = Root + op.Path
	op.SkipValidateBody = true
	op.MaxBodyBytes = httpd.MaxBody
	op.BodyReadTimeout = 30 * time.Second
	op.RejectUnknownQueryParameters = op.Method == http.MethodGet
	op.Errors = append(op.Errors, 401, 422, 503)
	if op.Method == http.MethodPost || op.Method == http.MethodPut {
		op.Errors = append(op.Errors, 400, 409, 413, 415)
	}
	huma.Register(h.huma, op, func(ctx context.Context, in *I) (*O, error) { return fn(ctx, P(in).viewer(), in) })
	at := h.huma.OpenAPI().Paths[op.Path]
	written := map[string]*huma.Operation{http.MethodGet: at.Get, http.MethodPost: at.Post, http.MethodPut: at.Put, http.MethodDelete: at.Delete}[op.Method]
	for code, answer := range written.Responses {
		if n, err := strconv.Atoi(code); err == nil && n >= 400 {
			answer.Description = meaning[n]
		}
	}
}
