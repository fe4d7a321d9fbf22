package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/store/storetest"
)

func TestPasswords(t *testing.T) {
	ctx := t.Context()
	stored, err := hashPassword(ctx, rand.Reader, "a good long password")
	if err != nil || !strings.HasPrefix(stored, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%s, %v", stored, err)
	}
	for _, c := range []struct {
		stored, password string
		want             bool
	}{
		{stored, "a good long password", true}, {stored, "a good long passwore", false}, {stored, "", false},
		{nobody, "", false}, {nobody, "a good long password", false}, {"", "", false}, {"$argon2id$", "x", false},
		{"$argon2id$v=19$m=19456,t=0,p=1$" + strings.Repeat("A", 22) + "$" + strings.Repeat("A", 43), "x", false},
	} {
		if got, err := checkPassword(ctx, c.stored, c.password); got != c.want || err != nil {
			t.Errorf("checkPassword(%q, %q) = %v, %v", c.stored, c.password, got, err)
		}
	}
	over, cancel := context.WithCancel(ctx)
	hashing <- struct{}{}
	hashing <- struct{}{}
	cancel()
	if _, err := checkPassword(over, stored, "x"); !desk.Is(err, desk.Unavailable) {
		t.Errorf("with two at work and no time: %v", err)
	}
	<-hashing
	<-hashing
	if p := newPassword(rand.Reader); len(p) != 19 || goodPassword(p) != nil {
		t.Errorf("made %q", p)
	}
}

