package web

import (
	"strings"
	"testing"
)

func TestAFormThatIsTooLongSaysHowLongItMayBe(t *testing.T) {
	a := atDesk(t, sam)
	base := ticketURL(a.d.Maria().Calls(a.d.Sam, "I see kilograms").Got.Ref)
	a.post(base+"/notes", "text", strings.Repeat("word ", 60_000)).gets(413, "This is too long to be sent", "An answer may be 5000 characters long, a note 10000.", "press Back", "Go to the queue")
	a.post(base+"/notes", "text", strings.Repeat("word ", 3_000)).gets(422, "10").holds("word word </textarea>")
}
