package app

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

var errAdminOnly = desk.Errorf(desk.Forbidden, "admin.only", "Only an administrator can do this.")

// administers reports whether v may add staff, clients and tokens.
func administers(v desk.Viewer) bool {
	return v.Who == desk.WhoSystem || v.Who == desk.WhoStaff && v.Role == desk.Admin
}

// AddStaff adds somebody who works the desk, with letter keys, and the theme of their device unless s
// says another. password empty: one is made and given back.
func (a *App) AddStaff(ctx context.Context, v desk.Viewer, s desk.Staff, password string, skills map[string]time.Time) (desk.Staff, string, error) {
	if !administers(v) {
		return desk.Staff{}, "", errAdminOnly
	}
	s, err := checkStaff(s)
	if err != nil {
		return desk.Staff{}, "", err
	}
	if s.Role == desk.Leader && len(skills) > 0 {
		return desk.Staff{}, "", desk.Fields{{Field: "skill", Code: "leader.skill", Message: "A leader of a hospital works no questions, and so has no skill."}}.Err()
	}
	if password == "" {
		password = newPassword(a.rand)
	} else if err := goodPassword(password); err != nil {
		return desk.Staff{}, "", err
	}
	if s.Password, err = hashPassword(ctx, a.rand, password); err != nil {
		return desk.Staff{}, "", err
	}
	s.Active, s.LetterKeys, s.Theme, s.Density = true, true, cmp.Or(s.Theme, "auto"), cmp.Or(s.Density, "comfortable")
	err = a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		if _, err := tx.StaffByLogin(s.Login); err == nil {
			return desk.Errorf(desk.Conflict, "login.taken", "Somebody has this login already.")
		} else if !desk.Is(err, desk.NotFound) {
			return err
		}
		s.ID = desk.StaffID(tx.NewID())
		if err := tx.AddStaff(s); err != nil {
			return err
		}
		if s.Role == desk.Leader {
			if err := tx.MailLeader(s.ID); err != nil { // terms may wait for somebody who leads
				return err
			}
		}
		known, err := tx.Skills()
		if err != nil {
			return err
		}
		for skill, until := range skills {
			if !slices.ContainsFunc(known, func(k desk.Skill) bool { return k.Code == skill }) {
				// A skill comes to the desk with the first person who has it.
				if err := tx.AddSkill(desk.Skill{Code: skill, Name: skill, NameES: skill, Public: "an expert", PublicES: "una persona experta"}); err != nil {
					return err
				}
			}
			if err := tx.AddSkillTo(s.ID, skill, until); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return desk.Staff{}, "", err
	}
	a.facts.forget()
	if s.Role == desk.Leader {
		a.callSoon()
	}
	return public(s), password, nil
}

func checkStaff(s desk.Staff) (desk.Staff, error) {
	var bad desk.Fields
	var err error
	if s.Name, err = desk.CleanLine(s.Name, desk.MaxName); err != nil || s.Name == "" {
		bad.Add("name", "name.missing", "Enter a name of at most 120 characters.")
	}
	if s.Login, err = desk.ParseEmail(strings.ToLower(s.Login)); err != nil {
		bad.Add("login", "email.invalid", "Enter an email address in the right form, like name@example.com.")
	}
	switch s.Role {
	case "":
		s.Role = desk.Analyst
	case desk.Analyst, desk.Supervisor, desk.Admin:
	case desk.Leader:
		if len(slices.Compact(slices.Sorted(slices.Values(s.Clients)))) != 1 {
			bad.Add("client", "leader.client", "A leader sees the figures of one hospital. Name one with --client.")
		}
	default:
		bad.Add("role", "role.unknown", "A role is analyst, supervisor, admin or leader.")
	}
	if len(s.Languages) == 0 {
		s.Languages = []string{"en"}
	}
	s.Clients = slices.Compact(slices.Sorted(slices.Values(s.Clients)))
	return s, bad.Err()
}

// public gives s without its secrets. TOTP says only that there is a second factor.
func public(s desk.Staff) desk.Staff {
	s.Password = ""
	if s.TOTP != "" {
		s.TOTP = "on"
	}
	return s
}

