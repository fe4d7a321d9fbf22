package web

import "net/http"

// PhoneBook shows the invented phones of the demo: what was texted to whom. It is nil outside the demo.
type PhoneBook interface {
	http.Handler
}
