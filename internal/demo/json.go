package demo

import (
	"encoding/json"
	"os"
	"path/filepath"

	"kept/internal/desk"
)

// file is what WriteJSON writes.
type file struct {
	Addresses map[string]string `json:"addresses"`
	Password  string            `json:"password"`
	SignIns   []SignIn          `json:"sign_ins"`
	Tokens    []Token           `json:"tokens"`
	Clients   []clientFile      `json:"clients"`
	Tickets   int               `json:"tickets"`
	Open      int               `json:"open"`
}

type clientFile struct {
	ID    desk.ClientID `json:"id"`
	Slug  string        `json:"slug"`
	Name  string        `json:"name"`
	Host  string        `json:"host"`
	Zone  string        `json:"zone"`
	Phone string        `json:"phone"`
}

// WriteJSON writes what tools need to find their way in a demo: addresses by name ("desk", "mercy" …),
// sign-ins and tokens. The file is for its owner only (0600) and is there whole or not at all.
func WriteJSON(path string, r Result, addresses map[string]string) error {
	f := file{Addresses: addresses, Password: r.Password, SignIns: r.SignIns, Tokens: r.Tokens, Tickets: r.Tickets, Open: r.Open}
	for _, c := range r.Clients {
		f.Clients = append(f.Clients, clientFile{c.ID, c.Slug, c.Name, c.Host, c.Zone, c.Phone})
	}
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	// CreateTemp makes files that only their owner can read.
	part, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(part.Name())
	if _, err := part.Write(append(text, '\n')); err != nil {
		part.Close()
		return err
	}
	if err := part.Close(); err != nil {
		return err
	}
	return os.Rename(part.Name(), path)
}
