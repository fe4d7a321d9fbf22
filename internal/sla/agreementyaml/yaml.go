// Package agreementyaml writes an agreement as YAML for people to read and edit, and reads it back. It is
// strict: what it does not know, what has another type and what is given twice is refused with its line and field.
// Export is stable: equal agreements give equal bytes.
//
// Read it from Export and Import; the agreement itself is package sla, and sla.Agreement.Validate judges what
// it says.
package agreementyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"

	"kept/internal/sla"
)

// Error is something that cannot be read: Field as in targets[2].goal, empty for the text as a whole.
type Error struct {
	Line  int
	Field string
	Text  string
}

func (e *Error) Error() string {
	where := fmt.Sprintf("line %d", e.Line)
	if e.Field != "" {
		where += ", " + e.Field
	}
	return where + ": " + e.Text
}

// maxSize bounds what is read, in bytes.
const maxSize = 1 << 20

const head = `# What the desk and the client agreed. Times are written like 30s, 15m, 4h or 1h30m, in hours of the
# calendar that the target names. For each metric the first target that fits a ticket counts. Metrics:
# %s.
`

// Export writes an agreement, with comments. Instants are in UTC.
func Export(a sla.Agreement) []byte {
	var names []string
	for _, m := range sla.Metrics() {
		names = append(names, m.String())
	}
	root := object()
	root.put("client", number(strconv.FormatInt(a.Client, 10)))
	root.put("version", number(strconv.Itoa(a.Version)))
	root.instant("from", a.From)
	root.instant("until", a.Until)
	if a.OpenTickets {
		root.put("open_tickets", &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "true"})
	}
	root.put("grace", text(duration(a.Grace)))
	root.comment("how much time a ticket has at least when it comes back")
	root.approval("approved_by_desk", a.Desk)
	root.approval("approved_by_client", a.ClientSide)
	matrix := object()
	for i, row := range a.Matrix {
		matrix.put(levels[i], list(row[:]))
	}
	root.put("priority", matrix.node)
	root.comment("impact down, urgency across: high, medium, low. A stop of care is P1 always")
	calendars := object()
	for _, c := range a.Calendars {
		calendars.put(c.Name, text(c.Hours))
	}
	root.put("calendars", calendars.node)
	targets := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for _, t := range a.Targets {
		targets.Content = append(targets.Content, target(&t))
	}
	root.put("targets", targets)
	var b bytes.Buffer
	fmt.Fprintf(&b, head, wrap(names))
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(root.node), enc.Close()); err != nil {
		panic("agreementyaml: " + err.Error()) // a tree of scalars in memory
	}
	return b.Bytes()
}

func wrap(names []string) string {
	half := (len(names) + 1) / 2
	return strings.Join(names[:half], ", ") + ",\n# " + strings.Join(names[half:], ", ")
}

var levels = [3]string{"high", "medium", "low"}

func target(t *sla.Target) *yaml.Node {
	o := object()
	o.put("metric", text(t.Metric.String()))
	if when := conditions(&t.When); len(when.node.Content) > 0 {
		o.put("when", when.node)
	}
	if t.Allowed != 0 {
		o.put("allowed", text(duration(t.Allowed)))
	}
	o.put("calendar", text(t.Calendar))
	if len(t.Pauses) > 0 {
		seq := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, p := range t.Pauses {
			x := object()
			x.put("reason", text(p.Reason))
			x.put("max", text(duration(p.Max)))
			if p.Nudge != 0 {
				x.put("nudge", text(duration(p.Nudge)))
			}
			x.node.Style = yaml.FlowStyle
			seq.Content = append(seq.Content, x.node)
		}
		o.put("pauses", seq)
	}
	o.put("goal", number(strconv.FormatFloat(t.Goal, 'g', -1, 64)))
	if len(t.Warn) > 0 {
		seq := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Style: yaml.FlowStyle}
		for _, w := range t.Warn {
			seq.Content = append(seq.Content, number(strconv.Itoa(w)))
		}
		o.put("warn", seq)
	}
	return o.node
}

// lists are the conditions with their names, in the order in which they are written.
func lists(c *sla.Conditions) []struct {
	name string
	to   *[]string
} {
	return []struct {
		name string
		to   *[]string
	}{{"kinds", &c.Kinds}, {"priorities", &c.Priorities}, {"audiences", &c.Audiences}, {"functions", &c.Functions}, {"sites", &c.Sites}, {"teams", &c.Teams}}
}

func conditions(c *sla.Conditions) mapping {
	o := object()
	for _, l := range lists(c) {
		if len(*l.to) > 0 {
			o.put(l.name, list(*l.to))
		}
	}
	o.node.Style = yaml.FlowStyle
	return o
}

type mapping struct{ node *yaml.Node }

