package app

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"kept/internal/desk"
	"kept/internal/store"
)

// Passwords are stored as argon2id of 19 MiB in two passes.
const (
	argonMemory = 19 * 1024 // KiB
	argonPasses = 2
	argonLanes  = 1
	argonSalt   = 16
	argonKey    = 32

	minPassword = 12   // characters
	maxPassword = 1024 // bytes
)

// hashing lets two passwords be checked at once: each takes 19 MiB and a whole core for a moment.
var hashing = make(chan struct{}, 2)

func argon(ctx context.Context, password string, salt []byte, memory, passes uint32, lanes uint8, n uint32) ([]byte, error) {
	select {
	case hashing <- struct{}{}:
		defer func() { <-hashing }()
	case <-ctx.Done():
		return nil, desk.Wrap(desk.Unavailable, "timeout", ctx.Err(), "The desk is busy. Please try again.")
	}
	return argon2.IDKey([]byte(password), salt, passes, memory, lanes, n), nil
}

// hashPassword gives password in the form in which it is stored:
// $argon2id$v=19$m=19456,t=2,p=1$salt$key.
func hashPassword(ctx context.Context, rand io.Reader, password string) (string, error) {
	salt := make([]byte, argonSalt)
	if _, err := io.ReadFull(rand, salt); err != nil {
		return "", desk.Wrap(desk.Internal, "random", err, "Something went wrong on our side.")
	}
	key, err := argon(ctx, password, salt, argonMemory, argonPasses, argonLanes, argonKey)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonLanes,
		b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

// nobody is the password of logins that do not exist: checking it takes as long as checking a real
// one, and nothing fits it.
var nobody = fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonLanes,
	strings.Repeat("A", 22), strings.Repeat("A", 43))

// checkPassword reports whether password is the stored one. A stored form that cannot be read fits
// no password.
func checkPassword(ctx context.Context, stored, password string) (bool, error) {
	var version int
	var memory, passes uint32
	var lanes uint8
	part := strings.Split(stored, "$")
	if len(part) != 6 || part[1] != "argon2id" {
		return checkPasswordOfNobody(ctx, password)
	}
	b64 := base64.RawStdEncoding
	salt, err1 := b64.DecodeString(part[4])
	want, err2 := b64.DecodeString(part[5])
	_, err3 := fmt.Sscanf(part[2], "v=%d", &version)
	_, err4 := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes)
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil || version != argon2.Version ||
		passes == 0 || lanes == 0 || memory > 1<<20 || passes > 100 || len(want) < 16 {
		return checkPasswordOfNobody(ctx, password)
	}
	got, err := argon(ctx, password, salt, memory, passes, lanes, uint32(len(want)))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// checkPasswordOfNobody takes as long as checking a password and says no.
func checkPasswordOfNobody(ctx context.Context, password string) (bool, error) {
	_, err := checkPassword(ctx, nobody, password)
	return false, err
}

// newPassword makes a password that can be read aloud, of 77 bits: "7Q2M-X4KD-9RTW-H5BN".
func newPassword(rand io.Reader) string {
	return desk.FormatToken(desk.NewTrackerToken(rand)) + "-" + desk.NewTrackerToken(rand)[:4]
}

// goodPassword gives the problem of a password that somebody chose, or nil.
func goodPassword(password string) *desk.Error {
	switch {
	case !utf8.ValidString(password) || len(password) > maxPassword:
		return desk.Errorf(desk.Invalid, "password.long", "That password is too long. Use at most 1,024 characters.")
	case utf8.RuneCountInString(password) < minPassword:
		return desk.Errorf(desk.Invalid, "password.short", "Use a password of at least 12 characters.")
	}
	return nil
}

// NewPassword is what somebody types to change their password; the fresh one twice, so that a slip locks nobody out.
type NewPassword struct{ Now, Fresh, Again string }

// ChangePassword gives v another password, and signs out every browser but the one with this session secret. Fields
// "now", "fresh", "again". Conflict "password.changed" when it was changed meanwhile; RateLimited.
func (a *App) ChangePassword(ctx context.Context, v desk.Viewer, session string, in NewPassword) error {
	if !hasAccount(v) {
		return errStaffOnly
	}
	if err := a.limits.take(a.Now(), newPassTry, strconv.FormatInt(int64(v.Staff), 10)); err != nil {
		return err
	}
	s, err := a.myself(ctx, v)
	if err != nil {
		return err
	}
	var bad desk.Fields
	ok := false
	if len(in.Now) <= maxPassword {
		if ok, err = checkPassword(ctx, s.Password, in.Now); err != nil {
			return err
		}
	}
	if !ok {
		bad.Add("now", "password.wrong", "That is not your password. Type the one with which you sign in now.")
	}
	if err := goodPassword(in.Fresh); err != nil {
		bad.Add("fresh", err.Code, err.Message)
	} else if in.Fresh == in.Now {
		bad.Add("fresh", "password.same", "That is your password already. Choose another one.")
	} else if in.Again != in.Fresh {
		bad.Add("again", "password.again", "This is not the new password above. Type it once more in both.")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	fresh, err := hashPassword(ctx, a.rand, in.Fresh)
	if err != nil {
		return err
	}
	err = a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		ok, err := tx.SetPassword(v.Staff, s.Password, fresh)
		if err != nil {
			return err
		}
		if !ok {
			return desk.Errorf(desk.Conflict, "password.changed", "Your password was changed in another browser a moment ago.")
		}
		return tx.EndOtherSessionsOf(v.Staff, desk.HashSecret(session))
	})
	if err == nil {
		a.signed.forgetStaff(v.Staff)
	}
	return err
}
