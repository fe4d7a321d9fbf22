package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/httpd"
	"kept/internal/web/view"
	"kept/internal/words"
)

// visit is one request on the pages of one hospital, in one language. Every link of these pages is
// made by it, so that hospital and language are never lost on the way.
type visit struct {
	client desk.Client
	lang   words.Lang
	root   string // before the language: "" on the hospital's own host, "/mercy" in the demo
	path   string // below hospital and language: "/ask/1"
	query  string // raw
	now    time.Time
	zone   *time.Location
	hours  app.Hours
	front  bool // there is a list of hospitals to go back to
}

// page draws a page of a hospital or does an act there. An error that it gives becomes the page for
// that kind of error.
type page func(w http.ResponseWriter, r *http.Request, v visit) error

type visitKey struct{}

// at makes a handler of a page; atClient has noted the visit.
func (h *handler) at(show page) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, _ := r.Context().Value(visitKey{}).(visit)
		defer func() {
			// A fault of ours still shows the number to call; httpd notes it.
			if p := recover(); p != nil {
				if p != http.ErrAbortHandler {
					h.wrong(w, r, v, desk.Errorf(desk.Internal, "fault", "Something went wrong on our side."))
				}
				panic(p)
			}
		}()
		if err := show(w, r, v); err != nil {
			h.wrong(w, r, v, err)
		}
	}
}

// atClient finds the hospital of a request by its host, in the demo by the first word of the path as
// well, and the language by the word after that.
func (h *handler) atClient(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	v := visit{path: r.URL.Path, query: r.URL.RawQuery, now: h.app.Now()}
	c, err := h.app.ClientByHost(ctx, r.Host)
	if desk.Is(err, desk.NotFound) && h.opts.Demo {
		if v.path == "/" {
			h.frontPage(w, r)
			return
		}
		slug, rest := firstWord(v.path)
		if c, err = h.app.ClientBySlug(ctx, slug); err == nil {
			v.root, v.path, v.front = "/"+slug, rest, true
		}
	}
	if err != nil {
		h.noHospital(w, r, err)
		return
	}
	v.client, v.lang = c, words.EN
	if word, rest := firstWord(v.path); word == string(words.ES) {
		v.lang, v.path = words.ES, rest
	}
	v.zone = clientZone(c)
	v.hours = h.app.Hours(c, v.now)
	below := r.WithContext(context.WithValue(ctx, visitKey{}, v))
	to := *r.URL
	to.Path, to.RawPath = v.path, ""
	below.URL = &to
	h.help.ServeHTTP(w, below)
	r.Pattern = below.Pattern // metrics and the log know the page, not the hospital
}

// firstWord parts "/mercy/es/ask" into "mercy" and "/es/ask".
func firstWord(path string) (word, rest string) {
	word, rest, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return word, "/" + rest
}

// in is the address of a path of this hospital in a language.
func (v visit) in(lang words.Lang, path string) string {
	if lang == words.ES {
		path = "/es" + path
	}
	return v.root + path
}

// url is the address of a path of this hospital in the language of the page.
func (v visit) url(path string) string { return v.in(v.lang, path) }

// t is a text in the language of the page.
func (v visit) t(key string, args ...any) string { return words.T(v.lang, key, args...) }

// guest is who visits: somebody on the public pages, not known yet.
func (v visit) guest() desk.Viewer { return desk.Guest(v.client.ID) }

func (v visit) phone() string { return desk.Phone(v.client.Phone).String() }

func (v visit) tel() string { return "tel:" + desk.Phone(v.client.Phone).E164() }

func (v visit) by(t time.Time) string { return words.By(v.lang, t, v.zone, v.now) }

func (v visit) window(start, end time.Time) string {
	return words.Window(v.lang, start, end, v.zone, v.now)
}

func (v visit) instant(t time.Time) string { return words.Instant(v.lang, t, v.zone, v.now) }

// machine is an instant as programs read it, with the hospital's offset.
func (v visit) machine(t time.Time) string { return t.In(v.zone).Format(time.RFC3339) }

