-- +goose Up
-- Ids grow with time, whoever's they are. With the id first in a key, what is new goes to the last page of an
-- index, and not to one page for each client. Both halves of the key are still in every foreign key and
-- every statement.
ALTER TABLE attempt DROP CONSTRAINT attempt_client_id_promise_id_fkey;
ALTER TABLE address DROP CONSTRAINT address_pkey, ADD PRIMARY KEY (id, client_id);
ALTER TABLE event DROP CONSTRAINT event_pkey, ADD PRIMARY KEY (ticket_id, client_id, seq);
ALTER TABLE message DROP CONSTRAINT message_pkey, ADD PRIMARY KEY (ticket_id, client_id, id);
ALTER TABLE promise DROP CONSTRAINT promise_pkey, ADD PRIMARY KEY (id, client_id);
ALTER TABLE attempt DROP CONSTRAINT attempt_pkey, ADD PRIMARY KEY (promise_id, client_id, n);
ALTER TABLE outbox DROP CONSTRAINT outbox_pkey, ADD PRIMARY KEY (id, client_id);
ALTER TABLE attempt ADD FOREIGN KEY (client_id, promise_id) REFERENCES promise (client_id, id);
DROP INDEX address_requester;
CREATE INDEX address_requester ON address (requester_id, client_id, id);
DROP INDEX ticket_requester;
CREATE INDEX ticket_requester ON ticket (requester_id, client_id, id);
DROP INDEX promise_ticket;
CREATE INDEX promise_ticket ON promise (ticket_id, client_id, id);
DROP INDEX outbox_ticket;
CREATE INDEX outbox_ticket ON outbox (ticket_id, client_id, id);
DROP INDEX promise_person;

-- +goose Down
SELECT 1;
