package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"kept/internal/desk"
	"kept/internal/httpd"
)

// Problem is what every error looks like (RFC 9457).
type Problem struct {
	Type      string         `json:"type" doc:"Always about:blank: the code says more." example:"about:blank"`
	Title     string         `json:"title" doc:"What the status means." example:"Unprocessable Entity"`
	Status    int            `json:"status" doc:"The HTTP status again." example:"422"`
	Detail    string         `json:"detail" doc:"A sentence for a person." example:"Some answers need a second look."`
	Code      string         `json:"code" doc:"A stable word for programs." example:"invalid"`
	Errors    []ProblemField `json:"errors,omitempty" nullable:"false" doc:"What is wrong with each field."`
	Reference string         `json:"reference,omitempty" doc:"Tell it to support: our log has it too." example:"4f0c9a7be21d"`
}

// ProblemField is one thing wrong at one place of a request. It never holds the value.
type ProblemField struct {
	Location string `json:"location" doc:"Where: body, query, path or header, then the name." example:"body.requester.phone"`
	Code     string `json:"code" doc:"A stable word for programs." example:"phone.invalid"`
	Message  string `json:"message" doc:"A sentence for a person." example:"Enter your phone number with the area code, like 312-555-0199."`
}

func (p *Problem) Error() string { return p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of problems.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// meaning says what each status of an error means here, for the document and for errors that have no
// words of their own.
var meaning = map[int]string{
	400: "The body is missing or is not JSON.",
	401: "The token is missing, unknown or has ended.",
	403: "This token may not do this.",
	404: "There is no such thing here. What belongs to another client looks the same.",
	405: "This address does not take this method.",
	406: "Only JSON is spoken here.",
	408: "The body took too long to arrive.",
	409: "It has changed or ended meanwhile, the window was just taken, or the key was used for another request.",
	413: "The body is too large: at most 256 KiB.",
	415: "Send JSON, with Content-Type: application/json.",
	422: "Some fields cannot be taken; errors says which and why.",
	429: "Too many requests. Retry-After says how many seconds to wait.",
	500: "Something went wrong on our side.",
	503: "The desk cannot store anything now. Retry-After says when to try again; nothing was done.",
}

var codes = map[int]string{
	400: "body.invalid", 401: "token.wrong", 403: "forbidden", 404: "not_found", 405: "method.wrong", 406: "accept.wrong", 408: "body.slow",
	409: "conflict", 413: "too_large", 415: "content_type.wrong", 422: "invalid", 429: "rate.limited", 500: "internal", 503: "unavailable",
}

func init() {
	huma.NewError = func(status int, _ string, _ ...error) huma.StatusError { return problem(status) }
	huma.NewErrorWithContext = problemOf
}

func problem(status int) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: codes[status], Detail: meaning[status]}
}

// problemOf makes the problem of whatever went wrong while ctx was served, by us or by huma.
func problemOf(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
	var p *Problem
	var own *desk.Error
	switch {
	case len(errs) > 0 && errors.As(errs[0], &own):
		p = problemFrom(own, func(field string) string { return where(ctx.Operation(), field) })
		if s := httpd.RetryAfter(own); s != "" {
			ctx.SetHeader("Retry-After", s)
		}
	case status >= 500 && strings.HasPrefix(msg, "cannot read"):
		p = problem(http.StatusBadRequest)
		p.Detail = "The body broke off."
	case status < 500 && len(errs) > 0:
		p = problemIn(ctx, status, errs)
	default:
		p = problem(status)
	}
	p.Reference = httpd.Ref(ctx.Context())
	if c, ok := ctx.(*call); ok && p.Status == http.StatusInternalServerError {
		c.h.note(ctx.Context(), p, errors.Join(errs...))
	}
	return p
}

// note logs what the answer hides.
func (h *handler) note(ctx context.Context, p *Problem, err error) {
	h.log.ErrorContext(ctx, "the API failed", "ref", p.Reference, slog.Any("err", err))
}

// problemFrom makes the problem of an error of the desk. at says where a field stands.
func problemFrom(e *desk.Error, at func(field string) string) *Problem {
	p := problem(httpd.Status(e))
	if e.Kind == desk.Internal {
		return p
	}
	p.Code, p.Detail = cmp.Or(e.Code, p.Code), cmp.Or(e.Message, p.Detail)
	for _, f := range e.Fields {
		p.Errors = append(p.Errors, ProblemField{Location: at(f.Field), Code: f.Code, Message: f.Message})
	}
	return p
}

func where(op *huma.Operation, field string) string {
	if op == nil {
		return field
	}
	for _, p := range op.Parameters {
		if p.Name == field {
			return p.In + "." + field
		}
	}
	if op.RequestBody != nil {
		return "body." + field
	}
	return "query." + field
}

