package store

import (
	"time"

	"kept/internal/desk"
)

const staffColumns = `id, name, login, role, password, totp, languages, active, theme, density, letter_keys, letters`

var (
	staffAll     = sql(`SELECT ` + staffColumns + ` FROM staff WHERE role <> 'leader' ORDER BY name, id`)
	staffByID    = sql(`SELECT ` + staffColumns + ` FROM staff WHERE id = $1`)
	staffByLogin = sql(`SELECT ` + staffColumns + ` FROM staff WHERE login = $1`)
	staffNames   = sql(`SELECT id, name FROM staff WHERE role <> 'leader' ORDER BY id`)
	addStaff     = sql(`INSERT INTO staff (` + staffColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`)
	saveStaff    = sql(`UPDATE staff SET name = $2, login = $3, role = $4, password = $5, totp = $6, languages = $7,
		active = $8, theme = $9, density = $10, letter_keys = $11, letters = $12 WHERE id = $1`)
	useTOTPStep = sql(`UPDATE staff SET totp_step = $2 WHERE id = $1 AND totp_step < $2`)
	setTOTPStep = sql(`UPDATE staff SET totp_step = $2 WHERE id = $1`)
	setPassword = sql(`UPDATE staff SET password = $3 WHERE id = $1 AND password = $2`)

	servedAll    = sql(`SELECT staff_id, client_id FROM staff_client ORDER BY staff_id, client_id`)
	servedBy     = sql(`SELECT client_id FROM staff_client WHERE staff_id = $1 ORDER BY client_id`)
	serveClient  = sql(`INSERT INTO staff_client (staff_id, client_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`)
	leaveClient  = sql(`DELETE FROM staff_client WHERE staff_id = $1 AND client_id = $2`)
	skillsOfAll  = sql(`SELECT staff_id, skill, valid_until FROM staff_skill ORDER BY staff_id, skill`)
	addSkillToID = sql(`INSERT INTO staff_skill (staff_id, skill, valid_until) VALUES ($1, $2, $3)
		ON CONFLICT (staff_id, skill) DO UPDATE SET valid_until = excluded.valid_until`)
)

func scanStaff(row scanner) (s desk.Staff, err error) {
	var languages string
	err = row.Scan(&s.ID, &s.Name, &s.Login, &s.Role, &s.Password, &s.TOTP, &languages, &s.Active, &s.Theme,
		&s.Density, &s.LetterKeys, &s.Letters)
	s.Languages = parted[string](languages)
	return s, err
}

func staffArgs(s desk.Staff) []any {
	return []any{int64(s.ID), s.Name, s.Login, string(s.Role), s.Password, s.TOTP, joined(s.Languages), flag(s.Active),
		s.Theme, s.Density, flag(s.LetterKeys), s.Letters}
}

// pair is a row of two ids.
type pair[A, B any] struct {
	a A
	b B
}

func scanPair[A, B any](row scanner) (p pair[A, B], err error) {
	err = row.Scan(&p.a, &p.b)
	return p, err
}

// Staff gives one member of staff, active or not, with the clients served; NotFound otherwise.
func (tx *DeskReadTx) Staff(id desk.StaffID) (desk.Staff, error) {
	return tx.staff(staffByID, int64(id))
}

// StaffByLogin gives the member of staff with this login, in lower case.
func (tx *DeskReadTx) StaffByLogin(login string) (desk.Staff, error) {
	return tx.staff(staffByLogin, login)
}

func (tx *DeskReadTx) staff(by *stmt, key any) (desk.Staff, error) {
	s, err := one(tx, by, scanStaff, key)
	if err != nil {
		return s, err
	}
	s.Clients, err = many(tx, servedBy, value[desk.ClientID], int64(s.ID))
	return s, err
}

// AllStaff is everybody who works or has worked the desk, no leader of a client among them, by name, with the clients served.
func (tx *DeskReadTx) AllStaff() ([]desk.Staff, error) {
	all, err := many(tx, staffAll, scanStaff)
	if err != nil {
		return nil, err
	}
	served, err := tx.served()
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Clients = served[all[i].ID]
	}
	return all, nil
}

// served maps staff to the clients they serve, ascending.
func (tx *DeskReadTx) served() (map[desk.StaffID][]desk.ClientID, error) {
	rows, err := many(tx, servedAll, scanPair[desk.StaffID, desk.ClientID])
	if err != nil {
		return nil, err
	}
	served := make(map[desk.StaffID][]desk.ClientID)
	for _, r := range rows {
		served[r.a] = append(served[r.a], r.b)
	}
	return served, nil
}

// StaffNames are the names of everybody who works or has worked the desk.
func (tx *DeskReadTx) StaffNames() (map[desk.StaffID]string, error) {
	rows, err := many(tx, staffNames, scanPair[desk.StaffID, string])
	if err != nil {
		return nil, err
	}
	names := make(map[desk.StaffID]string, len(rows))
	for _, r := range rows {
		names[r.a] = r.b
	}
	return names, nil
}

// AddStaff stores a new member of staff under the id, with the clients served. A login that is taken
// is a Conflict.
func (tx *DeskTx) AddStaff(s desk.Staff) error {
	if _, err := tx.exec(addStaff, staffArgs(s)...); err != nil {
		return err
	}
	for _, c := range s.Clients {
		if err := tx.put(serveClient, int64(s.ID), int64(c)); err != nil {
			return err
		}
	}
	return tx.bump(rosterVersion)
}

// SaveStaff stores every field of a member of staff but Clients: see ServeClient and LeaveClient.
func (tx *DeskTx) SaveStaff(s desk.Staff) error {
	if err := must(tx.exec(saveStaff, staffArgs(s)...)); err != nil {
		return err
	}
	return tx.bump(rosterVersion)
}

// SetPassword stores another password in its encoded form; false when it is not was any more.
func (tx *DeskTx) SetPassword(s desk.StaffID, was, now string) (bool, error) {
	n, err := tx.exec(setPassword, int64(s), was, now)
	return n == 1, err
}

// ServeClient lets a member of staff serve a client; doing it twice changes nothing.
func (tx *DeskTx) ServeClient(s desk.StaffID, c desk.ClientID) error {
	if err := tx.put(serveClient, int64(s), int64(c)); err != nil {
		return err
	}
	return tx.bump(rosterVersion)
}

// LeaveClient ends that a member of staff serves a client.
func (tx *DeskTx) LeaveClient(s desk.StaffID, c desk.ClientID) error {
	if err := tx.put(leaveClient, int64(s), int64(c)); err != nil {
		return err
	}
	return tx.bump(rosterVersion)
}

// AddSkillTo certifies a member of staff for a skill until an instant, zero for without end. It
// takes the place of an earlier certificate for the same skill.
func (tx *DeskTx) AddSkillTo(s desk.StaffID, skill string, validUntil time.Time) error {
	if err := tx.put(addSkillToID, int64(s), skill, optMicros(validUntil)); err != nil {
		return err
	}
	return tx.bump(rosterVersion)
}

// UseTOTPStep notes that the code of a step of somebody's second factor is used; false when it, or that of a later step, was
// used before, on whichever node.
func (tx *DeskTx) UseTOTPStep(s desk.StaffID, step int64) (bool, error) {
	n, err := tx.exec(useTOTPStep, int64(s), step)
	return n == 1, err
}

// BeginTOTPSteps notes which step a new second factor was switched on with: what was used of the one before does not count.
func (tx *DeskTx) BeginTOTPSteps(s desk.StaffID, step int64) error {
	return tx.put(setTOTPStep, int64(s), step)
}
