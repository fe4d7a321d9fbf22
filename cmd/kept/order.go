package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/store"
)

// order is an act of an operator. An open desk carries it out when it comes over the socket; without
// one the command opens the database and carries it out itself. It travels as JSON.
type order interface {
	// carryOut does it and gives the lines to print.
	carryOut(ctx context.Context, db *store.DB, a *app.App) ([]string, error)
}

// orders are the orders that an open desk takes, by their name on the socket.
var orders = map[string]func() order{
	"user":      func() order { return new(userAdd) },
	"user-end":  func() order { return new(userEnd) },
	"client":    func() order { return new(clientAdd) },
	"token":     func() order { return new(tokenAdd) },
	"token-end": func() order { return new(tokenEnd) },
	"shift":     func() order { return new(shiftAdd) },
	"rota":      func() order { return new(rotaImport) },
	"backup":    func() order { return new(backup) },
	"release":   func() order { return new(releaseMessages) },
	"verify":    func() order { return new(verify) },
	"explain":   func() order { return new(explain) },

	"agreement-import": func() order { return new(agreementImport) },
	"agreement-export": func() order { return new(agreementExport) },
}

// operator is who gives orders.
var operator = desk.System("command")

// receipt is the answer to an order on the socket.
type receipt struct {
	Lines   []string          `json:"lines,omitempty"`
	Kind    desk.Kind         `json:"kind,omitempty"`
	Code    string            `json:"code,omitempty"`
	Message string            `json:"message,omitempty"`
	Fields  []desk.FieldError `json:"fields,omitempty"`
	Cause   string            `json:"cause,omitempty"`
}

func receiptOf(lines []string, err error) receipt {
	if err == nil {
		return receipt{Lines: lines}
	}
	r := receipt{Kind: desk.Internal, Code: "command", Message: "The desk could not do this."}
	var known *desk.Error
	if errors.As(err, &known) {
		r.Kind, r.Code, r.Message, r.Fields = known.Kind, known.Code, known.Message, known.Fields
		err = errors.Unwrap(known)
	}
	if err != nil {
		r.Cause = err.Error()
	}
	return r
}

func (r receipt) err() error {
	if r.Kind == "" {
		return nil
	}
	var cause error
	if r.Cause != "" {
		cause = errors.New(r.Cause)
	}
	e := desk.Wrap(r.Kind, r.Code, cause, r.Message)
	e.Fields = r.Fields
	return e
}

// give has an order carried out, by the open desk if there is one, and prints what came of it.
func give(ctx context.Context, s *settings, t terminal, name string, o order) error {
	lines, there, err := overSocket(ctx, s.folder(), name, o)
	if !there {
		if err := s.made(o); err != nil {
			return err
		}
		var db *store.DB
		if db, err = s.open(ctx, t); err != nil {
			return err
		}
		lines, err = o.carryOut(ctx, db, app.New(app.Options{DB: db}))
		err = errors.Join(err, db.Close())
	}
	if err != nil {
		return err
	}
	for _, l := range lines {
		t.say("%s", l)
	}
	return nil
}

// hitting carries out a change of who works when, and says as well which promises it hits.
func hitting(ctx context.Context, a *app.App, change func() ([]string, error)) (lines []string, err error) {
	hit, err := a.Hits(ctx, operator, func() (err error) {
		lines, err = change()
		return err
	})
	if err != nil {
		return nil, err
	}
	if say := hit.Says(); say != "" {
		lines = append(lines, say)
	}
	if hit.Promises > 0 {
		lines = append(lines, "They are on the board, under “At risk”: /promises")
	}
	return lines, nil
}

// takeOrders is the desk's side of the socket.
func takeOrders(db *store.DB, a *app.App) http.Handler {
	mux := http.NewServeMux()
	for name, blank := range orders {
		mux.HandleFunc("POST /"+name, func(w http.ResponseWriter, r *http.Request) {
			o := blank()
			var lines []string
			err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4<<20)).Decode(o)
			if err != nil {
				err = desk.Wrap(desk.Invalid, "order", err, "The open desk does not understand this command. Is it another version of Kept?")
			} else {
				lines, err = o.carryOut(r.Context(), db, a)
			}
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(receiptOf(lines, err))
		})
	}
	return mux
}
