package sms

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"kept/internal/channel"
)

// HTTP sends texts by one POST of a form each, with basic authentication, and reads a
// JSON answer with the id and the status. Our id goes along as Idempotency-Key and as the
// field ClientRef, so that a provider which honours either takes a text once.
type HTTP struct {
	URL       string // where to POST; lookups GET the same with ?ClientRef=
	Account   string
	Token     string
	StatusURL string // where the provider tells what became of a text; may be empty
	Field     string // that holds the words; "Body" if empty
	Timeout   time.Duration
	Client    *http.Client // a client of its own if nil
}

var (
	_ channel.Sender     = (*HTTP)(nil)
	_ channel.Reconciler = (*HTTP)(nil)
)

const (
	defaultTimeout = 10 * time.Second
	maxAnswer      = 64 << 10
)

// answer is what such providers say about one text. The code of an error is a number
// with some and a string with others.
type answer struct {
	ID        string          `json:"id"`
	SID       string          `json:"sid"`
	Status    string          `json:"status"`
	ErrorCode json.RawMessage `json:"error_code"`
	Code      json.RawMessage `json:"code"`
}

// Send answers Accepted (or further), Failed for what the provider will never take,
// Stopped for a person who opted out, Retry when it surely took nothing, and Unknown when
// the request was on its way and no clear answer came back.
func (h *HTTP) Send(ctx context.Context, m channel.Message) (channel.Delivery, error) {
	form := url.Values{"From": {m.From}, "To": {m.To}, cmp.Or(h.Field, "Body"): {m.Text}, "ClientRef": {m.ID}}
	if h.StatusURL != "" {
		form.Set("StatusCallback", h.StatusURL)
	}
	var written atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest: func(w httptrace.WroteRequestInfo) { written.Store(w.Err == nil) },
	})
	status, a, err := h.do(ctx, http.MethodPost, h.URL, m.ID, form)
	d := channel.Delivery{Reason: reason(status, a)}
	switch {
	case err == nil:
		d = a.delivery()
	case status == 0 && written.Load():
		d.State, d.Reason = channel.Unknown, "no answer"
	case status == 0:
		d.State, d.Reason = channel.Retry, "no connection"
	case status < 300:
		d.State, d.Reason = channel.Unknown, "unreadable answer"
	case d.Reason == codeStopped:
		d.State = channel.Stopped
	case status == http.StatusBadGateway || status == http.StatusGatewayTimeout:
		// The provider behind the gateway may have taken it.
		d.State = channel.Unknown
	case status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout:
		d.State = channel.Retry
	case code(a) == "" && (status == http.StatusUnauthorized || status == http.StatusForbidden):
		// Our account is wrong, not the person's number: it waits until an operator mends it.
		d.State = channel.Retry
	default:
		d.State = channel.Failed
	}
	return d, err
}

// Lookup asks the provider for the text with our id.
func (h *HTTP) Lookup(ctx context.Context, id string) (channel.Delivery, bool, error) {
	u, err := url.Parse(h.URL)
	if err != nil {
		return channel.Delivery{}, false, errors.New("sms: the address of the provider is not a URL")
	}
	q := u.Query()
	q.Set("ClientRef", id)
	u.RawQuery = q.Encode()
	status, a, err := h.do(ctx, http.MethodGet, u.String(), "", nil)
	switch {
	case status == http.StatusNotFound:
		return channel.Delivery{}, false, nil
	case err != nil:
		return channel.Delivery{}, false, err
	}
	return a.delivery(), true, nil
}

// do makes one request. The status is 0 when no answer came. The error is free of
// numbers and texts.
func (h *HTTP) do(ctx context.Context, method, addr, key string, form url.Values) (int, answer, error) {
	timeout := h.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, addr, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, answer{}, errors.New("sms: the address of the provider is not a URL")
	}
	// With it net/http may replay the POST by itself on a connection that died.
	req.GetBody = nil
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	req.SetBasicAuth(h.Account, h.Token)
	resp, err := h.client().Do(req)
	if err != nil {
		return 0, answer{}, fmt.Errorf("sms: %s", netReason(err))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	var a answer
	if err == nil {
		err = json.Unmarshal(body, &a)
	}
	if resp.StatusCode >= 300 {
		return resp.StatusCode, a, fmt.Errorf("sms: the provider answered %s", reason(resp.StatusCode, a))
	}
	if err != nil || a.id() == "" {
		return resp.StatusCode, a, errors.New("sms: the provider's answer cannot be read")
	}
	return resp.StatusCode, a, nil
}

// A redirect would send numbers and the token elsewhere.
var plain = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (h *HTTP) client() *http.Client {
	if h.Client != nil {
		return h.Client
	}
	return plain
}

func (a answer) id() string {
	if a.SID != "" {
		return a.SID
	}
	return a.ID
}

func (a answer) delivery() channel.Delivery {
	d := channel.Delivery{State: state(a.Status), ProviderID: a.id(), Reason: code(a)}
	if d.Reason == codeStopped {
		d.State = channel.Stopped
	}
	return d
}

// codeStopped is what providers commonly say about a person who opted out.
const codeStopped = "21610"

// state puts a provider's word into ours. A word that we do not know means that it has
// the text and has not said that it failed.
func state(word string) channel.State {
	switch strings.ToLower(word) {
	case "delivered", "read":
		return channel.Delivered
	case "failed", "undelivered", "rejected", "expired", "canceled":
		return channel.Failed
	default:
		return channel.Accepted
	}
}

func code(a answer) string {
	for _, raw := range []json.RawMessage{a.ErrorCode, a.Code} {
		if c := strings.Trim(string(raw), `"`); c != "" && c != "null" && len(c) <= 16 && !strings.ContainsAny(c, " +@\\") {
			return c
		}
	}
	return ""
}

func reason(status int, a answer) string {
	if c := code(a); c != "" {
		return c
	}
	return "http " + strconv.Itoa(status)
}

// netReason says what went wrong without the URL, which may hold an account.
func netReason(err error) string {
	var t interface{ Timeout() bool }
	var op *net.OpError
	switch {
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.As(err, &t) && t.Timeout():
		return "timeout"
	case errors.As(err, &op):
		return op.Op + " failed"
	}
	return "connection broken"
}
