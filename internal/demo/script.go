package demo

import (
	"strings"
	"time"

	"kept/internal/desk"
)

// script is the life of an ordinary question: it is asked, answered and confirmed, or goes wrong in
// the ways in which desks do.
func (l *life) script() {
	via := l.via()
	lang, said := "en", l.q.said
	if l.q.Audience == desk.Patient && len(l.q.dicho) > 0 && l.chance(l.h.spanish) {
		lang, said = "es", l.q.dicho
	}
	l.p = l.somebody(l.q.Audience, lang, via)
	words := oneOf(l.rnd, said)
	if l.chance(25) {
		words += "\n" + oneOf(l.rnd, more[lang])
	}
	l.t.Skill, l.t.Lang = l.q.Skill, lang // for whoever answers the phone
	if via == desk.ViaPhone {
		l.phoned(words)
		return
	}
	if l.p.phone.ID != 0 && via == desk.ViaWeb && l.chance(40) {
		if s, ok := l.window(l.q.Skill, l.now.Add(20*time.Minute), l.rnd.IntN(6)); ok {
			l.open(via, them, words, "", desk.Promise{Kind: desk.Callback, Source: desk.FromPerson}, &s)
			l.callback(l.lastLive(), true)
			return
		}
	}
	l.open(via, them, words, "", l.reply(), nil)
	l.inWords(l.lastLive())
}

func (l *life) via() desk.Via {
	n := l.rnd.IntN(100)
	if l.q.Audience == desk.Patient {
		switch {
		case n < 46:
			return desk.ViaWeb
		case n < 86:
			return desk.ViaPhone
		case n < 95:
			return desk.ViaEmail
		}
		return desk.ViaSMS
	}
	if n < 65 {
		return desk.ViaPhone
	}
	return desk.ViaWeb
}

// phoned is a call: solved while the person is on the line, or promised for when somebody knows.
func (l *life) phoned(words string) {
	w := l.s.roster.now(need{client: l.h.ID, lang: l.t.Lang}, l.now, l.rnd.IntN)
	knows := w.fits(need{client: l.h.ID, skill: l.q.Skill})
	if knows && l.chance(60) || l.p.phone.ID == 0 {
		l.open(desk.ViaPhone, actor(w), words, "", l.reply(), nil)
		if l.after(l.between(2*time.Minute, 9*time.Minute)) {
			l.askIfFixed(w, true)
			l.loop()
		}
		return
	}
	s, ok := l.window(l.q.Skill, l.now.Add(15*time.Minute), l.rnd.IntN(3))
	if !ok {
		l.open(desk.ViaPhone, actor(w), words, oneOf(l.rnd, handed), l.reply(), nil)
		l.inWords(l.lastLive())
		return
	}
	l.open(desk.ViaPhone, actor(w), words, oneOf(l.rnd, handed), desk.Promise{Kind: desk.Callback, Source: desk.FromPerson}, &s)
	l.callback(l.lastLive(), true)
}

// callback keeps a promised call, or does not. Only the first call of a ticket meets trouble.
func (l *life) callback(p *desk.Promise, trouble bool) {
	owner := l.s.roster.worker(int64(p.Owner))
	n := 100
	if trouble {
		n = l.rnd.IntN(100)
	}
	switch {
	case n < 5: // nobody calls
		if !l.at(p.Due.Add(time.Second)) {
			return
		}
		repair := l.breaks(p)
		lead := l.s.roster.worker(int64(max(repair.Owner, 1)))
		if !l.at(l.within(repair)) {
			return
		}
		l.calls(repair, lead)
		if l.after(l.between(2*time.Minute, 5*time.Minute)) {
			l.reached(repair, lead, "I said sorry for the call that did not come. "+oneOf(l.rnd, solved))
			l.loop()
		}
		return
	case n < 7: // on the line when it falls due
		if !l.at(p.Due.Add(-2 * time.Minute)) {
			return
		}
		l.calls(p, owner)
		if l.after(4 * time.Minute) {
			l.reached(p, owner, oneOf(l.rnd, solved))
			l.loop()
		}
		return
	case n < 14: // another time
		by, who, from := them, desk.MovedByPerson, l.now
		if !l.at(l.now.Add(l.between(0, p.Start.Add(-5*time.Minute).Sub(from)))) {
			return
		}
		s, ok := l.window(p.Skill, p.Due, 1+l.rnd.IntN(8))
		if n >= 12 {
			by, who = actor(l.leading()), desk.MovedByUs
		}
		if ok && l.now.Before(p.Due) {
			l.callback(l.move(p, by, who, s), false)
			return
		} else if ok {
			l.s.roster.free(s)
		}
	case n < 26: // not there
		if !l.at(l.within(p)) {
			return
		}
		l.calls(p, owner)
		if !l.after(l.between(30*time.Second, 90*time.Second)) {
			return
		}
		next := l.missed(p, owner, oneOf(l.rnd, []string{"no_answer", "no_answer", "voicemail", "busy"}))
		if next == nil {
			l.inWords(l.lastLive())
			return
		}
		l.callback(next, l.chance(30))
		return
	}
	if !l.at(l.within(p)) {
		return
	}
	l.calls(p, owner)
	if l.after(l.between(2*time.Minute, 6*time.Minute)) {
		l.reached(p, owner, oneOf(l.rnd, solved))
		l.loop()
	}
}

