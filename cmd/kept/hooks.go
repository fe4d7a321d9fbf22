package main

import (
	"net/http"

	"kept/internal/app"
	"kept/internal/channel/sms"
	"kept/internal/channel/voice"
	"kept/internal/desk"
	"kept/internal/httpd"
)

const (
	inHook     = "/hooks/sms/in"
	statusHook = "/hooks/sms/status"
	callHook   = "/hooks/voice/status"
	signature  = "X-Kept-Signature"
)

// hooks takes what the providers tell us: texts from people, what became of ours, and what becomes of phone calls. Only
// what is signed with the secret is heard; what could not be stored is answered 503, or 404 where it is about something
// that is not known yet, so that the provider tells it again.
func (n *node) hooks(mux *http.ServeMux, a *app.App) {
	if n.calls.secret != "" {
		mux.HandleFunc("POST "+callHook, n.hook(n.calls, func(r *http.Request) error {
			news, err := voice.ParseCall(r.PostForm)
			if err != nil {
				return desk.Wrap(desk.Invalid, "hook", err, "The form cannot be read.")
			}
			news.At = a.Now()
			return a.Called(r.Context(), news)
		}))
	}
	if n.texts.secret == "" {
		return
	}
	mux.HandleFunc("POST "+inHook, n.hook(n.texts, func(r *http.Request) error {
		in, err := sms.ParseInbound(r.PostForm)
		if err != nil {
			return desk.Wrap(desk.Invalid, "hook", err, "The form cannot be read.")
		}
		in.At = a.Now()
		return a.Receive(r.Context(), in)
	}))
	mux.HandleFunc("POST "+statusHook, n.hook(n.texts, func(r *http.Request) error {
		news, err := sms.ParseReceipt(r.PostForm)
		if err != nil {
			return desk.Wrap(desk.Invalid, "hook", err, "The form cannot be read.")
		}
		news.At = a.Now()
		return a.Receipt(r.Context(), news)
	}))
}

func (n *node) hook(by hooked, hear func(*http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			plain(w, http.StatusBadRequest, "The form cannot be read.")
			return
		}
		if !sms.Verify(by.secret, n.called(by, r), r.PostForm, r.Header.Get(signature)) {
			n.log.Warn("a call of a provider had a wrong signature", "ref", httpd.Ref(r.Context()), "route", r.Pattern)
			plain(w, http.StatusForbidden, "The signature is wrong.")
			return
		}
		err := hear(r)
		status := httpd.Status(err)
		if status >= 500 {
			n.log.Error("what a provider told could not be stored", "ref", httpd.Ref(r.Context()), "route", r.Pattern, "err", err)
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
func (n *node) called(by hooked, r *http.Request) string {
	if by.base != "" {
		return by.base + r.URL.RequestURI()
	}
	scheme := "http"
	if r.TLS != nil || n.proxy && r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	return scheme + "://" + r.Host + r.URL.RequestURI()
}
