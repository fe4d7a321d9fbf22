package store

import (
	"strings"
	"time"

	"kept/internal/desk"
)

const clientColumns = `c.id, c.slug, c.name, c.short, c.host, c.zone, c.phone, c.staff_phone, c.tty, c.ehr, c.portal,
	c.hours, c.reply_in, c.reply_hours, c.languages, c.channels, c.colour`

var (
	clientsAll    = sql(`SELECT ` + clientColumns + ` FROM client c ORDER BY c.name, c.id`)
	clientsServed = sql(`SELECT ` + clientColumns + ` FROM client c JOIN staff_client s ON s.client_id = c.id
		WHERE s.staff_id = $1 ORDER BY c.name, c.id`)
	clientByID   = sql(`SELECT ` + clientColumns + ` FROM client c WHERE c.id = $1`)
	clientByHost = sql(`SELECT ` + clientColumns + ` FROM client c WHERE c.host = $1`)
	clientBySlug = sql(`SELECT ` + clientColumns + ` FROM client c WHERE c.slug = $1`)
	addClient    = sql(`INSERT INTO client (id, slug, name, short, host, zone, phone, staff_phone, tty, ehr, portal,
		hours, reply_in, reply_hours, languages, channels, colour)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`)
	saveClient = sql(`UPDATE client SET slug = $2, name = $3, short = $4, host = $5, zone = $6, phone = $7,
		staff_phone = $8, tty = $9, ehr = $10, portal = $11, hours = $12, reply_in = $13, reply_hours = $14,
		languages = $15, channels = $16, colour = $17 WHERE id = $1`)
)

func scanClient(row scanner) (c desk.Client, err error) {
	var replyIn int64
	var languages, channels string
	err = row.Scan(&c.ID, &c.Slug, &c.Name, &c.Short, &c.Host, &c.Zone, &c.Phone, &c.StaffPhone, &c.TTY, &c.EHR,
		&c.Portal, &c.Hours, &replyIn, &c.ReplyHours, &languages, &channels, &c.Colour)
	c.ReplyIn = time.Duration(replyIn) * time.Microsecond
	c.Languages, c.Channels = parted[string](languages), parted[desk.Channel](channels)
	return c, err
}

func clientArgs(c desk.Client) []any {
	return []any{int64(c.ID), c.Slug, c.Name, c.Short, c.Host, c.Zone, c.Phone, c.StaffPhone, c.TTY, c.EHR, c.Portal,
		c.Hours, c.ReplyIn.Microseconds(), c.ReplyHours, joined(c.Languages), joined(c.Channels), int64(c.Colour)}
}

// Clients are the clients that the viewer serves, by name.
func (tx *DeskReadTx) Clients() ([]desk.Client, error) {
	v := tx.Viewer()
	switch {
	case v.Desk:
		return many(tx, clientsAll, scanClient)
	case v.Who == desk.WhoStaff:
		return many(tx, clientsServed, scanClient, int64(v.Staff))
	}
	var all []desk.Client
	for _, id := range v.Clients {
		c, err := tx.Client(id)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// Client gives a client by id, whoever asks: it holds what its public pages show. NotFound otherwise.
func (tx *DeskReadTx) Client(id desk.ClientID) (desk.Client, error) {
	return one(tx, clientByID, scanClient, int64(id))
}

// ClientByHost gives the client whose help pages have this host name, lower case and without a port.
func (tx *DeskReadTx) ClientByHost(host string) (desk.Client, error) {
	return one(tx, clientByHost, scanClient, host)
}

// ClientBySlug gives the client with this short name in paths.
func (tx *DeskReadTx) ClientBySlug(slug string) (desk.Client, error) {
	return one(tx, clientBySlug, scanClient, slug)
}

// AddClient stores a new client under its id. A slug or a host that is taken is a Conflict.
func (tx *DeskTx) AddClient(c desk.Client) error {
	if _, err := tx.exec(addClient, clientArgs(c)...); err != nil {
		return err
	}
	return tx.bump(deskVersion)
}

// SaveClient stores every field of a client that is there already.
func (tx *DeskTx) SaveClient(c desk.Client) error {
	if err := must(tx.exec(saveClient, clientArgs(c)...)); err != nil {
		return err
	}
	return tx.bump(deskVersion)
}

// joined is the stored form of a list of words, none of which holds a comma.
func joined[T ~string](list []T) string {
	var b strings.Builder
	for i, s := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(string(s))
	}
	return b.String()
}

// parted reads back what joined wrote; nil for an empty list.
func parted[T ~string](text string) []T {
	if text == "" {
		return nil
	}
	var list []T
	for s := range strings.SplitSeq(text, ",") {
		list = append(list, T(s))
	}
	return list
}
