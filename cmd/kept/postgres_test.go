package main

import (
	"syscall"
	"testing"

	"kept/internal/store/storetest/server"
)

func TestDeskOnPostgreSQL(t *testing.T) {
	t.Parallel()
	env := []string{"KEPT_DATABASE_URL=" + server.Database(t)}
	keptIn(t, env, "migrate").works(t, "The database (postgres) is up to date.")
	one, two := start(t, env, "serve").opens(), start(t, env, "serve").opens()
	keptIn(t, env, mercy...).works(t, "Added Mercy Health.")
	keptIn(t, env, "user", "add", "--login", "ana@desk.example", "--name", "Ana").works(t, "Serves Mercy Health.")
	keptIn(t, env, mercy...).refuses(t, "Another client has this short name")
	for _, d := range []*running{one, two} {
		if status, body := d.get("/readyz"); status != 200 {
			t.Errorf("/readyz gives %d %s", status, body)
		}
		if code := d.stops(syscall.SIGTERM); code != 0 {
			t.Errorf("ends with %d", code)
		}
	}

	folder := t.TempDir()
	start(t, env, on(folder, "serve")...).opens()
	keptIn(t, env, on(folder, "release-messages")...).works(t, "Messages were not held.")
	keptIn(t, env, on(folder, "--addr", "127.0.0.1:0", "serve")...).refuses(t, "Another Kept is already running on this folder.")
}
