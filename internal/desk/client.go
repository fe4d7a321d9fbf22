package desk

import "time"

// Client is a hospital or health system under an agreement: the tenant.
type Client struct {
	ID         ClientID
	Slug       string // in demo paths: /mercy
	Name       string // Mercy Health
	Short      string // Mercy
	Host       string // public host name of its help pages
	Zone       string // IANA
	Phone      string // E.164, the number that people call and that calls them
	StaffPhone string
	TTY        string        // 711
	EHR        string        // Epic
	Portal     string        // MyChart
	Hours      string        // calendar text, see package calendar
	ReplyIn    time.Duration // default reply target, in open time of ReplyHours
	ReplyHours string        // calendar text of the target
	Languages  []string
	Channels   []Channel // that it can serve
	Colour     int       // c1…c5, the edge of the hospital bar
}

// Site is a hospital or clinic of a client.
type Site struct {
	Client ClientID
	ID     int64
	Name   string
	Zone   string
}

// Function is one EHR function of the catalogue.
type Function struct {
	ID     int64
	Domain string
	Name   string
	Skill  string
}

// Skill is what an analyst can do.
type Skill struct {
	Code     string
	Name     string // for staff
	NameES   string
	Public   string // as the person hears it: "an expert in online bills"
	PublicES string
}
