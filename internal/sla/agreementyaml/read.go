package agreementyaml

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"kept/internal/sla"
)

// reader collects what it cannot read, and where everything stands.
type reader struct {
	problems []*Error
	lines    map[string]int // by field
}

func (r *reader) bad(n *yaml.Node, field, format string, args ...any) {
	r.problems = append(r.problems, &Error{n.Line, field, fmt.Sprintf(format, args...)})
}

// fields calls read for each known key of an object; needed ones must be there.
func (r *reader) fields(n *yaml.Node, field string, needed []string, read map[string]func(n *yaml.Node, field string)) {
	known := make([]string, 0, len(read))
	for name := range read {
		known = append(known, name)
	}
	seen := r.pairs(n, field, func(key string, k, v *yaml.Node, path string) {
		if f := read[key]; f != nil {
			f(v, path)
		} else {
			r.bad(k, path, "there is no such field%s", near(key, known))
		}
	})
	for _, name := range needed {
		if seen != nil && !seen[name] {
			r.bad(n, join(field, name), "this is missing")
		}
	}
}

// pairs calls f for each key of an object, in order; nil if it is none.
func (r *reader) pairs(n *yaml.Node, field string, f func(key string, k, v *yaml.Node, path string)) map[string]bool {
	if n.Kind != yaml.MappingNode {
		r.bad(n, field, "names with values are needed here, not %s", what(n))
		return nil
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind != yaml.ScalarNode || k.Tag != "!!str" {
			r.bad(k, field, "a name is needed here, not %s", what(k))
			continue
		}
		path := join(field, k.Value)
		if seen[k.Value] {
			r.bad(k, path, "this is given twice")
			continue
		}
		seen[k.Value] = true
		r.lines[path] = k.Line
		f(k.Value, k, v, path)
	}
	return seen
}

func join(field, name string) string {
	if field == "" {
		return name
	}
	return field + "." + name
}

// near proposes a field that somebody may have meant.
func near(key string, known []string) string {
	for _, k := range known {
		if strings.EqualFold(k, key) || strings.TrimSuffix(k, "s") == strings.TrimSuffix(key, "s") || strings.ReplaceAll(k, "_", "") == strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(key)) {
			return ": did you mean " + k + "?"
		}
	}
	return ""
}

func what(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "names with values"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "a reference"
	}
	switch n.Tag {
	case "!!null":
		return "nothing"
	case "!!str":
		return strconv.Quote(n.Value)
	}
	return n.Value
}

func (r *reader) items(n *yaml.Node, field string, f func(n *yaml.Node, field string)) {
	if n.Kind != yaml.SequenceNode {
		r.bad(n, field, "a list is needed here, not %s", what(n))
		return
	}
	for i, item := range n.Content {
		path := fmt.Sprintf("%s[%d]", field, i)
		r.lines[path] = item.Line
		f(item, path)
	}
}

func (r *reader) scalar(n *yaml.Node, field, need string, tags ...string) bool {
	for _, t := range tags {
		if n.Kind == yaml.ScalarNode && n.Tag == t {
			return true
		}
	}
	r.bad(n, field, "%s is needed here, not %s", need, what(n))
	return false
}

// The readers of single values. Each gives a function, so that a table of fields reads as one.

func (r *reader) words(to *string) func(*yaml.Node, string) {
	return func(n *yaml.Node, field string) {
		if r.scalar(n, field, "a text", "!!str") {
			*to = n.Value
		}
	}
}

func whole[T int | int64](r *reader, to *T) func(*yaml.Node, string) {
	return func(n *yaml.Node, field string) {
		if r.scalar(n, field, "a whole number", "!!int") {
			v, err := strconv.ParseInt(n.Value, 10, 64)
			if err != nil || int64(T(v)) != v {
				r.bad(n, field, "a whole number is needed here, not %s", n.Value)
			}
			*to = T(v)
		}
	}
}

func (r *reader) instant(to *time.Time) func(*yaml.Node, string) {
	return func(n *yaml.Node, field string) {
		const need = "an instant such as 2026-12-01T06:00:00Z"
		if r.scalar(n, field, need, "!!str", "!!timestamp") {
			t, err := time.Parse(time.RFC3339, n.Value)
			if err != nil {
				r.bad(n, field, "%s is needed here, not %q", need, n.Value)
				return
			}
			*to = t.UTC()
		}
	}
}

