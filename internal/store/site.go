package store

import "kept/internal/desk"

var (
	addSite = sql(`INSERT INTO site (client_id, id, name, zone) VALUES ($1, $2, $3, $4)`)
	sitesOf = sql(`SELECT client_id, id, name, zone FROM site WHERE client_id = $1 ORDER BY name, id`)
)

func scanSite(row scanner) (s desk.Site, err error) {
	err = row.Scan(&s.Client, &s.ID, &s.Name, &s.Zone)
	return s, err
}

// Sites are the hospitals and clinics of a client, by name.
func (tx *DeskReadTx) Sites(client desk.ClientID) ([]desk.Site, error) {
	return many(tx, sitesOf, scanSite, int64(client))
}

// AddSite stores a new site under its client and id.
func (tx *DeskTx) AddSite(s desk.Site) error {
	return tx.put(addSite, int64(s.Client), s.ID, s.Name, s.Zone)
}
