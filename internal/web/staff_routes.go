package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/httpd"
	"kept/internal/web/view"
	"kept/internal/words"
)

// staffRoutes adds the pages of the people who work the desk.
func (h *handler) staffRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /sign-in", h.signInPage)
	mux.HandleFunc("POST /sign-in", h.signIn(mux))
	mux.HandleFunc("POST /sign-out", h.signOut)
	mux.HandleFunc("GET /calendar/{file}", h.calendar)

	for pattern, f := range h.deskRoutes() {
		mux.HandleFunc(pattern, h.staff(f))
	}
	for _, below := range []string{"/desk/", "/promises/", "/alerts/", "/inbound/", "/wall/"} {
		mux.HandleFunc(below, h.staff(nothingHere))
	}
	mux.HandleFunc("GET /wall", h.wall(h.wallPage))
	mux.HandleFunc("GET /wall/part", h.wall(h.wallPart))
	mux.HandleFunc("GET /wall/live", h.wall(h.wallLive))
	mux.HandleFunc("GET /client", h.figures(h.ownFigures))
	mux.HandleFunc("GET /client/{slug}", h.figures(h.figuresPage))
	mux.HandleFunc("GET /client/{slug}/part", h.figures(h.figuresPart))
	mux.HandleFunc("GET /client/{slug}/live", h.figures(h.figuresLive))
	mux.HandleFunc("GET /client/{slug}/agreement", h.figures(h.ownAgreement))
	mux.HandleFunc("POST /client/{slug}/agreement/answers", h.figures(h.answerAgreement))
	mux.HandleFunc("GET /client/{slug}/shares", h.figures(h.sharesPage))
	mux.HandleFunc("POST /client/{slug}/shares", h.figures(h.makeShare))
	mux.HandleFunc("POST /client/{slug}/shares/{id}/end", h.figures(h.endShare))
	mux.HandleFunc("POST /client/{slug}/shares/{id}/owner", h.figures(h.takeShare))
	mux.HandleFunc("GET /client/{slug}/account", h.figures(h.ownAccount))
	mux.HandleFunc("POST /client/{slug}/account/password", h.figures(h.changeOwnPassword))
	mux.HandleFunc("POST /client/{slug}/account/second-factor", h.figures(h.saveOwnFactor))
	mux.HandleFunc("GET /figures", h.shared(h.sharedPage))
	mux.HandleFunc("GET /figures/part", h.shared(h.sharedPart))
	mux.HandleFunc("GET /figures/live", h.shared(h.sharedLive))
	if h.opts.Phones != nil {
		mux.HandleFunc("GET /demo/phone", h.phonePage)
		mux.HandleFunc("POST /demo/phone/replies", h.phoneReply)
		mux.HandleFunc("POST /demo/phone/calls", h.phoneTake)
		mux.HandleFunc("GET /demo/phone/part", h.phonePart)
		mux.HandleFunc("GET /demo/phone/live", h.phoneLive)
	}
}

