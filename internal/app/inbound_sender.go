package app

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"kept/internal/channel"
	"kept/internal/desk"
	"kept/internal/store"
)

// clientOf finds the client to whom a message was sent.
func (a *App) clientOf(ctx context.Context, in channel.Inbound) (desk.Client, bool, error) {
	know, err := a.know(ctx)
	if err != nil {
		return desk.Client{}, false, err
	}
	clients := know.clients
	if in.Channel == channel.Email {
		_, host, _ := strings.Cut(bareMail(in.To), "@")
		i := slices.IndexFunc(clients, func(c desk.Client) bool { return host != "" && strings.EqualFold(host, c.Host) })
		if i < 0 {
			return desk.Client{}, false, nil
		}
		return clients[i], true, nil
	}
	to, err := desk.ParsePhone(in.To)
	if err != nil {
		return desk.Client{}, false, nil
	}
	i := slices.IndexFunc(clients, func(c desk.Client) bool { return desk.Phone(c.Phone).E164() == to.E164() })
	if i < 0 {
		return desk.Client{}, false, nil
	}
	return clients[i], true, nil
}

// senderOf is the number or mailbox that can be answered; false for machines and short codes. An
// answer to a machine would be answered by it.
func senderOf(in channel.Inbound) (string, bool) {
	if in.Channel != channel.Email {
		p, err := desk.ParsePhone(in.From)
		return p.E164(), err == nil
	}
	m, err := desk.ParseEmail(bareMail(in.From))
	local, _, _ := strings.Cut(strings.ToLower(m), "@")
	switch strings.NewReplacer("-", "", "_", "", ".", "").Replace(local) {
	case "mailerdaemon", "postmaster", "noreply", "donotreply":
		return "", false
	}
	return m, err == nil
}

// bareMail takes the mailbox out of "Name <box@host>".
func bareMail(s string) string {
	if i, j := strings.LastIndexByte(s, '<'), strings.LastIndexByte(s, '>'); i >= 0 && j > i {
		s = s[i+1 : j]
	}
	return strings.TrimSpace(s)
}

var refLike = regexp.MustCompile(`\b[2-9A-Za-z]{3,4}-[2-9A-Za-z]{3,4}\b`)

// refIn finds a ticket number in the subject of a mail.
func refIn(subject string) desk.Ref {
	for _, s := range refLike.FindAllString(subject, 10) {
		if r, err := desk.ParseRef(s); err == nil {
			return r
		}
	}
	return ""
}

// ticketsOfSender gives the latest questions of everybody with this number or mailbox, newest first.
func (a *App) ticketsOfSender(ctx context.Context, c desk.Client, value string) (all []desk.Ticket, err error) {
	err = a.db.Read(ctx, desk.System("inbound"), c.ID, func(tx *store.ReadTx) error {
		all, err = readTicketsOf(tx, value)
		return err
	})
	return all, err
}

func readTicketsOf(tx *store.ReadTx, value string) ([]desk.Ticket, error) {
	people, err := tx.RequestersByAddress(value)
	if err != nil {
		return nil, err
	}
	var all []desk.Ticket
	for _, r := range people {
		ts, err := tx.TicketsOf(r.ID, 50)
		if err != nil {
			return nil, err
		}
		all = append(all, ts...)
	}
	sortNewest(all)
	return all, nil
}

// languageOf guesses the language of words from those that only one of the two has.
func languageOf(words string) string {
	es, en := 0, 0
	for w := range strings.FieldsSeq(strings.ToLower(words)) {
		switch strings.Trim(w, ".,;:!?¡¿") {
		case "no", "me", "a":
		case "el", "la", "los", "las", "mi", "mis", "que", "qué", "cómo", "como", "puedo", "puede", "para", "con", "una", "un", "hola", "gracias", "por", "está", "contraseña", "cita", "ayuda":
			es++
		case "the", "my", "i", "to", "is", "can", "how", "what", "see", "it", "please", "and", "for", "of", "not", "can't", "help":
			en++
		}
	}
	if es > en {
		return "es"
	}
	return "en"
}
