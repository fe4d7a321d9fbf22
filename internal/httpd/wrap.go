package httpd

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"sync"
	"time"
)

// MaxBody is the largest request that is read, in bytes. Forms of the longest allowed words fit well.
const MaxBody = 256 << 10

// csp is the content security policy of every page: nothing from elsewhere, nothing inline.
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

type key int

const refKey key = 0

// Ref is the reference of a request: it stands on an error page and in the log.
func Ref(ctx context.Context) string {
	s, _ := ctx.Value(refKey).(string)
	return s
}

// Options of Wrap.
type Options struct {
	Log   *slog.Logger
	Clock func() time.Time
	Proxy bool // the address of the person is the last of X-Forwarded-For
	// Observe is told of every answer, for metrics: the route pattern, never a path.
	Observe func(route string, status int, took time.Duration)
	// Failed renders the page or the JSON of a panic; the answer has not begun yet.
	Failed func(w http.ResponseWriter, r *http.Request)
}

// Wrap gives h everything that every request needs: a reference, security headers, a limit on what
// is read, protection against forms of other sites, and a line in the log without personal data.
func Wrap(h http.Handler, o Options) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(denied))
	h = cross.Handler(h)
	away := &Flood{}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := o.Clock()
		ref := newRef()
		ctx := context.WithValue(r.Context(), refKey, ref)
		ctx = context.WithValue(ctx, addrKey, address(r, o.Proxy))
		r = r.WithContext(ctx)
		head := w.Header()
		head.Set("Content-Security-Policy", csp)
		head.Set("X-Content-Type-Options", "nosniff")
		// Not no-referrer: a form would then come from the origin "null", and over plain http and from
		// old browsers the origin is all that tells our forms from those of others.
		head.Set("Referrer-Policy", "same-origin")
		head.Set("X-Frame-Options", "DENY")
		head.Set("Cross-Origin-Opener-Policy", "same-origin")
		head.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		head.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, MaxBody)
		rec := &recorder{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil {
				if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(p)
				}
				// The panic's words may hold what somebody typed; its type and the stack do not.
				o.Log.Error("a handler panicked", "ref", ref, "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
				if rec.status == 0 && o.Failed != nil {
					o.Failed(rec, r)
				}
			}
			took := o.Clock().Sub(began)
			route := r.Pattern
			if route == "" {
				route = "none"
			}
			if o.Observe != nil {
				o.Observe(route, rec.code(), took)
			}
			level := slog.LevelDebug
			if rec.code() >= 500 {
				level = slog.LevelError
			}
			line := []any{"ref", ref, "method", r.Method, "route", route, "status", rec.code(), "ms", took.Milliseconds()}
			if rec.code() == http.StatusServiceUnavailable {
				left, say := away.Says(began)
				if !say {
					level = slog.LevelDebug // the next line that is said counts it
				} else if left > 0 {
					line = append(line, "more", left)
				}
			}
			o.Log.Log(r.Context(), level, "request", line...)
		}()
		h.ServeHTTP(rec, r)
	})
}

// Flood says one in some seconds of what comes in floods: while the database is away every request ends alike, and the log of a
// busy desk would hold nothing else.
type Flood struct {
	mu     sync.Mutex
	saidAt time.Time
	left   int // unsaid since then
}

const floodSays = 10 * time.Second

// Says reports whether this one is said, and how many were left out before it.
func (f *Flood) Says(now time.Time) (left int, say bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if age := now.Sub(f.saidAt); age >= 0 && age < floodSays {
		f.left++
		return 0, false
	}
	left, f.left, f.saidAt = f.left, 0, now
	return left, true
}

// denied answers a form that another website sent, or one whose address a proxy has changed.
func denied(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "This form came from another website, so we did not take it. Open our page and send it from there.\n"+
		"Este formulario vino de otro sitio web y no lo aceptamos. Abra nuestra página y envíelo desde allí.", http.StatusForbidden)
}

const addrKey key = 1

// Address is the network address of who asks, for rate limits only: it is neither stored nor logged.
func Address(ctx context.Context) string {
	s, _ := ctx.Value(addrKey).(string)
	return s
}

func address(r *http.Request, proxy bool) string {
	if proxy {
		// Proxies add to the last line, or a line of their own; what stands before is the sender's word.
		if f := r.Header.Values("X-Forwarded-For"); len(f) > 0 {
			parts := strings.Split(f[len(f)-1], ",")
			return whose(strings.TrimSpace(parts[len(parts)-1]))
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return whose(host)
}

// whose gives the part of an address that one subscriber has: of IPv6 the first 64 bits, because whoever
// has one such address has all that begin so.
func whose(addr string) string {
	ip, err := netip.ParseAddr(addr)
	if err != nil || ip.Unmap().Is4() {
		return addr
	}
	block, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return addr
	}
	return block.String()
}

func newRef() string {
	var b [6]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	return hex.EncodeToString(b[:])
}

// recorder remembers the status of an answer. It stays transparent for streams.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(code int) {
	if r.status == 0 {
		r.status = code
	}
	r.ResponseWriter.WriteHeader(code)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) code() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}
