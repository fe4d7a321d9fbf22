package demo

import (
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"

	"kept/internal/desk"
)

// worker is somebody who works the desk, with what the person can do.
type worker struct {
	desk.Staff
	team   team
	skills []string
}

// team says which shifts somebody takes; see roster.go.
type team int

const (
	office team = iota // no shifts
	leads              // supervisors, around the clock
	night              // generalists, around the clock
	day                // those who know the portal, 8 to 6
)

// Everybody of a team has its skills. In the two large teams people work in pairs, and the second of
// each pair speaks Spanish.
var (
	leadSkills  = split("IDN OPS SEC NURSELINE PRIVACY USER")
	nightSkills = split("IDN OPS NET SEC USER")
	daySkills   = split("PORTAL TELE DEV USER")
)

func split(s string) []string { return strings.Fields(s) }

// people are 24: one who runs the desk, five who lead, ten generalists, eight who know the portal.
var people = []struct {
	name    string
	team    team
	skills  string // beside those of the team
	spanish bool
	clients string // digits; empty: all
}{
	{"Dana Keller", office, "PORTAL CHANGE RPT", false, ""},
	{"Ana Ruiz", leads, "", true, ""},
	{"Omar Said", leads, "", false, ""},
	{"Lucia Ferrer", leads, "", true, ""},
	{"Grace Okafor", leads, "", false, ""},
	{"Javier Soto", leads, "", true, ""},
	{"Tom Becker", night, "INT CDS PHARM ORD ERX IMG", false, ""},
	{"Sam Ortiz", night, "REG REV DOC NURS ERX IMG", true, ""},
	{"Nadia Petrov", night, "INT CDS PHARM ORD SURG ED", false, "123"},
	{"Rosa Delgado", night, "REG REV DOC NURS SURG ED", true, ""},
	{"Will Chen", night, "INT CDS PHARM ORD HIM RPT", false, ""},
	{"Carmen Vega", night, "REG REV DOC NURS HIM RPT", true, ""},
	{"Joy Adeyemi", night, "INT CDS PHARM ORD CLIN REVIEW", false, "456"},
	{"Luis Navarro", night, "REG REV DOC NURS CLIN REVIEW", true, ""},
	{"Ben Whitfield", night, "INT CDS PHARM ORD ORD-BUILD CHANGE", false, "135"},
	{"Elena Ponce", night, "REG REV DOC NURS ORD-BUILD CHANGE", true, ""},
	{"Priya Nair", day, "HIM REV REVIEW ORD", false, ""},
	{"Marco Salas", day, "HIM ERX REG NURS", true, ""},
	{"Hannah Brooks", day, "REV RPT IMG CHANGE", false, "123"},
	{"Diego Rivas", day, "REG CLIN ERX DOC", true, ""},
	{"Leila Haddad", day, "HIM DOC ORD-BUILD SURG", false, ""},
	{"Paola Mendez", day, "REV ERX REG ED", true, ""},
	{"Kevin Tran", day, "IMG RPT INT CDS", false, "456"},
	{"Sofia Luna", day, "HIM REG REVIEW CHANGE", true, ""},
}

// leader is who leads the first hospital: no worker, and so on no shift.
func leader(of hospital, hash string) desk.Staff {
	return desk.Staff{ID: desk.StaffID(len(people) + 1), Name: "Ruth Lindqvist", Role: desk.Leader, Password: hash, Languages: []string{"en"}, Active: true,
		Login: "ruth.lindqvist@" + of.Slug + ".example", Theme: "auto", Density: "comfortable", LetterKeys: true, Clients: []desk.ClientID{of.ID}}
}

// workers makes the people; hash is their common password as it is stored.
func workers(clients []hospital, hash string) []worker {
	all := make([]worker, len(people))
	for i, p := range people {
		w := worker{team: p.team, Staff: desk.Staff{
			ID: desk.StaffID(i + 1), Name: p.name, Role: desk.Analyst, Password: hash, Languages: []string{"en"}, Active: true,
			Login: strings.ReplaceAll(strings.ToLower(p.name), " ", ".") + "@kept.example",
			Theme: "auto", Density: "comfortable", LetterKeys: true,
		}}
		switch p.team {
		case office:
			w.Role = desk.Admin
		case leads:
			w.Role, w.skills = desk.Supervisor, append(w.skills, leadSkills...)
		case night:
			w.skills = append(w.skills, nightSkills...)
		case day:
			w.skills = append(w.skills, daySkills...)
		}
		w.skills = append(w.skills, split(p.skills)...)
		if p.spanish {
			w.Languages = append(w.Languages, "es")
		}
		for _, c := range clients {
			if p.clients == "" || strings.Contains(p.clients, fmt.Sprint(c.ID)) {
				w.Clients = append(w.Clients, c.ID)
			}
		}
		all[i] = w
	}
	return all
}

// password gives the demo's one password and its stored form. It is argon2id with the parameters of
// real passwords, hashed once for everybody: a demo need not make people wait.
func password(seed uint64) (plain, stored string) {
	rand := source(seed, "password")
	plain = desk.FormatToken(desk.NewTrackerToken(rand))
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	const memory, passes, lanes = 19 * 1024, 2, 1
	key := argon2.IDKey([]byte(plain), salt, passes, memory, lanes, 32)
	b64 := base64.RawStdEncoding
	return plain, fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, lanes,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}
