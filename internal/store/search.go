package store

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"kept/internal/desk"
)

const (
	foundWord    = 64  // characters of a word that count
	foundWords   = 12  // words of a question that count
	foundClients = 32  // clients of a viewer that are asked for by name; with more, rows are filtered
	foundLooked  = 400 // rows that a count looks at
	similarMost  = 100
	foundTexts   = 4 // texts that are looked at for each ticket that is wanted: a ticket has several
)

// The index is asked for its newest rows; which clients they may be of is said twice: as words of
// the index, so that it gives no others, and as a condition, so that nothing depends on words.
var (
	foundAdd = register("INSERT INTO found (client_id, ticket_id) VALUES ($1, $2)",
		"INSERT INTO found (client_id, ticket_id, words) VALUES ($1, $2, array_to_tsvector(string_to_array($3, ' ')))").gather()
	foundAddWords = sqlFor("INSERT INTO found_words (rowid, words) VALUES ($1, $2)", "") // PostgreSQL keeps the words in the row itself

	foundNewest = acrossAnew(`SELECT f.client_id, f.ticket_id FROM found_words CROSS JOIN found f ON f.id = found_words.rowid
			WHERE found_words MATCH $1 AND {mine f} ORDER BY found_words.rowid DESC LIMIT $2`,
		`SELECT f.client_id, f.ticket_id FROM found f WHERE f.words @@ CAST($1 AS tsquery) AND {mine f} ORDER BY f.id DESC LIMIT $2`).slowly()
	// Whole words in $1 and, if they do not fill the list, those of which the last is a beginning in $3. PostgreSQL runs
	// the second part only when the first has given less than the limit. SQLite is asked twice.
	foundBoth = acrossAnew("",
		`(SELECT f.client_id, f.ticket_id FROM found f WHERE f.words @@ CAST($1 AS tsquery) AND {mine f} ORDER BY f.id DESC LIMIT $2)
			UNION ALL (SELECT f.client_id, f.ticket_id FROM found f WHERE f.words @@ CAST($3 AS tsquery) AND {mine f} ORDER BY f.id DESC LIMIT $2)
			LIMIT $2`).slowly()
	// The newest texts of all clients with the words; a row of nothing stands for one that the viewer may
	// not see. PostgreSQL is not asked.
	foundFew = acrossAnew(`SELECT f.client_id, f.ticket_id FROM
			(SELECT rowid AS id FROM found_words WHERE found_words MATCH $1 ORDER BY rowid DESC LIMIT $2) n
			LEFT JOIN found f ON f.id = n.id AND {mine f} ORDER BY n.id DESC`, "").slowly()
	foundSimilar = acrossAnew(`SELECT DISTINCT t.client_id, t.id, t.state FROM
			(SELECT rowid AS id FROM found_words WHERE found_words MATCH $1 ORDER BY rowid DESC LIMIT $3) n
			CROSS JOIN found f ON f.id = n.id CROSS JOIN ticket t ON t.client_id = f.client_id AND t.id = f.ticket_id
			WHERE t.opened_at >= $2 AND {mine f} ORDER BY t.id DESC, t.client_id`,
		`SELECT DISTINCT t.client_id, t.id, t.state FROM
			(SELECT id, client_id, ticket_id FROM found WHERE words @@ CAST($1 AS tsquery) ORDER BY id DESC LIMIT $3) f
			JOIN ticket t ON t.client_id = f.client_id AND t.id = f.ticket_id
			WHERE t.opened_at >= $2 AND {mine f} ORDER BY t.id DESC, t.client_id`).slowly()
)

// AddFound makes a ticket findable by words: its opening words, or a message. It is found after the commit.
func (tx *Tx) AddFound(t desk.TicketID, words string) error {
	all := append(wordsOf(words), clientWord(tx.client))
	if tx.db.Engine() == "postgres" {
		return tx.put(foundAdd, tx.client, t, strings.Join(all, " "))
	}
	id, err := tx.added(foundAdd, tx.client, t)
	if err != nil {
		return err
	}
	// The index writes a segment of its own at each savepoint, and merges them later: so late, together.
	return tx.putLate(foundAddWords, id, strings.Join(all, " "))
}

