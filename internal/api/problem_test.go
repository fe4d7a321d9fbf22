package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"kept/internal/desk"
	"kept/internal/httpd"
)

// What went wrong inside is in the log under the reference that the answer gives, and only there.
func TestFaultsOfOursAreHidden(t *testing.T) {
	for _, err := range []error{
		desk.Wrap(desk.Internal, "store", errors.New("table secret"), "Something about a secret."),
		errors.New("secret"),
		context.DeadlineExceeded,
	} {
		var logged bytes.Buffer
		h := &handler{log: slog.New(slog.NewTextHandler(&logged, nil))}
		mux := http.NewServeMux()
		h.huma = humago.New(mux, config())
		h.huma.UseMiddleware(func(ctx huma.Context, next func(huma.Context)) { next(&call{exchange: ctx, h: h}) })
		route(h, huma.Operation{Method: http.MethodGet, Path: "/fault", OperationID: "fault"},
			func(context.Context, desk.Viewer, *struct{ Asker }) (*ticketOut, error) { return nil, err })
		w := httptest.NewRecorder()
		httpd.Wrap(mux, httpd.Options{Log: slog.New(slog.DiscardHandler), Clock: time.Now}).ServeHTTP(w, httptest.NewRequest("GET", Root+"/fault", nil))
		var p Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		if w.Code != 500 || p.Code != "internal" || strings.Contains(w.Body.String(), "secret") || p.Reference == "" {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		if !strings.Contains(logged.String(), p.Reference) || !strings.Contains(logged.String(), err.Error()[:5]) {
			t.Errorf("log: %s", logged.String())
		}
	}
}

// Without who asks there is no viewer, and a viewer of nothing sees nothing.
func TestNobodyIsNoViewer(t *testing.T) {
	var a Asker
	if errs := a.Resolve(humago.NewContext(nil, httptest.NewRequest("GET", "/", nil), httptest.NewRecorder())); errs != nil || a.v.IsStaff() || a.v.Sees(1) {
		t.Fatalf("%v %+v", errs, a.v)
	}
}