func TestSigningInAndOut(t *testing.T) {
	d := newTestDesk(t)
	ctx := t.Context()
	secret, err := d.SignIn(ctx, " ANA@desk.example ", d.password, "", "10.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	v, s, err := d.SignedIn(ctx, secret)
	if err != nil || v.Staff != d.ana.Staff || !v.Sees(d.mercy.ID) || v.Sees(d.bay.ID) {
		t.Fatalf("%+v, %v", v, err)
	}
	if s.Password != "" {
		t.Error("the password is given away")
	}
	for _, wrong := range []string{"", "x", secret + "x"} {
		if _, _, err := d.SignedIn(ctx, wrong); !desk.Is(err, desk.Unauthenticated) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	if err := d.SignOut(ctx, secret); err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.SignedIn(ctx, secret); !desk.Is(err, desk.Unauthenticated) {
		t.Errorf("after signing out: %v", err)
	}
}

func TestWrongSignInsAllSoundTheSame(t *testing.T) {
	d := newTestDesk(t)
	for _, c := range []struct{ login, password string }{
		{"ana@desk.example", "wrong password"}, {"nobody@desk.example", d.password}, {"", ""}, {"ana@desk.example", ""},
	} {
		_, err := d.SignIn(t.Context(), c.login, c.password, "", "10.0.0.1")
		if codeOf(err) != "signin.wrong" {
			t.Errorf("%q: %v", c.login, err)
		}
	}
	var err error
	for range 6 {
		_, err = d.SignIn(t.Context(), "sam@desk.example", "wrong password", "", "10.0.0.9")
	}
	if !desk.Is(err, desk.RateLimited) {
		t.Errorf("the sixth try: %v", err)
	}
	d.now = d.now.Add(time.Minute)
	if _, err = d.SignIn(t.Context(), "sam@desk.example", d.password, "", "10.0.0.9"); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}

// Whoever tries one login from everywhere locks nobody out who has signed in from their own desk before.
func TestTriesFromElsewhereLockNobodyOut(t *testing.T) {
	d := newTestDesk(t)
	ctx, login := t.Context(), "sam@desk.example"
	if _, err := d.SignIn(ctx, login, d.password, "", "10.0.0.9"); err != nil {
		t.Fatal(err)
	}
	var err error
	for i := range 21 {
		_, err = d.SignIn(ctx, login, "wrong password", "", fmt.Sprint("192.0.2.", i))
	}
	if !desk.Is(err, desk.RateLimited) {
		t.Errorf("the 21st try: %v", err)
	}
	if _, err := d.SignIn(ctx, login, d.password, "", "192.0.2.200"); !desk.Is(err, desk.RateLimited) {
		t.Errorf("from where nobody has signed in: %v", err)
	}
	if _, err := d.SignIn(ctx, login, d.password, "", "10.0.0.9"); err != nil {
		t.Errorf("Sam, from the own desk: %v", err)
	}
	for range 5 {
		_, err = d.SignIn(ctx, login, "wrong password", "", "10.0.0.9")
	}
	if !desk.Is(err, desk.RateLimited) {
		t.Errorf("many tries there: %v", err)
	}
}

func TestSessionsEnd(t *testing.T) {
	d := newTestDesk(t)
	ctx := t.Context()
	secret, err := d.SignIn(ctx, "ana@desk.example", d.password, "", "ip")
	if err != nil {
		t.Fatal(err)
	}
	start := d.now
	for _, h := range []int{11, 22} { // used now and then
		d.now = start.Add(time.Duration(h) * time.Hour)
		if _, _, err := d.SignedIn(ctx, secret); err != nil {
			t.Errorf("after %d hours: %v", h, err)
		}
	}
	d.now = start.Add(24 * time.Hour)
	if _, _, err := d.SignedIn(ctx, secret); !desk.Is(err, desk.Unauthenticated) {
		t.Errorf("after 24 hours: %v", err)
	}
	idle, _ := d.SignIn(ctx, "ana@desk.example", d.password, "", "ip")
	d.now = d.now.Add(12 * time.Hour)
	if _, _, err := d.SignedIn(ctx, idle); !desk.Is(err, desk.Unauthenticated) {
		t.Errorf("after 12 hours without use: %v", err)
	}
	left, _ := d.SignIn(ctx, "ana@desk.example", d.password, "", "ip")
	if _, err := d.EndStaff(ctx, d.sam, "ana@desk.example"); !desk.Is(err, desk.Forbidden) {
		t.Errorf("an analyst ends a colleague: %v", err)
	}
	if _, err := d.EndStaff(ctx, desk.System("test"), " Ana@desk.example"); err != nil {
		t.Fatal(err)
	}
	d.now = d.now.Add(signedLasts)
	if _, _, err := d.SignedIn(ctx, left); !desk.Is(err, desk.Unauthenticated) {
		t.Errorf("who has left is signed in: %v", err)
	}
	if _, err := d.SignIn(ctx, "ana@desk.example", d.password, "", "ip"); !desk.Is(err, desk.Unauthenticated) {
		t.Errorf("who has left signs in: %v", err)
	}
}

func TestSecondFactor(t *testing.T) {
	d := newTestDesk(t)
	ctx := t.Context()
	secret, err := d.BeginTOTP(ctx, d.ana)
	if err != nil {
		t.Fatal(err)
	}
	here, there := d.signsIn(t), d.signsIn(t)
	code := func() string { return codeAt(t, secret, d.now) }
	if err := d.ConfirmTOTP(ctx, d.ana, here, secret, "12345"); !wrong(err, "code") {
		t.Errorf("a wrong code: %v", err)
	}
	if err := d.ConfirmTOTP(ctx, d.ana, here, secret, code()); err != nil {
		t.Fatal(err)
	}
	if _, s, err := d.SignedIn(ctx, here); err != nil || s.TOTP != "on" {
		t.Errorf("here: %q, %v", s.TOTP, err)
	}
	if _, _, err := d.SignedIn(ctx, there); !desk.Is(err, desk.Unauthenticated) {
		t.Errorf("a browser that came in without a code: %v", err)
	}
	// Nobody who finds an open browser puts another phone in its place.
	if _, err := d.BeginTOTP(ctx, d.ana); codeOf(err) != "factor.on" {
		t.Errorf("a second one is begun: %v", err)
	}
	if err := d.ConfirmTOTP(ctx, d.ana, here, strings.Repeat("A", 32), codeAt(t, strings.Repeat("A", 32), d.now)); codeOf(err) != "factor.on" {
		t.Errorf("a second one takes its place: %v", err)
	}
	d.now = d.now.Add(time.Minute)
	if _, err := d.SignIn(ctx, "ana@desk.example", d.password, "", "ip"); codeOf(err) != "signin.code" {
		t.Errorf("without a code: %v", err)
	}
	if _, err := d.SignIn(ctx, "ana@desk.example", "wrong password", "", "ip"); codeOf(err) != "signin.wrong" {
		t.Errorf("without a code or password: %v", err)
	}
	used := code()
	d.now = d.now.Add(20 * time.Second) // one step of skew is forgiven
	if _, err := d.SignIn(ctx, "ana@desk.example", d.password, used[:3]+" "+used[3:], "ip"); err != nil {
		t.Errorf("with a code: %v", err)
	}
	if _, err := d.SignIn(ctx, "ana@desk.example", d.password, used, "ip"); codeOf(err) != "signin.wrong" {
		t.Errorf("with a code used before: %v", err)
	}
}

// The second factor goes off by a code or by the password, for who has lost the phone, and by nothing else.
func TestEndingTheSecondFactor(t *testing.T) {
	d := newTestDesk(t)
	ctx := t.Context()
	for what, proof := range map[string]func(secret string) string{
		"the password": func(string) string { return d.password },
		"a code":       func(secret string) string { return codeAt(t, secret, d.now) },
	} {
		secret, err := d.BeginTOTP(ctx, d.ana)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		used := codeAt(t, secret, d.now)
		if err := d.ConfirmTOTP(ctx, d.ana, "", secret, used); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		for _, bad := range []string{"", used, "another good password", strings.Repeat("x", 2000)} {
			if err := d.EndTOTP(ctx, d.ana, bad); !wrong(err, "proof") {
				t.Errorf("ended by %.30q: %v", bad, err)
			}
		}
		if err := d.EndTOTP(ctx, d.ana, proof(secret)); !desk.Is(err, desk.RateLimited) {
			t.Errorf("after four wrong ones: %v", err)
		}
		d.now = d.now.Add(time.Minute)
		if err := d.EndTOTP(ctx, d.ana, proof(secret)); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if err := d.EndTOTP(ctx, d.ana, ""); err != nil {
			t.Errorf("what is off: %v", err)
		}
		if secret := d.signsIn(t); secret == "" {
			t.Error("no session")
		}
		d.now = d.now.Add(time.Minute)
	}
}

func codeAt(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// signsIn gives the session of another browser of Ana's, without a code.
func (d *testDesk) signsIn(t *testing.T) string {
	t.Helper()
	secret, err := d.SignIn(t.Context(), "ana@desk.example", d.password, "", "ip")
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// wrong reports whether err says that just this field is wrong.
func wrong(err error, field string) bool {
	var e *desk.Error
	return errors.As(err, &e) && len(e.Fields) == 1 && e.Fields[0].Field == field
}

func TestTokens(t *testing.T) {
	d := newTestDesk(t)
	ctx := t.Context()
	system := desk.System("test")
	one, err := d.AddToken(ctx, system, d.mercy.ID, "Mercy portal")
	if err != nil || !strings.HasPrefix(one, desk.SecretPrefix) {
		t.Fatal(one, err)
	}
	all, err := d.AddToken(ctx, system, 0, "reports")
	if err != nil {
		t.Fatal(err)
	}
	if v, err := d.Bearer(ctx, one); err != nil || !v.Sees(d.mercy.ID) || v.Sees(d.bay.ID) || v.Desk || v.Leads() {
		t.Errorf("%+v, %v", v, err)
	}
	if v, err := d.Bearer(ctx, all); err != nil || !v.Sees(d.bay.ID) || !v.Desk {
		t.Errorf("%+v, %v", v, err)
	}
	for _, wrong := range []string{"", "kept_", one[:len(one)-1] + "?", one[len(desk.SecretPrefix):]} {
		if _, err := d.Bearer(ctx, wrong); !desk.Is(err, desk.Unauthenticated) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	if _, err := d.EndTokens(ctx, d.sam, "Mercy portal"); !desk.Is(err, desk.Forbidden) {
		t.Errorf("an analyst ends a token: %v", err)
	}
	if n, err := d.EndTokens(ctx, system, "Mercy portal"); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	d.now = d.now.Add(signedLasts)
	if _, err := d.Bearer(ctx, one); !desk.Is(err, desk.Unauthenticated) {
		t.Errorf("after it ended: %v", err)
	}
	if _, err := d.AddToken(ctx, d.sam, 0, "mine"); !desk.Is(err, desk.Forbidden) {
		t.Errorf("a supervisor makes a token: %v", err)
	}
}

func TestAddingStaff(t *testing.T) {
	d := newTestDesk(t)
	ctx := t.Context()
	system := desk.System("test")
	s, password, err := d.AddStaff(ctx, system, desk.Staff{Name: "Eva Paz", Login: "Eva@Desk.example", Clients: []desk.ClientID{d.bay.ID, d.mercy.ID, d.bay.ID}}, "", nil)
	if err != nil || len(password) < 19 || s.Password != "" {
		t.Fatal(s, err)
	}
	secret, err := d.SignIn(ctx, s.Login, password, "", "ip")
	if err != nil {
		t.Fatal(err)
	}
	if v, _, err := d.SignedIn(ctx, secret); err != nil || !v.Sees(d.mercy.ID) || !v.Sees(d.bay.ID) || len(v.Clients) != 2 {
		t.Errorf("%+v, %v", v, err)
	}
	for _, c := range []struct {
		who            desk.Viewer
		name, login, p string
		want           desk.Kind
	}{
		{system, "Eva", "eva@desk.example", "", desk.Conflict}, {system, "", "x@desk.example", "", desk.Invalid},
		{system, "Max", "max", "", desk.Invalid}, {system, "Max", "max@desk.example", "short", desk.Invalid},
		{d.ana, "Max", "max@desk.example", "", desk.Forbidden}, {d.sam, "Max", "max@desk.example", "", desk.Forbidden},
	} {
		if _, _, err := d.AddStaff(ctx, c.who, desk.Staff{Name: c.name, Login: c.login}, c.p, nil); !desk.Is(err, c.want) {
			t.Errorf("%s %s: %v, want %s", c.name, c.login, err, c.want)
		}
	}
	if err := d.SaveDisplay(ctx, viewerOf(s), "dark", "compact", true); err != nil {
		t.Fatal(err)
	}
	if _, s, _ := d.SignedIn(ctx, secret); s.Theme != "dark" || !s.LetterKeys {
		t.Errorf("the display is not kept: %+v", s)
	}
	if err := d.SaveDisplay(ctx, viewerOf(s), "pink", "", false); !desk.Is(err, desk.Invalid) {
		t.Errorf("pink: %v", err)
	}
}

func codeOf(err error) string {
	var e *desk.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// Another password opens the door, the old one does not, and other browsers are signed out; who leads a hospital has
// the same as staff.
func TestChangingThePassword(t *testing.T) {
	d := newTestDesk(t)
	ctx := t.Context()
	_, leaders, err := d.AddStaff(ctx, desk.System("test"), desk.Staff{Name: "Ruth Lindqvist", Login: "ruth@mercy.example", Role: desk.Leader, Clients: []desk.ClientID{d.mercy.ID}}, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	for login, old := range map[string]string{"ana@desk.example": d.password, "ruth@mercy.example": leaders} {
		here, err := d.SignIn(ctx, login, old, "", "ip")
		if err != nil {
			t.Fatal(err)
		}
		there, err := d.SignIn(ctx, login, old, "", "ip")
		if err != nil {
			t.Fatal(err)
		}
		v, _, err := d.SignedIn(ctx, here)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := d.SignedIn(ctx, there); err != nil {
			t.Fatal(err)
		}
		for _, wrong := range []struct {
			in     NewPassword
			fields string
		}{
			{NewPassword{"x", "another good password", "another good password"}, "now"}, {NewPassword{old, old, old}, "fresh"},
			{NewPassword{"x", strings.Repeat("x", 2000), ""}, "now fresh"}, {NewPassword{old, "another good password", "another god password"}, "again"},
		} {
			err := d.ChangePassword(ctx, v, here, wrong.in)
			var e *desk.Error
			if !errors.As(err, &e) {
				t.Fatalf("%s, %s: %v", login, wrong.fields, err)
			}
			var names []string
			for _, f := range e.Fields {
				names = append(names, f.Field)
			}
			if strings.Join(names, " ") != wrong.fields {
				t.Errorf("%s: wrong are %v, want %s", login, names, wrong.fields)
			}
		}
		if err := d.ChangePassword(ctx, v, here, NewPassword{old, "another good password", "another good password"}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := d.SignedIn(ctx, here); err != nil {
			t.Errorf("%s is signed out here: %v", login, err)
		}
		if _, _, err := d.SignedIn(ctx, there); !desk.Is(err, desk.Unauthenticated) {
			t.Errorf("%s is signed in elsewhere: %v", login, err)
		}
		if err := d.ChangePassword(ctx, v, here, NewPassword{old, "a third good password", "a third good password"}); !desk.Is(err, desk.RateLimited) {
			t.Errorf("the sixth try: %v", err)
		}
		d.now = d.now.Add(time.Minute)
		if _, err := d.SignIn(ctx, login, old, "", "ip"); codeOf(err) != "signin.wrong" {
			t.Errorf("the old password of %s: %v", login, err)
		}
		if _, err := d.SignIn(ctx, login, "another good password", "", "ip"); err != nil {
			t.Errorf("the new password of %s: %v", login, err)
		}
	}
	if err := d.ChangePassword(ctx, desk.Viewer{Who: desk.WhoToken, Token: 1, Desk: true}, "", NewPassword{}); !desk.Is(err, desk.Forbidden) {
		t.Errorf("a program: %v", err)
	}
}

// A code is taken once, on whichever node, at the sign-in and to switch the factor off.
func TestACodeIsTakenOnceOnAllNodes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func(...store.Options) *store.DB) {
		now, _ := time.Parse(time.RFC3339, monday)
		ctx, db := t.Context(), open(store.Options{Clock: func() time.Time { return now }})
		one, two := New(Options{DB: db}), New(Options{DB: db}) // what a node remembers, the other does not
		s, password, err := one.AddStaff(ctx, desk.System("test"), desk.Staff{Name: "Ana Ruiz", Login: "ana@desk.example", Role: desk.Admin}, "correct horse battery", nil)
		if err != nil {
			t.Fatal(err)
		}
		secret, err := one.BeginTOTP(ctx, viewerOf(s))
		if err == nil {
			err = one.ConfirmTOTP(ctx, viewerOf(s), "", secret, codeAt(t, secret, now))
		}
		if err != nil {
			t.Fatal(err)
		}
		signIn := func(a *App, code string) error {
			_, err := a.SignIn(ctx, s.Login, "correct horse battery", code, "10.0.0.1")
			return err
		}
		if err := signIn(two, codeAt(t, secret, now)); codeOf(err) != "signin.wrong" {
			t.Errorf("with the code that has switched it on: %v %s", err, password)
		}
		now = now.Add(time.Minute)
		code := codeAt(t, secret, now)
		if err := signIn(one, code); err != nil {
			t.Fatal(err)
		}
		if err := signIn(two, code); codeOf(err) != "signin.wrong" {
			t.Errorf("a second time, on another node: %v", err)
		}
		if err := signIn(two, codeAt(t, secret, now.Add(-30*time.Second))); codeOf(err) != "signin.wrong" {
			t.Errorf("an older one: %v", err)
		}
		if err := two.EndTOTP(ctx, viewerOf(s), code); !wrong(err, "proof") {
			t.Errorf("to switch it off: %v", err)
		}
		now = now.Add(time.Minute)
		if err := two.EndTOTP(ctx, viewerOf(s), codeAt(t, secret, now)); err != nil {
			t.Errorf("with a fresh one: %v", err)
		}
	})
}