// Search gives the tickets of the viewer's clients in which one text holds every word, the newest texts
// first; behind them those in which the last word is only the beginning of one. Without words it is empty.
func (tx *DeskReadTx) Search(words string, limit int) ([]TicketKey, error) {
	have := make(map[TicketKey]bool, limit)
	var keys []TicketKey
	add := func(rows []TicketKey) {
		for _, k := range rows {
			if k.Client != 0 && !have[k] && len(keys) < limit {
				have[k] = true
				keys = append(keys, k)
			}
		}
	}
	passes := []bool{true, false}
	if tx.db.Engine() == "postgres" {
		whole, ok := tx.question(words, true, true)
		if !ok {
			return nil, nil
		}
		beginning, _ := tx.question(words, false, true)
		rows, err := manyAcross(tx, foundBoth, scanFound, whole, foundTexts*limit, beginning)
		add(rows)
		if err != nil || len(rows) < foundTexts*limit {
			return keys, err
		}
		passes = passes[1:] // whole words gave texts enough, of perhaps too few tickets
	}
	// A beginning is looked for only where whole words do not fill the list: SQLite puts together all
	// texts with any such word before it gives the newest, which takes long for what everybody writes.
	for _, whole := range passes {
		if len(keys) == limit {
			break
		}
		rows, err := tx.found(words, whole, limit)
		if err != nil {
			return nil, err
		}
		add(rows)
	}
	return keys, nil
}

func scanFound(row scanner) (k TicketKey, err error) {
	err = row.Scan(orZero(&k.Client), orZero(&k.ID))
	return k, err
}

// found gives tickets of the viewer's clients of which a text holds the words, newest texts first: so many
// different ones if there are, and some more than once. Those of client zero are none.
func (tx *DeskReadTx) found(words string, whole bool, limit int) ([]TicketKey, error) {
	texts := foundTexts * limit
	if q, ok := tx.question(words, whole, false); ok && tx.db.Engine() == "sqlite" {
		// The words for clients stand in very many texts: to ask without them first is quicker, and mostly enough.
		rows, err := manyAcross(tx, foundFew, scanFound, q, texts)
		if err != nil || len(rows) < texts {
			return rows, err
		}
		mine := map[TicketKey]bool{}
		for _, k := range rows {
			mine[k] = true
		}
		delete(mine, TicketKey{})
		if len(mine) >= limit {
			return rows, nil
		}
	}
	q, ok := tx.question(words, whole, true)
	if !ok {
		return nil, nil
	}
	return manyAcross(tx, foundNewest, scanFound, q, texts)
}

// Similar is how many tickets say the same, at most 100, how many of them are open and of how
// many clients they are.
type Similar struct{ Tickets, Open, Clients int }

// SimilarCount counts the tickets of the viewer's clients, opened since an instant, that Search
// would find for words.
func (tx *DeskReadTx) SimilarCount(words string, since time.Time) (Similar, error) {
	var n Similar
	q, ok := tx.question(words, false, true)
	if !ok {
		return n, nil
	}
	clients := map[desk.ClientID]bool{}
	_, err := manyAcross(tx, foundSimilar, func(row scanner) (_ struct{}, err error) {
		var k TicketKey
		var state desk.TicketState
		if err = row.Scan(&k.Client, &k.ID, &state); err != nil || n.Tickets == similarMost {
			return struct{}{}, err
		}
		n.Tickets++
		n.Open += int(flag(state.Open()))
		clients[k.Client] = true
		return struct{}{}, nil
	}, q, micros(since), foundLooked)
	n.Clients = len(clients)
	return n, err
}

// question is words in the language of the engine's index. Words hold letters and digits only, so
// nothing that was typed is taken for an operator. Unless whole, the last word may be the beginning of one.
// If mine, the words for the viewer's clients are in it.
func (tx *DeskReadTx) question(words string, whole, mine bool) (string, bool) {
	list := wordsOf(words)
	if len(list) == 0 {
		return "", false
	}
	list = list[:min(len(list), foundWords)]
	quote, prefix, and, or := `"`, "*", " AND ", " OR "
	if tx.db.Engine() == "postgres" {
		quote, prefix, and, or = "'", ":*", " & ", " | "
	}
	var b strings.Builder
	if cs := tx.viewer.Clients; mine && !tx.viewer.Desk && len(cs) > 0 && len(cs) <= foundClients {
		b.WriteByte('(')
		for i, c := range cs {
			if i > 0 {
				b.WriteString(or)
			}
			b.WriteString(quote + clientWord(c) + quote)
		}
		b.WriteString(")" + and)
	}
	for i, w := range list {
		if i > 0 {
			b.WriteString(and)
		}
		b.WriteString(quote + w + quote)
	}
	if !whole {
		b.WriteString(prefix)
	}
	return b.String(), true
}

// clientWord is the word that stands for a client in the index. Nobody types it, and whoever does
// finds no more than the viewer may see.
func clientWord(c desk.ClientID) string { return "zzc" + strconv.FormatInt(int64(c), 10) }

// wordsOf gives the words of a text as they are indexed: letters and digits, lower case, no accents.
func wordsOf(text string) []string {
	words := strings.FieldsFunc(fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range words {
		n := 0
		for at := range w {
			if n++; n > foundWord {
				words[i] = w[:at]
				break
			}
		}
	}
	return words
}