// overdue is for a script that came too late: then the clock decides, and a supervisor answers.
func (l *life) overdue() {
	for {
		p := l.lastLive()
		if p == nil || !l.at(p.Due.Add(time.Second)) {
			return
		}
		if p.Kind == desk.Confirm {
			l.askAgain(p)
			continue
		}
		repair := l.breaks(p)
		lead := l.s.roster.worker(int64(max(repair.Owner, 1)))
		if l.at(l.within(repair)) {
			l.replies(lead, l.answer("I am sorry that we were late. ", "Disculpe la tardanza. "))
			l.keepAny(lead)
			l.askIfFixed(lead, true)
		}
	}
}

// keepAny keeps what is promised in any form, by words.
func (l *life) keepAny(w *worker) {
	for _, p := range l.live() {
		if l.now.Before(p.BreaksAt()) {
			l.keep(p, actor(w), "replied")
		}
	}
}

// within is an instant of the window of p that leaves time for the call.
func (l *life) within(p *desk.Promise) time.Time {
	from := p.Start
	if l.now.After(from) {
		from = l.now
	}
	return from.Add(l.between(0, p.Due.Add(-8*time.Minute).Sub(from)))
}

// inWords answers by message before p falls due, or does not.
func (l *life) inWords(p *desk.Promise) {
	left := p.Due.Sub(l.now)
	switch n := l.rnd.IntN(100); {
	case n < 4: // nobody answers
		if !l.at(p.Due.Add(time.Second)) {
			return
		}
		repair := l.breaks(p)
		lead := l.s.roster.worker(int64(max(repair.Owner, 1)))
		if !l.at(l.within(repair)) {
			return
		}
		l.replies(lead, l.answer("I am sorry that we were late. ", "Disculpe la tardanza. "))
		l.solves(lead)
		return
	case n < 7: // it works again by itself
		if l.after(l.between(5*time.Minute, left/2)) {
			l.closes(desk.NotNeeded, them)
		}
		return
	case n < 8:
		if l.after(l.between(5*time.Minute, left/2)) {
			l.void(l.leading(), "the same question twice")
		}
		return
	case n < 24:
		if !l.after(l.between(time.Minute, left/3)) {
			return
		}
		w := l.onDuty()
		l.t.Owner, l.t.State = w.ID, desk.Working
		l.note(desk.TicketAssigned, actor(w), desk.EventData{Owner: w.ID, OwnerIs: w.Name})
	}
	left = p.Due.Sub(l.now) * 4 / 5
	// Most answers come early.
	if !l.after(min(l.between(time.Minute, left), l.between(time.Minute, left))) {
		return
	}
	w := l.onDuty()
	l.replies(w, l.answer("", ""))
	l.solves(w)
}

// answer is what somebody writes who knows.
func (l *life) answer(sorry, disculpe string) string {
	en, es, _ := strings.Cut(l.q.Aloud, "\n\n")
	hello, first := "Hello. ", l.p.First()
	if first != "" {
		hello = "Hello " + first + ". "
	}
	if l.t.Lang != "es" || es == "" {
		return hello + sorry + en
	}
	if hello = "Hola. "; first != "" {
		hello = "Hola, " + first + ". "
	}
	return hello + disculpe + es
}

