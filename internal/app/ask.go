package app

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
)

// Ask is what somebody has typed so far on the question pages, kept as typed: the next page and the
// error message show the same words again.
type Ask struct {
	Words     string    `json:"words"`
	Answer    string    `json:"answer,omitempty"` // slug of the answer that did not help
	About     string    `json:"about,omitempty"`  // me, child, adult
	Channel   string    `json:"channel,omitempty"`
	Phone     string    `json:"phone,omitempty"`
	Email     string    `json:"email,omitempty"`
	Voicemail string    `json:"voicemail,omitempty"` // yes, no
	Start     time.Time `json:"start,omitzero"`      // of the chosen window; zero: as soon as you can
	Chosen    bool      `json:"chosen,omitempty"`    // the time question was answered
	Needs     []string  `json:"needs,omitempty"`     // none, es, other:TEXT, tty, speaker
	Other     string    `json:"other,omitempty"`     // the other language, as typed
	Needed    bool      `json:"needed,omitempty"`    // the needs question was answered
	Lang      string    `json:"lang,omitempty"`
	Alarmed   bool      `json:"alarmed,omitempty"` // saw the emergency page and went on
	Search    string    `json:"search,omitempty"`  // what was looked for last: addresses hold no words
}

// Opened is what somebody gets who has asked: a number and a promise.
type Opened struct {
	Client  desk.ClientID
	Ticket  desk.TicketID
	Ref     desk.Ref
	Token   string
	Promise desk.Promise
	Again   bool // this had been sent before; nothing new was made
}

const (
	draftLife = 24 * time.Hour
	maxTyped  = 20_000 // bytes of the words of a draft; an error page shows them again
	maxAnswer = 1_000  // bytes of every other answer of a draft
)

// askPages are the question pages in the order in which they are asked.
var askPages = []string{"words", "about", "channel", "phone", "email", "voicemail", "start", "needs"}

// A social security number is never needed, and nobody should have to guard one that is not there.
var socialSecurity = regexp.MustCompile(`(^|[^0-9-])[0-9]{3}[- ][0-9]{2}[- ][0-9]{4}($|[^0-9-])`)

// CheckAsk gives the problems of one question page ("words", "about", "channel", "phone", "email",
// "voicemail", "start", "needs") as an Invalid error, or nil.
func (a *App) CheckAsk(c desk.Client, page string, k Ask) error {
	var bad desk.Fields
	switch page {
	case "words":
		words, err := desk.CleanText(k.Words, desk.MaxWords)
		switch {
		case err != nil:
			bad.Add("words", err.(*desk.Error).Code, err.(*desk.Error).Message)
		case words == "":
			bad.Add("words", "ask.what.error", "Tell us what you need help with.")
		case socialSecurity.MatchString(words):
			bad.Add("words", "ask.what.ssn", "Take out the Social Security number. We do not need it.")
		}
	case "about":
		if !oneWord(k.About, "me", "child", "adult") {
			bad.Add("about", "ask.who.error", "Choose who this is about.")
		}
	case "channel":
		if way, ok := k.way(); !ok || !reaches(c, way) {
			bad.Add("channel", "ask.how.error", "Choose how you want to hear from us.")
		}
	case "phone":
		if k.Channel != "email" {
			if p, err := desk.ParsePhone(k.Phone); err != nil {
				bad.Add("phone", "phone.invalid", err.(*desk.Error).Message)
			} else if k.Channel == "text" && p.Ext() != "" {
				bad.Add("phone", "phone.extension", textExtension)
			}
		}
	case "email":
		if k.Channel == "email" {
			if _, err := desk.ParseEmail(k.Email); err != nil {
				bad.Add("email", "email.invalid", err.(*desk.Error).Message)
			}
		}
	case "voicemail":
		if k.Channel == "call" && !oneWord(k.Voicemail, "yes", "no") {
			bad.Add("voicemail", "ask.number.voicemail.error", "Choose yes or no.")
		}
	case "start":
		if k.Channel == "call" && !k.Chosen {
			bad.Add("start", "ask.when.error", "Choose a time for us to call.")
		}
	case "needs":
		k.checkNeeds(&bad)
	}
	return bad.Err()
}

