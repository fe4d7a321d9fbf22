package api

import (
	"mime"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kept/internal/desk"
)

// Asker is embedded in the input of every operation: who asks.
type Asker struct{ v desk.Viewer }

func (a *Asker) viewer() desk.Viewer { return a.v }

// Resolve takes over who asks from the request. It fails closed: without a call there is no viewer.
func (a *Asker) Resolve(ctx huma.Context) []error {
	if c, ok := ctx.(*call); ok {
		a.v = c.v
	}
	return nil
}

// exchange is huma's context by a name that does not hide its method Context.
type exchange huma.Context

// call is one request with who asks.
type call struct {
	exchange
	h *handler
	v desk.Viewer
}

// Unwrap lets the adapter reach its own context.
func (c *call) Unwrap() huma.Context { return c.exchange }

var errNoToken = desk.Errorf(desk.Unauthenticated, "token.missing", "Send your token in the header Authorization: Bearer kept_…")

// ask finds out who asks, before anything of the body is read.
func (h *handler) ask(ctx huma.Context, next func(huma.Context)) {
	c := &call{exchange: ctx, h: h}
	scheme, token, _ := strings.Cut(ctx.Header("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		ctx.SetHeader("WWW-Authenticate", `Bearer realm="kept"`)
		huma.WriteErr(h.huma, c, http.StatusUnauthorized, "", errNoToken)
		return
	}
	v, err := h.app.Bearer(ctx.Context(), strings.TrimSpace(token))
	if err != nil {
		if desk.Is(err, desk.Unauthenticated) {
			ctx.SetHeader("WWW-Authenticate", `Bearer realm="kept", error="invalid_token"`)
		}
		huma.WriteErr(h.huma, c, http.StatusInternalServerError, "", err)
		return
	}
	op := ctx.Operation()
	if op.RequestBody != nil && !isJSON(ctx.Header("Content-Type")) {
		huma.WriteErr(h.huma, c, http.StatusUnsupportedMediaType, "")
		return
	}
	c.v = v.On(op.Path)
	next(c)
}

func isJSON(ct string) bool {
	if ct == "" || ct == "application/json" {
		return true
	}
	t, _, err := mime.ParseMediaType(ct)
	return err == nil && t == "application/json"
}
