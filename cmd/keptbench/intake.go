package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"kept/internal/store"
	"kept/internal/store/rawloop"
)

// intake measures POST /api/v1/tickets of new people, over all hospitals in turn and over one, each beside
// the raw loop on the same database right before and right after. The raw loop sends no messages, so they
// wait in the outbox; a third time they are worked as well, and fail, because this desk has no provider.
func (b *bench) intake(ctx context.Context, p place) error {
	s, err := secretsOf(p)
	if err != nil {
		return err
	}
	span := time.Duration(b.Seconds) * time.Second
	var all []int64
	for _, c := range s.Clients {
		all = append(all, c.ID)
	}
	first := int64(0) // people of an earlier loop are known already
	for _, way := range []struct {
		name string
		over int
		held string
	}{{"tickets by API, all hospitals", len(all), "1"}, {"tickets by API, one hospital", 1, "1"}, {"the same, all, messages worked", len(all), "0"}} {
		over := way.over
		say("Measuring " + way.name + " …")
		if err := p.hold(ctx, way.held); err != nil {
			return err
		}
		raw, err := b.raw(ctx, p, all[:over], span, first)
		if err != nil {
			return err
		}
		r, err := b.serve(ctx, p)
		if err != nil {
			return err
		}
		from := first + 500_000 // new people: the loop has written others
		head := "Content-Type: application/json\r\nAuthorization: Bearer " + s.token() + "\r\n"
		words := fmt.Sprintf(`,"words":%q,"channel":"sms","requester":{"name":"Bench Person `, rawloop.Words)
		t, err := load(ctx, r, b.Clients, span, 201, func(n int64) (string, string, string, string) {
			n += from
			body := `{"client":"` + s.Clients[n%int64(over)].Slug + `"` + words + strconv.FormatInt(n, 10) + `","phone":"` + rawloop.Phone(n) + `"}}`
			return "POST", "/api/v1/tickets", head, body
		})
		memory := r.memory()
		r.stop()
		if err != nil {
			return err
		}
		first += int64(len(t.all))*2 + 1_000_000
		again, err := b.raw(ctx, p, all[:over], span, first)
		if err != nil {
			return err
		}
		first += 1_000_000
		rate := max(raw.PerSecond(), again.PerSecond())
		target := map[string]float64{"sqlite": 3000, "postgres": 1200}[b.engine]
		b.add(figure{name: way.name, perSecond: t.perSecond(), cpu: t.cpu, p50: t.at(0.5), p99: t.at(0.99), ratio: t.perSecond() / rate, beside: fmt.Sprintf("raw loop %.0f/s", rate),
			target: fmt.Sprintf("≥ %.0f/s, p99 ≤ 50 ms, ≥ 0.50", target), met: t.perSecond() >= target && t.at(0.99) <= 50*time.Millisecond && t.perSecond() >= rate/2})
		b.add(figure{name: "memory while taking in", value: fmt.Sprintf("%.0f MB", memory)})
	}
	return nil
}

// hold says whether messages wait in the outbox, as after a restore.
func (p place) hold(ctx context.Context, held string) error {
	db, err := store.Open(ctx, store.Options{DataDir: p.data, DatabaseURL: p.url, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	err = db.System(ctx, "keptbench", func(tx *store.SystemTx) error { return tx.SetSetting("outbox_held", held) })
	return errors.Join(err, db.Close())
}

// raw is the raw loop of the engine. Its tickets begin behind first.
func (b *bench) raw(ctx context.Context, p place, clients []int64, span time.Duration, first int64) (rawloop.Result, error) {
	if b.engine == "postgres" {
		return rawloop.Postgres(ctx, p.url, clients, b.Clients, span, first)
	}
	return rawloop.SQLite(ctx, p.data, clients, b.Clients, span, first)
}
