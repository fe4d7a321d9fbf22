-- +goose Up
-- What a warning of a clock is told by are rings for an alert of its own. fire_at is when it is looked at who is warned.
ALTER TABLE clock_warning DROP COLUMN state;
ALTER TABLE clock_warning ADD COLUMN alert_id BIGINT NOT NULL DEFAULT 0;
/*postgres: SET LOCAL kept.clients = '*'; */
UPDATE clock_warning SET fire_at = 0;
-- Lists of alerts do not pass by those of warnings.
DROP INDEX alert_open;
CREATE INDEX alert_open ON alert (raised_at, id) WHERE acked_at IS NULL AND kind <> 'clock';
/*sqlite: INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('alert', 'alert_open', '100 2 1'); */

-- +goose Down
SELECT 1;
