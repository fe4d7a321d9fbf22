package email

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"kept/internal/channel"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

var nine = time.Date(2026, 6, 3, 14, 0, 0, 0, time.UTC)

func at() time.Time { return nine }

const (
	subject = "Le llamaremos el miércoles 3 de junio, de 8:30 a 9:00 a. m."
	words   = "Hola María:\n¿Necesita ayuda ahora? Llame al 800-555-0143, de día o de noche. ¡Señal!\n.\nFin"
)

func spanish() channel.Message {
	return channel.Message{
		ID: "42", From: "Mercy Health <ayuda@mercy.example>", To: "maria@example.org", Subject: subject, Text: words,
		HTML: "<p>Hola María:</p>", Lang: "es", Headers: map[string]string{"X-Kept-Ticket": "K7M-4QX"},
	}
}

// server is a real SMTP server in this process.
type server struct {
	*SMTP
	mu     sync.Mutex
	mails  []string
	rcpt   error // answer to RCPT
	data   error // answer to DATA
	drop   bool  // break the connection after the whole mail
	silent chan struct{}
	got    chan struct{}
	user   string
}

type session struct {
	s    *server
	conn *smtp.Conn
}

func (s *server) NewSession(c *smtp.Conn) (smtp.Session, error) { return &session{s, c}, nil }
func (*session) Reset()                                         {}
func (*session) Logout() error                                  { return nil }
func (*session) Mail(string, *smtp.MailOptions) error           { return nil }
func (e *session) Rcpt(string, *smtp.RcptOptions) error         { return e.s.rcpt }
func (*session) AuthMechanisms() []string                       { return []string{sasl.Plain} }
func (e *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, pass string) error {
		if pass != "secret" {
			return smtp.ErrAuthFailed
		}
		e.s.mu.Lock()
		defer e.s.mu.Unlock()
		e.s.user = user
		return nil
	}), nil
}

func (e *session) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if e.s.silent != nil {
		close(e.s.got)
		<-e.s.silent
	}
	if e.s.drop {
		e.conn.Conn().Close()
		return nil
	}
	e.s.mu.Lock()
	defer e.s.mu.Unlock()
	e.s.mails = append(e.s.mails, string(b))
	return e.s.data
}

// serve starts a server; with a TLS other than None it has a certificate that the client trusts.
func serve(t *testing.T, mode TLS) *server {
	t.Helper()
	s := &server{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := smtp.NewServer(s)
	srv.Domain, srv.AllowInsecureAuth, srv.ErrorLog = "mail.example", true, quiet{}
	s.SMTP = &SMTP{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, TLS: mode, HELO: "desk.example", Clock: at}
	if mode != None {
		web := httptest.NewTLSServer(nil) // only for its certificate
		defer web.Close()
		roots := x509.NewCertPool()
		roots.AddCert(web.Certificate())
		s.Config = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
		srv.TLSConfig = &tls.Config{Certificates: web.TLS.Certificates, MinVersion: tls.VersionTLS12}
		if mode == Implicit {
			l = tls.NewListener(l, srv.TLSConfig)
		}
	}
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { srv.Close() })
	return s
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

func TestAMailArrivesAsItWasWritten(t *testing.T) {
	s := serve(t, None)
	d, err := s.Send(t.Context(), spanish())
	if err != nil || d.State != channel.Accepted || d.ProviderID == "" {
		t.Fatalf("got %+v, %v", d, err)
	}
	got, err := mail.ReadMessage(strings.NewReader(s.mails[0]))
	if err != nil {
		t.Fatal(err)
	}
	if sub, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject")); sub != subject || err != nil {
		t.Errorf("subject %q, %v", sub, err)
	}
	for name, want := range map[string]string{
		"Message-Id": "<" + MessageID("42", "mercy.example") + ">", "Auto-Submitted": "auto-generated", "To": "<maria@example.org>",
		"From": `"Mercy Health" <ayuda@mercy.example>`, "Content-Language": "es", "X-Kept-Ticket": "K7M-4QX", "List-Unsubscribe": "", "User-Agent": "",
	} {
		if got.Header.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.Header.Get(name), want)
		}
	}
	if when, err := got.Header.Date(); err != nil || !when.Equal(nine) {
		t.Errorf("date %v, %v", when, err)
	}
	kind, params, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
	if kind != "multipart/alternative" || err != nil {
		t.Fatal(kind, err)
	}
	parts := multipart.NewReader(got.Body, params["boundary"])
	for i, want := range []string{words, "<p>Hola María:</p>"} {
		p, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(quotedprintable.NewReader(p))
		if text := strings.ReplaceAll(string(bytes.TrimRight(b, "\r\n")), "\r\n", "\n"); text != want || err != nil {
			t.Errorf("part %d: %q, %v", i, text, err)
		}
	}
	if again, _ := s.Send(t.Context(), spanish()); again.ProviderID != d.ProviderID {
		t.Error("the second attempt has another Message-ID")
	}
}