func object() mapping { return mapping{&yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}} }

func (m mapping) put(key string, value *yaml.Node) {
	m.node.Content = append(m.node.Content, text(key), value)
}

// comment is about what was put last.
func (m mapping) comment(words string) {
	m.node.Content[len(m.node.Content)-2].HeadComment = "# " + words
}

func (m mapping) instant(key string, t time.Time) {
	if !t.IsZero() {
		m.put(key, text(t.UTC().Format(time.RFC3339Nano)))
	}
}

func (m mapping) approval(key string, a sla.Approval) {
	if a != (sla.Approval{}) {
		o := object()
		o.put("by", text(a.By))
		o.instant("at", a.At)
		o.node.Style = yaml.FlowStyle
		m.put(key, o.node)
	}
}

func text(s string) *yaml.Node {
	n := new(yaml.Node)
	n.SetString(s)
	n.Style = 0
	// The library would write a block, and cannot read back one of blanks.
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

func number(s string) *yaml.Node {
	tag := "!!int"
	if strings.ContainsAny(s, ".eE") {
		tag = "!!float"
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: s}
}

func list(all []string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Style: yaml.FlowStyle}
	for _, s := range all {
		n.Content = append(n.Content, text(s))
	}
	return n
}

// duration writes 15m, 4h, 1h30m.
func duration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// Import reads an agreement and gives everything that it cannot read, as *Error values that are joined.
// What the agreement says is for Validate to judge.
func Import(data []byte) (sla.Agreement, error) {
	a, _, problems := read(data)
	return a, joined(problems)
}

// Read is Import and Validate in one, with the line of each problem. What check finds beside them, when it is not nil,
// is among the problems.
func Read(data []byte, check func(*sla.Agreement) []sla.Problem) (sla.Agreement, []*Error) {
	a, lines, problems := read(data)
	if len(problems) > 0 {
		return a, problems
	}
	found := a.Validate()
	if check != nil {
		found = append(found, check(&a)...)
	}
	for _, p := range found {
		field := written(&a, p.Field)
		problems = append(problems, &Error{lineOf(lines, field), field, p.Text})
	}
	slices.SortStableFunc(problems, func(x, y *Error) int { return x.Line - y.Line })
	return a, problems
}

func joined(problems []*Error) error {
	errs := make([]error, len(problems))
	for i, p := range problems {
		errs[i] = p
	}
	return errors.Join(errs...)
}

// written gives the name that a field of a Problem has in the text.
func written(a *sla.Agreement, field string) string {
	var i, j int
	if n, _ := fmt.Sscanf(field, "calendars[%d]", &i); n == 1 && i < len(a.Calendars) {
		return "calendars." + a.Calendars[i].Name
	}
	if n, _ := fmt.Sscanf(field, "matrix[%d][%d]", &i, &j); n == 2 && i < len(levels) {
		return fmt.Sprintf("priority.%s[%d]", levels[i], j)
	}
	if before, name, ok := strings.Cut(field, ".when."); ok {
		for _, l := range lists(&sla.Conditions{}) {
			if l.name == name+"s" || l.name == strings.TrimSuffix(name, "y")+"ies" {
				return before + ".when." + l.name
			}
		}
	}
	return field
}

// lineOf gives the line of a field, or of the nearest thing around it that is there.
func lineOf(lines map[string]int, field string) int {
	for field != "" {
		if n, ok := lines[field]; ok {
			return n
		}
		field = field[:max(strings.LastIndexAny(field, ".["), 0)]
	}
	return 1
}

func read(data []byte) (a sla.Agreement, lines map[string]int, problems []*Error) {
	if len(data) > maxSize {
		return a, nil, []*Error{{1, "", "this text is too long for an agreement"}}
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return a, nil, []*Error{{1, "", "this text is empty"}}
	} else if err != nil {
		return a, nil, []*Error{syntax(err)}
	}
	var more yaml.Node
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return a, nil, []*Error{{max(more.Line, 1), "", "only one agreement belongs into a text"}}
	}
	r := &reader{lines: map[string]int{}}
	r.agreement(doc.Content[0], &a)
	if len(r.problems) > 0 {
		return sla.Agreement{}, nil, r.problems
	}
	return a, r.lines, nil
}

// syntax takes the line out of a message of the library.
func syntax(err error) *Error {
	e := &Error{1, "", "this is no YAML: " + strings.TrimPrefix(err.Error(), "yaml: ")}
	if _, rest, ok := strings.Cut(err.Error(), "line "); ok {
		if n, what, ok := strings.Cut(rest, ": "); ok {
			if line, err := strconv.Atoi(n); err == nil {
				e.Line, e.Text = line, "this is no YAML: "+what
			}
		}
	}
	return e
}
