package main

import (
	"context"
	"fmt"
	"path/filepath"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/store"
)

// backup writes a copy of everything.
type backup struct {
	File string `arg:"" help:"New file to write."`
}

func (b *backup) Run(ctx context.Context, s *settings, t terminal) (err error) {
	if b.File, err = filepath.Abs(b.File); err != nil {
		return err
	}
	return give(ctx, s, t, "backup", b)
}

func (b *backup) carryOut(ctx context.Context, db *store.DB, a *app.App) ([]string, error) {
	if err := db.Backup(ctx, b.File); err != nil {
		return nil, err
	}
	return []string{"Wrote " + b.File + " and checked it.", "It holds everything that people told the desk: keep it where only you can read it."}, nil
}

// restore brings a backup back.
type restore struct {
	File string `arg:"" help:"Backup to bring back."`
}

func (r *restore) Run(ctx context.Context, s *settings, t terminal) error {
	if s.folder() != "" {
		if conn, err := dialSocket(ctx, s.folder()); err == nil {
			conn.Close()
			return desk.Errorf(desk.Conflict, "open", "The desk on this folder is open. Stop it, and restore into an empty folder or database.")
		}
	}
	if err := store.Restore(ctx, s.store(s.logger(t.err)), r.File); err != nil {
		return err
	}
	t.say("Everything in %s is back.", r.File)
	t.say("Messages wait, because some may have gone out since the backup. Look at the desk, then let them go with: kept release-messages")
	return nil
}

// releaseMessages lets messages go that wait after a restore.
type releaseMessages struct{}

func (m *releaseMessages) Run(ctx context.Context, s *settings, t terminal) error {
	return give(ctx, s, t, "release", m)
}

func (m *releaseMessages) carryOut(ctx context.Context, db *store.DB, a *app.App) ([]string, error) {
	var waiting int64
	var was bool
	err := db.System(ctx, "release", func(tx *store.SystemTx) error {
		held, _, err := tx.Setting(heldSetting)
		if err != nil {
			return err
		}
		was = held == "1"
		if err := tx.SetSetting(heldSetting, "0"); err != nil {
			return err
		}
		waiting, err = tx.OutsWaiting()
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case !was:
		return []string{"Messages were not held. Nothing has changed."}, nil
	}
	return []string{fmt.Sprintf("Messages go out again; %d wait for their time.", waiting)}, nil
}

// migrate brings the database up to date.
type migrate struct{}

func (migrate) Run(ctx context.Context, s *settings, t terminal) error {
	db, err := s.open(ctx, t)
	if err != nil {
		return err
	}
	t.say("The database (%s) is up to date.", db.Engine())
	return db.Close()
}
