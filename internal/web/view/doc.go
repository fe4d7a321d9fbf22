// Package view draws the pages: shells, and the components that they are made
// of. A component takes a plain struct with texts and addresses that are
// ready to print. Nothing here knows a ticket, a clock or a database, and
// nothing here decides what somebody may see.
//
// Start reading at [Patient] and [Staff], the two shells; then [PromiseCard]
// and [Panes]. Texts of patient pages come from the caller in the language of
// the page; staff pages are in English and may carry their own words.
//
// # No inline styles, no inline scripts
//
// All pages run under
//
//	default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;
//	font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'
//
// so style attributes, on… handlers and <style> do nothing. Every page works
// without scripts; scripts add keys, freshness and drafts.
//
// # Live pages
//
// The stream is plain server-sent events, read by static/live.js.
//
// Its address says what the page knows; what came since is told first.
//
//	event: beat       data: (anything)        each 15 s; keeps the badge green
//	event: changed    data: {"new":3,"changed":2}
//	event: alert      data: text              read aloud at once: "Your promise is due now."
//
// The shell has data-live (the stream) and data-live-part (a fragment); both
// come from Page.LiveURL and Page.PartURL, or from StaffPage.Live. After
// "changed" the script fetches the fragment, at most once a second, with the
// header "Kept-Part: 1". Each top-level element of the answer that has an id
// is morphed into the element of the page with the same id; one without a
// place on the page is ignored. Focus, selection, open <details>, and text
// that was half typed survive.
//
//   - Tracker: the fragment is PromiseCard (id "promise"), Steps ("steps"),
//     History ("history") and what can be done ("change", "doors"). When data-say of the card differs, the new sentence
//     is written once into the role=status region.
//   - Desk: the fragment is <div id="strip" class="strip-slot"> with or without
//     PromiseStrip, the tags of rows by their ids, and Timeline of the open
//     ticket. Never put the list of the queue into it: the numbers of the event
//     add up in ChangeBar ("3 new, 2 changed. Show them"), which reloads the
//     list when the person asks.
//
// A stream that is silent for 20 s shows "Reconnecting…", after 60 s the amber
// bar "Not live since 10:42"; meanwhile the fragment is polled each 30 s.
//
// # Other attributes that scripts read
//
//	data-hotkey="F4"    the key presses or focuses the element
//	data-primary        Ctrl Enter presses it (the one in the focused form first)
//	data-rove           list whose links or rows are walked with j k ↑ ↓
//	data-draft="key"    text is kept until its form is sent: in this browser, or with a URL on the server
//	data-draft-url      by PUT each 2 s; in the browser only while the server does not answer
//	data-rel="late"     <time> whose text says how far away it is
//	data-focus          takes the focus after loading (error summary, saved panel)
//	data-open="keys"    opens the dialog with this id
//	data-print          prints the page; hidden without scripts
//
// htmx is loaded on staff pages for fragments that follow typing (hx-get,
// hx-trigger, hx-target); it is not used for streams.
package view