// problemIn makes the problem of what huma found wrong with parameters, and of a body that could not
// be read.
func problemIn(ctx huma.Context, status int, errs []error) *Problem {
	p := problem(status)
	var found []error
	for _, err := range errs {
		var d *huma.ErrorDetail
		if !errors.As(err, &d) {
			continue
		}
		body, ok := d.Value.(string)
		if d.Location != "body" || !ok {
			found = append(found, d)
			continue
		}
		wrong, sentence := badBody(ctx, body)
		if sentence != "" {
			p = problem(http.StatusBadRequest)
			p.Detail = sentence
			return p
		}
		found = append(found, wrong...)
	}
	for _, err := range found {
		if d, ok := err.(*huma.ErrorDetail); ok {
			p.Errors = append(p.Errors, fieldOf(d))
		}
	}
	slices.SortFunc(p.Errors, func(a, b ProblemField) int { return strings.Compare(a.Location, b.Location) })
	if len(p.Errors) > 50 {
		p.Errors = p.Errors[:50]
	}
	return p
}

// badBody reads a body that does not fit again, to say what is wrong where: a sentence when it is
// not JSON, otherwise every field.
func badBody(ctx huma.Context, body string) (wrong []error, sentence string) {
	if !utf8.ValidString(body) {
		return nil, "The body is not UTF-8."
	}
	var value any
	if err := json.Unmarshal([]byte(body), &value); err != nil {
		var s *json.SyntaxError
		if errors.As(err, &s) {
			return nil, fmt.Sprintf("The body is not JSON: look near byte %d.", s.Offset)
		}
		return nil, "The body is not JSON."
	}
	c, ok := ctx.(*call)
	if !ok {
		return nil, ""
	}
	path, res := huma.NewPathBuffer([]byte("body"), 0), &huma.ValidateResult{}
	path.Reset()
	path.Push("body")
	huma.Validate(c.h.huma.OpenAPI().Components.Schemas, ctx.Operation().RequestBody.Content["application/json"].Schema, path, huma.ModeWriteToServer, value, res)
	if len(res.Errors) == 0 {
		return []error{&huma.ErrorDetail{Location: "body", Message: "a value does not fit its field"}}, ""
	}
	return res.Errors, ""
}

// fieldOf gives what huma found at one place, without the value.
func fieldOf(d *huma.ErrorDetail) ProblemField {
	f := ProblemField{Location: d.Location, Code: "field.invalid"}
	if r := []rune(f.Location); len(r) > 120 {
		f.Location = string(r[:120]) + "…"
	}
	for _, m := range []struct{ begins, code, says string }{
		{"unexpected property", "field.unknown", "There is no such field."},
		{"unknown query parameter", "field.unknown", "There is no such parameter."},
		{"expected required property", "field.missing", ""},
		{"required", "field.missing", "This is needed."},
		{"expected length", "text.too_long", ""},
		{"expected value to be one of", "choice.invalid", ""},
		{"expected string to be RFC 3339", "time.invalid", "Write the time like 2026-06-03T13:00:00Z."},
		{"invalid date/time", "time.invalid", "Write the time like 2026-06-03T13:00:00Z."},
		{"expected", "field.type", ""},
		{"invalid", "field.type", ""},
	} {
		if strings.HasPrefix(d.Message, m.begins) {
			f.Code = m.code
			f.Message = m.says
			break
		}
	}
	if f.Message == "" && d.Message != "" {
		f.Message = strings.ToUpper(d.Message[:1]) + d.Message[1:] + "."
	}
	return f
}

// none answers for addresses and methods that are not here.
func (h *handler) none(w http.ResponseWriter, r *http.Request) {
	var allow []string
	for _, m := range []string{http.MethodGet, http.MethodPost} {
		try := *r
		try.Method = m
		if _, pattern := h.mux.Handler(&try); pattern != "/" {
			allow = append(allow, m)
		}
	}
	p := problem(http.StatusNotFound)
	if len(allow) > 0 && !slices.Contains(allow, r.Method) {
		w.Header().Set("Allow", strings.Join(allow, ", "))
		p = problem(http.StatusMethodNotAllowed)
	}
	p.write(w, r)
}

// fail answers with the problem of an error outside an operation.
func (h *handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	h.log.ErrorContext(r.Context(), "the API failed", "ref", httpd.Ref(r.Context()), slog.Any("err", err))
	Failed(w, r)
}

// Failed answers with the problem of a fault of ours; it is for httpd.Options.
func Failed(w http.ResponseWriter, r *http.Request) {
	problem(http.StatusInternalServerError).write(w, r)
}

func (p *Problem) write(w http.ResponseWriter, r *http.Request) {
	p.Reference = httpd.Ref(r.Context())
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p)
}