func (k Ask) checkNeeds(bad *desk.Fields) {
	if k.Channel == "call" && !k.Needed && len(k.Needs) == 0 {
		bad.Add("needs", "choose", "Choose one.")
	}
	if len(k.Needs) > 1 && slices.Contains(k.Needs, "none") {
		bad.Add("needs", "ask.help.exclusive", "Choose “No” or the help you need, not both.")
	}
	for _, n := range k.Needs {
		if lang, ok := k.otherLanguage(n); ok {
			if lang == "" {
				bad.Add("other", "ask.help.other.error", "Tell us which language.")
			} else if len([]rune(lang)) > 60 {
				bad.Add("other", "text.too_long", "That is too long. Use at most 60 characters.")
			}
		} else if !oneWord(n, "none", "es", "tty", "speaker") {
			bad.Add("needs", "choose", "Choose one.")
		}
	}
}

// otherLanguage gives the language that a need names, "" when it was not typed; false for other needs.
func (k Ask) otherLanguage(need string) (string, bool) {
	typed, named := strings.CutPrefix(need, "other:")
	if !named && need != "other" {
		return "", false
	}
	if !named || typed == "" {
		typed = k.Other
	}
	lang, err := desk.CleanLine(strings.ReplaceAll(typed, ",", " "), -1)
	return lang, err == nil || need != ""
}

// needs writes the help that is needed as codes, comma separated.
func (k Ask) needs() string {
	var codes []string
	for _, n := range k.Needs {
		if lang, ok := k.otherLanguage(n); ok {
			n = "other:" + lang
		}
		if n != "none" && !slices.Contains(codes, n) {
			codes = append(codes, n)
		}
	}
	return strings.Join(codes, ",")
}

// language is what a caller must speak, "" for English.
func (k Ask) language() string {
	if k.Lang == "es" || slices.Contains(k.Needs, "es") {
		return "es"
	}
	return ""
}

// way is the channel of the choice "call", "text" or "email".
func (k Ask) way() (desk.Channel, bool) {
	switch k.Channel {
	case "call":
		return desk.ByVoice, true
	case "text":
		return desk.BySMS, true
	case "email":
		return desk.ByEmail, true
	}
	return "", false
}

// reaches reports whether c can reach people by a channel. A person can always be called.
func reaches(c desk.Client, way desk.Channel) bool {
	return way == desk.ByVoice || len(c.Channels) == 0 || slices.Contains(c.Channels, way)
}

func oneWord(s string, words ...string) bool { return slices.Contains(words, s) }

// AskWindows gives the windows that can be chosen for k in the next 7 days, soonest first, under the
// rules for people whom nobody has verified, and the skill that they need.
func (a *App) AskWindows(ctx context.Context, v desk.Viewer, c desk.ClientID, k Ask) ([]Window, desk.Skill, error) {
	client, err := a.Client(ctx, v, c)
	if err != nil {
		return nil, desk.Skill{}, err
	}
	skill, err := a.skillFor(ctx, k.Words)
	if err != nil {
		return nil, desk.Skill{}, err
	}
	ws, err := a.openWindows(ctx, client, skill, k.language(), true)
	return ws, a.Skill(ctx, skill), err
}

// openWindows gives the windows of the next 7 days that somebody can keep, soonest first.
func (a *App) openWindows(ctx context.Context, c desk.Client, skill, language string, unproven bool) ([]Window, error) {
	now := a.Now()
	ws, err := a.windows(ctx, c, coverage.Query{
		Client: int64(c.ID), Skill: skill, Language: language, From: now, Until: now.Add(horizon),
		Length: WindowLength, Zone: zoneOf(c), Unverified: unproven,
	})
	return slices.DeleteFunc(ws, func(w Window) bool { return !w.Covered }), err
}

