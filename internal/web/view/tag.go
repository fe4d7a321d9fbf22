package view

import (
	"context"
	"html"
	"io"

	"github.com/a-h/templ"
)

// TagKind is the look of a tag. One kind has one colour, one shape and, by
// [TagIcon], one icon.
type TagKind string

// The kinds of tag: the states of a promise, then the plain ones.
const (
	TagScheduled     TagKind = "sched"
	TagDue           TagKind = "due"
	TagRisk          TagKind = "risk"
	TagInProgress    TagKind = "now"
	TagTried         TagKind = "tried"
	TagKept          TagKind = "kept"
	TagMovedByCaller TagKind = "moved"
	TagMovedByUs     TagKind = "moved-us"
	TagBroken        TagKind = "broken"
	TagRepaired      TagKind = "repaired"
	TagWithdrawn     TagKind = "gone"
	TagWaiting       TagKind = "wait"
	TagPlain         TagKind = "plain"
	TagVerified      TagKind = "ok"
)

// TagIcon is the icon that belongs to a kind of tag; empty for [TagPlain].
func TagIcon(k TagKind) string {
	switch k {
	case TagScheduled, TagMovedByCaller:
		return "calendar-clock"
	case TagDue:
		return "clock"
	case TagRisk:
		return "triangle-alert"
	case TagInProgress:
		return "phone-call"
	case TagTried:
		return "phone-missed"
	case TagKept, TagRepaired:
		return "circle-check"
	case TagMovedByUs:
		return "rotate-ccw"
	case TagBroken:
		return "octagon-x"
	case TagWithdrawn:
		return "x"
	case TagWaiting:
		return "circle-pause"
	case TagVerified:
		return "shield-check"
	}
	return ""
}

// TagView is one status tag. Spoken, when given, is what screen readers hear
// in place of Text: "Promise: at risk, due 11:00 a.m. Central".
type TagView struct {
	ID     string
	Kind   TagKind
	Icon   string // empty: the icon of the kind
	Text   string
	Spoken string
}

func (t TagView) icon() string {
	if t.Icon != "" {
		return t.Icon
	}
	return TagIcon(t.Kind)
}

// Tag shows a state. A tag is never a link and never a button. Lists hold one in each row, so it is drawn by
// hand: a template makes a set of classes and some copies for each.
func Tag(t TagView) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		text := html.EscapeString(t.Text)
		parts := [...]string{`<span class="tag tag-`, html.EscapeString(string(t.Kind)), `"`, "", "", "", ">", "", text, "", "", "", "</span>"}
		if t.ID != "" {
			parts[3], parts[4], parts[5] = ` id="`, html.EscapeString(t.ID), `"`
		}
		if name := t.icon(); name != "" {
			parts[7] = iconText(name)
		}
		if t.Spoken != "" {
			parts[8] = `<span aria-hidden="true">`
			parts[9], parts[10], parts[11] = text, `</span><span class="vh">`, html.EscapeString(t.Spoken)+"</span>"
		}
		for _, p := range parts {
			if _, err := io.WriteString(w, p); err != nil {
				return err
			}
		}
		return nil
	})
}
