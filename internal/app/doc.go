// Package app is everything the desk can do: one method per act, whoever asks — browser, API, text
// message or clock. Each act opens one unit of work in store, checks who may do it, appends events
// and writes what must happen outside as rows. It never writes SQL and knows no HTTP.
// Start with ticket.go (how a ticket opens with its promise), then promise.go and sweep.go.
package app
