package sla

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"kept/internal/calendar"
)

// Plain says the agreement in plain sentences, one for each target in order and one for each reason to
// stop a clock, for people who sign it: lang is "es" or else English.
func (a *Agreement) Plain(lang string) []string {
	p := &plainEN
	if lang == "es" {
		p = &plainES
	}
	calendars := make(map[string]*calendar.Calendar, len(a.Calendars))
	for _, c := range a.Calendars {
		if cal, err := c.compile(); err == nil {
			calendars[c.Name] = cal
		}
	}
	var out []string
	for i := range a.Targets {
		t := &a.Targets[i]
		if int(t.Metric) >= metricCount {
			continue
		}
		cal := calendars[t.Calendar]
		hours := p.always
		if cal != nil && !alwaysOpen(cal) {
			hours = fmt.Sprintf(p.within, p.word(p.calendars, t.Calendar))
		}
		s := p.metrics[t.Metric]
		s = strings.ReplaceAll(s, "{who}", p.who(&t.When))
		s = strings.ReplaceAll(s, "{time}", p.amount(t.Allowed, cal))
		s = strings.ReplaceAll(s, "{hours}", hours)
		out = append(out, s+" "+fmt.Sprintf(p.goal, percent(t.Goal)))
		for _, x := range t.Pauses {
			say := fmt.Sprintf(p.pause, p.reason(x.Reason), p.amount(x.Max, cal))
			if x.Nudge > 0 {
				say += " " + fmt.Sprintf(p.nudge, p.amount(x.Nudge, cal))
			}
			out = append(out, say)
		}
	}
	return append(out, p.ends...)
}

func alwaysOpen(c *calendar.Calendar) bool {
	_, closes := c.NextClose(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))
	return !closes
}

func percent(g float64) string { return strconv.FormatFloat(g, 'f', -1, 64) }

type plain struct {
	metrics                           [metricCount]string
	always, within, goal              string
	pause, nudge                      string
	priorities                        map[string]string
	everyone, patients, about, at, to string
	and                               string
	calendars                         map[string]string
	reasons                           map[string]string
	second, minute, hour, day         [2]string
	businessDay                       [2]string
	ends                              []string
}

var plainEN = plain{
	metrics: [metricCount]string{
		AnswerSpeed:    "Call us {hours}. We pick up in {time}.",
		Abandonment:    "Nobody should give up on hold, {hours}. If you hang up in the first {time}, it does not count.",
		FirstResponse:  "A person answers {who} in {time}, {hours}.",
		NextResponse:   "When you write back, we answer {who} in {time}, {hours}.",
		Update:         "You hear from us about {who} every {time}, {hours}.",
		CallbackKept:   "When we say we will call about {who}, we call by then.",
		Resolution:     "We fix {who} in {time}, {hours}.",
		ConfirmedFixed: "We ask if it is fixed. You tell us yes about {who} in {time}, {hours}.",
		LoopClosed:     "We tell you how it ended for {who} in {time}, {hours}.",
		Handoff:        "Each team does its part for {who} in {time}, {hours}.",
		Supplier:       "Firms that help us with {who} answer in {time}, {hours}.",
	},
	always: "day and night", within: "in %s hours", goal: "We do this at least %s times out of 100.",
	pause:      "This clock may stop while we wait for %s. It stops for %s at most, and we tell you first.",
	nudge:      "We remind you every %s, by day.",
	priorities: map[string]string{"P1": "the worst problems (P1)", "P2": "urgent problems (P2)", "P3": "normal problems (P3)", "P4": "small problems (P4)"},
	everyone:   "all questions", patients: "questions from %s", about: "about %s", at: "at %s", to: "with team %s", and: " and ",
	reasons: map[string]string{WaitingForPerson: "you", "supplier": "a firm that helps us", "appointment": "the day we set", "time": "the time we set"},
	second:  [2]string{"second", "seconds"}, minute: [2]string{"minute", "minutes"}, hour: [2]string{"hour", "hours"}, day: [2]string{"day", "days"},
	businessDay: [2]string{"work day", "work days"},
	ends: []string{
		"Only you can say that it is fixed.",
		"If you say “not yet”, or we work on, the time while we asked counts too.",
		"A robot's note is never an answer.",
		"A promise to call you never stops for any cause.",
	},
}

