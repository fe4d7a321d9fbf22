package main

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"kept/internal/api"
	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/httpd"
	"kept/internal/web"
)

// front is the desk's front door: there from the first moment to the last, while the rooms behind it
// open and close.
type front struct {
	mu     sync.Mutex
	why    string                      // why it is not open; "" when it is
	ready  func(context.Context) error // asks the database
	inside atomic.Pointer[http.Handler]
}

const (
	sayStarting = "Kept is starting. Please try again in a few seconds."
	sayStopping = "Kept is closing. Please try again in a minute."
)

// open lets people in.
func (f *front) open(inside http.Handler, ready func(context.Context) error) {
	f.mu.Lock()
	f.why, f.ready = "", ready
	f.mu.Unlock()
	f.inside.Store(&inside)
}

// close tells probes that nobody else should come; whoever is inside is served.
func (f *front) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.why, f.ready = sayStopping, nil
}

// trouble says why the desk does not open yet.
func (f *front) trouble(why string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.why = why
}

// state is nil when the desk can work, and otherwise a sentence.
func (f *front) state(ctx context.Context) error {
	f.mu.Lock()
	why, ready := f.why, f.ready
	f.mu.Unlock()
	switch {
	case ready != nil:
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		return ready(ctx)
	case why == "":
		why = sayStarting
	}
	return desk.Errorf(desk.Unavailable, "not_open", "%s", why)
}

// routes are the paths for probes, which answer also when the desk is not open and stay out of the log,
// and behind them everything else, wrapped.
func (f *front) routes(m *metrics, wrap func(http.Handler) http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "alive") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := f.state(r.Context()); err != nil {
			unavailable(w, err)
			return
		}
		plain(w, http.StatusOK, "ready")
	})
	mux.Handle("GET /metrics", m.handler())
	mux.Handle("/", wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if inside := f.inside.Load(); inside != nil {
			(*inside).ServeHTTP(w, r)
			return
		}
		unavailable(w, f.state(r.Context()))
	})))
	return mux
}

// inside are the rooms of an open desk.
func (n *node) inside(a *app.App) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(api.Root+"/", api.New(api.Options{App: a, Log: n.log}))
	n.hooks(mux, a)
	mux.Handle("/", web.New(web.Options{App: a, Log: n.log, Demo: n.demo, Secure: n.secure, Phones: n.phones}))
	return mux
}

// failed answers for a handler that panicked.
func failed(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, api.Root+"/") {
		api.Failed(w, r)
		return
	}
	plain(w, http.StatusInternalServerError, "The problem is on our side. Please try again. If it stays, tell us this number: "+httpd.Ref(r.Context()))
}

func unavailable(w http.ResponseWriter, err error) {
	message := sayStarting
	if e, ok := err.(*desk.Error); ok {
		message = e.Message
	}
	w.Header().Set("Retry-After", "5")
	plain(w, http.StatusServiceUnavailable, message)
}

func plain(w http.ResponseWriter, status int, line string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, line+"\n") // whoever went away needs no answer
}

// streams knows the answers that never end by themselves, so that a stop can end them: a page asks
// again when its stream ends.
type streams struct {
	open prometheus.Gauge
	ctx  context.Context
	end  context.CancelFunc
}

func newStreams(open prometheus.Gauge) *streams {
	s := &streams{open: open}
	s.ctx, s.end = context.WithCancel(context.Background())
	return s
}

func (s *streams) wrap(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/live") {
			h.ServeHTTP(w, r)
			return
		}
		s.open.Inc()
		defer s.open.Dec()
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(s.ctx, cancel)()
		h.ServeHTTP(w, r.WithContext(ctx))
	})
}
