-- +goose Up
-- Desk-wide things: who is served, who serves, who works when.
CREATE TABLE client (
  id BIGINT PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  short TEXT NOT NULL,
  host TEXT NOT NULL UNIQUE,
  zone TEXT NOT NULL,
  phone TEXT NOT NULL,
  staff_phone TEXT NOT NULL,
  tty TEXT NOT NULL,
  ehr TEXT NOT NULL,
  portal TEXT NOT NULL,
  hours TEXT NOT NULL,
  reply_in BIGINT NOT NULL,
  reply_hours TEXT NOT NULL,
  languages TEXT NOT NULL,
  channels TEXT NOT NULL,
  colour INTEGER NOT NULL
);
CREATE TABLE site (
  client_id BIGINT NOT NULL REFERENCES client (id),
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  zone TEXT NOT NULL,
  PRIMARY KEY (client_id, id)
);
CREATE TABLE skill (
  code TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  name_es TEXT NOT NULL,
  public TEXT NOT NULL,
  public_es TEXT NOT NULL
);
CREATE TABLE ehr_function (
  id BIGINT PRIMARY KEY,
  domain TEXT NOT NULL,
  name TEXT NOT NULL,
  skill TEXT NOT NULL
);
CREATE TABLE staff (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  login TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL,
  password TEXT NOT NULL,
  totp TEXT NOT NULL,
  languages TEXT NOT NULL,
  active INTEGER NOT NULL,
  theme TEXT NOT NULL,
  density TEXT NOT NULL,
  letter_keys INTEGER NOT NULL
);
CREATE TABLE staff_client (
  staff_id BIGINT NOT NULL REFERENCES staff (id),
  client_id BIGINT NOT NULL REFERENCES client (id),
  PRIMARY KEY (staff_id, client_id)
) /*sqlite: WITHOUT ROWID */;
CREATE TABLE staff_skill (
  staff_id BIGINT NOT NULL REFERENCES staff (id),
  skill TEXT NOT NULL,
  valid_until BIGINT,
  PRIMARY KEY (staff_id, skill)
) /*sqlite: WITHOUT ROWID */;
CREATE TABLE shift (
  id BIGINT PRIMARY KEY,
  staff_id BIGINT NOT NULL REFERENCES staff (id),
  start_at BIGINT NOT NULL,
  end_at BIGINT NOT NULL,
  seats INTEGER NOT NULL,
  on_call INTEGER NOT NULL,
  break_start BIGINT,
  break_end BIGINT
);
CREATE INDEX shift_end ON shift (end_at, id);
CREATE INDEX shift_staff ON shift (staff_id, start_at);
-- One row is one seat that is taken; the key is what makes the last seat go to one person only.
CREATE TABLE booking (
  shift_id BIGINT NOT NULL REFERENCES shift (id),
  slot_at BIGINT NOT NULL,
  seat INTEGER NOT NULL,
  client_id BIGINT NOT NULL,
  promise_id BIGINT NOT NULL,
  PRIMARY KEY (shift_id, slot_at, seat)
) /*sqlite: WITHOUT ROWID */;
CREATE INDEX booking_slot ON booking (slot_at, shift_id);
CREATE INDEX booking_promise ON booking (client_id, promise_id);
CREATE TABLE session (
  hash TEXT PRIMARY KEY,
  staff_id BIGINT NOT NULL REFERENCES staff (id),
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  passed INTEGER NOT NULL
) /*sqlite: WITHOUT ROWID */;
CREATE TABLE token (
  id BIGINT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  client_id BIGINT REFERENCES client (id),
  created_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE TABLE answer (
  id BIGINT PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  title_es TEXT NOT NULL,
  body TEXT NOT NULL,
  body_es TEXT NOT NULL,
  aloud TEXT NOT NULL,
  staff TEXT NOT NULL,
  asked TEXT NOT NULL,
  skill TEXT NOT NULL,
  function_id BIGINT NOT NULL,
  audience TEXT NOT NULL,
  tier TEXT NOT NULL,
  priority TEXT NOT NULL,
  rank INTEGER NOT NULL,
  flag TEXT NOT NULL
);

-- A client's things. Keys are (client_id, id), foreign keys composite: no row can point across.
CREATE TABLE requester (
  client_id BIGINT NOT NULL REFERENCES client (id),
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  -- Folded, last name first in name_back; compared byte by byte, so that a range is a beginning.
  name_key TEXT /*postgres: COLLATE "C" */ NOT NULL,
  name_back TEXT /*postgres: COLLATE "C" */ NOT NULL,
  lang TEXT NOT NULL,
  proven INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (client_id, id)
) /*sqlite: WITHOUT ROWID */;
CREATE INDEX requester_name ON requester (client_id, name_key, id);
CREATE INDEX requester_back ON requester (client_id, name_back, id);
CREATE TABLE address (
  client_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  requester_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  voicemail INTEGER NOT NULL,
  stopped_at BIGINT,
  failed_at BIGINT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (client_id, id),
  FOREIGN KEY (client_id, requester_id) REFERENCES requester (client_id, id)
) /*sqlite: WITHOUT ROWID */;
-- A call or a STOP names no client: the value leads.
CREATE INDEX address_value ON address (value, client_id, id);
CREATE INDEX address_requester ON address (client_id, requester_id, id);
CREATE TABLE ticket (
  client_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  ref TEXT NOT NULL,
  token TEXT NOT NULL,
  requester_id BIGINT NOT NULL,
  subject TEXT NOT NULL,
  state TEXT NOT NULL,
  kind TEXT NOT NULL,
  priority TEXT NOT NULL,
  function_id BIGINT NOT NULL,
  skill TEXT NOT NULL,
  via TEXT NOT NULL,
  lang TEXT NOT NULL,
  about TEXT NOT NULL,
  needs TEXT NOT NULL,
  flag TEXT NOT NULL,
  owner_id BIGINT,
  channel TEXT NOT NULL,
  address_id BIGINT NOT NULL,
  opened_at BIGINT NOT NULL,
  closed_at BIGINT,
  asked_at BIGINT,
  changed_at BIGINT NOT NULL,
  due_at BIGINT,
  promise_id BIGINT NOT NULL,
  breaks INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (client_id, id),
  FOREIGN KEY (client_id, requester_id) REFERENCES requester (client_id, id)
) /*sqlite: WITHOUT ROWID */;
CREATE UNIQUE INDEX ticket_ref ON ticket (ref);
CREATE UNIQUE INDEX ticket_token ON ticket (token);
CREATE INDEX ticket_requester ON ticket (client_id, requester_id, id);
-- The queue: open tickets of every client in order of what is due first.
CREATE INDEX ticket_queue ON ticket (due_at, client_id, id) WHERE due_at IS NOT NULL;
CREATE INDEX ticket_owner ON ticket (owner_id, due_at, client_id, id) WHERE due_at IS NOT NULL AND owner_id IS NOT NULL;
CREATE TABLE event (
  client_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  seq INTEGER NOT NULL,
  type TEXT NOT NULL,
  who TEXT NOT NULL,
  who_id BIGINT NOT NULL,
  who_name TEXT NOT NULL,
  happened_at BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (client_id, ticket_id, seq),
  FOREIGN KEY (client_id, ticket_id) REFERENCES ticket (client_id, id)
) /*sqlite: WITHOUT ROWID */;
CREATE TABLE message (
  client_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  via TEXT NOT NULL,
  who TEXT NOT NULL,
  who_id BIGINT NOT NULL,
  who_name TEXT NOT NULL,
  body TEXT NOT NULL,
  at BIGINT NOT NULL,
  flag TEXT NOT NULL,
  PRIMARY KEY (client_id, ticket_id, id),
  FOREIGN KEY (client_id, ticket_id) REFERENCES ticket (client_id, id)
) /*sqlite: WITHOUT ROWID */;
CREATE TABLE promise (
  client_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  requester_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  source TEXT NOT NULL,
  channel TEXT NOT NULL,
  address_id BIGINT NOT NULL,
  lang TEXT NOT NULL,
  start_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  skill TEXT NOT NULL,
  role TEXT NOT NULL,
  owner_id BIGINT,
  backup_id BIGINT,
  made_who TEXT NOT NULL,
  made_id BIGINT NOT NULL,
  made_name TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  fire_at BIGINT,
  tries INTEGER NOT NULL,
  trying_at BIGINT,
  ended_at BIGINT,
  noticed_at BIGINT,
  told_at BIGINT,
  repair_of BIGINT NOT NULL,
  replaces BIGINT NOT NULL,
  moved_by TEXT NOT NULL,
  outcome TEXT NOT NULL,
  voicemail INTEGER NOT NULL,
  unproven INTEGER NOT NULL,
  body TEXT NOT NULL,
  step INTEGER NOT NULL,
  PRIMARY KEY (client_id, id),
  FOREIGN KEY (client_id, ticket_id) REFERENCES ticket (client_id, id)
) /*sqlite: WITHOUT ROWID */;
CREATE INDEX promise_ticket ON promise (client_id, ticket_id, id);
-- Live promises of every client by due: the board and the sweeper read it.
CREATE INDEX promise_live ON promise (due_at, client_id, id) WHERE ended_at IS NULL;
CREATE INDEX promise_owner ON promise (owner_id, due_at, client_id, id) WHERE ended_at IS NULL AND owner_id IS NOT NULL;
CREATE INDEX promise_ended ON promise (ended_at, client_id, id) WHERE ended_at IS NOT NULL;
CREATE INDEX promise_unproven ON promise (address_id, client_id) WHERE ended_at IS NULL AND unproven = 1;
CREATE TABLE attempt (
  client_id BIGINT NOT NULL,
  promise_id BIGINT NOT NULL,
  n INTEGER NOT NULL,
  ticket_id BIGINT NOT NULL,
  staff_id BIGINT NOT NULL,
  staff_name TEXT NOT NULL,
  how TEXT NOT NULL,
  began_at BIGINT NOT NULL,
  ended_at BIGINT,
  outcome TEXT NOT NULL,
  PRIMARY KEY (client_id, promise_id, n),
  FOREIGN KEY (client_id, promise_id) REFERENCES promise (client_id, id)
) /*sqlite: WITHOUT ROWID */;
CREATE TABLE outbox (
  client_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  requester_id BIGINT NOT NULL,
  promise_id BIGINT NOT NULL,
  message_id BIGINT NOT NULL,
  trigger_word TEXT NOT NULL,
  channel TEXT NOT NULL,
  address_id BIGINT NOT NULL,
  lang TEXT NOT NULL,
  args TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  fire_at BIGINT,
  leased_to BIGINT,
  provider TEXT,
  reason TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  sent_at BIGINT,
  done_at BIGINT,
  fell_back BIGINT NOT NULL,
  PRIMARY KEY (client_id, id),
  FOREIGN KEY (client_id, ticket_id) REFERENCES ticket (client_id, id)
) /*sqlite: WITHOUT ROWID */;
CREATE INDEX outbox_due ON outbox (fire_at, client_id, id) WHERE fire_at IS NOT NULL;
CREATE INDEX outbox_ticket ON outbox (client_id, ticket_id, id);
CREATE INDEX outbox_provider ON outbox (provider) WHERE provider IS NOT NULL;
CREATE TABLE alert (
  id BIGINT PRIMARY KEY,
  client_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  promise_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  flag TEXT NOT NULL,
  note TEXT NOT NULL,
  raised_at BIGINT NOT NULL,
  acked_at BIGINT,
  acked_by BIGINT NOT NULL
);
CREATE INDEX alert_open ON alert (raised_at, id) WHERE acked_at IS NULL;
CREATE INDEX alert_ticket ON alert (client_id, ticket_id, id);
-- What came in from outside and was not matched to a ticket waits here with its reason.
CREATE TABLE inbound (
  id BIGINT PRIMARY KEY,
  client_id BIGINT NOT NULL,
  channel TEXT NOT NULL,
  provider TEXT NOT NULL,
  sender TEXT NOT NULL,
  recipient TEXT NOT NULL,
  body TEXT NOT NULL,
  at BIGINT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  ticket_id BIGINT NOT NULL
);
CREATE UNIQUE INDEX inbound_provider ON inbound (channel, provider);
CREATE INDEX inbound_waiting ON inbound (at, id) WHERE state = 'waiting';
-- A 6-digit code sent to an address on file.
CREATE TABLE code (
  client_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  purpose TEXT NOT NULL,
  hash TEXT NOT NULL,
  extra TEXT NOT NULL,
  ends_at BIGINT NOT NULL,
  tries INTEGER NOT NULL,
  PRIMARY KEY (client_id, ticket_id, purpose),
  FOREIGN KEY (client_id, ticket_id) REFERENCES ticket (client_id, id)
) /*sqlite: WITHOUT ROWID */;
-- What somebody has typed so far on the question pages. The cookie holds the key; its hash is here.
CREATE TABLE draft (
  hash TEXT PRIMARY KEY,
  client_id BIGINT NOT NULL,
  body TEXT NOT NULL,
  ticket_id BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
) /*sqlite: WITHOUT ROWID */;
CREATE INDEX draft_changed ON draft (changed_at);
CREATE TABLE idempotency (
  token_id BIGINT NOT NULL,
  key TEXT NOT NULL,
  hash TEXT NOT NULL,
  client_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (token_id, key)
) /*sqlite: WITHOUT ROWID */;
-- One row is one text that can be found: the opening words or a message of a ticket.
CREATE TABLE found (
  id /*sqlite: INTEGER PRIMARY KEY */ /*postgres: BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY */,
  client_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL
  /*postgres: , words tsvector NOT NULL */
);
/*sqlite: CREATE VIRTUAL TABLE found_words USING fts5(words, content='', tokenize='unicode61 remove_diacritics 2'); */
/*postgres: CREATE INDEX found_words ON found USING gin (words); */

-- +goose Down
SELECT 1;
