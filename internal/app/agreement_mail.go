package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kept/internal/channel"
	"kept/internal/desk"
	"kept/internal/job"
	"kept/internal/store"
)

// A mail about terms is tried so often, over about five hours; one that a crash has cut off is tried again after
// mailLease.
const (
	mailTries   = 10
	mailLease   = 2 * time.Minute
	mailsAtOnce = 10 // a provider that hangs keeps them for sendWithin each
)

// mailLeaders sends the mails about terms that wait, by their rows.
func (a *App) mailLeaders(ctx context.Context, now time.Time) error {
	var due []desk.AgreementMail
	err := a.db.DeskRead(ctx, desk.System("terms"), func(tx *store.DeskReadTx) (err error) {
		due, err = tx.AgreementMailsDue(now, mailsAtOnce)
		return err
	})
	if err != nil {
		return err
	}
	var errs []error
	for _, m := range due { // one that cannot be sent keeps no other from it
		errs = append(errs, a.mailLeader(ctx, m, now))
	}
	return errors.Join(errs...)
}

func (a *App) mailLeader(ctx context.Context, m desk.AgreementMail, now time.Time) error {
	v := desk.System("terms")
	c, err := a.Client(ctx, v, m.Client)
	if err != nil {
		return err
	}
	var leader desk.Staff
	err = a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) (err error) {
		leader, err = tx.Staff(m.Staff)
		return err
	})
	if err != nil {
		return err
	}
	waits := false
	err = a.db.Read(ctx, v, m.Client, func(tx *store.ReadTx) error {
		all, err := tx.Agreements()
		waits = slices.ContainsFunc(all, func(x desk.Agreement) bool { return x.Version == m.Version && x.Asks() })
		return err
	})
	if err != nil {
		return err
	}
	move := func(was, to desk.AgreementMail) (ours bool, err error) {
		err = a.db.System(ctx, "terms", func(tx *store.SystemTx) (err error) {
			ours, err = tx.MoveAgreementMail(was, to)
			return err
		})
		return ours, err
	}
	next := m
	next.FireAt, next.Reason = time.Time{}, ""
	switch {
	case !waits || !leader.Active || !viewerOf(leader).SeesFigures(m.Client):
		next.State = desk.MailCancelled
	case a.mail == nil:
		next.State, next.Reason = desk.MailFailed, "this desk has no provider for mail"
	case m.Attempts >= mailTries:
		next.State = desk.MailFailed
	default:
		next.State, next.Attempts, next.FireAt = desk.MailSending, m.Attempts+1, now.Add(mailLease)
	}
	ours, err := move(m, next)
	if err != nil || !ours || next.State != desk.MailSending {
		return err
	}
	url := a.desk(c) + ownAgreementPath(c)
	text := fmt.Sprintf("Version %d of the agreement of %s with the help desk waits for your approval.\n\nRead what it changes, then approve it or send it back with a reason: %s\n", m.Version, c.Name, url)
	// What was begun is told to the end, whoever asked.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendWithin)
	defer cancel()
	out, err := a.mail.Send(ctx, channel.Message{ID: fmt.Sprintf("terms-%d-%d-%d", m.Client, m.Version, m.Staff), Client: int64(m.Client),
		From: ownMailbox(c), To: leader.Login, Subject: "Terms of your agreement wait for your approval", Text: text, Lang: "en", URL: url})
	if err != nil {
		a.log.WarnContext(ctx, "a leader could not be told of terms that wait", "client", m.Client, "version", m.Version, "reason", out.Reason, "err", err)
	}
	sent := next
	sent.FireAt, sent.Reason = time.Time{}, out.Reason
	switch out.State {
	case channel.Accepted, channel.Delivered:
		sent.State = desk.MailSent
	case channel.Unknown:
		return nil // the lease ends, and it is sent once more
	case channel.Retry:
		sent.State, sent.FireAt = desk.MailWaiting, now.Add(job.Backoff(next.Attempts, time.Minute, time.Hour, 0))
	default:
		sent.State = desk.MailFailed
	}
	if _, err := move(next, sent); err != nil {
		return err
	}
	a.changed(Change{Client: m.Client})
	return nil
}

func ownAgreementPath(c desk.Client) string { return "/client/" + c.Slug + "/agreement" }
