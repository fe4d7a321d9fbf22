package demo

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"kept/internal/desk"
)

// person is a requester with the addresses on file; those without an id are not there.
type person struct {
	desk.Requester
	phone   desk.Address
	mail    desk.Address
	tickets int
	stored  bool // its rows are written
}

// reach is how a person hears from us who asked in some way.
func (p *person) reach(via desk.Via) (desk.Channel, desk.AddressID) {
	switch {
	case p.mail.ID != 0 && (via == desk.ViaEmail || p.phone.ID == 0):
		return desk.ByEmail, p.mail.ID
	case p.phone.ID != 0:
		return desk.BySMS, p.phone.ID
	}
	return desk.ByWeb, 0
}

// poolKey names people of a kind who speak a language.
type poolKey struct {
	client desk.ClientID
	kind   desk.RequesterKind
	lang   string
}

// somebody gives who asks now: somebody who has asked before, or a new person.
func (l *life) somebody(kind desk.RequesterKind, lang string, via desk.Via) *person {
	key := poolKey{l.h.ID, kind, lang}
	pool := l.s.people[key]
	if len(pool) > 0 && l.chance(58) {
		p := oneOf(l.rnd, pool)
		p.tickets++
		return p
	}
	p := l.newcomer(kind, lang, l.name(lang), via != desk.ViaEmail, via == desk.ViaEmail || l.chance(45))
	p.Proven = via == desk.ViaPhone || kind != desk.Patient
	if via == desk.ViaWeb && kind == desk.Patient && l.chance(30) {
		p.Name = "" // the pages for patients do not ask
	}
	l.s.people[key] = append(pool, p)
	return p
}

// newcomer makes a person with addresses. When the invented numbers have run out, mail is left.
func (l *life) newcomer(kind desk.RequesterKind, lang, name string, phone, mail bool) *person {
	p := &person{tickets: 1, Requester: desk.Requester{Client: l.h.ID, ID: desk.RequesterID(l.id()), Kind: kind, Name: name, Lang: lang, CreatedAt: l.now}}
	address := func(kind desk.AddressKind, value string) desk.Address {
		return desk.Address{Client: l.h.ID, ID: desk.AddressID(l.id()), Requester: p.ID, Kind: kind, Value: value, CreatedAt: l.now}
	}
	n := l.s.numbers[l.h.ID]
	if phone && n < 100*len(l.h.areas) {
		l.s.numbers[l.h.ID]++
		p.phone = address(desk.PhoneAddress, fmt.Sprintf("+1%s55501%02d", l.h.areas[n%len(l.h.areas)], n/len(l.h.areas)))
		p.phone.Voicemail = l.chance(60)
	} else if phone {
		mail = true
	}
	if mail {
		p.mail = address(desk.EmailAddress, mailName(name)+fmt.Sprint(".", len(l.s.people[poolKey{l.h.ID, kind, lang}])+1, lang, kind[:1], l.h.ID)+"@example.com")
	}
	return p
}

// mailName is a name as it stands in mail addresses.
func mailName(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '.'
		case r < 128 && unicode.IsLetter(r):
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFD.String(name))
}

func (l *life) name(lang string) string {
	if lang == "es" || l.chance(l.h.spanish) {
		last := oneOf(l.rnd, lastES)
		if l.chance(35) {
			last += " " + oneOf(l.rnd, lastES)
		}
		return oneOf(l.rnd, firstES) + " " + last
	}
	return oneOf(l.rnd, firstEN) + " " + oneOf(l.rnd, lastEN)
}

var (
	firstEN = split(`James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan
		Joseph Jessica Thomas Sarah Charles Karen Nancy Daniel Lisa Matthew Betty Anthony Margaret Mark Sandra Donald Ashley
		Steven Kimberly Paul Emily Andrew Donna Joshua Michelle Kenneth Dorothy Kevin Carol Brian Amanda George Melissa
		Edward Deborah Ronald Stephanie Aisha Mei Arjun Fatima Hiro Ngozi Olga Tariq Yusuf Anika Kwame Ingrid Linh`)
	lastEN = split(`Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Thomas Moore Jackson Martin Lee
		Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson Baker Hall
		Campbell Mitchell Carter Roberts Phillips Evans Turner Parker Collins Edwards Stewart Morris Murphy Cook Rogers
		Morgan Cooper Peterson Reed Bailey Bell Kelly Howard Ward Cox Richardson Wood Watson Brooks Bennett Gray Hughes Price
		Myers Long Foster Sanders Ross Powell Sullivan Russell Ortega Kim Patel Nguyen Khan Chen Singh Ali Park Okoye Novak`)
	firstES = split(`María José Guadalupe Juan Ana Luis Carmen Carlos Rosa Jesús Elena Miguel Lucía Pedro Teresa Manuel
		Isabel Antonio Gloria Francisco Marta Alejandro Silvia Ramón Patricia Jorge Beatriz Roberto Alma Rafael Claudia
		Héctor Josefina Raúl Leticia Andrés Yolanda Óscar Verónica Julio`)
	lastES = split(`García Martínez Rodríguez López Hernández González Pérez Sánchez Ramírez Torres Flores Rivera Gómez Díaz
		Reyes Morales Cruz Ortiz Gutiérrez Chávez Ramos Ruiz Mendoza Álvarez Jiménez Castillo Vásquez Romero Herrera Medina
		Aguilar Vargas Guzmán Rojas Salazar Delgado Cortez Navarro Ríos Campos`)
)
