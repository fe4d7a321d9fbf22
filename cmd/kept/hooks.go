package main

import (
	"net/http"

	"kept/internal/app"
	"kept/internal/channel/sms"
	"kept/internal/desk"
	"kept/internal/httpd"
)

const (
	inHook     = "/hooks/sms/in"
	statusHook = "/hooks/sms/status"
	signature  = "X-Kept-Signature"
)

// hooks takes what the text provider tells us: texts from people, and what became of ours. Only calls
// that are signed with the secret are heard; what could not be stored is answered 503, so that the
// provider tells it again.
func (n *node) hooks(mux *http.ServeMux, a *app.App) {
	mux.HandleFunc("POST "+inHook, n.hook(func(r *http.Request) error {
		in, err := sms.ParseInbound(r.PostForm)
		if err != nil {
			return desk.Wrap(desk.Invalid, "hook", err, "The form cannot be read.")
		}
		in.At = a.Now()
		return a.Receive(r.Context(), in)
	}))
	mux.HandleFunc("POST "+statusHook, n.hook(func(r *http.Request) error {
		news, err := sms.ParseReceipt(r.PostForm)
		if err != nil {
			return desk.Wrap(desk.Invalid, "hook", err, "The form cannot be read.")
		}
		news.At = a.Now()
		return a.Receipt(r.Context(), news)
	}))
}

func (n *node) hook(hear func(*http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			plain(w, http.StatusBadRequest, "The form cannot be read.")
			return
		}
		if !sms.Verify(n.hookSecret, n.called(r), r.PostForm, r.Header.Get(signature)) {
			n.log.Warn("a call of the text provider had a wrong signature", "ref", httpd.Ref(r.Context()), "route", r.Pattern)
			plain(w, http.StatusForbidden, "The signature is wrong.")
			return
		}
		err := hear(r)
		status := httpd.Status(err)
		if status >= 500 {
			n.log.Error("what the text provider told could not be stored", "ref", httpd.Ref(r.Context()), "route", r.Pattern, "err", err)
		}
		if err != nil {
			w.Header().Set("Retry-After", "5")
			plain(w, status, http.StatusText(status))
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

// called is the full address that the provider called, which is what it signed.
func (n *node) called(r *http.Request) string {
	if n.hookBase != "" {
		return n.hookBase + r.URL.RequestURI()
	}
	scheme := "http"
	if r.TLS != nil || n.proxy && r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	return scheme + "://" + r.Host + r.URL.RequestURI()
}
