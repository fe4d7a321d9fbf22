package channel

import (
	"net/url"
	"strings"
)

// Field gives the first of these fields of a webhook's form that is not empty: providers call the same thing differently.
func Field(form url.Values, names ...string) string {
	for _, n := range names {
		if v := form.Get(n); v != "" {
			return v
		}
	}
	return ""
}

// IDLike reports whether a text of a webhook's form may be an id or a code: short, and of visible ASCII characters.
func IDLike(s string) bool {
	return s != "" && len(s) <= 64 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}