// solves goes on from an answer in words to the question whether it is fixed.
func (l *life) solves(w *worker) {
	if l.chance(8) {
		if !l.after(l.between(10*time.Minute, 3*time.Hour)) {
			return
		}
		l.say(desk.ToThem, desk.ViaDesk, actor(w), asks[l.t.Lang])
		l.told(desk.SayReply, nil, l.messages[len(l.messages)-1].ID, nil)
		l.waits(w)
	}
	if l.chance(30) {
		if !l.after(l.between(10*time.Minute, 8*time.Hour)) {
			return
		}
		via := desk.ViaSMS
		if l.t.Channel == desk.ByEmail {
			via = desk.ViaEmail
		}
		l.hear(via, oneOf(l.rnd, backs[l.t.Lang]))
	}
	if l.chance(20) {
		if !l.after(l.between(5*time.Minute, 2*time.Hour)) {
			return
		}
		l.say(desk.Note, desk.ViaDesk, actor(w), oneOf(l.rnd, solved))
	}
	if l.after(l.between(20*time.Minute, 20*time.Hour)) {
		l.askIfFixed(w, false)
		l.loop()
	}
}

// loop waits for the person's word.
func (l *life) loop() {
	p := l.lastLive()
	n := l.rnd.IntN(100)
	if n < 4 { // silence
		for more := true; more; {
			if !l.at(p.Due) {
				return
			}
			p, more = l.askAgain(p)
		}
		l.deliver(l.present)
		return
	}
	wait := l.between(time.Minute, 12*time.Hour)
	if n >= 92 {
		wait = l.between(12*time.Hour, 6*24*time.Hour)
	}
	answered := l.now.Add(wait)
	for p.Due.Before(answered) {
		if !l.at(p.Due) {
			return
		}
		p, _ = l.askAgain(p)
	}
	if !l.at(answered) {
		return
	}
	if n < 9 { // not yet
		if s, ok := l.window(l.q.Skill, l.now.Add(20*time.Minute), l.rnd.IntN(4)); ok && l.p.phone.ID != 0 {
			l.t.Channel, l.t.Address = desk.ByVoice, l.p.phone.ID
			l.callback(l.notYet(desk.ViaWeb, oneOf(l.rnd, stills[l.t.Lang]), &s), false)
			return
		} else if ok {
			l.s.roster.free(s)
		}
		l.inWords(l.notYet(desk.ViaWeb, oneOf(l.rnd, stills[l.t.Lang]), nil))
		return
	}
	l.closes(desk.Confirmed, them)
	l.told(desk.SayConfirmed, nil, 0, nil)
	l.deliver(l.present)
}

// What people and the desk say beside the question itself.
var (
	more = map[string][]string{
		"en": {"I tried it twice and it is the same.", "It worked last week.", "I use my phone for this.", "I am not good with computers.",
			"Please call me if that is easier.", "I need it before my next visit.", "It happens on my tablet too."},
		"es": {"Lo intenté dos veces y sigue igual.", "La semana pasada funcionaba.", "Uso mi teléfono para esto.", "No sé mucho de computadoras.",
			"Llámeme si es más fácil.", "Lo necesito antes de mi próxima cita."},
	}
	backs = map[string][]string{
		"en": {"Thank you. I will try that tonight.", "I did the first step. Where is the menu?", "Thanks, I see it now.", "OK, I will try again after work."},
		"es": {"Gracias. Lo voy a probar esta noche.", "Ya hice el primer paso. ¿Dónde está el menú?", "Gracias, ya lo veo.", "Bueno, pruebo otra vez después del trabajo."},
	}
	stills = map[string][]string{
		"en": {"It still does not work.", "It worked once and then it stopped.", "I see the same message as before."},
		"es": {"Todavía no funciona.", "Funcionó una vez y después ya no.", "Veo el mismo mensaje que antes."},
	}
	asks = map[string]string{
		"en": "We need one thing from you. Which phone or computer do you use for this?",
		"es": "Necesitamos una cosa de usted. ¿Qué teléfono o computadora usa para esto?",
	}
	handed = []string{
		"Nobody on shift knows this one. Promised a call by somebody who does.",
		"Steps of the answer tried together on the phone. Did not help. Please look before the call.",
		"Caller is friendly and has time. Wants a call, not a text.",
		"Checked who it is with two identifiers. No chart content given out.",
		"Uses an older phone. Go slowly, one step at a time.",
	}
	solved = []string{
		"Walked through the steps on the phone. Works on the person’s own device.",
		"Reset done after the step-up check. Person could sign in while we talked.",
		"Setting was off. Turned it on together.",
		"Cleared the old app and put in the new one. Works.",
		"Browser was out of date. Works in another one; told how to update.",
		"Linked to the change of last night. Back to normal after a restart.",
		"Sent to the right team with all details and stayed on the line.",
	}
)
