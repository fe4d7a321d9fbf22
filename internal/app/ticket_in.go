package app

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"kept/internal/desk"
)

// TicketIn is a new ticket, from the API, a call or a question page.
type TicketIn struct {
	Subject   string // derived from Words when empty
	Words     string // in the person's words
	Kind      desk.TicketKind
	Priority  desk.Priority
	Function  int64
	Skill     string
	Via       desk.Via
	Lang      string
	About     desk.About
	Needs     string
	Requester RequesterIn
	Channel   desk.Channel // how to reach the person; chosen from the addresses when empty
	Voicemail bool
	Promise   *PromiseIn // nil: the agreement's default reply promise
	Note      string     // internal note for the next person
	Key       string     // idempotency key of the caller; empty: none
	Owner     desk.StaffID
}

func (in TicketIn) hash() string {
	b, _ := json.Marshal(in) // a TicketIn holds nothing that cannot be written as JSON
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// clean makes what was typed safe and whole, or says at each field what is wrong.
func (in *TicketIn) clean(c desk.Client) error {
	var bad desk.Fields
	text := func(field string, s *string, max int, clean func(string, int) (string, error)) {
		t, err := clean(*s, max)
		if err != nil {
			e := err.(*desk.Error)
			bad.Add(field, e.Code, e.Message)
			return
		}
		*s = t
	}
	text("subject", &in.Subject, desk.MaxSubject, desk.CleanLine)
	text("words", &in.Words, desk.MaxWords, desk.CleanText)
	text("note", &in.Note, desk.MaxNote, desk.CleanText)
	text("requester.name", &in.Requester.Name, desk.MaxName, desk.CleanLine)
	text("needs", &in.Needs, desk.MaxName, desk.CleanLine)
	text("skill", &in.Skill, 40, desk.CleanLine)
	if in.Subject == "" && in.Words == "" {
		bad.Add("words", "words.missing", "Tell us what you need help with.")
	}
	if in.Subject == "" {
		in.Subject = subjectOf(in.Words)
	}
	if in.Requester.Phone != "" {
		if p, err := desk.ParsePhone(in.Requester.Phone); err != nil {
			bad.Add("requester.phone", "phone.invalid", err.(*desk.Error).Message)
		} else {
			in.Requester.Phone = string(p)
			if p.E164() == c.Phone || p.E164() == c.StaffPhone {
				bad.Add("requester.phone", "phone.invalid", "This is our own number. Enter the number of the person.")
			}
		}
	}
	if in.Requester.Email != "" {
		if m, err := desk.ParseEmail(in.Requester.Email); err != nil {
			bad.Add("requester.email", "email.invalid", err.(*desk.Error).Message)
		} else {
			in.Requester.Email = m
		}
	}
	if len(in.Key) > 200 {
		bad.Add("key", "text.too_long", "A key has at most 200 characters.")
	}
	in.Lang = oneOf(&bad, "lang", in.Lang, "en", "en", "es")
	in.Kind = oneOf(&bad, "kind", in.Kind, desk.Question, desk.Question, desk.Incident, desk.Request, desk.Problem)
	in.Priority = oneOf(&bad, "priority", in.Priority, desk.P3, desk.P1, desk.P2, desk.P3, desk.P4)
	in.Via = oneOf(&bad, "via", in.Via, desk.ViaAPI, desk.ViaWeb, desk.ViaPhone, desk.ViaEmail, desk.ViaSMS, desk.ViaAPI, desk.ViaDesk)
	in.About = oneOf(&bad, "about", in.About, desk.AboutMe, desk.AboutMe, desk.AboutChild, desk.AboutAdult)
	in.Requester.Kind = oneOf(&bad, "requester.kind", in.Requester.Kind, desk.Patient, desk.Patient, desk.Clinician, desk.Employee)
	if in.Channel != "" {
		in.Channel = oneOf(&bad, "channel", in.Channel, desk.BySMS, desk.BySMS, desk.ByEmail, desk.ByVoice, desk.ByWeb)
		if (in.Channel == desk.BySMS || in.Channel == desk.ByVoice) && in.Requester.Phone == "" && in.Requester.ID == 0 {
			bad.Add("requester.phone", "phone.missing", "Enter the phone number that we can reach.")
		}
		if in.Channel == desk.BySMS && desk.Phone(in.Requester.Phone).Ext() != "" {
			bad.Add("requester.phone", "phone.extension", textExtension)
		}
		if in.Channel == desk.ByEmail && in.Requester.Email == "" && in.Requester.ID == 0 {
			bad.Add("requester.email", "email.missing", "Enter the email address that we can write to.")
		}
	}
	if in.Skill == "" {
		in.Skill = DefaultSkill(in.Requester.Kind)
	}
	return bad.Err()
}

// textExtension is said where texts are wanted at a number with an extension.
const textExtension = "A text message cannot reach an extension. Enter a number without one, or choose a call."

// DefaultSkill is what a question needs when nothing else says so.
func DefaultSkill(k desk.RequesterKind) string {
	if k == desk.Patient || k == "" {
		return "PORTAL"
	}
	return "USER"
}

// oneOf gives s if it is one of the allowed words, def if it is empty, and otherwise notes the field.
func oneOf[T ~string](bad *desk.Fields, field string, s, def T, allowed ...T) T {
	if s == "" {
		return def
	}
	for _, a := range allowed {
		if s == a {
			return s
		}
	}
	words := make([]string, len(allowed))
	for i, a := range allowed {
		words[i] = string(a)
	}
	bad.Add(field, "choice.invalid", "Choose one of: "+strings.Join(words, ", ")+".")
	return def
}

// subjectOf is the first line of words, cut at a word near 80 characters.
func subjectOf(words string) string {
	line, _, _ := strings.Cut(words, "\n")
	r := []rune(strings.Join(strings.Fields(line), " "))
	if len(r) <= 80 {
		return string(r)
	}
	cut := 80
	for i := 80; i > 50; i-- {
		if r[i] == ' ' {
			cut = i
			break
		}
	}
	return string(r[:cut]) + "…"
}
