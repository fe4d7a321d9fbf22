package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"syscall"

	"kept/internal/channel/email"
	"kept/internal/channel/sms"
	"kept/internal/channel/voice"
	"kept/internal/desk"
)

// serve opens the desk in earnest.
type serve struct {
	BaseURL       string `name:"base-url" default:"https://{host}" env:"KEPT_BASE_URL" placeholder:"URL" help:"How links in messages begin; {host} and {slug} stand for those of the hospital (${default})."`
	SecureCookies bool   `env:"KEPT_SECURE_COOKIES" help:"Send cookies over https only. Set it when people reach the desk over https, as they should; on by itself with --tls-cert."`
	TrustProxy    bool   `env:"KEPT_TRUST_PROXY" help:"A proxy in front tells the address of each person in X-Forwarded-For. Never set it without such a proxy."`
	TLSCert       string `name:"tls-cert" env:"KEPT_TLS_CERT" placeholder:"FILE" help:"Certificate, to serve https without a proxy."`
	TLSKey        string `name:"tls-key" env:"KEPT_TLS_KEY" placeholder:"FILE" help:"Key of the certificate."`

	SMTPHost         string `name:"smtp-host" group:"Mail" env:"KEPT_SMTP_HOST" placeholder:"HOST" help:"Mail server. Without it the desk sends no mail."`
	SMTPPort         int    `name:"smtp-port" group:"Mail" default:"587" env:"KEPT_SMTP_PORT" placeholder:"PORT" help:"Port of the mail server (${default})."`
	SMTPTLS          string `name:"smtp-tls" group:"Mail" default:"starttls" enum:"starttls,opportunistic,implicit,none" env:"KEPT_SMTP_TLS" placeholder:"HOW" help:"starttls, implicit (port 465), opportunistic, or none for a relay on this machine (${default})."`
	SMTPUser         string `name:"smtp-user" group:"Mail" env:"KEPT_SMTP_USER" placeholder:"NAME" help:"Sign-in at the mail server. The password comes from KEPT_SMTP_PASSWORD or a file."`
	SMTPPasswordFile string `name:"smtp-password-file" group:"Mail" env:"KEPT_SMTP_PASSWORD_FILE" placeholder:"FILE" help:"File with the password, if not in KEPT_SMTP_PASSWORD."`

	SMSURL        string `name:"sms-url" group:"Texts" env:"KEPT_SMS_URL" placeholder:"URL" help:"Where the text provider takes texts. Without it the desk sends no texts."`
	SMSAccount    string `name:"sms-account" group:"Texts" env:"KEPT_SMS_ACCOUNT" placeholder:"NAME" help:"Account at the text provider. Its token comes from KEPT_SMS_TOKEN or a file."`
	SMSTokenFile  string `name:"sms-token-file" group:"Texts" env:"KEPT_SMS_TOKEN_FILE" placeholder:"FILE" help:"File with the token, if not in KEPT_SMS_TOKEN."`
	SMSSecretFile string `name:"sms-secret-file" group:"Texts" env:"KEPT_SMS_SECRET_FILE" placeholder:"FILE" help:"File with the secret that signs what the provider tells us, if not in KEPT_SMS_SECRET. Without it /hooks/sms is absent."`
	SMSStatus     string `name:"sms-status" group:"Texts" env:"KEPT_SMS_STATUS" placeholder:"URL" help:"Our address as the provider sees it, ending in /hooks/sms/status."`

	VoiceURL        string `name:"voice-url" group:"Calls" env:"KEPT_VOICE_URL" placeholder:"URL" help:"Where the voice provider takes calls to people at the desk. Without it nobody is called."`
	VoiceAccount    string `name:"voice-account" group:"Calls" env:"KEPT_VOICE_ACCOUNT" placeholder:"NAME" help:"Account at the voice provider. Its token comes from KEPT_VOICE_TOKEN or a file."`
	VoiceTokenFile  string `name:"voice-token-file" group:"Calls" env:"KEPT_VOICE_TOKEN_FILE" placeholder:"FILE" help:"File with the token, if not in KEPT_VOICE_TOKEN."`
	VoiceSecretFile string `name:"voice-secret-file" group:"Calls" env:"KEPT_VOICE_SECRET_FILE" placeholder:"FILE" help:"File with the secret that signs what the provider tells us, if not in KEPT_VOICE_SECRET. Without it /hooks/voice is absent, and nobody can press 1."`
	VoiceStatus     string `name:"voice-status" group:"Calls" env:"KEPT_VOICE_STATUS" placeholder:"URL" help:"Our address as the provider sees it, ending in /hooks/voice/status."`
}

