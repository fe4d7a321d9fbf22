package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

func TestSearch(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		open(t, db, 1, map[int64]time.Duration{1: time.Hour, 2: time.Hour})
		open(t, db, 2, map[int64]time.Duration{1: time.Hour})
		found := func(c desk.ClientID, id desk.TicketID, words string) {
			write(t, db, c, func(tx *store.Tx) error { return tx.AddFound(id, words) })
		}
		found(1, 1, "No puedo entrar a MyChart: contraseña")
		found(2, 1, "MyChart says \"password expired\", user o'brien@example.org, 2.5e3")
		found(1, 2, "The printer does not print MyChart letters")
		found(1, 2, "MyChart again")
		search := func(v desk.Viewer, words string) (all []string) {
			t.Helper()
			for _, k := range read(t, db, v, func(tx *store.DeskReadTx) ([]store.TicketKey, error) { return tx.Search(words, 10) }) {
				all = append(all, fmt.Sprintf("%d/%d", k.Client, k.ID))
			}
			return all
		}
		none := []string(nil)
		same(t, "newest first", search(anaSees, "mychart"), []string{"1/2", "2/1", "1/1"})
		same(t, "system", search(system, "MYCHART"), []string{"1/2", "2/1", "1/1"})
		same(t, "Bob", search(bobSees, "mychart"), []string{"2/1"})
		same(t, "nobody", search(desk.Viewer{}, "mychart"), none)
		same(t, "Bob types Ana's client", search(bobSees, "zzc1"), none)
		same(t, "Bob tries more", search(bobSees, `mychart" OR "zzc1`), none)
		same(t, "accents", search(anaSees, "contrasena"), []string{"1/1"})
		same(t, "a beginning", search(anaSees, "mychart passw"), []string{"2/1"})
		same(t, "only the last is a beginning", search(anaSees, "passw mychart"), none)
		for _, odd := range []string{"", "   ", "\"", "'", "*", "()", ":", "-", "\\", "&|!", "\x00", "^", "AND OR NOT"} {
			same(t, "odd "+odd, search(anaSees, odd), none)
		}
		same(t, "quotes", search(anaSees, `"password expired"`), []string{"2/1"})
		same(t, "a mailbox", search(anaSees, "o'brien@example.org"), []string{"2/1"})
		same(t, "a number", search(anaSees, "2.5e3"), []string{"2/1"})

		similar := func(v desk.Viewer, since time.Time) store.Similar {
			return read(t, db, v, func(tx *store.DeskReadTx) (store.Similar, error) { return tx.SimilarCount("mychart", since) })
		}
		same(t, "similar", similar(anaSees, noon), store.Similar{Tickets: 3, Open: 3, Clients: 2})
		same(t, "Bob's similar", similar(bobSees, noon), store.Similar{Tickets: 1, Open: 1, Clients: 1})
		same(t, "similar later", similar(anaSees, noon.Add(time.Hour)), store.Similar{})
	})
}

// Texts with the whole word come first, however many one ticket has, and do not hide a beginning.
func TestSearchFindsBeginningsBehindWholeWords(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		for i, texts := range []int{1, 5, 7, 8, 9, 20} {
			one, other, word := desk.TicketID(2*i+1), desk.TicketID(2*i+2), fmt.Sprintf("portal%c", 'a'+i)
			open(t, db, 1, map[int64]time.Duration{int64(one): time.Hour, int64(other): time.Hour})
			write(t, db, 1, func(tx *store.Tx) (err error) {
				for range texts {
					err = errors.Join(err, tx.AddFound(one, "the "+word+" again"))
				}
				return errors.Join(err, tx.AddFound(other, "both "+word+"s"))
			})
			search := func(words string) []store.TicketKey {
				return read(t, db, anaSees, func(tx *store.DeskReadTx) ([]store.TicketKey, error) { return tx.Search(words, 2) })
			}
			same(t, fmt.Sprint(texts, " texts"), search(word), []store.TicketKey{{Client: 1, ID: one}, {Client: 1, ID: other}})
			same(t, "whole only", search(word+"s"), []store.TicketKey{{Client: 1, ID: other}})
		}
	})
}