// deskRoutes are the pages of those who work the desk, and their acts.
func (h *handler) deskRoutes() map[string]staffFunc {
	all := map[string]staffFunc{
		"GET /desk":                                      h.queuePage,
		"GET /desk/live":                                 h.deskLive,
		"GET /desk/part":                                 h.deskPart,
		"GET /desk/t/{ref}":                              h.ticketPage,
		"POST /desk/t/{ref}/replies":                     h.reply,
		"POST /desk/t/{ref}/notes":                       h.addNote,
		"POST /desk/t/{ref}/owner":                       h.assign,
		"POST /desk/t/{ref}/questions-if-fixed":          h.askIfFixed,
		"POST /desk/t/{ref}/promises":                    h.makePromise,
		"POST /desk/t/{ref}/promises/{id}/attempts":      h.tryPromise,
		"POST /desk/t/{ref}/promises/{id}/misses":        h.missedCall,
		"POST /desk/t/{ref}/promises/{id}/contacts":      h.keepPromise,
		"POST /desk/t/{ref}/promises/{id}/moves":         h.movePromise,
		"POST /desk/t/{ref}/promises/{id}/owner":         h.givePromise,
		"POST /desk/t/{ref}/promises/{id}/acks":          h.havePromise,
		"POST /desk/t/{ref}/promises/{id}/entered-calls": h.enterCall,
		"POST /desk/t/{ref}/waits":                       h.waitFor,
		"POST /desk/t/{ref}/waits/end":                   h.endWait,
		"GET /desk/t/{ref}/merge":                        h.mergePage,
		"POST /desk/t/{ref}/merge":                       h.merge,
		"POST /desk/t/{ref}/void":                        h.voidTicket,
		"POST /desk/t/{ref}/priority":                    h.rankTicket,
		"POST /desk/t/{ref}/team":                        h.moveTicket,
		"POST /desk/t/{ref}/dismissals":                  h.dismissWarning,
		"GET /desk/agreements":                           h.agreementsPage,
		"GET /desk/agreements/part":                      h.agreementsPart,
		"GET /desk/agreements/{client}":                  h.agreementPage,
		"GET /desk/agreements/{client}/terms/{id}":       h.agreementTerms,
		"POST /desk/agreements/{client}/draft":           h.draftAgreement,
		"POST /desk/agreements/{client}/approvals":       h.approveAgreement,
		"POST /desk/agreements/{client}/withdrawals":     h.sure(withdrawDraft, "/desk/agreements", h.withdrawAgreement),
		"GET /desk/call/new":                             h.callPage,
		"POST /desk/call/new":                            h.finishCall,
		"GET /desk/call/done/{ref}":                      h.callDone,
		"POST /desk/call/hospital":                       h.hospitalPart,
		"POST /desk/similar":                             h.similarPart,
		"POST /desk/windows":                             h.windowsPart,
		"POST /desk/callers":                             h.callersPart,
		"GET /desk/search":                               h.searchPage,
		"POST /desk/search":                              h.searchFor,
		"GET /desk/coverage":                             h.coveragePage,
		"GET /desk/coverage/part":                        h.coveragePart,
		"GET /promises":                                  h.boardPage,
		"GET /desk/handover":                             h.handoverPage,
		"POST /desk/handover/{id}/acceptances":           h.acceptPromise,
		"POST /desk/handover/{id}/notes":                 h.noteHandover,
		"POST /desk/handover/{id}/signatures":            h.signHandover,
		"GET /wall/addresses":                            h.wallAddresses,
		"POST /wall/addresses":                           h.makeWallAddress,
		"POST /wall/addresses/{id}/end":                  h.endWallAddress,
		"POST /wall/addresses/{id}/owner":                h.takeWallAddress,
		"POST /alerts/{id}/acks":                         h.ackAlert,
		"POST /inbound/{id}/acks":                        h.takeInbound,
		"GET /desk/display":                              h.profilePage,
		"POST /desk/display":                             h.saveDisplay,
		"POST /desk/display/keys":                        h.saveKeys,
		"POST /desk/display/told":                        h.saveTold,
		"PUT /desk/t/{ref}/typed/{place}":                h.keepTyped,
		"GET /desk/call/begun":                           h.callsBegunPart,
		"PUT /desk/call/{key}/typed/{place}":             h.keepTyped,
		"POST /desk/t/{ref}/inserts":                     h.insertPart,
		"POST /desk/t/{ref}/title":                       h.retitle,
		"GET /desk/macros":                               h.macrosPage,
		"POST /desk/macros":                              h.saveMacro,
		"POST /desk/macros/{id}":                         h.saveMacro,
		"POST /desk/macros/{id}/retirement":              h.retireMacro,
		"POST /desk/display/second-factor":               h.saveSecondFactor,
		"POST /desk/display/password":                    h.changePassword,
	}
	maps.Copy(all, h.rosterRoutes())
	return all
}

