package demo

import (
	"time"

	"kept/internal/desk"
)

// scene is one open ticket that everybody who starts a demo finds, at whatever hour.
type scene struct {
	client   desk.ClientID
	question string
	name     string
	play     func(*life, scene)
}

// scenes show what ordinary history shows too seldom: the promise of the story, a broken one with its
// repair, some at risk, words of danger, questions in Spanish.
var scenes = []scene{
	{1, "P01", "Maria Gomez", func(l *life, s scene) { l.promisedCall(s, "en", 40*time.Minute, "") }},
	{2, "C02", "Parth Shah", (*life).brokenJustNow},
	{1, "P04", "Helen Foster", func(l *life, s scene) { l.replyDueIn(s, "en", 11*time.Minute, false) }},
	{3, "P17", "George Novak", func(l *life, s scene) { l.replyDueIn(s, "en", 14*time.Minute, true) }},
	{5, "P06", "Rosa Hernández", func(l *life, s scene) { l.promisedCall(s, "es", 65*time.Minute, "") }},
	{5, "P03", "Manuel Ríos", func(l *life, s scene) { l.replyDueIn(s, "es", 215*time.Minute, false) }},
	{5, "P20", "Teresa Campos", (*life).waitsForWords},
	{1, "P19", "Walter Bell", (*life).inDanger},
	{6, "C15", "Emily Okoye", (*life).notThere},
	{4, "C01", "Mark Sullivan", (*life).atTheBedside},
	{2, "P12", "Susan Price", (*life).seesSomebodyElse},
	{3, "P07", "Linda Walker", func(l *life, s scene) { l.replyDueIn(s, "en", 42*time.Minute, true) }},
}

// begin goes back in time and makes the person of the scene.
func (l *life) begin(s scene, lang string, ago time.Duration) string {
	l.now = l.present.Add(-ago).Truncate(time.Millisecond)
	l.p = l.newcomer(l.q.Audience, lang, s.name, true, true)
	l.p.Proven = true
	l.t.Skill, l.t.Lang = l.q.Skill, lang
	if lang == "es" {
		return l.q.dicho[0]
	}
	return l.q.said[0]
}

// answering is who takes calls now.
func (l *life) answering() *worker {
	return l.s.roster.now(need{client: l.h.ID, lang: l.t.Lang}, l.now, func(int) int { return 0 })
}

// promisedCall: an analyst did not know, and promised a call by somebody who does.
func (l *life) promisedCall(s scene, lang string, ago time.Duration, note string) {
	said := l.begin(s, lang, ago)
	w := l.answering()
	if note == "" {
		note = "Nobody on shift knows this one. Promised a call by somebody who does."
	}
	win, ok := l.window(l.q.Skill, l.present.Add(20*time.Minute), 0)
	if !ok {
		l.open(desk.ViaPhone, actor(w), said, note, l.reply(), nil)
		return
	}
	l.open(desk.ViaPhone, actor(w), said, note, desk.Promise{Kind: desk.Callback, Source: desk.FromPerson}, &win)
}

// brokenJustNow: a call did not come, the person was told, and a supervisor will call.
func (l *life) brokenJustNow(s scene) {
	due := l.present.Add(-2 * time.Minute).Truncate(slotLength)
	said := l.begin(s, "en", l.present.Sub(due.Add(-70*time.Minute)))
	w := l.answering()
	win, ok := l.window(l.q.Skill, due.Add(-slotLength), 0)
	p := desk.Promise{Kind: desk.Callback, Source: desk.FromPerson}
	if !ok || !win.start.Equal(due.Add(-slotLength)) {
		if ok {
			l.s.roster.free(win)
		}
		l.open(desk.ViaPhone, actor(w), said, "", desk.Promise{Kind: desk.Update, Source: desk.FromPerson, Due: due}, nil)
	} else {
		l.open(desk.ViaPhone, actor(w), said, "", p, &win)
	}
	if l.at(due.Add(time.Second)) {
		l.breaks(l.lastLive())
	}
}

// replyDueIn: nobody has answered yet, and time is short.
func (l *life) replyDueIn(s scene, lang string, left time.Duration, taken bool) {
	said := l.begin(s, lang, l.h.ReplyIn-left)
	l.open(desk.ViaWeb, them, said, "", l.reply(), nil)
	if taken && l.after(9*time.Minute) {
		w := l.onDuty()
		l.t.Owner, l.t.State = w.ID, desk.Working
		l.note(desk.TicketAssigned, actor(w), desk.EventData{Owner: w.ID, OwnerIs: w.Name})
	}
}

// waitsForWords: one thing is needed from the person; news is promised all the same.
func (l *life) waitsForWords(s scene) {
	said := l.begin(s, "es", 5*time.Hour)
	l.open(desk.ViaWeb, them, said, "", l.reply(), nil)
	if !l.after(50 * time.Minute) {
		return
	}
	w := l.onDuty()
	l.replies(w, l.answer("", ""))
	if !l.after(70 * time.Minute) {
		return
	}
	l.told(desk.SayReply, nil, l.say(desk.ToThem, desk.ViaDesk, actor(w), asks["es"]), nil)
	l.waits(w)
}

// inDanger: words of an emergency in an ordinary question. Nobody has accepted the alert yet.
func (l *life) inDanger(s scene) {
	said := l.begin(s, "en", 2*time.Minute)
	l.open(desk.ViaWeb, them, said+"\nI have chest pain since this morning and I do not know what to do.", "", l.reply(), nil)
	for i := range l.alerts {
		l.alerts[i].AckedAt, l.alerts[i].AckedBy = time.Time{}, 0
	}
}

// notThere: we called, nobody answered, and we will call again.
func (l *life) notThere(s scene) {
	window := l.present.Add(-10 * time.Minute).Truncate(slotLength)
	said := l.begin(s, "en", l.present.Sub(window.Add(-2*time.Hour)))
	w := l.answering()
	win, ok := l.window(l.q.Skill, window, 0)
	if !ok {
		l.open(desk.ViaPhone, actor(w), said, "", l.reply(), nil)
		return
	}
	l.open(desk.ViaPhone, actor(w), said, "", desk.Promise{Kind: desk.Callback, Source: desk.FromPerson}, &win)
	p := l.lastLive()
	if !p.Start.Equal(window) || !l.at(l.present.Add(-9*time.Minute)) {
		return
	}
	l.calls(p, win.who)
	if l.after(time.Minute) {
		l.missed(p, win.who, "no_answer")
	}
}

// atTheBedside: patient care waits, so news comes every few minutes.
func (l *life) atTheBedside(s scene) {
	said := l.begin(s, "en", 6*time.Minute)
	w := l.answering()
	l.open(desk.ViaPhone, actor(w), said, "On the line with the unit. A colleague charts meanwhile.",
		desk.Promise{Kind: desk.Update, Source: desk.FromPerson, Due: l.now.Add(30 * time.Minute)}, nil)
	l.t.State, l.t.Kind = desk.Working, desk.Incident
}

// seesSomebodyElse: a matter of privacy, with a supervisor.
func (l *life) seesSomebodyElse(s scene) {
	said := l.begin(s, "en", 50*time.Minute)
	w := l.leading()
	l.open(desk.ViaPhone, actor(w), said, "Stopped the caller before any details. Privacy office has it.",
		desk.Promise{Kind: desk.Update, Source: desk.FromPerson, Due: l.now.Add(2 * time.Hour)}, nil)
	l.t.State = desk.Working
}