// AddClient adds a client.
func (a *App) AddClient(ctx context.Context, v desk.Viewer, c desk.Client) (desk.Client, error) {
	if !administers(v) {
		return desk.Client{}, errAdminOnly
	}
	c, err := checkClient(c)
	if err != nil {
		return desk.Client{}, err
	}
	err = a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		for _, known := range []func() (desk.Client, error){
			func() (desk.Client, error) { return tx.ClientBySlug(c.Slug) },
			func() (desk.Client, error) { return tx.ClientByHost(c.Host) },
		} {
			if _, err := known(); err == nil {
				return desk.Errorf(desk.Conflict, "client.taken", "Another client has this short name or this host.")
			} else if !desk.Is(err, desk.NotFound) {
				return err
			}
		}
		all, err := tx.Clients()
		if err != nil {
			return err
		}
		for _, other := range all {
			// Texts from outside find their hospital by the number that they were sent to.
			if c.Phone != "" && other.Phone == c.Phone {
				return desk.Fields{{Field: "phone", Code: "phone.taken", Message: "Another client has this number. Each client needs its own."}}.Err()
			}
		}
		if c.ID == 0 {
			c.ID = desk.ClientID(tx.NewID())
		}
		return tx.AddClient(c)
	})
	if err != nil {
		return desk.Client{}, err
	}
	a.facts.forget()
	return c, nil
}

func checkClient(c desk.Client) (desk.Client, error) {
	var bad desk.Fields
	c.Slug, c.Host = strings.ToLower(strings.TrimSpace(c.Slug)), strings.ToLower(strings.TrimSpace(c.Host))
	if c.Slug == "" || strings.Trim(c.Slug, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		bad.Add("slug", "slug.invalid", "Use small letters, digits and hyphens.")
	}
	if c.Host == "" || strings.ContainsAny(c.Host, "/:@ ") {
		bad.Add("host", "host.invalid", "Enter a host name, like help.example.org.")
	}
	if c.Name == "" {
		bad.Add("name", "name.missing", "Enter a name.")
	}
	if c.Short == "" {
		c.Short = c.Name
	}
	if _, err := time.LoadLocation(c.Zone); err != nil || c.Zone == "" || c.Zone == "Local" {
		bad.Add("zone", "zone.unknown", "Enter a time zone, like America/Chicago.")
		return c, bad.Err()
	}
	for _, hours := range []struct {
		field string
		text  *string
	}{{"hours", &c.Hours}, {"reply_hours", &c.ReplyHours}} {
		if *hours.text == "" {
			*hours.text = c.Zone + "; always"
		}
		if _, err := readCalendar(*hours.text, c.Zone); err != nil {
			bad.Add(hours.field, "hours.invalid", "Enter hours like: America/Chicago; mon-fri 08:00-17:00.")
		}
	}
	switch {
	case c.ReplyIn == 0:
		c.ReplyIn = 4 * time.Hour
	case c.ReplyIn < 0:
		bad.Add("reply_in", "reply_in.invalid", "Enter how long people wait for a first answer at most, like 4h.")
	}
	if len(c.Languages) == 0 {
		c.Languages = []string{"en", "es"}
	}
	if len(c.Channels) == 0 {
		c.Channels = []desk.Channel{desk.BySMS, desk.ByEmail, desk.ByVoice, desk.ByWeb}
	}
	return c, bad.Err()
}

// AddToken makes an API token for a client, or for the desk when c is zero. The token is given once.
func (a *App) AddToken(ctx context.Context, v desk.Viewer, c desk.ClientID, name string) (string, error) {
	if !administers(v) {
		return "", errAdminOnly
	}
	if c != 0 && !v.Sees(c) {
		return "", notFound
	}
	name, err := desk.CleanLine(name, desk.MaxName)
	if err != nil {
		return "", err
	}
	if name == "" {
		return "", desk.Errorf(desk.Invalid, "name.missing", "Give the token a name, so that you know it again.")
	}
	secret := desk.SecretPrefix + desk.NewSecret(a.rand, 24)
	err = a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		if c != 0 {
			if _, err := tx.Client(c); err != nil {
				return err
			}
		}
		return tx.AddToken(desk.Token{ID: tx.NewID(), Hash: desk.HashSecret(secret), Name: name, Client: c, CreatedAt: tx.Now()})
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// EndTokens ends the API tokens of a name for good and says how many they were: Invalid when there are none.
func (a *App) EndTokens(ctx context.Context, v desk.Viewer, name string) (n int, err error) {
	if !administers(v) {
		return 0, errAdminOnly
	}
	err = a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		n = 0
		all, err := tx.Tokens()
		if err != nil {
			return err
		}
		for _, t := range all {
			if t.Name != name || !t.EndedAt.IsZero() || t.Client != 0 && !v.Sees(t.Client) {
				continue
			}
			if err := tx.EndToken(t.ID, tx.Now()); err != nil {
				return err
			}
			n++
		}
		if n == 0 {
			return desk.Errorf(desk.Invalid, "token.unknown", "No token named %q is in use.", name)
		}
		return nil
	})
	return n, err
}

