// Package httpd is what both faces of Kept share on HTTP: the server and its limits, the headers that
// every answer carries, the log line without personal data, who asks, and the one table from error
// kinds to status codes. It renders nothing and knows no noun. Start with Wrap.
package httpd
