package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
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
	NewSkill     []string `placeholder:"CODE" help:"What they can do and nobody at the desk had before: it comes to the desk with them; may be given again."`
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
	skills, err := u.skills(ctx, a)
	if err != nil {
		return nil, err
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

// skills gives what they can do. What the desk does not know must be said to be new, or a slip of the
// pen would be a skill that no question asks for.
func (u *userAdd) skills(ctx context.Context, a *app.App) (map[string]time.Time, error) {
	all, err := a.Skills(ctx)
	if err != nil {
		return nil, err
	}
	var known []string
	for _, s := range all {
		known = append(known, s.Code)
	}
	slices.Sort(known)
	list := ""
	if len(known) > 0 {
		list = " It knows " + strings.Join(known, ", ") + "."
	}
	skills := map[string]time.Time{}
	var bad desk.Fields
	for _, code := range u.Skill {
		code = strings.ToUpper(code)
		if !slices.Contains(known, code) {
			bad.Add("skill", "skill.unknown", fmt.Sprintf("The desk knows no skill %q.%s If it is new to the desk, say so: --new-skill %s.", code, list, code))
		}
		skills[code] = time.Time{}
	}
	for _, code := range u.NewSkill {
		code = strings.ToUpper(code)
		if !newSkill.MatchString(code) {
			bad.Add("new-skill", "skill.code", fmt.Sprintf("%q is no code of a skill: 2 to 20 letters and digits, beginning with a letter.", code))
		}
		skills[code] = time.Time{}
	}
	return skills, bad.Err()
}

var newSkill = regexp.MustCompile(`^[A-Z][A-Z0-9_-]{1,19}$`)

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
