-- +goose Up
-- Words of new tickets wait in a list until there are 4 MB of them, and then one writer sorts them in while its
-- client waits: up to 150 ms. In smaller portions nobody notices.
ALTER INDEX found_words SET (gin_pending_list_limit = 256);

-- +goose Down
ALTER INDEX found_words RESET (gin_pending_list_limit);