// signed is somebody who is signed in.
type signed struct {
	v    desk.Viewer
	who  desk.Staff
	told string // what had been told before anything was read for this page
}

// staffFunc draws a page or does an act for somebody who is signed in. An error that it gives becomes
// the page for that kind of error.
type staffFunc func(w http.ResponseWriter, r *http.Request, s signed) error

var errDeskOnly = desk.Errorf(desk.Forbidden, "staff.only", "This page is for the people who work the desk.")

// staff lets only people in who are signed in and work the desk.
func (h *handler) staff(f staffFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost || r.Method == http.MethodPut {
			if err := readForm(r); err != nil {
				h.staffWrong(w, r, signed{}, err)
				return
			}
		}
		told := h.app.Told()
		v, who, err := h.app.SignedIn(r.Context(), sessionOf(r))
		if desk.Is(err, desk.Unauthenticated) {
			h.signInFirst(w, r)
			return
		}
		s := signed{v.On(r.Pattern), who, told}
		r = r.WithContext(view.WithLetters(r.Context(), view.Letters{Own: desk.ReadLetters(who.Letters), Off: !who.LetterKeys}))
		if err == nil && !v.IsStaff() {
			err = errDeskOnly
		}
		if of := r.PostForm.Get("of"); err == nil && of != "" && of != strconv.FormatInt(int64(v.Staff), 10) {
			err = errTypedByAnother
		}
		if err == nil {
			err = f(w, r, s)
		}
		if err != nil {
			h.staffWrong(w, r, s, err)
		}
	}
}

// staffWrong is the page that says what went wrong, whose fault it is and what to do.
func (h *handler) staffWrong(w http.ResponseWriter, r *http.Request, s signed, err error) {
	status := httpd.Status(err)
	if after := httpd.RetryAfter(err); after != "" {
		w.Header().Set("Retry-After", after)
	}
	page := view.SystemView{Lines: []string{said(err)}, Actions: []view.ButtonView{{Text: "Go to the queue", URL: "/desk"}}}
	leads := s.v.Who == desk.WhoLeader
	if leads {
		page.Actions = []view.ButtonView{{Text: "Go to the figures of your hospital", URL: "/client"}}
	}
	if s.v.Who == desk.WhoShare {
		page.Actions = nil // whoever has a link is nobody here
	}
	switch desk.KindOf(err) {
	case desk.NotFound:
		page.Title, page.Lines = "There is no such thing here", []string{"The number may have a typing mistake, or it belongs to a hospital that you do not serve."}
		if leads {
			page.Lines = []string{"You see the figures of your own hospital."}
			break
		}
		page.Actions = append(page.Actions, view.ButtonView{Text: "Go to the promises", URL: "/promises", Second: true}, view.ButtonView{Text: "Search", URL: "/desk/search", Second: true})
		if errors.Is(err, errNothingHere) {
			page.Title, page.Lines = "There is no page at this address", []string{"It may have a typing mistake. Go on from here, or search for a caller, an answer or the number of a ticket."}
		}
		if h.showInDesk(w, r, s, status, page) {
			return
		}
	case desk.Unauthenticated:
		page.Title = "This address opens nothing"
		if isDark(err) {
			page.Title, page.Actions = "Nothing is shown here now", nil
		}
	case desk.Forbidden:
		page.Title = "Your role cannot do this"
	case desk.Conflict:
		page.Title = "This changed a moment ago"
		if errors.Is(err, errTypedByAnother) {
			page.Title = "This was not sent"
		}
	case desk.TooLarge:
		page.Title = "This is too long to be sent"
		page.Lines = []string{fmt.Sprintf("An answer may be %d characters long, a note %d. Nothing was sent, and nothing is lost: press Back, and shorten it or send it in parts.", desk.MaxWords, desk.MaxNote)}
	case desk.Invalid:
		page.Title = "This cannot be taken"
	case desk.Unavailable, desk.RateLimited:
		page.Title = "The desk cannot answer now"
		if act := staffAct(r.URL.RequestURI()); r.Method == http.MethodPost && act != "" && len(r.PostForm) > 0 {
			page.Lines = append(page.Lines, "What you typed is on this page.")
			for i := range page.Actions {
				page.Actions[i].Second = true
			}
			page.Again = &view.AgainView{Act: act, Kept: pairs(r.PostForm), Words: wordsOf(r.PostForm), Send: "Send it again"}
		}
	default:
		h.log.ErrorContext(r.Context(), "a staff page failed", "ref", httpd.Ref(r.Context()), "route", r.Pattern, "err", err)
		page.Title, page.Lines = "The problem is on our side", []string{"What you typed is kept in this browser. Try again in a minute."}
		page.Trace = httpd.Ref(r.Context())
	}
	h.render(w, r, status, within(view.Bare(page.Title+" – Help desk", s.who.Theme), view.System(page)))
}