var plainES = plain{
	metrics: [metricCount]string{
		AnswerSpeed:    "Llame {hours}. Le contestamos en {time}.",
		Abandonment:    "Nadie debe cansarse de esperar, {hours}. Si cuelga en los primeros {time}, no cuenta.",
		FirstResponse:  "Una persona contesta {who} en {time}, {hours}.",
		NextResponse:   "Si nos escribe de nuevo, contestamos {who} en {time}, {hours}.",
		Update:         "Le damos noticias de {who} cada {time}, {hours}.",
		CallbackKept:   "Si le decimos que vamos a llamar sobre {who}, llamamos a tiempo.",
		Resolution:     "Arreglamos {who} en {time}, {hours}.",
		ConfirmedFixed: "Le preguntamos si ya funciona. Usted nos dice que sí sobre {who} en {time}, {hours}.",
		LoopClosed:     "Le decimos cómo acabó para {who} en {time}, {hours}.",
		Handoff:        "Cada equipo hace su parte para {who} en {time}, {hours}.",
		Supplier:       "Las empresas que nos ayudan con {who} contestan en {time}, {hours}.",
	},
	always: "de día y de noche", within: "en horas de %s", goal: "Lo hacemos al menos %s veces de cada 100.",
	pause:      "Este reloj puede parar mientras esperamos %s. Para como mucho %s, y antes le avisamos.",
	nudge:      "Se lo recordamos cada %s, de día.",
	priorities: map[string]string{"P1": "los casos más graves (P1)", "P2": "los casos urgentes (P2)", "P3": "los casos normales (P3)", "P4": "los casos leves (P4)"},
	everyone:   "todas las preguntas", patients: "las preguntas de %s", about: "sobre %s", at: "en %s", to: "con el equipo %s", and: " y ",
	calendars: map[string]string{"office": "oficina"},
	reasons:   map[string]string{WaitingForPerson: "su respuesta", "supplier": "a una empresa que nos ayuda", "appointment": "el día que fijamos", "time": "la hora que fijamos"},
	second:    [2]string{"segundo", "segundos"}, minute: [2]string{"minuto", "minutos"}, hour: [2]string{"hora", "horas"}, day: [2]string{"día", "días"},
	businessDay: [2]string{"día hábil", "días hábiles"},
	ends: []string{
		"Solo usted puede decir que ya funciona.",
		"Si dice «todavía no», o si seguimos, también cuenta el tiempo de la pregunta.",
		"Un mensaje automático nunca es una respuesta.",
		"Una promesa de llamarle nunca se para.",
	},
}

var audiencesES = map[string]string{"patient": "pacientes", "clinician": "médicos y enfermeras", "employee": "empleados"}

// who says which tickets a line is for.
func (p *plain) who(c *Conditions) string {
	var parts []string
	for _, v := range c.Priorities {
		parts = append(parts, p.word(p.priorities, v))
	}
	text := strings.Join(parts, p.and)
	if len(c.Audiences) > 0 {
		names := slices.Clone(c.Audiences)
		for i, n := range names {
			if p == &plainES {
				names[i] = p.word(audiencesES, n)
			} else {
				names[i] = n + "s"
			}
		}
		from := fmt.Sprintf(p.patients, strings.Join(names, p.and))
		if text != "" {
			from = text + ", " + from
		}
		text = from
	}
	if text == "" {
		text = p.everyone
	}
	for _, more := range []struct {
		format string
		list   []string
	}{{p.about, slices.Concat(c.Kinds, c.Functions)}, {p.at, c.Sites}, {p.to, c.Teams}} {
		if len(more.list) > 0 {
			text += " " + fmt.Sprintf(more.format, strings.Join(more.list, p.and))
		}
	}
	return text
}

func (p *plain) word(words map[string]string, code string) string {
	if w := words[code]; w != "" {
		return w
	}
	return code
}

func (p *plain) reason(code string) string { return p.word(p.reasons, code) }

// amount writes a time: in days of the calendar where it is a whole number of usual ones.
func (p *plain) amount(d time.Duration, cal *calendar.Calendar) string {
	many := func(n time.Duration, words [2]string) string {
		if n == 1 {
			return "1 " + words[0]
		}
		return fmt.Sprintf("%d %s", n, words[1])
	}
	if cal != nil {
		word := p.businessDay
		if alwaysOpen(cal) {
			word = p.day
		}
		if day := usualDay(cal); day > 0 && d > 0 && d%day == 0 {
			return many(d/day, word)
		}
	}
	var parts []string
	for _, u := range []struct {
		unit  time.Duration
		words [2]string
	}{{time.Hour, p.hour}, {time.Minute, p.minute}, {time.Second, p.second}} {
		if n := d / u.unit; n > 0 {
			parts = append(parts, many(n, u.words))
			d -= n * u.unit
		}
	}
	return strings.Join(parts, " ")
}

// usualDay is how much time each open weekday of the calendar has; zero when they differ.
func usualDay(c *calendar.Calendar) time.Duration {
	var usual time.Duration
	for _, list := range c.Spec().Week {
		var day time.Duration
		for _, i := range list {
			day += time.Duration(i.To-i.From) * time.Minute
		}
		if day > 0 && usual > 0 && day != usual {
			return 0
		}
		usual = max(usual, day)
	}
	return usual
}
