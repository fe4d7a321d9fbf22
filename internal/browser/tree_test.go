package browser_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// heard is one node of the accessibility tree, in the order of reading.
type heard struct{ role, name, level string }

// tree gives what a screen reader reads.
func (b *tab) tree() []heard {
	b.t.Helper()
	var nodes []*accessibility.Node
	b.call(func(ctx context.Context, t *chromedp.Target) error {
		res, err := cdp.Call(ctx, t, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		if err == nil {
			nodes = res.Nodes
		}
		return err
	})
	byID := map[accessibility.NodeID]*accessibility.Node{}
	for _, n := range nodes {
		byID[n.NodeID] = n
	}
	text := func(v *accessibility.Value) string {
		if v == nil {
			return ""
		}
		return strings.TrimSpace(strings.Trim(string(v.Value), `"`))
	}
	var all []heard
	var walk func(n *accessibility.Node)
	walk = func(n *accessibility.Node) {
		if n == nil {
			return
		}
		if !n.Ignored {
			h := heard{role: text(n.Role), name: text(n.Name)}
			for _, p := range n.Properties {
				if p.Name == "level" {
					h.level = text(p.Value)
				}
			}
			all = append(all, h)
		}
		for _, id := range n.ChildIDs {
			walk(byID[id])
		}
	}
	if len(nodes) > 0 {
		walk(nodes[0])
	}
	return all
}

// reads fails unless the tree has one heading of the first rank, these landmarks once each, and a name for
// everything that can be worked. It gives the tree.
func (b *tab) reads(landmarks ...string) []heard {
	b.t.Helper()
	tree := b.tree()
	count := map[string]int{}
	for _, n := range tree {
		count[n.role]++
		if n.role == "heading" && n.level == "1" {
			count["h1"]++
		}
		switch n.role {
		case "link", "button", "textbox", "searchbox", "radio", "checkbox", "combobox", "DisclosureTriangle", "radiogroup", "dialog", "navigation", "img":
			if n.name == "" {
				b.t.Errorf("%s: a %s without a name", b.path(), n.role)
			}
		}
	}
	for _, role := range append([]string{"h1", "main"}, landmarks...) {
		if count[role] != 1 {
			b.t.Errorf("%s: %d of %s, want one", b.path(), count[role], role)
		}
	}
	return tree
}

func TestWhatScreenReadersRead(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	maria := p.Maria().Calls(p.Sam, "I see kilograms")
	maria.Promised(p.Sam, time.Time{})
	a := p.person(t)
	for _, path := range []string{"/mercy/", "/mercy/ weight in pounds", "/mercy/ask/1", "/mercy/find", link(maria), link(maria) + "/time", "/mercy/es/", "/mercy/ chest pain", "/mercy/nothing"} {
		phone, h1 := -1, -1
		for i, n := range a.visit(path).reads("banner", "contentinfo") {
			if n.role == "link" && strings.Contains(n.name, "800-555-0143") && phone < 0 {
				phone = i
			}
			if n.role == "heading" && n.level == "1" {
				h1 = i
			}
		}
		if phone < 0 || phone > h1 {
			t.Errorf("%s: the number is read at %d, the heading at %d", path, phone, h1)
		}
	}
	b := p.signedIn(t, p.Sam).view(1366, 768)
	for _, path := range []string{"/desk", "/desk/t/" + string(maria.Got.Ref), "/promises", "/desk/call/new", "/desk/search", "/desk/display", "/desk/agreements", "/desk/agreements/mercy", "/desk/t/" + string(maria.Got.Ref) + "?tab=clocks"} {
		b.open(path).reads("banner")
	}
}