// skillFor is the skill that the best answer to words names, or the default.
func (a *App) skillFor(ctx context.Context, words string) (string, error) {
	best, err := a.FindAnswers(ctx, words, 8)
	if err != nil {
		return "", err
	}
	for _, b := range best {
		if b.Audience == desk.Patient && b.Skill != "" {
			return b.Skill, nil
		}
	}
	return DefaultSkill(desk.Patient), nil
}

var (
	askPerIP     = limit{name: "ask.ip", n: 20, per: 20 * time.Minute} // twenty at once, sixty an hour: a waiting room shares one address
	askPerClient = limit{name: "ask.client", n: 600, per: time.Hour}
)

// askPerDay is how many questions one number or mailbox may send in a day.
const askPerDay = 5

// SendAsk opens the ticket of a draft with its promise, once: a second call gives the first ticket
// again. ip is used for rate limits only and is not stored. Conflict "window.taken" when the chosen
// window went meanwhile; RateLimited per number, address and client.
func (a *App) SendAsk(ctx context.Context, v desk.Viewer, cid desk.ClientID, d Draft, ip string) (Opened, error) {
	c, err := a.Client(ctx, v, cid)
	if err != nil {
		return Opened{}, err
	}
	// What was sent before is given again, without limits and without looking at the answers.
	sent, ok, err := a.draft(ctx, v, cid, d.Key)
	if err != nil {
		return Opened{}, err
	}
	if ok && sent.Ticket != nil {
		return *sent.Ticket, nil
	}
	if _, err := d.body(); err != nil {
		return Opened{}, err
	}
	if err := a.checkAll(c, d.Ask); err != nil {
		return Opened{}, err
	}
	in, err := a.ticketOf(ctx, c, d.Ask)
	if err != nil {
		return Opened{}, err
	}
	if err := a.mayAsk(cid, ip); err != nil {
		return Opened{}, err
	}
	want := callback{wanted: in.Channel == desk.ByVoice, start: d.Ask.Start, skill: in.Skill, language: d.Ask.language(), unproven: true}
	var out Opened
	err = a.withCall(ctx, v, c, want, func(s *choice) error {
		return a.db.WriteAsking(ctx, v, cid, a.ahead(in.Requester), func(tx *store.Tx) (err error) {
			out, err = a.openDraft(tx, v, c, d, in, s)
			return err
		})
	})
	return out, err
}

// mayAsk counts a question against the limits of its sender and its client.
func (a *App) mayAsk(c desk.ClientID, ip string) error {
	if ip != "" {
		if err := a.limits.take(a.Now(), askPerIP, ip); err != nil {
			return err
		}
	}
	return a.limits.take(a.Now(), askPerClient, strconv.FormatInt(int64(c), 10))
}

// checkAll checks every page, so that nothing is sent that a page would have refused.
func (a *App) checkAll(c desk.Client, k Ask) error {
	var bad desk.Fields
	for _, page := range askPages {
		if err := a.CheckAsk(c, page, k); err != nil {
			bad = append(bad, err.(*desk.Error).Fields...)
		}
	}
	return bad.Err()
}

// ticketOf makes a new ticket of checked answers.
func (a *App) ticketOf(ctx context.Context, c desk.Client, k Ask) (TicketIn, error) {
	in := TicketIn{
		Words: k.Words, Via: desk.ViaWeb, Lang: "en", About: desk.About(k.About), Needs: k.needs(),
		Requester: RequesterIn{Kind: desk.Patient}, Voicemail: k.Channel == "call" && k.Voicemail == "yes",
	}
	if k.Lang == "es" {
		in.Lang = "es"
	}
	// An address of a channel that was not chosen in the end is not kept.
	if in.Channel, _ = k.way(); in.Channel == desk.ByEmail {
		in.Requester.Email = k.Email
	} else {
		in.Requester.Phone = k.Phone
	}
	var err error
	if in.Skill, err = a.skillFor(ctx, k.Words); err != nil {
		return in, err
	}
	return in, in.clean(c)
}

