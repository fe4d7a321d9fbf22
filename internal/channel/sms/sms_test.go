package sms

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"kept/internal/channel"
)

const (
	maria = "+13125550199"
	mercy = "+18005550143"
)

var nine = time.Date(2026, 6, 3, 14, 0, 0, 0, time.UTC)

func text(id string) channel.Message {
	return channel.Message{ID: id, From: mercy, To: maria, Text: "Le llamamos a las 9:00 a. m."}
}

func TestHTTPVerdicts(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		body   string
		want   channel.Delivery
	}{
		{"queued", 201, `{"sid":"SM1","status":"queued","error_code":null}`, channel.Delivery{State: channel.Accepted, ProviderID: "SM1"}},
		{"delivered at once", 200, `{"id":"x","status":"delivered"}`, channel.Delivery{State: channel.Delivered, ProviderID: "x"}},
		{"failed at once", 200, `{"id":"x","status":"failed","error_code":30006}`, channel.Delivery{State: channel.Failed, ProviderID: "x", Reason: "30006"}},
		{"bad number", 400, `{"code":21211,"message":"+1312 is not valid"}`, channel.Delivery{State: channel.Failed, Reason: "21211"}},
		{"opted out", 400, `{"code":21610}`, channel.Delivery{State: channel.Stopped, Reason: "21610"}},
		{"too fast", 429, `{}`, channel.Delivery{State: channel.Retry, Reason: "http 429"}},
		{"fault", 500, `oops`, channel.Delivery{State: channel.Retry, Reason: "http 500"}},
		{"wrong token", 401, `{}`, channel.Delivery{State: channel.Retry, Reason: "http 401"}},
		{"gateway gave up", 504, ``, channel.Delivery{State: channel.Unknown, Reason: "http 504"}},
		{"half an answer", 200, `{"id":`, channel.Delivery{State: channel.Unknown, Reason: "unreadable answer"}},
		{"redirect", 302, ``, channel.Delivery{State: channel.Failed, Reason: "http 302"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				user, pass, _ := r.BasicAuth()
				if user != "acct" || pass != "token" || r.FormValue("To") != maria || r.FormValue("ClientRef") != "m1" ||
					r.Header.Get("Idempotency-Key") != "m1" || r.FormValue("Body") != text("").Text || r.FormValue("StatusCallback") == "" {
					t.Errorf("wrong request: %v", r.Form)
				}
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			}))
			defer srv.Close()
			h := HTTP{URL: srv.URL, Account: "acct", Token: "token", StatusURL: "https://desk.example/status"}
			d, err := h.Send(t.Context(), text("m1"))
			if d != c.want {
				t.Errorf("got %+v, want %+v", d, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "312") {
				t.Errorf("the error holds a number: %v", err)
			}
		})
	}
}

func TestHTTPSilenceAfterTheRequestIsUnknown(t *testing.T) {
	got := make(chan struct{})
	end := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		close(got)
		<-end
	}))
	defer srv.Close()
	defer close(end)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-got; cancel() }()
	h := HTTP{URL: srv.URL}
	if d, err := h.Send(ctx, text("m1")); d.State != channel.Unknown || err == nil {
		t.Errorf("got %+v, %v", d, err)
	}
}

func TestHTTPNobodyListening(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	h := HTTP{URL: "http://" + addr + "/AC123/Messages"}
	d, err := h.Send(t.Context(), text("m1"))
	if d.State != channel.Retry || err == nil || strings.Contains(err.Error(), "AC123") {
		t.Errorf("got %+v, %v", d, err)
	}
}

func TestHTTPLookup(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("ClientRef") != "m1" {
			http.NotFound(w, r)
			return
		}
		_, _ = io.WriteString(w, `{"id":"SM1","status":"delivered"}`)
	}))
	defer srv.Close()
	h := HTTP{URL: srv.URL}
	if d, ok, err := h.Lookup(t.Context(), "m1"); !ok || err != nil || d.State != channel.Delivered || d.ProviderID != "SM1" {
		t.Errorf("got %+v %v %v", d, ok, err)
	}
	if _, ok, err := h.Lookup(t.Context(), "m2"); ok || err != nil {
		t.Errorf("a text that never arrived: %v %v", ok, err)
	}
}

