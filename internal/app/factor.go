package app

import (
	"cmp"
	"context"
	"crypto/subtle"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"kept/internal/desk"
	"kept/internal/store"
)

var factorTry = limit{"second factor", 5, time.Minute}

var errFactorOn = desk.Errorf(desk.Conflict, "factor.on", "Your second factor is on already. To use another phone, switch it off first.")

// BeginTOTP gives a new secret of a second factor, which [App.ConfirmTOTP] switches on. Conflict "factor.on".
func (a *App) BeginTOTP(ctx context.Context, v desk.Viewer) (secret string, err error) {
	s, err := a.myself(ctx, v)
	if err != nil {
		return "", err
	}
	if s.TOTP != "" {
		return "", errFactorOn
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Kept", AccountName: s.Login, Rand: a.rand})
	if err != nil {
		return "", desk.Wrap(desk.Internal, "totp", err, "Something went wrong on our side.")
	}
	return key.Secret(), nil
}

// totpKey is how many characters a secret has that BeginTOTP gives.
const totpKey = 32

// FactorURL is the otpauth address by which an app on a phone takes a secret.
func FactorURL(login, secret string) string {
	q := url.Values{"secret": {secret}, "issuer": {"Kept"}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {strconv.Itoa(totpPeriod)}}
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/Kept:" + login, RawQuery: q.Encode()}
	return u.String()
}

// ConfirmTOTP switches the second factor of v on after a right code, and signs out every browser but the one with this
// session secret: they came in without one. Field "code"; Conflict "factor.on"; RateLimited.
func (a *App) ConfirmTOTP(ctx context.Context, v desk.Viewer, session, secret, code string) error {
	if !hasAccount(v) {
		return errStaffOnly
	}
	now := a.Now()
	if err := a.limits.take(now, factorTry, strconv.FormatInt(int64(v.Staff), 10)); err != nil {
		return err
	}
	if len(secret) != totpKey {
		return desk.Fields{{Field: "code", Code: "factor.key", Message: "This key is none of ours. Set up the second factor again."}}.Err()
	}
	step, ok := totpStep(secret, code, now)
	if !ok {
		return desk.Fields{{Field: "code", Code: "code.wrong", Message: "That code does not fit. Enter the newest code from your app."}}.Err()
	}
	err := a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		s, err := tx.Staff(v.Staff)
		if err != nil {
			return err
		}
		if s.TOTP != "" {
			return errFactorOn
		}
		s.TOTP = secret
		if err := tx.SaveStaff(s); err != nil {
			return err
		}
		if err := tx.BeginTOTPSteps(v.Staff, step); err != nil {
			return err
		}
		return tx.EndOtherSessionsOf(v.Staff, desk.HashSecret(session))
	})
	if err == nil {
		a.signed.forgetStaff(v.Staff)
	}
	return err
}

// EndTOTP switches the second factor of v off. proof is their password, for who has lost the phone, or a code from the
// app. Field "proof"; Conflict "factor.changed" when it was set anew meanwhile; RateLimited. One that is off stays so.
func (a *App) EndTOTP(ctx context.Context, v desk.Viewer, proof string) error {
	s, err := a.myself(ctx, v)
	if err != nil || s.TOTP == "" {
		return err
	}
	now := a.Now()
	if err := a.limits.take(now, factorTry, strconv.FormatInt(int64(v.Staff), 10)); err != nil {
		return err
	}
	wrong := desk.Fields{{Field: "proof", Code: "proof.wrong", Message: "That is neither your password nor the newest code from your app."}}.Err()
	step, byCode := totpStep(s.TOTP, proof, now)
	if !byCode {
		ok := false
		if len(proof) <= maxPassword {
			if ok, err = checkPassword(ctx, s.Password, proof); err != nil {
				return err
			}
		}
		if !ok {
			return wrong
		}
	}
	err = a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		is, err := tx.Staff(v.Staff)
		if err != nil {
			return err
		}
		if is.TOTP != s.TOTP {
			return desk.Errorf(desk.Conflict, "factor.changed", "Your second factor was changed in another browser a moment ago.")
		}
		if byCode {
			if fresh, err := tx.UseTOTPStep(v.Staff, step); err != nil || !fresh {
				return cmp.Or(err, wrong)
			}
		}
		is.TOTP = ""
		return tx.SaveStaff(is)
	})
	if err == nil {
		a.signed.forgetStaff(v.Staff)
	}
	return err
}

// totpPeriod is how long a code of the second factor lives, in seconds.
const totpPeriod = 30

// totpStep gives the step for which code is right: that of now, or the one before or after.
func totpStep(secret, code string, now time.Time) (step int64, ok bool) {
	code = strings.Join(strings.Fields(code), "")
	opts := totp.ValidateOpts{Period: totpPeriod, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}
	for near := int64(-1); near <= 1; near++ {
		at := now.Unix()/totpPeriod + near
		want, err := totp.GenerateCodeCustom(secret, time.Unix(at*totpPeriod, 0), opts)
		if err == nil && len(secret) >= 16 && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			step, ok = at, true
		}
	}
	return step, ok
}