// wordsOf are the values of a form that somebody wrote.
func wordsOf(form url.Values) (all []string) {
	for _, p := range pairs(form) {
		if strings.ContainsAny(strings.TrimSpace(p.Value), " \n") {
			all = append(all, p.Value)
		}
	}
	return all
}

// isDark reports whether an address shows nothing until somebody takes it over.
func isDark(err error) bool {
	e, ok := err.(*desk.Error)
	return ok && e.Code == "address.dark"
}

// goesOn has a screen that nobody touches look again by itself, where what went wrong may pass.
func goesOn(w http.ResponseWriter, err error) {
	if kind := desk.KindOf(err); isDark(err) || kind == desk.Unavailable || kind == desk.RateLimited || kind == desk.Internal {
		w.Header().Set("Refresh", "30")
	}
}

var errNothingHere = desk.Errorf(desk.NotFound, "nothing_here", "There is no page at this address.")

// nothingHere is an address of the desk at which nothing is.
func nothingHere(http.ResponseWriter, *http.Request, signed) error { return errNothingHere }

// strayed answers for somebody who is signed in to the desk and asked for what is no page of any hospital: it is a
// mistyped address of the desk. It reports whether it did.
func (h *handler) strayed(w http.ResponseWriter, r *http.Request) bool {
	if sessionOf(r) == "" {
		return false
	}
	v, _, err := h.app.SignedIn(r.Context(), sessionOf(r))
	if err != nil || !v.IsStaff() {
		return false
	}
	h.staff(nothingHere)(w, r)
	return true
}

// showInDesk shows a page that says what went wrong between the doors of the desk. It reports whether it could.
func (h *handler) showInDesk(w http.ResponseWriter, r *http.Request, s signed, status int, page view.SystemView) bool {
	if !s.v.IsStaff() {
		return false
	}
	p, err := h.shell(r, s, page.Title, "")
	if err != nil {
		return false
	}
	p.Wide = true
	p.Live.PartURL += "?list=no"
	h.render(w, r, status, within(view.Staff(p), within(view.Plain(), view.System(page))))
	return true
}

// said is what an error says to a person: the sentences of its fields, or its own.
func said(err error) string {
	e, ok := err.(*desk.Error)
	if !ok {
		return "Something went wrong on our side."
	}
	if len(e.Fields) == 0 {
		return e.Message
	}
	var all []string
	for _, f := range e.Fields {
		all = append(all, f.Message)
	}
	return strings.Join(all, " ")
}

// typedWrong reports whether err is about what somebody typed or about what has changed meanwhile: the
// page then comes again with the words that were typed.
func typedWrong(err error) bool { return desk.Is(err, desk.Invalid) || desk.Is(err, desk.Conflict) }

// field gives what an error says about one field.
func field(err error, name string) string {
	if e, ok := err.(*desk.Error); ok {
		for _, f := range e.Fields {
			if f.Field == name {
				return f.Message
			}
		}
	}
	return ""
}

