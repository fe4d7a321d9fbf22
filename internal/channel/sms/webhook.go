package sms

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"kept/internal/channel"
)

// ErrForm says that a webhook's form lacks what it must have or holds what it must not.
var ErrForm = errors.New("sms: the form of the webhook cannot be read")

const maxText = 1600 // ten joined parts, the most that carriers pass on

// ParseInbound reads a text from a person out of a webhook's form. At is left to the
// caller's clock. Verify comes first.
func ParseInbound(form url.Values) (channel.Inbound, error) {
	in := channel.Inbound{
		Channel:    channel.SMS,
		ProviderID: channel.Field(form, "MessageSid", "SmsSid", "id"),
		From:       channel.Field(form, "From"),
		To:         channel.Field(form, "To"),
		Text:       strings.ToValidUTF8(channel.Field(form, "Body"), "\uFFFD"),
	}
	if !channel.IDLike(in.ProviderID) || !phoneLike(in.From) || !phoneLike(in.To) || utf8.RuneCountInString(in.Text) > maxText {
		return channel.Inbound{}, ErrForm
	}
	return in, nil
}

// ParseReceipt reads the news of a text out of a webhook's form. At is left to the
// caller's clock. Verify comes first.
func ParseReceipt(form url.Values) (channel.Receipt, error) {
	r := channel.Receipt{
		Channel:    channel.SMS,
		ProviderID: channel.Field(form, "MessageSid", "SmsSid", "id"),
		Reason:     channel.Field(form, "ErrorCode"),
	}
	word := channel.Field(form, "MessageStatus", "SmsStatus", "status")
	if !channel.IDLike(r.ProviderID) || word == "" || r.Reason != "" && !channel.IDLike(r.Reason) {
		return channel.Receipt{}, ErrForm
	}
	if r.State = state(word); r.Reason == codeStopped {
		r.State = channel.Stopped
	}
	return r, nil
}

// Sign is the signature of a webhook call: HMAC-SHA256 under the secret, in base64, of
// the full URL that was called and then each field and its value, in the order of names.
func Sign(secret, url string, form url.Values) string {
	mac := hmac.New(sha256.New, []byte(secret))
	part := func(s string) { mac.Write([]byte(s)); mac.Write([]byte{0}) }
	part(url)
	for _, k := range slices.Sorted(maps.Keys(form)) {
		for _, v := range form[k] {
			part(k)
			part(v)
		}
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Verify reports whether a webhook call was signed with the secret. It takes the same
// time for every wrong signature, and an empty secret verifies nothing.
func Verify(secret, url string, form url.Values, signature string) bool {
	return secret != "" && hmac.Equal([]byte(Sign(secret, url, form)), []byte(signature))
}

// phoneLike takes numbers and the short codes and names that some texts come from.
func phoneLike(s string) bool { return channel.IDLike(s) && len(s) <= 20 }
