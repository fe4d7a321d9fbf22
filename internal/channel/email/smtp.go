package email

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strconv"
	"time"

	"kept/internal/channel"

	gomail "github.com/wneessen/go-mail"
)

// TLS is how the connection to the SMTP server is kept secret.
type TLS string

const (
	Mandatory     TLS = "starttls"      // STARTTLS or nothing
	Opportunistic TLS = "opportunistic" // STARTTLS if the server offers it
	Implicit      TLS = "implicit"      // TLS from the first byte, usually port 465
	None          TLS = "none"          // for a relay on the same machine
)

// SMTP sends each mail over a connection of its own.
type SMTP struct {
	Host     string
	Port     int
	TLS      TLS // Mandatory if empty
	User     string
	Password string
	HELO     string        // our name; the host's own if empty
	Timeout  time.Duration // for one mail; 30 s if zero
	Clock    func() time.Time
	Config   *tls.Config // for private certificates; may be nil
}

const defaultTimeout = 30 * time.Second

// Check reports what is wrong with the settings, before anything is sent.
func (s *SMTP) Check() error {
	_, err := s.client(nil)
	return err
}

// Send answers Accepted when the server took the mail; Failed on a 5xx answer about it;
// Retry on 4xx, on no connection and on a refused sign-in (which is our fault and not the
// person's); Unknown when the connection broke after the whole mail was written. An SMTP
// server cannot be asked later: what is Unknown is a judgement of the outbox.
func (s *SMTP) Send(ctx context.Context, m channel.Message) (channel.Delivery, error) {
	msg, err := compose(m, s.Clock())
	if err != nil {
		return refused(err)
	}
	timeout := s.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	// The library heeds ctx while dialing only, so the end of ctx closes the connection.
	var unhook []func() bool
	defer func() {
		for _, f := range unhook {
			f()
		}
	}()
	c, err := s.client(func(conn net.Conn) {
		unhook = append(unhook, context.AfterFunc(ctx, func() { conn.Close() }))
	})
	if err != nil {
		return channel.Delivery{State: channel.Retry, Reason: "smtp settings"}, err
	}
	conn, err := c.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return channel.Delivery{State: channel.Retry, Reason: dialReason(err)}, fmt.Errorf("email: %s", dialReason(err))
	}
	defer func() { _ = c.CloseWithSMTPClient(conn) }()
	err = c.SendWithSMTPClient(conn, msg)
	d := verdict(msg, err)
	d.ProviderID = msg.GetMessageID()
	if d.State == channel.Accepted {
		return d, nil
	}
	return d, fmt.Errorf("email: %s", d.Reason)
}

// client is a client for one mail; opened hears of its connection.
func (s *SMTP) client(opened func(net.Conn)) (*gomail.Client, error) {
	conf := s.Config.Clone()
	if conf == nil {
		conf = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if conf.ServerName == "" {
		conf.ServerName = s.Host
	}
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		opened(conn)
		if s.TLS == Implicit {
			return tls.Client(conn, conf), nil
		}
		return conn, nil
	}
	timeout := s.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	opts := []gomail.Option{
		gomail.WithTLSConfig(conf), gomail.WithDialContextFunc(dial), gomail.WithTimeout(timeout),
		gomail.WithoutNoop(), gomail.WithPort(s.Port),
	}
	switch s.TLS {
	case Mandatory, "":
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case Opportunistic:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	case Implicit:
		opts = append(opts, gomail.WithSSL())
	case None:
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, errors.New("email: TLS is one of starttls, opportunistic, implicit, none")
	}
	if s.HELO != "" {
		opts = append(opts, gomail.WithHELO(s.HELO))
	}
	if s.User != "" {
		// PLAIN and LOGIN refuse by themselves to go over an open line, save to localhost.
		opts = append(opts, gomail.WithUsername(s.User), gomail.WithPassword(s.Password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	c, err := gomail.NewClient(s.Host, opts...)
	if err != nil {
		return nil, fmt.Errorf("email: settings of the SMTP server: %w", err)
	}
	return c, nil
}

// verdict reads out of an attempt what became of the mail.
func verdict(msg *gomail.Msg, err error) channel.Delivery {
	if err == nil || msg.IsDelivered() {
		return channel.Delivery{State: channel.Accepted}
	}
	var se *gomail.SendError
	if !errors.As(err, &se) {
		return channel.Delivery{State: channel.Retry, Reason: "smtp connection"}
	}
	reason := "smtp " + strconv.Itoa(se.ErrorCode())
	switch code := se.ErrorCode(); {
	case code >= 500:
		return channel.Delivery{State: channel.Failed, Reason: reason}
	case code >= 400:
		return channel.Delivery{State: channel.Retry, Reason: reason}
	case se.Reason == gomail.ErrSMTPDataClose:
		return channel.Delivery{State: channel.Unknown, Reason: "smtp broken after data"}
	case se.Reason == gomail.ErrGetSender || se.Reason == gomail.ErrGetRcpts || se.Reason == gomail.ErrNoUnencoded:
		return channel.Delivery{State: channel.Failed, Reason: "refused by us"}
	}
	return channel.Delivery{State: channel.Retry, Reason: "smtp connection"}
}

func dialReason(err error) string {
	var te *textproto.Error
	var op *net.OpError
	switch {
	case errors.As(err, &te):
		return "smtp " + strconv.Itoa(te.Code) + " before the mail"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return "smtp timeout"
	case errors.As(err, &op):
		return "smtp " + op.Op + " failed"
	}
	return "smtp no session"
}
