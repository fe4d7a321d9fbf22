package httpd

import (
	"net/http"

	"kept/internal/desk"
)

// Status is the status code of err on both faces; 200 for nil.
func Status(err error) int {
	switch desk.KindOf(err) {
	case "":
		return http.StatusOK
	case desk.Invalid:
		return http.StatusUnprocessableEntity
	case desk.Unauthenticated:
		return http.StatusUnauthorized
	case desk.Forbidden:
		return http.StatusForbidden
	case desk.NotFound:
		return http.StatusNotFound
	case desk.Conflict:
		return http.StatusConflict
	case desk.TooLarge:
		return http.StatusRequestEntityTooLarge
	case desk.RateLimited:
		return http.StatusTooManyRequests
	case desk.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// RetryAfter is what the header of that name says for err, in seconds; "" for none.
func RetryAfter(err error) string {
	switch desk.KindOf(err) {
	case desk.RateLimited:
		return "60"
	case desk.Unavailable:
		return "5"
	}
	return ""
}
