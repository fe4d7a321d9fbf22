package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/store"
)

// userAdd adds somebody who works the desk, or who leads a hospital.
type userAdd struct {
	Login        string   `required:"" placeholder:"EMAIL" help:"Mail address to sign in with."`
	Name         string   `required:"" placeholder:"NAME" help:"Name, as colleagues and history show it."`
	Role         string   `default:"analyst" enum:"analyst,supervisor,admin,leader" placeholder:"ROLE" help:"analyst, supervisor, admin, or leader: of one hospital, who sees its figures and nothing else (${default})."`
	Skill        []string `placeholder:"CODE" help:"What they can do, like PORTAL; may be given again."`
	Client       []string `placeholder:"SLUG" help:"Hospital that they serve; may be given again. None: all there are."`
	Language     []string `default:"en" placeholder:"CODE" help:"Language that they speak, en or es; may be given again (${default})."`
	PasswordFile string   `placeholder:"FILE" help:"File with the password. Without it one is made up and printed." json:"-"`

	Password string `kong:"-"` // read from the file
}

func (u *userAdd) founds() {}

func (u *userAdd) Run(ctx context.Context, s *settings, t terminal) (err error) {
	if u.Password, err = secret("KEPT_USER_PASSWORD", u.PasswordFile); err != nil {
		return err
	}
	return give(ctx, s, t, "user", u)
}

func (u *userAdd) carryOut(ctx context.Context, db *store.DB, a *app.App) ([]string, error) {
	clients, err := a.Clients(ctx, operator)
	if err != nil {
		return nil, err
	}
	if len(u.Client) > 0 {
		clients = nil
		for _, slug := range u.Client {
			c, err := clientBySlug(ctx, a, slug)
			if err != nil {
				return nil, err
			}
			clients = append(clients, c)
		}
	}
	s := desk.Staff{Login: u.Login, Name: u.Name, Role: desk.Role(u.Role), Languages: u.Language, LetterKeys: true}
	var serves []string
	for _, c := range clients {
		s.Clients = append(s.Clients, c.ID)
		serves = append(serves, c.Short)
	}
	skills := map[string]time.Time{}
	for _, code := range u.Skill {
		skills[strings.ToUpper(code)] = time.Time{}
	}
	s, password, err := a.AddStaff(ctx, operator, s, u.Password, skills)
	if err != nil {
		return nil, err
	}
	lines := []string{fmt.Sprintf("Added %s, who signs in as %s (%s).", s.Name, s.Login, s.Role)}
	if s.Role == desk.Leader {
		lines = append(lines, "Sees the figures of "+serves[0]+" at /client, and nothing else.")
	} else if len(serves) == 0 {
		lines = append(lines, "Serves no hospital yet: there is none. Add one with: kept client add --staff "+s.Login)
	} else {
		lines = append(lines, "Serves "+strings.Join(serves, ", ")+".")
	}
	if u.Password == "" {
		lines = append(lines, "Password: "+password, "It is shown this once.")
	}
	return lines, nil
}

func clientBySlug(ctx context.Context, a *app.App, slug string) (desk.Client, error) {
	c, err := a.ClientBySlug(ctx, slug)
	if desk.Is(err, desk.NotFound) {
		return c, desk.Errorf(desk.NotFound, "client.unknown", "There is no hospital with the short name %q.", slug)
	}
	return c, err
}

// userEnd lets somebody sign in no more, or no longer serve some hospitals.
type userEnd struct {
	Login  string   `required:"" placeholder:"EMAIL" help:"Mail address that they sign in with."`
	Client []string `placeholder:"SLUG" help:"Only for this hospital, which they no longer serve; may be given again. None: for the whole desk."`
}

func (u *userEnd) Run(ctx context.Context, s *settings, t terminal) error {
	return give(ctx, s, t, "user-end", u)
}

func (u *userEnd) carryOut(ctx context.Context, _ *store.DB, a *app.App) ([]string, error) {
	return hitting(ctx, a, func() ([]string, error) { return u.end(ctx, a) })
}

func (u *userEnd) end(ctx context.Context, a *app.App) ([]string, error) {
	var from []desk.ClientID
	for _, slug := range u.Client {
		c, err := clientBySlug(ctx, a, slug)
		if err != nil {
			return nil, err
		}
		from = append(from, c.ID)
	}
	if len(from) > 0 {
		s, err := a.LeaveClients(ctx, operator, u.Login, from)
		if err != nil {
			return nil, err
		}
		return []string{s.Name + " no longer serves " + strings.Join(u.Client, ", ") + "."}, nil
	}
	s, err := a.EndStaff(ctx, operator, u.Login)
	if err != nil {
		return nil, err
	}
	return []string{s.Name + " is signed out everywhere and cannot sign in any more.",
		"Promises that they own and can no longer keep stand on the board. Rotas keep their turns: change them at /desk/roster."}, nil
}
