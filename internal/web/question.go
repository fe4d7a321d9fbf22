package web

import (
	"net/http"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/httpd"
	"kept/internal/web/view"
	"kept/internal/words"
)

// question draws the fields of the question pages.
type question struct {
	v     visit
	wrong map[string]string // problems by field
}

func (q question) field(f view.FieldView) view.FieldView {
	f.Error, f.ErrorPrefix = q.wrong[f.ID], q.v.t("error.prefix")+" "
	return f
}

func (q question) words(k app.Ask) templ.Component {
	v := q.v
	return view.Field(q.field(view.FieldView{
		ID: "words", Kind: "textarea", Label: v.t("ask.what.h1"), H1: true, Hint: v.t("ask.what.hint"), Value: k.Words, Rows: 5,
		CountFrom: desk.MaxWords - 500, CountMax: desk.MaxWords, CountWords: v.t("ask.what.left.other", "n", "%d"),
	}))
}

// radios asks for one of pairs: a value and the key of its text each.
func (q question) radios(name, legend, chosen string, pairs ...string) templ.Component {
	r := view.RadiosView{ID: name, Name: name, Legend: legend, H1: true, Error: q.wrong[name], ErrorPrefix: q.v.t("error.prefix") + " "}
	var options []view.Option
	for i := 0; i+1 < len(pairs); i += 2 {
		options = append(options, view.Option{Value: pairs[i], Text: q.v.t(pairs[i+1]), Checked: chosen == pairs[i]})
	}
	r.Groups = view.OneGroup(options...)
	return view.Radios(r)
}

// channels asks how to reach somebody, by what the hospital can serve.
func (q question) channels(k app.Ask) templ.Component {
	pairs := []string{"call", "ask.how.call"}
	serves := func(c desk.Channel) bool {
		return len(q.v.client.Channels) == 0 || slices.Contains(q.v.client.Channels, c)
	}
	if serves(desk.BySMS) {
		pairs = append(pairs, "text", "ask.how.text")
	}
	if serves(desk.ByEmail) {
		pairs = append(pairs, "email", "ask.how.email")
	}
	return q.radios("channel", q.v.t("ask.how.h1"), k.Channel, pairs...)
}

// reach asks for the number or the mailbox, and, for calls, whether a message may be left.
func (q question) reach(k app.Ask) ([]templ.Component, string) {
	v := q.v
	if k.Channel == "email" {
		title := v.t("ask.email.h1")
		return []templ.Component{view.Field(q.field(view.FieldView{
			ID: "email", Kind: "email", Label: title, H1: true, Hint: v.t("ask.email.hint"), Value: k.Email, Autocomplete: "email",
		}))}, title
	}
	title := v.t("ask.number.h1")
	if k.Channel == "text" {
		title = v.t("ask.number.text.h1")
	}
	parts := []templ.Component{view.Field(q.field(view.FieldView{
		ID: "phone", Kind: "tel", Label: title, H1: true, Hint: v.t("ask.number.hint"), Value: k.Phone, Autocomplete: "tel", Short: true,
	}))}
	if k.Channel == "text" {
		return parts, title
	}
	return append(parts, view.Radios(view.RadiosView{
		ID: "voicemail", Name: "voicemail", Legend: v.t("ask.number.voicemail"), Error: q.wrong["voicemail"], ErrorPrefix: v.t("error.prefix") + " ",
		Groups: view.OneGroup(
			view.Option{Value: "yes", Text: v.t("common.yes"), Checked: k.Voicemail == "yes"},
			view.Option{Value: "no", Text: v.t("common.no"), Checked: k.Voicemail == "no"},
		),
	})), title
}

// needs asks what helps on the call.
func (q question) needs(k app.Ask) templ.Component {
	v := q.v
	has := func(code string) bool { return slices.Contains(k.Needs, code) }
	other := view.Field(q.field(view.FieldView{ID: "other", Label: v.t("ask.help.other.label"), Value: k.Other, Short: true, Autocomplete: "off"}))
	return view.ChecksWith(view.CheckboxesView{
		ID: "needs", Name: "needs", Legend: v.t("ask.help.h1"), H1: true, Error: q.wrong["needs"], ErrorPrefix: v.t("error.prefix") + " ",
		Options: []view.Option{
			{Value: "none", Text: v.t("ask.help.no"), Checked: has("none"), Alone: true},
			{Value: "es", Text: v.t("ask.help.spanish"), Checked: has("es"), Lang: "es"},
			{Value: "tty", Text: v.t("ask.help.tty"), Checked: has("tty")},
			{Value: "speaker", Text: v.t("ask.help.someone"), Checked: has("speaker")},
			{Value: "other", Text: v.t("ask.help.other"), Checked: has("other")},
		},
	}, other)
}

