package app

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// How long a session lives, and how long this node believes what it knows of one.
const (
	sessionIdle  = 12 * time.Hour
	sessionLife  = 24 * time.Hour
	sessionTouch = time.Minute     // seen_at is that exact
	signedLasts  = 5 * time.Second // a sign-out on another node takes that long to be seen here
)

// How often somebody may try to sign in: by login and address together, by either alone.
var (
	signInPair  = limit{"signin", 5, time.Minute}
	signInLogin = limit{"signin login", 20, time.Minute}
	signInIP    = limit{"signin ip", 60, time.Minute}
	signInKnown = limit{"signin known", 1, time.Minute} // whoever has signed in from an address; nobody is held up by it
	signInCode  = limit{"signin code", 10, time.Hour}
	newPassTry  = limit{"new password", 5, time.Minute}
)

var errSignIn = desk.Errorf(desk.Unauthenticated, "signin.wrong", "That email and password do not fit. Check both and try again.")
var errSignedOut = desk.Errorf(desk.Unauthenticated, "session.ended", "You are signed out. Sign in again.")

// SignIn checks a password and, where one is set, the second factor. It gives the secret of a new
// session for the cookie. Unauthenticated "signin.wrong" whatever was wrong; "signin.code" when the
// password was right and a code is needed; RateLimited per login and ip.
func (a *App) SignIn(ctx context.Context, login, password, code, ip string) (secret string, err error) {
	login = strings.ToLower(strings.TrimSpace(login))
	now := a.Now()
	// The address first: whoever is refused by it makes the desk remember no more names.
	if err := a.limits.take(now, signInIP, ip); err != nil {
		return "", err
	}
	if err := a.limits.take(now, signInPair, login, ip); err != nil {
		return "", err
	}
	// Whoever tries the passwords of others locks out nobody who has signed in from where they sit.
	if !a.limits.tried(signInKnown, login, ip) {
		if err := a.limits.take(now, signInLogin, login); err != nil {
			return "", err
		}
	}
	if len(password) > maxPassword || len(login) > 254 {
		return "", errSignIn
	}
	var s desk.Staff
	err = a.db.DeskRead(ctx, desk.System("sign in"), func(tx *store.DeskReadTx) (err error) {
		s, err = tx.StaffByLogin(login)
		return err
	})
	if desk.Is(err, desk.NotFound) {
		s.Password = nobody
	} else if err != nil {
		return "", err
	}
	ok, err := checkPassword(ctx, s.Password, password)
	if err != nil {
		return "", err
	}
	if !ok || !s.Active {
		return "", errSignIn
	}
	step, byCode := int64(0), s.TOTP != ""
	if byCode {
		if strings.TrimSpace(code) == "" {
			return "", desk.Errorf(desk.Unauthenticated, "signin.code", "Enter the 6-digit code from your app.")
		}
		// Whoever has the password has a million codes to try, from as many addresses as there are.
		if err := a.limits.take(now, signInCode, strconv.FormatInt(int64(s.ID), 10)); err != nil {
			return "", err
		}
		if step, ok = totpStep(s.TOTP, code, now); !ok {
			return "", errSignIn
		}
	}
	secret = desk.NewSecret(a.rand, 32)
	err = a.db.System(ctx, "sign in", func(tx *store.SystemTx) error {
		if byCode {
			if fresh, err := tx.UseTOTPStep(s.ID, step); err != nil || !fresh {
				return cmp.Or(err, error(errSignIn))
			}
		}
		at := tx.Now()
		return tx.AddSession(desk.Session{Hash: desk.HashSecret(secret), Staff: s.ID, CreatedAt: at, SeenAt: at,
			EndsAt: at.Add(sessionLife), Passed: true})
	})
	if err != nil {
		return "", err
	}
	_ = a.limits.take(now, signInKnown, login, ip) // to be remembered
	return secret, nil
}

// SignedIn gives the viewer of a session secret. Unauthenticated when it has ended (12 hours without
// use, 24 hours in all).
func (a *App) SignedIn(ctx context.Context, secret string) (desk.Viewer, desk.Staff, error) {
	if secret == "" || len(secret) > 100 {
		return desk.Viewer{}, desk.Staff{}, errSignedOut
	}
	hash := desk.HashSecret(secret)
	now := a.Now()
	one, ok := a.signed.session(hash, now)
	if !ok {
		began := a.signed.begin()
		err := a.db.DeskRead(ctx, desk.System("session"), func(tx *store.DeskReadTx) (err error) {
			if one.session, err = tx.Session(hash); err != nil {
				return err
			}
			one.staff, err = tx.Staff(one.session.Staff)
			return err
		})
		if desk.Is(err, desk.NotFound) {
			return desk.Viewer{}, desk.Staff{}, errSignedOut
		} else if err != nil {
			return desk.Viewer{}, desk.Staff{}, err
		}
		one.staff = public(one.staff)
		one.readAt = now
		a.signed.keep(hash, one, began)
	}
	s := one.session
	if !s.Passed || !one.staff.Active || !now.Before(s.EndsAt) || now.Sub(s.SeenAt) >= sessionIdle {
		return desk.Viewer{}, desk.Staff{}, errSignedOut
	}
	if now.Sub(s.SeenAt) >= sessionTouch && a.signed.touch(hash, now) {
		err := a.db.System(ctx, "session", func(tx *store.SystemTx) error { return tx.TouchSession(hash, now) })
		if err != nil && !desk.Is(err, desk.Unavailable) {
			return desk.Viewer{}, desk.Staff{}, err
		}
	}
	return viewerOf(one.staff), one.staff, nil
}