func TestVerdicts(t *testing.T) {
	code := func(n int) error { return &smtp.SMTPError{Code: n, Message: "maria@example.org is not here"} }
	for _, c := range []struct {
		name       string
		rcpt, data error
		drop       bool
		want       channel.State
		reason     string
	}{
		{"greylisted", code(450), nil, false, channel.Retry, "smtp 450"},
		{"no such box", code(550), nil, false, channel.Failed, "smtp 550"},
		{"full for now", nil, code(452), false, channel.Retry, "smtp 452"},
		{"refused after data", nil, code(554), false, channel.Failed, "smtp 554"},
		{"broken after data", nil, nil, true, channel.Unknown, "smtp broken after data"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, None)
			s.rcpt, s.data, s.drop = c.rcpt, c.data, c.drop
			d, err := s.Send(t.Context(), spanish())
			if d.State != c.want || d.Reason != c.reason || err == nil {
				t.Errorf("got %+v, %v", d, err)
			}
			if err != nil && strings.Contains(err.Error(), "maria") {
				t.Errorf("the error holds an address: %v", err)
			}
		})
	}
}

func TestTheEndOfTheContextEndsTheAttempt(t *testing.T) {
	s := serve(t, None)
	s.silent, s.got = make(chan struct{}), make(chan struct{})
	defer close(s.silent)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-s.got; cancel() }()
	if d, err := s.Send(ctx, spanish()); d.State != channel.Unknown || err == nil {
		t.Errorf("got %+v, %v", d, err)
	}
}

func TestNobodyListening(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	s := SMTP{Host: "127.0.0.1", Port: port, TLS: None, Clock: at}
	if d, err := s.Send(t.Context(), spanish()); d.State != channel.Retry || err == nil {
		t.Errorf("got %+v, %v", d, err)
	}
}

func TestTLS(t *testing.T) {
	for _, mode := range []TLS{Mandatory, Opportunistic, Implicit} {
		t.Run(string(mode), func(t *testing.T) {
			s := serve(t, mode)
			s.User, s.Password = "desk", "secret"
			if d, err := s.Send(t.Context(), spanish()); d.State != channel.Accepted || err != nil || s.user != "desk" {
				t.Fatalf("got %+v, %v, user %q", d, err, s.user)
			}
			s.Config = nil // nobody vouches for the certificate
			if d, err := s.Send(t.Context(), spanish()); d.State != channel.Retry || err == nil {
				t.Errorf("sent to a stranger: %+v", d)
			}
		})
	}
	s := serve(t, None)
	s.TLS = Mandatory
	if d, err := s.Send(t.Context(), spanish()); d.State != channel.Retry || err == nil || len(s.mails) > 0 {
		t.Errorf("sent in the open: %+v", d)
	}
	s.TLS = "maybe"
	if s.Check() == nil {
		t.Error("an unknown policy is taken")
	}
}

func TestARefusedSignInIsNotThePersonsFault(t *testing.T) {
	s := serve(t, Mandatory)
	s.User, s.Password = "desk", "wrong"
	if d, err := s.Send(t.Context(), spanish()); d.State != channel.Retry || err == nil || strings.Contains(err.Error(), "wrong") {
		t.Errorf("got %+v, %v", d, err)
	}
}

func TestNothingSlipsIntoTheHeaders(t *testing.T) {
	for name, spoil := range map[string]func(*channel.Message){
		"subject":   func(m *channel.Message) { m.Subject = "Hi\r\nBcc: all@example.org" },
		"recipient": func(m *channel.Message) { m.To = "maria@example.org\r\nBcc: all@example.org" },
		"two":       func(m *channel.Message) { m.To = "maria@example.org, all@example.org" },
		"sender":    func(m *channel.Message) { m.From = "\"Mercy\nX\" <a@b.example>" },
		"value":     func(m *channel.Message) { m.Headers = map[string]string{"X-A": "a\nBcc: all@example.org"} },
		"name":      func(m *channel.Message) { m.Headers = map[string]string{"X-A: b\r\nBcc": "all@example.org"} },
		"ours":      func(m *channel.Message) { m.Headers = map[string]string{"bcc": "all@example.org"} },
		"language":  func(m *channel.Message) { m.Lang = "en\nBcc: all@example.org" },
		"no text":   func(m *channel.Message) { m.Text = "" },
	} {
		t.Run(name, func(t *testing.T) {
			m := spanish()
			spoil(&m)
			b := NewBox(at)
			d, err := b.Send(t.Context(), m)
			if d.State != channel.Failed || !errors.Is(err, errRefused) || len(b.Addresses()) != 0 || strings.Contains(err.Error(), "@") {
				t.Errorf("got %+v, %v", d, err)
			}
		})
	}
}

func TestBox(t *testing.T) {
	b := NewBox(at)
	for range 2 {
		if d, err := b.Send(t.Context(), spanish()); d.State != channel.Accepted || err != nil {
			t.Fatalf("got %+v, %v", d, err)
		}
	}
	if got := b.Mails("Maria@Example.org"); len(got) != 1 || got[0].Message.Subject != subject || !got[0].At.Equal(nine) {
		t.Errorf("mails %+v", got)
	}
	if _, ok, _ := b.Lookup(t.Context(), "42"); !ok {
		t.Error("not found by id")
	}
	b.Break("maria@example.org", "smtp 550")
	m := spanish()
	m.ID = "43"
	if d, _ := b.Send(t.Context(), m); d.State != channel.Failed || d.Reason != "smtp 550" {
		t.Errorf("got %+v", d)
	}
	b.Break("maria@example.org", "")
	b.Down(true)
	if d, _ := b.Send(t.Context(), m); d.State != channel.Retry {
		t.Errorf("got %+v", d)
	}
}
