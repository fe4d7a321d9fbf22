// Package web is the face of Kept in a browser: the pages of people who need help, below each
// hospital's own host name, and the pages of the staff who help them. It reads forms, asks the app
// and shows what it says; it decides nothing about promises, reads no database and sends nothing.
//
// Start with New, then client.go, which finds the hospital and the language of a request, and
// home.go, the first page that people see. Staff pages begin in staff_routes.go.
package web

import (
	"bytes"
	"log/slog"
	"net/http"
	"strconv"
	"sync"

	"github.com/a-h/templ"

	"kept/internal/app"
	"kept/internal/httpd"
	"kept/internal/web/static"
)

// Options are what the pages need.
type Options struct {
	App    *app.App
	Log    *slog.Logger
	Demo   bool      // hospitals are found by the first word of the path, too
	Secure bool      // cookies are sent over TLS only
	Phones PhoneBook // the invented phones of the demo; may be nil
}

// handler holds what every page needs. Its methods are the pages.
type handler struct {
	app  *app.App
	log  *slog.Logger
	opts Options
	help http.Handler // the pages of one hospital, below its host or path

	watching watching
	away     httpd.Flood // pages that failed because the desk cannot be asked
}

// New gives the pages. Headers, limits and the log of requests are httpd.Wrap's.
func New(o Options) http.Handler {
	h := &handler{app: o.App, log: o.Log, opts: o}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	h.help = h.helpRoutes()
	mux := http.NewServeMux()
	mux.Handle("GET /static/", static.Handler())
	mux.HandleFunc("GET /robots.txt", robots)
	h.staffRoutes(mux)
	mux.HandleFunc("/", h.atClient)
	return mux
}

// helpRoutes are the pages of people who need help, without the hospital and the language, which
// atClient has taken off the path.
func (h *handler) helpRoutes() http.Handler {
	mux := http.NewServeMux()
	for pattern, show := range map[string]page{
		"GET /{$}":                      h.home,
		"GET /search":                   wordless(h.search),
		"POST /search":                  h.lookFor,
		"GET /a/{slug}":                 wordless(h.answer),
		"POST /a/{slug}":                h.weight,
		"POST /a/{slug}/help":           h.answerHelped,
		"GET /our-promises":             h.ourPromises,
		"GET /privacy":                  h.privacy,
		"GET /accessibility":            h.accessibility,
		"GET /language":                 h.language,
		"GET /find":                     h.find,
		"POST /find":                    h.sendLink,
		"GET /ask":                      wordless(h.askBegin),
		"POST /ask":                     h.askAbout,
		"GET /ask/{page}":               wordless(h.askPage),
		"POST /ask/{page}":              h.askAnswer,
		"GET /t/{token}":                h.tracker,
		"GET /t/{token}/live":           h.trackerLive,
		"GET /t/{token}/part":           h.trackerPart,
		"GET /t/{token}/time":           h.trackerTime,
		"POST /t/{token}/time":          h.pickTime,
		"GET /t/{token}/number":         h.trackerNumber,
		"POST /t/{token}/number":        h.askNumber,
		"GET /t/{token}/number/code":    h.trackerNumberCode,
		"POST /t/{token}/number/code":   h.takeNumber,
		"GET /t/{token}/words":          h.trackerWords,
		"POST /t/{token}/words":         h.addWords,
		"GET /t/{token}/withdrawal":     h.trackerWithdrawal,
		"POST /t/{token}/withdrawal":    h.withdraw,
		"POST /t/{token}/confirmation":  h.confirm,
		"GET /t/{token}/reopening":      h.trackerReopening,
		"POST /t/{token}/reopening":     h.reopen,
		"GET /t/{token}/question":       h.trackerQuestion,
		"POST /t/{token}/question":      h.sendQuestionCode,
		"GET /t/{token}/question/code":  h.trackerQuestionCode,
		"POST /t/{token}/question/code": h.showQuestion,
		"/":                             h.unknownPage,
	} {
		mux.HandleFunc(pattern, h.at(show))
	}
	return mux
}

// robots keeps trackers out of search engines; the help pages may be found.
func robots(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("User-agent: *\nDisallow: /t/\nDisallow: /*/t/\nDisallow: /desk\n"))
}

// pages are buffers, each grown to the size of a page already.
var pages = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// render writes a page whole or not at all: a fault while drawing becomes the error page, never half
// a page.
func (h *handler) render(w http.ResponseWriter, r *http.Request, status int, page templ.Component) {
	b := pages.Get().(*bytes.Buffer)
	defer pages.Put(b)
	b.Reset()
	if err := page.Render(r.Context(), b); err != nil {
		h.log.ErrorContext(r.Context(), "a page could not be drawn", "ref", httpd.Ref(r.Context()), "err", err)
		http.Error(w, "The problem is on our side.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // whoever went away needs no page
}