func (c *serve) Run(ctx context.Context, s *settings, t terminal) error {
	n := &node{
		settings: s, log: s.logger(t.err), secure: c.SecureCookies || c.TLSCert != "", proxy: c.TrustProxy,
		cert: c.TLSCert, key: c.TLSKey, links: c.BaseURL,
	}
	if err := c.channels(n); err != nil {
		return err
	}
	if u, err := url.Parse(strings.NewReplacer("{host}", "host", "{slug}", "slug").Replace(c.BaseURL)); err != nil || u.Host == "" {
		return desk.Errorf(desk.Invalid, "base_url", "--base-url must look like https://{host} or https://help.example.org/{slug}.")
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return desk.Errorf(desk.Invalid, "tls", "--tls-cert and --tls-key belong together.")
	}
	ln, err := listen(s.Addr, "--addr or KEPT_ADDR")
	if err != nil {
		return err
	}
	if !loopback(ln.Addr()) && !n.secure {
		n.log.Warn("the desk can be reached from other machines over plain http; put https in front of it and set --secure-cookies")
	}
	return n.run(ctx, ln)
}

// channels gives n its ways to reach people.
func (c *serve) channels(n *node) error {
	if c.SMTPHost != "" {
		password, err := secret("KEPT_SMTP_PASSWORD", c.SMTPPasswordFile)
		if err != nil {
			return err
		}
		m := &email.SMTP{Host: c.SMTPHost, Port: c.SMTPPort, TLS: email.TLS(c.SMTPTLS), User: c.SMTPUser, Password: password, Clock: clock}
		if err := m.Check(); err != nil {
			return desk.Wrap(desk.Invalid, "smtp", err, "The settings of the mail server do not fit together.")
		}
		n.mail = m
	}
	if c.VoiceURL != "" {
		token, err := secret("KEPT_VOICE_TOKEN", c.VoiceTokenFile)
		if err != nil {
			return err
		}
		if n.calls.secret, err = secret("KEPT_VOICE_SECRET", c.VoiceSecretFile); err != nil {
			return err
		}
		if n.calls.base, err = hookBase(c.VoiceStatus, "voice-status", callHook); err != nil {
			return err
		}
		n.voice = voice.New(c.VoiceURL, c.VoiceAccount, token, c.VoiceStatus)
	}
	if c.SMSURL == "" {
		return nil
	}
	token, err := secret("KEPT_SMS_TOKEN", c.SMSTokenFile)
	if err != nil {
		return err
	}
	if n.texts.secret, err = secret("KEPT_SMS_SECRET", c.SMSSecretFile); err != nil {
		return err
	}
	if n.texts.base, err = hookBase(c.SMSStatus, "sms-status", statusHook); err != nil {
		return err
	}
	n.sms = &sms.HTTP{URL: c.SMSURL, Account: c.SMSAccount, Token: token, StatusURL: c.SMSStatus}
	return nil
}

// hookBase is our address as a provider sees it, from that of one hook; "" where none is given.
func hookBase(status, flag, hook string) (string, error) {
	base, ok := strings.CutSuffix(status, hook)
	if status != "" && !ok {
		return "", desk.Errorf(desk.Invalid, strings.ReplaceAll(flag, "-", "_"), "--%s must end in %s.", flag, hook)
	}
	return base, nil
}

// deskOrigins is origins for the pages of the desk: where hospitals are found by path, they are beside them.
func deskOrigins(pattern string) func(desk.Client) string {
	if at, byPath := strings.CutSuffix(strings.TrimSuffix(pattern, "/"), "/{slug}"); byPath && !strings.HasSuffix(at, "/") {
		pattern = at
	}
	return origins(pattern)
}

// origins gives the beginning of every link to the pages of a client.
func origins(pattern string) func(desk.Client) string {
	pattern = strings.TrimSuffix(pattern, "/")
	return func(c desk.Client) string {
		return strings.NewReplacer("{host}", c.Host, "{slug}", c.Slug).Replace(pattern)
	}
}

// listen takes the address; how says how to choose another one.
func listen(addr, how string) (net.Listener, error) {
	ln, err := net.Listen("tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, desk.Errorf(desk.Unavailable, "addr", "Something else listens on %s already. Stop it, or choose another address with %s.", addr, how)
	case errors.Is(err, syscall.EACCES):
		return nil, desk.Errorf(desk.Unavailable, "addr", "This user may not listen on %s. Ports below 1024 need more rights; choose another with %s.", addr, how)
	case err != nil:
		return nil, desk.Wrap(desk.Invalid, "addr", err, fmt.Sprintf("The desk cannot listen on %s. An address looks like 127.0.0.1:8080; set it with %s.", addr, how))
	}
	return ln, nil
}

func loopback(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
