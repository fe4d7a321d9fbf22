package store_test

import (
	"testing"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

func TestRequesters(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		open(t, db, 1, map[int64]time.Duration{1: time.Hour})
		open(t, db, 2, map[int64]time.Duration{1: time.Hour, 2: time.Hour})
		want, phone := maria(1, 1)
		same(t, "requester", readOf(t, db, 1, func(tx *store.ReadTx) (desk.Requester, error) { return tx.Requester(1) }), want)
		same(t, "address", readOf(t, db, 1, func(tx *store.ReadTx) (desk.Address, error) { return tx.Address(1) }), phone)

		want.Name, want.Lang, want.Proven = "Mara  GÓMEZ Ruiz", "en", false
		phone.StoppedAt, phone.FailedAt, phone.Voicemail = noon, noon, false
		son := desk.Requester{Client: 1, ID: 2, Kind: desk.Patient, Name: "Zoë Müller", CreatedAt: noon}
		shared := desk.Address{Client: 1, ID: 2, Requester: 2, Kind: desk.PhoneAddress, Value: phone.Value, CreatedAt: noon}
		mail := desk.Address{Client: 1, ID: 3, Requester: 2, Kind: desk.EmailAddress, Value: "zoe@example.org", CreatedAt: noon}
		write(t, db, 1, func(tx *store.Tx) error {
			return first(tx.SaveRequester(want), tx.SaveAddress(phone), tx.AddRequester(son), tx.AddAddress(shared), tx.AddAddress(mail))
		})
		same(t, "saved", readOf(t, db, 1, func(tx *store.ReadTx) (desk.Requester, error) { return tx.Requester(1) }), want)
		same(t, "page", readOf(t, db, 1, func(tx *store.ReadTx) ([]desk.Requester, error) { return tx.Requesters(0, 9) }), []desk.Requester{want, son})
		same(t, "next page", readOf(t, db, 1, func(tx *store.ReadTx) ([]desk.Requester, error) { return tx.Requesters(1, 9) }), []desk.Requester{son})
		same(t, "sharing a number", readOf(t, db, 1, func(tx *store.ReadTx) ([]desk.Requester, error) { return tx.RequestersSharing(want.ID) }), []desk.Requester{son})
		same(t, "by address", readOf(t, db, 1, func(tx *store.ReadTx) ([]desk.Requester, error) { return tx.RequestersByAddress(phone.Value) }), []desk.Requester{want, son})
		same(t, "addresses", readOf(t, db, 1, func(tx *store.ReadTx) ([]desk.Address, error) { return tx.Addresses(2) }), []desk.Address{shared, mail})
		same(t, "by value", readOf(t, db, 1, func(tx *store.ReadTx) ([]desk.Address, error) { return tx.AddressesByValue(phone.Value) }), []desk.Address{phone, shared})
		for prefix, id := range map[string]desk.RequesterID{"MARA g": 1, "ruiz": 1, "Ruíz mara": 1, "zoe": 2, "müll": 2, "mull": 2, "oe": 0, "%": 0, " ": 0, "mara_": 0} {
			var got desk.RequesterID
			for _, r := range readOf(t, db, 1, func(tx *store.ReadTx) ([]desk.Requester, error) { return tx.RequestersByName(prefix, 5) }) {
				got += r.ID
			}
			same(t, "by name "+prefix, got, id)
		}

		keys := []store.RequesterKey{{Client: 1, ID: 1}, {Client: 1, ID: 2}, {Client: 2, ID: 1}, {Client: 2, ID: 9}}
		callers := func(v desk.Viewer) map[store.RequesterKey]store.Caller {
			return read(t, db, v, func(tx *store.DeskReadTx) (map[store.RequesterKey]store.Caller, error) { return tx.Callers(keys) })
		}
		theirs := map[store.RequesterKey]store.Caller{keys[2]: {Name: "María Gómez", Phone: phone.Value}}
		same(t, "Bob's callers", callers(bobSees), theirs)
		theirs[keys[0]], theirs[keys[1]] = store.Caller{Name: want.Name, Phone: phone.Value}, store.Caller{Name: son.Name, Phone: phone.Value}
		same(t, "Ana's callers", callers(anaSees), theirs)

		unproven := func(value string) [2]int {
			return readOf(t, db, 2, func(tx *store.ReadTx) ([2]int, error) {
				own, line, err := tx.LiveUnproven(value)
				return [2]int{own, line}, err
			})
		}
		same(t, "unproven", unproven(phone.Value), [2]int{2, 2})
		same(t, "unproven, an extension", unproven(phone.Value+";ext=9"), [2]int{0, 2})
		same(t, "unproven, other number", unproven(mail.Value), [2]int{0, 0})
	})
}
