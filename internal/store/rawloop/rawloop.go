// Package rawloop writes the rows of new tickets with nothing around them: no checks, no laws, no
// answers, the same tables, the same durability. Benchmarks print what Kept does beside it. It is never
// part of the program; start reading at SQLite and Postgres.
package rawloop

import (
	"fmt"
	"strings"
	"time"
)

// Words are what every ticket of a benchmark says, about as long as what people write.
const Words = "My weight is shown in kilograms on the chart and I would like to see it in pounds, because the " +
	"pharmacy asks for it and I never know how to convert it. Can somebody show me where to change that?"

// Result is what a loop did.
type Result struct {
	Tickets int
	Retries int // transactions that PostgreSQL refused at SERIALIZABLE and that ran again
	Took    time.Duration
}

// PerSecond is tickets per second.
func (r Result) PerSecond() float64 { return float64(r.Tickets) / r.Took.Seconds() }

// row is one statement and its parameters.
type row struct {
	table string
	args  []any
}

// columns of each table in the order of the parameters that rows gives.
var columns = map[string]string{
	"requester": "client_id, id, kind, name, name_key, name_back, lang, proven, created_at",
	"address":   "client_id, id, requester_id, kind, value, voicemail, stopped_at, failed_at, created_at",
	"ticket": "client_id, id, ref, via, opened_at, token, requester_id, subject, state, kind, priority, function_id, skill, lang, " +
		"about, needs, flag, owner_id, channel, address_id, closed_at, asked_at, changed_at, due_at, promise_id, breaks, seq",
	"event":   "client_id, ticket_id, seq, type, who, who_id, who_name, happened_at, recorded_at, data",
	"message": "client_id, ticket_id, id, kind, via, who, who_id, who_name, body, at, flag",
	"promise": "client_id, id, ticket_id, requester_id, kind, source, made_who, made_id, made_name, made_at, repair_of, replaces, " +
		"channel, address_id, lang, start_at, due_at, skill, role, owner_id, backup_id, state, fire_at, tries, trying_at, " +
		"ended_at, noticed_at, told_at, moved_by, outcome, voicemail, unproven, body, step, function_id",
	"outbox": "client_id, id, ticket_id, requester_id, promise_id, message_id, trigger_word, created_at, channel, address_id, lang, " +
		"args, state, attempts, fire_at, leased_to, provider, reason, sent_at, done_at, fell_back",
}

func insert(table string) string {
	names := columns[table]
	slots := make([]string, strings.Count(names, ",")+1)
	for i := range slots {
		slots[i] = fmt.Sprint("$", i+1)
	}
	return "INSERT INTO " + table + " (" + names + ") VALUES (" + strings.Join(slots, ", ") + ")"
}

// rows are what the n-th new ticket of a new person is made of: person, phone, ticket, three events,
// the words, the promise and the text that tells it. The words for searching differ between the engines.
func rows(client, n int64, now time.Time) []row {
	id := n * 8
	at, due := now.UnixMicro(), now.Add(4*time.Hour).UnixMicro()
	name := fmt.Sprintf("Raw Person %d", n)
	key := strings.ToLower(name)
	event := func(seq int, typ, data string) row {
		return row{"event", []any{client, id, seq, typ, "token", 1, "bench", at, at, data}}
	}
	return []row{
		{"requester", []any{client, id, "patient", name, key, fmt.Sprintf("%d raw person", n), "en", 0, at}},
		{"address", []any{client, id + 1, id, "phone", Phone(n), 0, nil, nil, at}},
		{"ticket", []any{client, id, fmt.Sprintf("R%07d", n), "api", at, fmt.Sprintf("RAW%09d", n), id, Words[:78], "new", "question", "P3", 0, "PORTAL", "en",
			"me", "", "", nil, "sms", id + 1, nil, nil, at, due, id + 2, 0, 3}},
		event(1, "ticket_opened", `{"via":"api"}`),
		{"message", []any{client, id, id + 3, "them", "api", "requester", id, "", Words, at, ""}},
		event(2, "message_in", fmt.Sprintf(`{"message":%d,"via":"api"}`, id+3)),
		{"promise", []any{client, id + 2, id, id, "reply", "agreement", "token", 1, "bench", at, 0, 0,
			"sms", id + 1, "en", due, due, "PORTAL", "supervisor", nil, nil, "open", due, 0, nil,
			nil, nil, nil, "", "", 0, 0, "", 0, 0}},
		event(3, "promise_made", fmt.Sprintf(`{"promise":%d,"kind":"reply","source":"agreement","start":%d,"due":%d}`, id+2, due, due)),
		{"outbox", []any{client, id + 4, id, id, id + 2, 0, "made", at, "sms", id + 1, "en",
			"null", "queued", 0, at, nil, nil, "", nil, nil, 0}},
	}
}

// found is the text that makes the ticket findable, as the store prepares it.
func found(client int64) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(Words), func(r rune) bool { return r < 'a' || r > 'z' }), " ") +
		fmt.Sprint(" zzc", client)
}

// Phone gives another number of Chicago for each n below 6,400,000, in no order: people do not ask in
// the order of their numbers.
func Phone(n int64) string {
	scattered := n * 7_919_333 % 6_400_000
	exchange := scattered / 10_000 // 0 to 639; the real ones have no 0 or 1 in front
	return fmt.Sprintf("+1312%d%02d%04d", 2+exchange/80, 20+exchange%80, scattered%10_000)
}
