package view

import (
	"fmt"
	"strings"
	"testing"

	"github.com/a-h/templ"
)

func TestARowIsDrawnAnewWhenAnythingItShowsIsNew(t *testing.T) {
	drawings := 0
	d := &drawn[QueueRow]{size: 2, draw: func(r QueueRow) templ.Component {
		drawings++
		return queueRow(r)
	}}
	show := func(r QueueRow) string {
		var b strings.Builder
		if err := d.of(r).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	maria := QueueRow{ID: "q-1", Who: "Maria <Lopez>", When: "in 18 min", Tag: TagView{Text: "Due soon"}}
	first := show(maria)
	if again := show(maria); again != first || drawings != 1 || !strings.Contains(first, "Maria &lt;Lopez&gt;") {
		t.Errorf("%d drawings, %q and then %q", drawings, first, again)
	}
	later := maria
	later.When = "in 17 min"
	if got := show(later); !strings.Contains(got, "in 17 min") || drawings != 2 {
		t.Errorf("%d drawings, %q", drawings, got)
	}
	tagged := maria
	tagged.Tag.Text = "At risk"
	if got := show(tagged); !strings.Contains(got, "At risk") || drawings != 3 {
		t.Errorf("%d drawings, %q", drawings, got)
	}
	show(maria)
	for i := range 10 { // what is in use stays, however many others come and go
		other := maria
		other.Who = fmt.Sprint("caller ", i)
		show(other)
		before := drawings
		if show(maria) != first || drawings != before {
			t.Fatal("a row in use was forgotten")
		}
	}
	if len(d.now) > 2 || len(d.was) > 2 {
		t.Errorf("%d and %d rows are held", len(d.now), len(d.was))
	}
}
