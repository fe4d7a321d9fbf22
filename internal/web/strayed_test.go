package web

import "testing"

// TestAMistypedAddressOfTheDesk leads whoever works the desk on, in the frame of the desk; patients get their own page.
func TestAMistypedAddressOfTheDesk(t *testing.T) {
	a := atDesk(t, sam)
	for _, path := range []string{"/desk/quee", "/desk/t/ABC-DEF/x", "/promises/mine", "/wall/adresses", "/handover", "/queue"} {
		a.get(path).gets(404, "There is no page at this address", "Go to the queue", "Search", "New call", "Handover").holds(`href="/desk"`, `name="q"`, `href="/promises"`).lacks("Call us")
	}
	a.get("/desk/t/ZZZ-ZZZ").gets(404, "There is no such thing here", "New call", "Go to the queue")
	a.post("/desk/quee").gets(404, "There is no page at this address")
	a.post("/sign-out")
	a.get("/handover").lacks("Go to the queue")
	a.get("/desk/quee").gets(200, "Sign in")
}
