-- +goose Up
-- What a big desk looks like, for the planner of SQLite: rows of each index, then how many of them share
-- its first column, its first two, and so on. Without figures it takes one client for ten rows and reads
-- all promises of a hospital to find those of one ticket. The figures are written here and not measured,
-- so that every desk has the plans that the tests have seen, on its first day and after years.
ANALYZE sqlite_schema;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('requester', 'requester', '600000 100000 1'),
  ('requester', 'requester_name', '600000 100000 3 1'),
  ('requester', 'requester_back', '600000 100000 3 1'),
  ('address', 'address', '700000 120000 1'),
  ('address', 'address_value', '700000 2 2 1'),
  ('address', 'address_requester', '700000 120000 2 1'),
  ('ticket', 'ticket', '1000000 170000 1'),
  ('ticket', 'ticket_ref', '1000000 1'),
  ('ticket', 'ticket_token', '1000000 1'),
  ('ticket', 'ticket_requester', '1000000 170000 2 1'),
  ('ticket', 'ticket_queue', '20000 2 2 1'),
  ('ticket', 'ticket_owner', '10000 400 2 2 1'),
  ('event', 'event', '7000000 1200000 7 1'),
  ('message', 'message', '2500000 420000 3 1'),
  ('promise', 'promise', '2000000 340000 1'),
  ('promise', 'promise_ticket', '2000000 340000 2 1'),
  ('promise', 'promise_live', '20000 2 2 1'),
  ('promise', 'promise_owner', '10000 400 2 2 1'),
  ('promise', 'promise_ended', '2000000 2 2 1'),
  ('promise', 'promise_unproven', '2000 2 2'),
  ('attempt', 'attempt', '500000 85000 2 1'),
  ('outbox', 'outbox', '2000000 340000 1'),
  ('outbox', 'outbox_due', '1000 2 2 1'),
  ('outbox', 'outbox_ticket', '2000000 340000 2 1'),
  ('outbox', 'outbox_provider', '1500000 1'),
  ('alert', 'sqlite_autoindex_alert_1', '20000 1'),
  ('alert', 'alert_open', '100 2 1'),
  ('alert', 'alert_ticket', '20000 3500 2 1'),
  ('booking', 'booking', '300000 300 2 1'),
  ('booking', 'booking_slot', '300000 200 2'),
  ('booking', 'booking_promise', '300000 50000 1'),
  ('found', NULL, '3500000');
ANALYZE sqlite_schema;

-- +goose Down
SELECT 1;