// offered makes answers ready to be shown folded.
func (q question) offered(answers []desk.Answer) []view.OfferedAnswer {
	var out []view.OfferedAnswer
	for _, a := range answers {
		body := a.Body
		if q.v.lang == words.ES && a.BodyES != "" {
			body = a.BodyES
		}
		out = append(out, view.OfferedAnswer{
			Title: titleOf(q.v.lang, a), Body: view.Paragraphs(body),
			Helped: view.ButtonView{Text: q.v.t("ask.answers.helped"), Name: "helped", Value: a.Slug, Quiet: ": " + titleOf(q.v.lang, a)},
		})
	}
	return out
}

// times is a choice of windows.
type times struct {
	windows []app.Window
	start   time.Time
	chosen  bool
	later   bool // all of them, not only those of two days
	soonest bool // with "as soon as you can"
	legend  string
	h1      bool
	error   string
	focus   bool
}

// shownTimes is how many windows of a day are shown at first.
const shownTimes = 6

// dayOfTimes is the windows of one day at the hospital.
type dayOfTimes struct {
	title   string
	windows []app.Window
}

func (v visit) days(windows []app.Window) []dayOfTimes {
	var out []dayOfTimes
	for _, w := range windows {
		title := upper(words.Date(v.lang, w.Start, v.zone, v.now))
		if len(out) == 0 || out[len(out)-1].title != title {
			out = append(out, dayOfTimes{title: title})
		}
		last := &out[len(out)-1]
		last.windows = append(last.windows, w)
	}
	return out
}

// few gives the windows of day n that are shown at first: the next ones of the first day, some of the
// daytime of the second, none of the others, and always the one that was chosen.
func (v visit) few(n int, windows []app.Window, c times) []app.Window {
	var out []app.Window
	if n == 0 {
		out = slices.Clone(windows[:min(len(windows), shownTimes)])
	}
	if n == 1 {
		day := windows
		light := slices.DeleteFunc(slices.Clone(windows), func(w app.Window) bool {
			hour := w.Start.In(v.zone).Hour()
			return hour < 8 || hour >= 20
		})
		if len(light) > 0 {
			day = light // nobody picks one in the night who has not looked for it
		}
		step := max(1, (len(day)+shownTimes-1)/shownTimes)
		for i := 0; i < len(day); i += step {
			out = append(out, day[i])
		}
	}
	for _, w := range windows {
		if c.chosen && w.Start.Equal(c.start) && !slices.ContainsFunc(out, func(o app.Window) bool { return o.Start.Equal(w.Start) }) {
			out = append(out, w)
		}
	}
	slices.SortFunc(out, func(a, b app.Window) int { return a.Start.Compare(b.Start) })
	return out
}

// times draws windows grouped by day. more is the text of the link to the others, "" when all are there.
func (v visit) times(c times) (parts []templ.Component, more string) {
	r := view.RadiosView{
		ID: "start", Name: "start", Legend: c.legend, H1: c.h1, Error: c.error, ErrorPrefix: v.t("error.prefix") + " ", Autofocus: c.focus,
		Hint: v.t("ask.when.zone", "zone", words.Zone(v.lang, v.now, v.zone)),
	}
	var first view.OptionGroup
	if c.soonest {
		text := v.t("ask.when.soonest")
		if len(c.windows) > 0 {
			text = v.t("ask.when.asap", "by", v.by(c.windows[0].End))
		}
		first.Options = []view.Option{{Value: soonest, Text: text, Checked: c.chosen && c.start.IsZero()}}
		r.Groups = append(r.Groups, first)
	}
	if len(c.windows) == 0 {
		parts = append(parts, view.Lead(v.t("ask.when.nobody", "phone", v.phone())))
	} else if c.windows[0].Start.Sub(v.now) > 24*time.Hour {
		parts = append(parts, view.Lead(v.t("ask.when.none", "when", v.instant(c.windows[0].Start))))
	}
	left := 0
	for n, day := range v.days(c.windows) {
		shown := day.windows
		if !c.later {
			shown = v.few(n, day.windows, c)
			left += len(day.windows) - len(shown)
		}
		if len(shown) == 0 {
			continue
		}
		g := view.OptionGroup{Title: day.title, Folded: n > 0 && c.later}
		for _, w := range shown {
			picked := c.chosen && w.Start.Equal(c.start)
			g.Folded = g.Folded && !picked
			g.Options = append(g.Options, view.Option{
				Value: w.Start.UTC().Format(time.RFC3339), Text: words.Slot(v.lang, w.Start, w.End, v.zone), Checked: picked,
			})
		}
		r.Groups = append(r.Groups, g)
	}
	if left > 0 {
		more = v.t("ask.when.later")
	}
	if len(r.Groups) > 0 {
		parts = append(parts, view.Radios(r))
	}
	return parts, more
}

// upper begins a text with a capital.
func upper(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[n:]
}

// statusOf gives the status of err and notes when to try again.
func statusOf(w http.ResponseWriter, err error) int {
	if wait := httpd.RetryAfter(err); wait != "" {
		w.Header().Set("Retry-After", wait)
	}
	return httpd.Status(err)
}
