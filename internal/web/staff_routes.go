package web

import (
	"net/http"

	"kept/internal/desk"
)

// staffRoutes adds the pages of the people who work the desk.
func (h *handler) staffRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /sign-in", h.signInPage)
	mux.HandleFunc("POST /sign-in", h.signIn)
	mux.HandleFunc("POST /sign-out", h.signOut)

	page := func(pattern string, f staffFunc) { mux.Handle(pattern, h.staff(pattern, f)) }
	page("GET /desk", h.queuePage)
	page("GET /desk/live", h.deskLive)
	page("GET /desk/part", h.deskPart)
	page("GET /desk/t/{ref}", h.ticketPage)
	page("GET /desk/t/{ref}/part", h.ticketPart)
	page("POST /desk/t/{ref}/replies", h.reply)
	page("POST /desk/t/{ref}/notes", h.addNote)
	page("POST /desk/t/{ref}/owner", h.assign)
	page("POST /desk/t/{ref}/questions-if-fixed", h.askIfFixed)
	page("POST /desk/t/{ref}/promises", h.makePromise)
	page("POST /desk/t/{ref}/promises/{id}/attempts", h.tryPromise)
	page("POST /desk/t/{ref}/promises/{id}/misses", h.missedCall)
	page("POST /desk/t/{ref}/promises/{id}/contacts", h.keepPromise)
	page("POST /desk/t/{ref}/promises/{id}/moves", h.movePromise)
	page("POST /desk/t/{ref}/promises/{id}/owner", h.givePromise)
	page("POST /desk/t/{ref}/void", h.voidTicket)
	page("GET /desk/call/new", h.callPage)
	page("POST /desk/call/new", h.finishCall)
	page("GET /desk/similar", h.similarPart)
	page("GET /desk/windows", h.windowsPart)
	page("GET /desk/callers", h.callersPart)
	page("GET /desk/search", h.searchPage)
	page("GET /promises", h.boardPage)
	page("POST /alerts/{id}/acks", h.ackAlert)
	page("GET /desk/display", h.displayPage)
	page("POST /desk/display", h.saveDisplay)
	page("POST /desk/display/second-factor", h.saveSecondFactor)

	if h.opts.Phones != nil {
		mux.HandleFunc("GET /demo/phone", h.phonePage)
		mux.HandleFunc("POST /demo/phone/replies", h.phoneReply)
	}
}

// staffFunc draws a page or does an act for somebody who is signed in. An error that it gives becomes
// the page for that kind of error.
type staffFunc func(w http.ResponseWriter, r *http.Request, v desk.Viewer) error