// shell is what every staff page says around its content. here is the door of the rail that is open.
func (h *handler) shell(r *http.Request, s signed, title, here string) (view.StaffPage, error) {
	strip, err := h.app.Strip(r.Context(), s.v)
	if err != nil {
		return view.StaffPage{}, err
	}
	return h.shellWith(strip, r, s, title, here), nil
}

// shellWith is shell for a page that has read the strip with the rest.
func (h *handler) shellWith(strip app.Strip, r *http.Request, s signed, title, here string) view.StaffPage {
	loc := h.staffZone(r, s)
	p := view.StaffPage{
		Title: title + " – Help desk", Theme: s.who.Theme, Density: s.who.Density, Name: s.who.Name, Me: strconv.FormatInt(int64(s.v.Staff), 10), NoLetters: !s.who.LetterKeys,
		SignOutURL: "/sign-out", DisplayURL: "/desk/display", NewCallURL: "/desk/call/new", SearchURL: "/desk/search", PaletteURL: "/desk/search?part=hits",
		Rail: []view.RailItem{
			{URL: "/desk", Text: "Queue", Icon: "inbox", Current: here == "/desk"},
			{URL: "/promises", Text: "Promises", Icon: "hourglass", Current: here == "/promises", Count: strip.Alerts, CountFor: "open alerts"},
			{URL: "/desk/handover", Text: "Handover", Icon: "clipboard-check", Current: here == "/desk/handover"},
			{URL: "/desk/coverage", Text: "Coverage", Icon: "users", Current: here == "/desk/coverage"},
		},
		Strip: stripView(strip), Clock: clockStrip(strip),
		Live: view.LiveView{URL: "/desk/live?told=" + s.told, PartURL: "/desk/part", Now: strip.Now.In(loc).Format("15:04:05"), Zone: loc.String()},
		Commands: []view.Command{
			{Text: "My tickets", URL: "/desk?show=mine", Icon: "user"},
			{Text: "Tickets that nobody has", URL: "/desk?show=unowned", Icon: "hand"},
			{Text: "Promises that I owe", URL: "/promises?mine=yes", Icon: "hourglass"},
			{Text: "Profile and display", URL: "/desk/display", Icon: "settings"},
			{Text: "Texts to insert", URL: "/desk/macros", Icon: "sticky-note"},
		},
	}
	if s.v.Leads() {
		p.Rail = append(p.Rail, view.RailItem{URL: "/desk/agreements", Text: "Agreements", Icon: "scale", Current: here == "/desk/agreements"})
	} else {
		p.Commands = append(p.Commands, view.Command{Text: "Agreements", URL: "/desk/agreements", Icon: "scale"})
	}
	if !strip.Shift.Until.IsZero() {
		p.Shift = "On shift until " + words.Clock(words.EN, strip.Shift.Until, loc)
	}
	return p
}

// pathID reads the number of a thing in the path. What is no number names nothing.
func pathID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, desk.Errorf(desk.NotFound, "not_found", "There is no such thing here.")
	}
	return id, nil
}

// pathRef reads the ticket number in the path.
func pathRef(r *http.Request) (desk.Ref, error) {
	ref, err := desk.ParseRef(r.PathValue("ref"))
	if err != nil {
		return "", desk.Errorf(desk.NotFound, "not_found", "There is no such ticket.")
	}
	return ref, nil
}

// localPath gives s if it is a path of ours, "" otherwise: nobody is sent elsewhere.
func localPath(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(s, "/") ||
		strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n\t") {
		return ""
	}
	return s
}

// within puts parts into a shell, one after the other.
func within(shell templ.Component, parts ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return shell.Render(templ.WithChildren(ctx, all(parts...)), w)
	})
}

// all draws parts one after the other.
func all(parts ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		ctx = templ.ClearChildren(ctx)
		for _, p := range parts {
			if err := p.Render(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
}
