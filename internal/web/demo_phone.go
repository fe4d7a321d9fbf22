package web

import (
	"context"
	"net/http"
	"regexp"

	"strings"
	"time"

	"kept/internal/desk"
	"kept/internal/web/view"
)

// PhoneBook shows what the invented phones and mailboxes of a demonstration got. It is never there in
// earnest.
type PhoneBook interface {
	// Numbers lists the phones that got or sent a text, in order, in E.164.
	Numbers() []string
	// Texts gives the texts between a phone and the desk, oldest first.
	Texts(number string) []PhoneText
	// Mails gives the mails to an address, oldest first; for "" all mails.
	Mails(address string) []PhoneMail
	// Reply sends a text from a phone to a number of the desk.
	Reply(ctx context.Context, number, to, text string) error
}

// PhoneText is one text on a phone.
type PhoneText struct {
	From    string // E.164
	To      string // E.164
	Body    string
	Inbound bool   // from the phone to the desk
	State   string // of a text to the phone: accepted, delivered, failed
	At      time.Time
}

// PhoneMail is one mail.
type PhoneMail struct {
	To      string
	Subject string
	Body    string
	At      time.Time
}

// GET /demo/phone
func (h *handler) phonePage(w http.ResponseWriter, r *http.Request) {
	h.showPhones(w, r, http.StatusOK, "", "", "")
}

// POST /demo/phone/replies
func (h *handler) phoneReply(w http.ResponseWriter, r *http.Request) {
	if err := readForm(r); err != nil {
		h.staffWrong(w, r, signed{}, err)
		return
	}
	number, text := r.PostForm.Get("number"), strings.TrimSpace(r.PostForm.Get("text"))
	if text == "" {
		h.showPhones(w, r, http.StatusUnprocessableEntity, number, text, "Write a text first.")
		return
	}
	if err := h.opts.Phones.Reply(r.Context(), number, r.PostForm.Get("to"), text); err != nil {
		h.showPhones(w, r, http.StatusUnprocessableEntity, number, text, "That text could not be sent. A phone that sent STOP gets texts again after START.")
		return
	}
	http.Redirect(w, r, "/demo/phone#"+number, http.StatusSeeOther)
}

func (h *handler) showPhones(w http.ResponseWriter, r *http.Request, status int, number, typed, wrong string) {
	v := view.PhonesView{Error: wrong}
	for _, n := range h.opts.Phones.Numbers() {
		one := view.PhoneOne{Number: desk.Phone(n).String(), ID: n}
		if n == number {
			one.Typed = typed
		}
		known := map[string]bool{}
		for _, t := range h.opts.Phones.Texts(n) {
			b := view.BubbleView{Mine: t.Inbound, Text: linked(t.Body)}
			b.Meta = t.At.UTC().Format("Jan 2, 15:04 UTC")
			ours := t.From
			if t.Inbound {
				ours = t.To
				b.Meta = "You, " + b.Meta
			} else {
				b.Meta = desk.Phone(t.From).String() + ", " + b.Meta
				if t.State != "" {
					b.Meta += ", " + t.State
				}
			}
			if ours != "" && !known[ours] {
				known[ours] = true
				one.To = append(one.To, view.Option{Value: ours, Text: desk.Phone(ours).String()})
			}
			one.Texts = append(one.Texts, b)
		}
		v.Phones = append(v.Phones, one)
	}
	for _, m := range h.opts.Phones.Mails("") {
		v.Mails = append(v.Mails, view.MailOne{To: m.To, Subject: m.Subject, Meta: m.At.UTC().Format("Jan 2, 15:04 UTC"), Text: linked(m.Body)})
	}
	h.render(w, r, status, view.Phones(v))
}

// aLink finds addresses in a text. In texts they stand without a scheme, as short as they can be.
var aLink = regexp.MustCompile(`(?:https?://)?(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::\d+)?/[A-Za-z0-9/_~?=&%-]+`)

// linked parts a text at its links.
func linked(text string) (pieces []view.TextPiece) {
	at := 0
	for _, m := range aLink.FindAllStringIndex(text, -1) {
		if m[0] > at {
			pieces = append(pieces, view.TextPiece{Text: text[at:m[0]]})
		}
		url := text[m[0]:m[1]]
		if !strings.HasPrefix(url, "http") {
			url = "http://" + url
		}
		pieces = append(pieces, view.TextPiece{Text: text[m[0]:m[1]], URL: url})
		at = m[1]
	}
	if at < len(text) {
		pieces = append(pieces, view.TextPiece{Text: text[at:]})
	}
	return pieces
}