func (r *reader) span(to *time.Duration) func(*yaml.Node, string) {
	return func(n *yaml.Node, field string) {
		const need = "a time such as 15m or 4h"
		if r.scalar(n, field, need, "!!str") {
			d, err := time.ParseDuration(n.Value)
			if err != nil {
				r.bad(n, field, "%s is needed here, not %q", need, n.Value)
				return
			}
			*to = d
		}
	}
}

func (r *reader) list(to *[]string) func(*yaml.Node, string) {
	return func(n *yaml.Node, field string) {
		r.items(n, field, func(n *yaml.Node, field string) {
			var s string
			r.words(&s)(n, field)
			*to = append(*to, s)
		})
	}
}

func (r *reader) agreement(n *yaml.Node, a *sla.Agreement) {
	r.fields(n, "", []string{"version", "grace", "priority", "calendars", "targets"}, map[string]func(*yaml.Node, string){
		"client":  whole(r, &a.Client),
		"version": whole(r, &a.Version),
		"from":    r.instant(&a.From),
		"until":   r.instant(&a.Until),
		"open_tickets": func(n *yaml.Node, field string) {
			if r.scalar(n, field, "true or false", "!!bool") {
				a.OpenTickets = strings.EqualFold(n.Value, "true")
			}
		},
		"grace":              r.span(&a.Grace),
		"approved_by_desk":   r.approval(&a.Desk),
		"approved_by_client": r.approval(&a.ClientSide),
		"priority":           r.matrix(&a.Matrix),
		"calendars": func(n *yaml.Node, field string) {
			r.pairs(n, field, func(name string, _, v *yaml.Node, path string) {
				c := sla.Calendar{Name: name}
				r.words(&c.Hours)(v, path)
				a.Calendars = append(a.Calendars, c)
			})
		},
		"targets": func(n *yaml.Node, field string) {
			r.items(n, field, func(n *yaml.Node, field string) {
				var t sla.Target
				r.target(n, field, &t)
				a.Targets = append(a.Targets, t)
			})
		},
	})
}

func (r *reader) approval(to *sla.Approval) func(*yaml.Node, string) {
	return func(n *yaml.Node, field string) {
		r.fields(n, field, nil, map[string]func(*yaml.Node, string){"by": r.words(&to.By), "at": r.instant(&to.At)})
	}
}

func (r *reader) matrix(to *sla.Matrix) func(*yaml.Node, string) {
	return func(n *yaml.Node, field string) {
		rows := map[string]func(*yaml.Node, string){}
		for i, level := range levels {
			rows[level] = func(n *yaml.Node, field string) {
				var row []string
				r.list(&row)(n, field)
				if len(row) != 3 {
					r.bad(n, field, "three priorities are needed here, for high, medium and low urgency")
				}
				copy(to[i][:], row)
			}
		}
		r.fields(n, field, levels[:], rows)
	}
}

func (r *reader) target(n *yaml.Node, field string, t *sla.Target) {
	r.fields(n, field, []string{"metric", "calendar", "goal"}, map[string]func(*yaml.Node, string){
		"metric": func(n *yaml.Node, field string) {
			var name string
			r.words(&name)(n, field)
			if m, ok := sla.MetricOf(name); ok {
				t.Metric = m
			} else if name != "" {
				r.bad(n, field, "there is no metric %q", name)
			}
		},
		"when": func(n *yaml.Node, field string) {
			read := map[string]func(*yaml.Node, string){}
			for _, l := range lists(&t.When) {
				read[l.name] = r.list(l.to)
			}
			r.fields(n, field, nil, read)
		},
		"allowed":  r.span(&t.Allowed),
		"calendar": r.words(&t.Calendar),
		"goal": func(n *yaml.Node, field string) {
			if r.scalar(n, field, "a number of percent", "!!int", "!!float") {
				v, err := strconv.ParseFloat(n.Value, 64)
				if err != nil || v != v {
					r.bad(n, field, "a number of percent is needed here, not %s", n.Value)
				}
				t.Goal = v
			}
		},
		"warn": func(n *yaml.Node, field string) {
			r.items(n, field, func(n *yaml.Node, field string) {
				var w int
				whole(r, &w)(n, field)
				t.Warn = append(t.Warn, w)
			})
		},
		"pauses": func(n *yaml.Node, field string) {
			r.items(n, field, func(n *yaml.Node, field string) {
				var p sla.Pause
				r.fields(n, field, []string{"reason", "max"}, map[string]func(*yaml.Node, string){
					"reason": r.words(&p.Reason), "max": r.span(&p.Max), "nudge": r.span(&p.Nudge),
				})
				t.Pauses = append(t.Pauses, p)
			})
		},
	})
}
