package simulate

import (
	_ "embed"
	"html/template"
	"io"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"svg": func(s string) template.HTML { return template.HTML(s) }, // made by need from figures alone
}).Parse(pageText))

// Page writes the report as one HTML file that needs nothing else.
func (r Report) Page(w io.Writer) error {
	return page.Execute(w, map[string]any{"Report": r, "Tables": r.tables(), "Share": share(r.Kept+r.NotReached, r.due()), "Until": r.Options.From.In(zone).Add(0).AddDate(0, 0, int(r.Days)).Format("January 2, 2006"), "From": r.Options.From.In(zone).Format("January 2, 2006")})
}
