package store

import (
	"context"
	"strings"
	"testing"

	"kept/internal/store/storetest/server"
)

// TestListsWalkAnIndex: what every screen shows is read in the order of an index, whatever the
// filter and the viewer, so that a page costs the same with ten tickets and with a million.
func TestListsWalkAnIndex(t *testing.T) {
	db := openIn(t, Options{DataDir: t.TempDir()})()
	walks := map[string]string{}
	for index, doors := range map[string][]*door{"ticket_queue": {queueOfAll}, "ticket_owner": {queueOfOwner}, "promise_live": {boardOfAll}, "promise_owner": {boardOfOwner}, "alert_open": {alertsOpen}, "clock_deadline": {clocksSoon}, "promise_trying": {wallCalls}, "ticket_open": {wallOpen}} {
		for _, d := range doors {
			for _, s := range []*stmt{d.all, d.staff, d.client} {
				walks[s.sqlite] = index
			}
		}
	}
	for s, index := range map[*stmt]string{promisesDue: "promise_live", promisesOwned: "promise_live", promiseNext: "promise_live", laddersNew: "COVERING INDEX promise_live (due_at<?)\n\tCORRELATED SCALAR SUBQUERY 1\n\tSEARCH a USING COVERING INDEX alert_ladder (client_id=? AND promise_id=?)", outNext: "outbox_due", requesterSharing: "address_value",
		addressByValue: "address_value", requesterByName: "requester_name", requesterByLast: "requester_back", promisesUnproven: "promise_unproven", clocksDue: "clock_fire", clockNext: "clock_fire", agreementMailsDue: "agreement_mail_due", agreementMailSome: "agreement_mail_due", ticketsAlong: "SEARCH ticket USING COVERING INDEX ticket_opened (",
		leaderOpened: "ticket_opened", leaderNotFixed: "event_not_fixed",
		leaderCalls: "phone_call_figures (client_id=? AND queued_at>? AND queued_at<?)", phoneCallsIn: "phone_call_figures (client_id=? AND queued_at>? AND queued_at<?)", phoneCallsHeld: "phone_call_figures (client_id=? AND queued_at>? AND queued_at<?)", phoneCallLast: "phone_call_figures (client_id=?)", phoneCallsOld: "phone_call_figures (client_id=? AND queued_at<?)",
		leaderReplies: "first_reply_figures (client_id=? AND decided_at>? AND decided_at<?)",
		// They group and sort what they count, which is what ended in the period.
		leaderEnded: "promise_figures (client_id=? AND ended_at>? AND ended_at<?)", leaderBroken: "promise_figures (client_id=? AND ended_at>? AND ended_at<?)"} {
		walks[s.sqlite] = index
	}
	err := db.engine.read(ctx, scope{clients: "*"}, func(ctx context.Context, s *session) error {
		for text, index := range walks {
			args := make([]any, parameters(text))
			for i := range args {
				args[i] = 1
			}
			rows, err := s.conn.QueryContext(ctx, "EXPLAIN QUERY PLAN "+text, args...)
			if err != nil {
				return err
			}
			var plan []string
			for rows.Next() {
				var id, parent, unused int
				var line string
				if err := rows.Scan(&id, &parent, &unused, &line); err != nil {
					return err
				}
				plan = append(plan, line)
			}
			if err := rows.Err(); err != nil {
				return err
			}
			all := strings.Join(plan, "\n\t")
			if strings.Contains(all, "TEMP B-TREE") && !strings.Contains(index, "_figures (client_id=?") || !strings.Contains(all, index) {
				t.Errorf("%s\nshould walk %s:\n\t%s", text, index, all)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDoorNumbersItsParameter(t *testing.T) {
	got := mine("SELECT $2 FROM x WHERE $1 = $11 AND {mine x} LIMIT 1", "+%s.client_id = $N")
	if want := "SELECT $2 FROM x WHERE $1 = $11 AND +x.client_id = $12 LIMIT 1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// On PostgreSQL too, and there with the one plan that serves all values: a plan is made when the tables of a desk are small, and
// used when they are not.
func TestListsWalkAnIndexOnPostgreSQL(t *testing.T) {
	e := openIn(t, Options{DatabaseURL: server.Database(t)})().engine.(*pgEngine)
	c, err := e.db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	explain := func(s *stmt) string {
		t.Helper()
		if _, err := c.ExecContext(ctx, "PREPARE asked AS "+s.postgres); err != nil {
			t.Fatal(err)
		}
		args := strings.TrimSuffix(strings.Repeat("NULL, ", parameters(s.postgres)), ", ")
		rows, err := c.QueryContext(ctx, "EXPLAIN EXECUTE asked ("+args+")")
		if err != nil {
			t.Fatal(err)
		}
		var plan []string
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				t.Fatal(err)
			}
			plan = append(plan, line)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		if _, err := c.ExecContext(ctx, "DEALLOCATE asked"); err != nil {
			t.Fatal(err)
		}
		return strings.Join(plan, "\n\t")
	}
	for index, doors := range map[string][]*door{"ticket_queue": {queueOfAll}, "ticket_owner": {queueOfOwner}, "promise_live": {boardOfAll}, "promise_owner": {boardOfOwner},
		"alert_open": {alertsOpen}, "clock_deadline": {clocksSoon}, "promise_trying": {wallCalls}, "ticket_open": {wallOpen}, "promise_ended": {boardEnded}} {
		for _, d := range doors {
			for _, s := range []*stmt{d.all, d.staff, d.client} {
				plan := explain(s)
				// What ended is grouped, and who calls now is few.
				sorted := strings.Contains(plan, "Sort Key") && d != boardEnded && d != wallCalls
				if !strings.Contains(plan, "using "+index) || sorted || strings.Contains(plan, "Gather") {
					t.Errorf("%s\nshould walk %s:\n\t%s", s.postgres, index, plan)
				}
			}
		}
	}
	if plan := explain(wallCalls.all); !strings.Contains(plan, "promise_trying") || !strings.Contains(plan, "promise_id = p.id") {
		t.Errorf("every attempt is read:\n\t%s", plan)
	}
	var mode string
	if err := c.QueryRowContext(ctx, "SHOW plan_cache_mode").Scan(&mode); err != nil || mode != "force_generic_plan" {
		t.Errorf("plans are for %s, %v", mode, err)
	}
}