// callback is a call that somebody wants. The zero callback is none.
type callback struct {
	wanted   bool
	start    time.Time // zero: as soon as we can
	skill    string
	language string
	unproven bool
}

// maxChoices is how many windows may go to others before somebody is promised words instead of a call.
const maxChoices = 20

// withCall finds the window of a callback and runs fn with it. Where as soon as we can is meant, a
// window that goes meanwhile is replaced by the next; where nobody can call within 7 days, fn runs
// without a choice, and the agreement's promise takes its place: nobody is left with nothing.
func (a *App) withCall(ctx context.Context, v desk.Viewer, c desk.Client, want callback, fn func(*choice) error) error {
	if !want.wanted {
		return fn(nil)
	}
	for try := 0; ; try++ {
		s, err := a.choose(ctx, v, c, PromiseIn{Kind: desk.Callback, Start: want.start}, want.skill, want.language, want.unproven, a.Now())
		if err != nil && !taken(err) {
			return err
		}
		if err != nil && !want.start.IsZero() {
			left, lost := a.openWindows(ctx, c, want.skill, want.language, want.unproven)
			if lost != nil || len(left) > 0 {
				return cmp.Or(lost, err)
			}
		}
		if err != nil || try == maxChoices {
			s = nil
		}
		if err = fn(s); s != nil && taken(err) && want.start.IsZero() {
			continue
		}
		return err
	}
}

// taken reports whether err says that a window went meanwhile or that nobody covers it.
func taken(err error) bool {
	e, ok := err.(*desk.Error)
	return ok && e.Code == errTaken.Code
}

// mayPromise holds the limits of one number or mailbox that nobody has verified: two live promises and five
// questions a day, five times as many for all extensions of a number together. They are counted on the rows,
// so that no second node doubles them.
func mayPromise(tx *store.Tx, in RequesterIn) error {
	value := in.Phone
	if value == "" {
		value = in.Email
	}
	live, line, err := tx.LiveUnproven(value)
	if err != nil {
		return err
	}
	if tooMany(live, line, liveUnproven) {
		return desk.Errorf(desk.RateLimited, "ask.two_promises", "We have already promised to get back to this number twice. Call us if you need help now.")
	}
	today, line, err := tx.OpenedSince(value, tx.Now().Add(-24*time.Hour))
	if err != nil {
		return err
	}
	if tooMany(today, line, askPerDay) {
		return desk.Errorf(desk.RateLimited, "ask.five_a_day", "This number has sent five questions today. Call us if you need help now.")
	}
	return nil
}

// tooMany reports whether a number has most of something, or all extensions of its line have so many that
// they can hardly be different people.
func tooMany(own, line, most int) bool { return own >= most || line >= 5*most }

// AnswerHelped notes that an answer helped before anything was sent.
func (a *App) AnswerHelped(ctx context.Context, v desk.Viewer, c desk.ClientID, slug string) error {
	if _, err := a.Client(ctx, v, c); err != nil {
		return err
	}
	answer, err := a.Answer(ctx, slug)
	if err != nil {
		return err
	}
	// Without a question there is no history to write in; the log is what the reports count.
	a.log.InfoContext(ctx, "an answer helped", "client", int64(c), "answer", answer.ID)
	return nil
}

// liveUnproven is how many promises a number can have that nobody has checked.
const liveUnproven = 2

// enoughPromised reports whether the number of an unchecked person has as many live promises as it can.
func (x *act) enoughPromised() (bool, error) {
	r, err := x.tx.Requester(x.t.Requester)
	if err != nil || r.Proven || x.t.Address == 0 {
		return false, err
	}
	to, err := x.tx.Address(x.t.Address)
	if err != nil {
		return false, err
	}
	live, line, err := x.tx.LiveUnproven(to.Value)
	return tooMany(live, line, liveUnproven), err
}