// EndStaff signs somebody out everywhere for good. Whoever does it sees all the clients whom they serve.
func (a *App) EndStaff(ctx context.Context, v desk.Viewer, login string) (s desk.Staff, err error) {
	err = a.changeStaff(ctx, v, login, &s, func(tx *store.DeskTx) error {
		if slices.ContainsFunc(s.Clients, func(c desk.ClientID) bool { return !v.Sees(c) }) {
			return notFound
		}
		s.Active = false
		if err := tx.SaveStaff(s); err != nil {
			return err
		}
		return tx.EndSessionsOf(s.ID)
	})
	return s, err
}

// LeaveClients ends that somebody serves some clients: Invalid for who leads a hospital, and for one whom they do not serve.
func (a *App) LeaveClients(ctx context.Context, v desk.Viewer, login string, from []desk.ClientID) (s desk.Staff, err error) {
	err = a.changeStaff(ctx, v, login, &s, func(tx *store.DeskTx) error {
		if s.Role == desk.Leader {
			return desk.Errorf(desk.Invalid, "client.leads", "%s leads this hospital and is nothing else here. End the account as a whole.", s.Name)
		}
		for _, c := range from {
			switch {
			case !v.Sees(c):
				return notFound
			case !slices.Contains(s.Clients, c):
				return desk.Errorf(desk.Invalid, "client.not_served", "%s does not serve that hospital.", s.Name)
			}
			if err := tx.LeaveClient(s.ID, c); err != nil {
				return err
			}
		}
		return nil
	})
	return s, err
}

// changeStaff reads who signs in with a login into s, and has them changed.
func (a *App) changeStaff(ctx context.Context, v desk.Viewer, login string, s *desk.Staff, change func(*store.DeskTx) error) error {
	if !administers(v) {
		return errAdminOnly
	}
	return a.db.Desk(ctx, v, func(tx *store.DeskTx) (err error) {
		*s, err = tx.StaffByLogin(strings.ToLower(strings.TrimSpace(login)))
		if desk.Is(err, desk.NotFound) || err == nil && !s.Active {
			return desk.Errorf(desk.Invalid, "login.unknown", "Nobody signs in as %q.", login)
		}
		if err != nil {
			return err
		}
		return change(tx)
	})
}

// SaveKeys keeps in the profile which letters v uses in place of ours: Invalid, at the field of each, for
// what is no key and what two share.
func (a *App) SaveKeys(ctx context.Context, v desk.Viewer, l desk.Letters) error {
	if v.Who != desk.WhoStaff {
		return errStaffOnly
	}
	if err := l.Check(); err != nil {
		return err
	}
	return a.saveMyself(ctx, v, func(s *desk.Staff) { s.Letters = l.String() })
}

// SaveDisplay keeps theme, density and letter keys in the profile.
func (a *App) SaveDisplay(ctx context.Context, v desk.Viewer, theme, density string, letters bool) error {
	if v.Who != desk.WhoStaff {
		return errStaffOnly
	}
	if !slices.Contains([]string{"", "light", "dark", "auto"}, theme) ||
		!slices.Contains([]string{"", "compact", "comfortable", "large"}, density) {
		return desk.Errorf(desk.Invalid, "display.unknown", "The desk has no such look.")
	}
	return a.saveMyself(ctx, v, func(s *desk.Staff) { s.Theme, s.Density, s.LetterKeys = theme, density, letters })
}

// hasAccount reports whether v has signed in with a password: staff, and who leads a client.
func hasAccount(v desk.Viewer) bool {
	return v.Staff != 0 && (v.Who == desk.WhoStaff || v.Who == desk.WhoLeader)
}

// myself is the account of v as it is stored.
func (a *App) myself(ctx context.Context, v desk.Viewer) (s desk.Staff, err error) {
	if !hasAccount(v) {
		return s, errStaffOnly
	}
	err = a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) (err error) {
		s, err = tx.Staff(v.Staff)
		return err
	})
	return s, err
}

// saveMyself changes the staff row of v.
func (a *App) saveMyself(ctx context.Context, v desk.Viewer, change func(*desk.Staff)) error {
	err := a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		s, err := tx.Staff(v.Staff)
		if err != nil {
			return err
		}
		change(&s)
		return tx.SaveStaff(s)
	})
	if err == nil {
		a.signed.forgetStaff(v.Staff)
	}
	return err
}