// page is what the shell of a page says. title stands before the hospital's name.
func (v visit) page(title string) view.Page {
	other := v.lang.Other()
	same := (&url.URL{Path: v.in(other, v.path)}).EscapedPath()
	if v.query != "" {
		same += "?" + v.query
	}
	return view.Page{
		Lang: string(v.lang), Title: v.t("site.title.page", "page", title, "client", v.client.Name), Skip: v.t("site.skip"),
		Hospital: v.client.Name, Desk: v.t("site.helpdesk"), HomeURL: v.url("/"),
		OtherLangs: []view.Link{{URL: same, Text: other.Name(), Lang: string(other)}},
		Phone:      v.phoneBar(), Footer: v.footer(),
	}
}

// wrongPage is the shell of a page that shows a form with problems.
func (v visit) wrongPage(p view.Page) view.Page {
	p.Title = v.t("site.title.error", "title", p.Title)
	return p
}

func (v visit) phoneBar() view.PhoneView {
	p := view.PhoneView{Number: v.phone(), URL: v.tel(), More: v.t("phone.person") + " " + v.t("phone.tty"), OpenShort: v.t("phone.open_short") + ". " + v.t("phone.tty")}
	switch {
	case v.hours.Always:
		p.Open = v.t("phone.open247")
	case v.hours.Open:
		p.Open = v.t("phone.open_until", "clock", words.Clock(v.lang, v.hours.Until, v.zone)) + "."
	default:
		p.Open, p.OpenShort, p.More = v.t("phone.closed", "when", v.instant(v.hours.Next)), v.t("phone.closed_short")+". "+v.t("phone.tty"), v.t("phone.tty")
	}
	if !strings.HasSuffix(p.More, ".") {
		p.More += "."
	}
	if v.lang == words.EN {
		p.Spoken, p.SpokenIn = words.T(words.ES, "phone.spanish"), "es"
	}
	return p
}

// tongues are the names of the languages in which an interpreter can be had most often, each in its
// own script.
var tongues = []view.Link{
	{Text: "Español", Lang: "es"}, {Text: "中文", Lang: "zh"}, {Text: "Tiếng Việt", Lang: "vi"}, {Text: "한국어", Lang: "ko"},
	{Text: "Tagalog", Lang: "tl"}, {Text: "Русский", Lang: "ru"}, {Text: "العربية", Lang: "ar"}, {Text: "Kreyòl ayisyen", Lang: "ht"},
	{Text: "Français", Lang: "fr"}, {Text: "Polski", Lang: "pl"}, {Text: "Português", Lang: "pt"}, {Text: "Italiano", Lang: "it"},
	{Text: "Deutsch", Lang: "de"}, {Text: "日本語", Lang: "ja"}, {Text: "فارسی", Lang: "fa"},
}

func (v visit) footer() view.FooterView {
	key := "footer.help"
	if !v.hours.Always {
		key = "footer.help.hours"
	}
	before, after, _ := strings.Cut(v.t(key, "phone", "\x00"), "\x00")
	need, call, _ := strings.Cut(before, "? ")
	f := view.FooterView{
		Need: need + "?", Call: strings.TrimSpace(call), Hours: strings.TrimSpace(after),
		Emergency: v.t("footer.emergency"), Languages: v.t("footer.language"), Tongues: tongues,
		Links: []view.Link{
			{URL: v.url("/our-promises"), Text: v.t("footer.promises")},
			{URL: v.url("/privacy"), Text: v.t("footer.privacy")},
			{URL: v.url("/accessibility"), Text: v.t("footer.accessibility")},
			{URL: v.url("/language"), Text: v.t("footer.language")},
		},
	}
	if v.front {
		f.Links = append(f.Links, view.Link{URL: "/", Text: v.t("demo.hospitals")})
	}
	return f
}

// readForm reads what was sent. What is bigger than the desk reads is TooLarge.
func readForm(r *http.Request) error {
	err := r.ParseForm()
	var big *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &big):
		return desk.Errorf(desk.TooLarge, "ask.too_large", "What you sent is too big for us. Make it smaller.")
	}
	return desk.Errorf(desk.Invalid, "text.invalid", "We cannot read that text. Type it again.")
}

// go303 leads to a path of this hospital after an act.
func (v visit) go303(w http.ResponseWriter, r *http.Request, path string) error {
	// Not http.Redirect: it would resolve the address against the path that atClient cut short.
	w.Header().Set("Location", v.url(path))
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// address is where the request comes from, for limits only.
func address(r *http.Request) string { return httpd.Address(r.Context()) }
