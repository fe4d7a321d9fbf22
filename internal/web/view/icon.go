package view

import (
	"context"
	"html"
	"io"
	"sync"

	"github.com/a-h/templ"

	"kept/internal/web/static"
)

// Icon draws one icon of the sprite beside a word. It is hidden from screen
// readers, so the word has to be there.
func Icon(name string) templ.Component { return icon(name) }

type icon string

func (i icon) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, iconText(string(i)))
	return err
}

// icons are those that were drawn before: a page holds a hundred, of the few names in the sprite.
var icons sync.Map // of name to HTML

func iconText(name string) string {
	if text, ok := icons.Load(name); ok {
		return text.(string)
	}
	text := `<svg class="i" aria-hidden="true" focusable="false"><use href="` + html.EscapeString(static.URL("icons.svg")+"#"+name) + `"></use></svg>`
	icons.Store(name, text)
	return text
}
