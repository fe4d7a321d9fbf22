package desk

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what sort of failure an Error is. One table in httpd maps kinds to HTTP status codes.
type Kind string

const (
	Invalid         Kind = "invalid"         // what was typed cannot be taken; Fields say where and why
	Unauthenticated Kind = "unauthenticated" // nobody is signed in, or the session or token has ended
	Forbidden       Kind = "forbidden"       // signed in, but the role does not allow this act
	NotFound        Kind = "not_found"       // no such thing for this viewer; also for other clients' things
	Conflict        Kind = "conflict"        // the thing has changed or the window was just taken
	TooLarge        Kind = "too_large"       // the request is bigger than the desk takes
	RateLimited     Kind = "rate_limited"    // too many tries; RetryAfter may be told by the face
	Unavailable     Kind = "unavailable"     // the database or a provider cannot be reached now
	Internal        Kind = "internal"        // a fault of ours
)

// Error is the one error type that crosses layers. Message is a sentence for a person, free of
// personal data; Code is a stable word for machines and for the catalogue of texts; Fields maps
// the name of a form field to its code, in the order they were added.
type Error struct {
	Kind    Kind
	Code    string
	Message string
	Fields  []FieldError
	cause   error
}

// FieldError is one problem at one field. Code is a key of the catalogue ("phone.invalid");
// Message is its English text, for the API and for logs.
type FieldError struct {
	Field   string
	Code    string
	Message string
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Kind))
	if e.Code != "" {
		b.WriteString(" " + e.Code)
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "; %s: %s", f.Field, f.Message)
	}
	if e.cause != nil {
		b.WriteString(": " + e.cause.Error())
	}
	return b.String()
}

// Unwrap gives the cause, which may hold internals and is for logs only.
func (e *Error) Unwrap() error { return e.cause }

// Errorf makes an Error of kind k. The message is shown to people.
func Errorf(k Kind, code, format string, args ...any) *Error {
	return &Error{Kind: k, Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap makes an Error of kind k with a cause that only the log sees.
func Wrap(k Kind, code string, cause error, message string) *Error {
	return &Error{Kind: k, Code: code, Message: message, cause: cause}
}

// NotFoundAt says at which field something was named that is not here; an error that is no NotFound stays what it is.
func NotFoundAt(err error, field string) error {
	var e *Error
	if !errors.As(err, &e) || e.Kind != NotFound {
		return err
	}
	gone := *e
	gone.Fields = Fields{{Field: field, Code: gone.Code, Message: gone.Message}}
	return &gone
}

// KindOf gives the kind of err, Internal for an error that is not an *Error and "" for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is an Error of kind k.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }

// Fields collects the problems of one form, so that a person sees them all at once.
type Fields []FieldError

// Add notes a problem at a field.
func (f *Fields) Add(field, code, message string) {
	*f = append(*f, FieldError{Field: field, Code: code, Message: message})
}

// Err is nil without problems, otherwise an Invalid error with all of them.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Code: "invalid", Message: "Some answers need a second look.", Fields: f}
}
