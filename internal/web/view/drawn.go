package view

import (
	"context"
	"io"
	"strings"
	"sync"

	"github.com/a-h/templ"
)

// drawn remembers how rows look, by all that they show, so that a list of which little has changed is not
// drawn anew for everybody who opens it. It holds what was used lately, up to twice its size.
type drawn[T comparable] struct {
	size int
	draw func(T) templ.Component

	mu       sync.Mutex
	now, was map[T]string
}

// of is the row as it was drawn before, or drawn now.
func (d *drawn[T]) of(row T) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		html, ok := d.recall(row)
		if !ok {
			var b strings.Builder
			if err := d.draw(row).Render(ctx, &b); err != nil {
				return err
			}
			html = b.String()
			d.keep(row, html)
		}
		_, err := io.WriteString(w, html)
		return err
	})
}

func (d *drawn[T]) recall(row T) (html string, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if html, ok = d.now[row]; ok {
		return html, true
	}
	if html, ok = d.was[row]; ok {
		d.put(row, html)
	}
	return html, ok
}

func (d *drawn[T]) keep(row T, html string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.put(row, html)
}

func (d *drawn[T]) put(row T, html string) {
	if d.now == nil || len(d.now) >= d.size {
		d.now, d.was = make(map[T]string, d.size), d.now
	}
	d.now[row] = html
}