func viewerOf(s desk.Staff) desk.Viewer {
	if s.Role == desk.Leader {
		v := desk.Viewer{Who: desk.WhoLeader, Staff: s.ID, Role: s.Role, Name: s.Name}
		if len(s.Clients) == 1 {
			v.Of = s.Clients[0]
		}
		return v
	}
	return desk.Viewer{Who: desk.WhoStaff, Staff: s.ID, Role: s.Role, Name: s.Name, Clients: s.Clients}
}

// SignOut ends a session.
func (a *App) SignOut(ctx context.Context, secret string) error {
	hash := desk.HashSecret(secret)
	err := a.db.System(ctx, "sign out", func(tx *store.SystemTx) error { return tx.EndSession(hash) })
	a.signed.forgetSession(hash)
	return err
}

// Bearer gives the viewer of an API token. Unauthenticated when unknown or ended.
func (a *App) Bearer(ctx context.Context, token string) (desk.Viewer, error) {
	errToken := desk.Errorf(desk.Unauthenticated, "token.wrong", "This token is unknown or has ended.")
	if !strings.HasPrefix(token, desk.SecretPrefix) || len(token) > 100 {
		return desk.Viewer{}, errToken
	}
	hash := desk.HashSecret(token)
	now := a.Now()
	t, ok := a.signed.token(hash, now)
	if !ok {
		err := a.db.DeskRead(ctx, desk.System("token"), func(tx *store.DeskReadTx) (err error) {
			t, err = tx.TokenByHash(hash)
			return err
		})
		if desk.Is(err, desk.NotFound) {
			return desk.Viewer{}, errToken
		} else if err != nil {
			return desk.Viewer{}, err
		}
		a.signed.keepToken(hash, t, now)
	}
	if !t.EndedAt.IsZero() && !now.Before(t.EndedAt) {
		return desk.Viewer{}, errToken
	}
	v := desk.Viewer{Who: desk.WhoToken, Token: t.ID, Name: t.Name, Desk: t.Client == 0}
	if t.Client != 0 {
		v.Clients = []desk.ClientID{t.Client}
	}
	return v, nil
}

// maxSigned bounds what is remembered of sessions and of tokens.
const maxSigned = 10_000

// signedCache remembers sessions and tokens for a few seconds, so that a page costs no statement for them.
type signedCache struct {
	mu       sync.Mutex
	ended    int64 // grows with each sign-out
	sessions map[string]signed
	tokens   map[string]bearer
}

type signed struct {
	session desk.Session
	staff   desk.Staff
	readAt  time.Time
}

type bearer struct {
	token  desk.Token
	readAt time.Time
}

func isFresh(readAt, now time.Time) bool {
	age := now.Sub(readAt)
	return age >= 0 && age < signedLasts
}

func (c *signedCache) session(hash string, now time.Time) (signed, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	one, ok := c.sessions[hash]
	return one, ok && isFresh(one.readAt, now)
}

// begin and keep go together: a session that was read while somebody signed out is not kept.
func (c *signedCache) begin() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended
}

func (c *signedCache) keep(hash string, one signed, began int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended != began {
		return
	}
	if c.sessions == nil || len(c.sessions) >= maxSigned {
		c.sessions = map[string]signed{}
	}
	c.sessions[hash] = one
}

// touch notes that a session was seen at now; false when somebody else has just noted it.
func (c *signedCache) touch(hash string, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	one, ok := c.sessions[hash]
	if ok && now.Sub(one.session.SeenAt) < sessionTouch {
		return false
	}
	if ok {
		one.session.SeenAt = now
		c.sessions[hash] = one
	}
	return true
}

func (c *signedCache) forgetSession(hash string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended++
	delete(c.sessions, hash)
}

func (c *signedCache) forgetStaff(id desk.StaffID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended++
	for hash, one := range c.sessions {
		if one.staff.ID == id {
			delete(c.sessions, hash)
		}
	}
}

func (c *signedCache) token(hash string, now time.Time) (desk.Token, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	one, ok := c.tokens[hash]
	return one.token, ok && isFresh(one.readAt, now)
}

func (c *signedCache) keepToken(hash string, t desk.Token, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tokens == nil || len(c.tokens) >= maxSigned {
		c.tokens = map[string]bearer{}
	}
	c.tokens[hash] = bearer{t, now}
}
