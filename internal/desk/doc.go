// Package desk is the language of Kept: its nouns, who may see them, and which moves are allowed.
// Everything here is a value or a pure function; the current instant is always an argument. It never
// talks to a database, a clock or the network. Start with promise.go, then ticket.go and viewer.go.
package desk
