package web

import (
	"context"
	"net/http"
	"reflect"
	"regexp"
	"slices"
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
	// Whose says whose a phone is, with what they are: "Maria Gomez, patient"; empty when nobody knows.
	Whose(number string) string
	// Texts gives the texts between a phone and the desk, oldest first.
	Texts(number string) []PhoneText
	// Mails gives the mails to an address, oldest first; for "" all mails.
	Mails(address string) []PhoneMail
	// Reply sends a text from a phone to a number of the desk.
	Reply(ctx context.Context, number, to, text string) error
	// Calls gives all calls to phones, oldest first.
	Calls() []PhoneCall
	// Take does something with a call that rings. Conflict where it does not ring any more.
	Take(ctx context.Context, id string, how PhoneTake) error
}

// PhoneTake is what somebody does with a phone that rings.
type PhoneTake string

const (
	PressOne PhoneTake = "one" // take the call, and press 1: "I have it"
	Decline  PhoneTake = "decline"
	RingOut  PhoneTake = "ring-out" // do not take it
)

// PhoneCall is one call to a phone.
type PhoneCall struct {
	ID       string
	From, To string // E.164
	Say      string // what is read out
	Ringing  bool
	Key      string // that was pressed; empty: none
	Declined bool
	At       time.Time
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
	if !slices.Contains(h.opts.Phones.Numbers(), number) {
		h.showPhones(w, r, http.StatusUnprocessableEntity, "", "", "There is no such phone in the demo.")
		return
	}
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

// POST /demo/phone/calls
func (h *handler) phoneTake(w http.ResponseWriter, r *http.Request) {
	if err := readForm(r); err != nil {
		h.staffWrong(w, r, signed{}, err)
		return
	}
	how := PhoneTake(r.PostForm.Get("how"))
	if how != PressOne && how != Decline && how != RingOut {
		h.showPhones(w, r, http.StatusUnprocessableEntity, "", "", "Choose what to do with the call.")
		return
	}
	switch err := h.opts.Phones.Take(r.Context(), r.PostForm.Get("call"), how); {
	case desk.Is(err, desk.Conflict):
		h.showPhones(w, r, http.StatusConflict, "", "", "This phone does not ring any more.")
		return
	case err != nil:
		h.staffWrong(w, r, signed{}, err)
		return
	}
	http.Redirect(w, r, "/demo/phone#calls", http.StatusSeeOther)
}

// GET /demo/phone/part: what of the page is drawn anew.
func (h *handler) phonePart(w http.ResponseWriter, r *http.Request) {
	h.render(w, r, http.StatusOK, view.PhoneParts(h.phonesView("", "", "")))
}

// phoneBeat is how often the page of the phones looks whether one of them got something.
const phoneBeat = time.Second

// GET /demo/phone/live
func (h *handler) phoneLive(w http.ResponseWriter, r *http.Request) {
	tell := h.stream(w, r)
	beat := time.NewTicker(phoneBeat)
	defer beat.Stop()
	seen := h.phonesView("", "", "")
	for event := "beat"; ; event = "beat" {
		if now := h.phonesView("", "", ""); !reflect.DeepEqual(now, seen) {
			seen, event = now, "changed"
		}
		if !tell(event, "{}") {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-beat.C:
		}
	}
}

func (h *handler) showPhones(w http.ResponseWriter, r *http.Request, status int, number, typed, wrong string) {
	v := h.phonesView(number, typed, wrong)
	if v.Error.Text = wrong; number != "" {
		v.Error.FieldID = "text-" + number
	}
	h.render(w, r, status, view.Phones(v))
}

// callView says what became of a call.
func callView(c PhoneCall, whose string) view.CallOne {
	v := view.CallOne{ID: c.ID, Number: desk.Phone(c.To).String(), Whose: whose, Say: c.Say, Ringing: c.Ringing, Meta: desk.Phone(c.From).String() + ", " + c.At.UTC().Format("Jan 2, 15:04 UTC")}
	switch {
	case c.Ringing:
		v.State = "Ringing"
	case c.Key != "":
		v.State = "Taken, and " + c.Key + " pressed"
	case c.Declined:
		v.State = "Declined"
	default:
		v.State = "Nobody took it"
	}
	return v
}

// callsShown is how many calls that are over the page shows.
const callsShown = 10

func (h *handler) phonesView(number, typed, wrong string) (v view.PhonesView) {
	over := 0
	for _, c := range slices.Backward(h.opts.Phones.Calls()) {
		if !c.Ringing {
			if over++; over > callsShown {
				continue
			}
		}
		v.Calls = append(v.Calls, callView(c, h.opts.Phones.Whose(c.To)))
	}
	slices.SortStableFunc(v.Calls, func(a, b view.CallOne) int {
		if a.Ringing == b.Ringing {
			return 0
		} else if a.Ringing {
			return -1
		}
		return 1
	})
	for _, n := range h.opts.Phones.Numbers() {
		one := view.PhoneOne{Number: desk.Phone(n).String(), Whose: h.opts.Phones.Whose(n), ID: n}
		if n == number {
			one.Typed, one.Error = typed, wrong
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
	return v
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