func TestWebhook(t *testing.T) {
	const hook = "https://desk.example/hooks/sms"
	form := url.Values{"MessageSid": {"SM1"}, "From": {maria}, "To": {mercy}, "Body": {"1\xff"}}
	sig := Sign("secret", hook, form)
	if !Verify("secret", hook, form, sig) {
		t.Error("a good signature is refused")
	}
	moved := url.Values{"MessageSid": {"SM1"}, "From": {maria}, "To": {mercy + "Body1"}, "Body": {""}}
	if Verify("secret", hook, moved, sig) || Verify("other", hook, form, sig) || Verify("secret", hook+"?x", form, sig) ||
		Verify("", hook, form, Sign("", hook, form)) || Verify("secret", hook, form, "") {
		t.Error("a bad signature is taken")
	}
	in, err := ParseInbound(form)
	if err != nil || in.From != maria || in.Text != "1\uFFFD" || in.ProviderID != "SM1" {
		t.Errorf("got %+v, %v", in, err)
	}
	form.Set("Body", strings.Repeat("x", maxText+1))
	if _, err := ParseInbound(form); !errors.Is(err, ErrForm) {
		t.Error("a text without end is taken")
	}
	r, err := ParseReceipt(url.Values{"MessageSid": {"SM1"}, "MessageStatus": {"undelivered"}, "ErrorCode": {"30006"}})
	if err != nil || r.State != channel.Failed || r.Reason != Landline {
		t.Errorf("got %+v, %v", r, err)
	}
	if _, err := ParseReceipt(url.Values{"MessageStatus": {"sent"}}); !errors.Is(err, ErrForm) {
		t.Error("a receipt for nothing is taken")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("MessageSid=SM1&From=%2B1312&To=%2B1800&Body=STOP&MessageStatus=delivered")
	f.Fuzz(func(t *testing.T, raw string) {
		form, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		if in, err := ParseInbound(form); err == nil && (in.ProviderID == "" || in.From == "") {
			t.Errorf("took %+v", in)
		}
		if r, err := ParseReceipt(form); err == nil && r.ProviderID == "" {
			t.Errorf("took %+v", r)
		}
	})
}

type ear struct {
	mu       sync.Mutex
	in       []channel.Inbound
	receipts []channel.Receipt
	err      error
}

func (e *ear) Receive(_ context.Context, in channel.Inbound) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.in = append(e.in, in)
	return e.err
}

func (e *ear) Receipt(_ context.Context, r channel.Receipt) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err == nil {
		e.receipts = append(e.receipts, r)
	}
	return e.err
}

func provider(now bool) (*Fake, *ear) {
	e := &ear{}
	return NewFake(func() time.Time { return nine }, e, now), e
}

func TestFakeAcceptsThenDeliversOnce(t *testing.T) {
	f, e := provider(false)
	for range 2 {
		if d, err := f.Send(t.Context(), text("m1")); d.State != channel.Accepted || err != nil {
			t.Fatalf("got %+v, %v", d, err)
		}
	}
	if len(f.Phone(maria)) != 0 || len(f.Sent(maria)) != 1 {
		t.Error("nothing is on the phone before the carrier brought it, and nothing twice")
	}
	e.err = errors.New("the desk is down")
	if f.Step(t.Context(), nine) == nil {
		t.Error("the sink's error is lost")
	}
	e.err = nil
	for range 2 {
		if err := f.Step(t.Context(), nine); err != nil {
			t.Fatal(err)
		}
	}
	if len(e.receipts) != 1 || e.receipts[0].State != channel.Delivered || len(f.Phone(maria)) != 1 {
		t.Errorf("receipts %+v, phone %+v", e.receipts, f.Phone(maria))
	}
}

func TestFakeLandline(t *testing.T) {
	f, e := provider(false)
	f.Break(maria, Landline)
	if d, _ := f.Send(t.Context(), text("m1")); d.State != channel.Accepted {
		t.Fatalf("a provider takes texts to landlines first: %+v", d)
	}
	_ = f.Step(t.Context(), nine)
	if len(e.receipts) != 1 || e.receipts[0].State != channel.Failed || e.receipts[0].Reason != Landline || len(f.Phone(maria)) != 0 {
		t.Errorf("receipts %+v", e.receipts)
	}
}

func TestFakeSlowAnswerIsReconciledById(t *testing.T) {
	f, _ := provider(true)
	f.Slow(maria)
	if d, err := f.Send(t.Context(), text("m1")); d.State != channel.Unknown || err == nil {
		t.Fatalf("got %+v, %v", d, err)
	}
	if d, ok, err := f.Lookup(t.Context(), "m1"); !ok || err != nil || d.State != channel.Delivered {
		t.Errorf("got %+v %v %v", d, ok, err)
	}
	if _, ok, _ := f.Lookup(t.Context(), "m2"); ok {
		t.Error("knows a text that it never got")
	}
	f.Down(true)
	if d, _ := f.Send(t.Context(), text("m2")); d.State != channel.Retry {
		t.Errorf("got %+v", d)
	}
	if _, _, err := f.Lookup(t.Context(), "m2"); err == nil {
		t.Error("a provider that is down knows nothing")
	}
}

func TestFakeStop(t *testing.T) {
	f, e := provider(true)
	if err := f.Reply(t.Context(), maria, mercy, " Stop "); err != nil || len(e.in) != 1 || !e.in[0].At.Equal(nine) {
		t.Fatalf("got %+v, %v", e.in, err)
	}
	if d, _ := f.Send(t.Context(), text("m1")); d.State != channel.Stopped {
		t.Errorf("got %+v", d)
	}
	other := text("m2")
	other.From = "+18005550144"
	if d, _ := f.Send(t.Context(), other); d.State != channel.Delivered {
		t.Errorf("STOP to one hospital silenced another: %+v", d)
	}
	_ = f.Reply(t.Context(), maria, mercy, "START")
	if d, _ := f.Send(t.Context(), text("m1")); d.State != channel.Delivered {
		t.Errorf("got %+v", d)
	}
	if got := f.Phone(maria); len(got) != 4 || got[0].Body != " Stop " || !got[0].Inbound {
		t.Errorf("phone %+v", got)
	}
}
