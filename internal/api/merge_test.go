package api_test

import (
	"testing"

	"kept/internal/testkit"
)

func TestTwoTicketsArePutTogether(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		mercy, anne, _ := face(d)
		one, two := mercy.opens(maria), mercy.opens(maria)
		other := anne.opens(maria)
		mercy.bad(mercy.post("/tickets/"+one+"/merge", `{"into":"`+other+`"}`), 422, "not_found", "body.into")
		mercy.bad(mercy.post("/tickets/"+one+"/merge", `{"into":"`+one+`"}`), 422, "merge.itself", "body.into")
		mercy.bad(mercy.post("/tickets/"+other+"/merge", `{"into":"`+one+`"}`), 404, "not_found", "")
		for range 2 { // sent twice
			if got := mercy.is(mercy.post("/tickets/"+one+"/merge", `{"into":"`+two+`"}`), 200); got.str("number") != two {
				t.Fatalf("it goes on in %s", got.body)
			}
		}
		if got := mercy.get("/tickets/" + one); got.str("state") != "merged" || got.str("merged_into") != two {
			t.Fatalf("%s", got.body)
		}
		mercy.bad(mercy.post("/tickets/"+two+"/merge", `{"into":"`+one+`"}`), 409, "ticket.merged", "body.into")
		mercy.bad(mercy.post("/tickets/"+one+"/notes", `{"body":"x"}`), 409, "ticket.merged", "")
	})
}
