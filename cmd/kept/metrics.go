package main

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/job"
	"kept/internal/store"
)

// alarmLag is how late the sweeper may be before somebody must be woken.
const alarmLag = 30 * time.Second

// metrics is what Prometheus reads. No label holds anything about a person or a hospital.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	streams  prometheus.Gauge
	told     prometheus.Histogram
	broken   prometheus.Counter
	lag      prometheus.Gauge
	alarm    prometheus.Gauge
	silent   prometheus.Gauge
	unsent   prometheus.Gauge
	waiting  prometheus.Gauge
	phones   prometheus.Gauge
	nobody   prometheus.Gauge
	ways     *prometheus.GaugeVec
	failing  *prometheus.GaugeVec
	late     atomic.Bool
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "kept_http_request_duration_seconds", Help: "How long answers took, by route and status.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"route", "status"}),
		streams: prometheus.NewGauge(prometheus.GaugeOpts{Name: "kept_live_listeners", Help: "Pages that are told of changes as they happen."}),
		told: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "kept_promise_told_seconds", Help: "How long after its due instant the apology for a broken promise was taken by the provider.",
			Buckets: []float64{1, 2, 5, 10, 20, 30, 45, 60, 90, 120, 300, 600, 1800, 3600, 14400, 86400},
		}),
		broken:  prometheus.NewCounter(prometheus.CounterOpts{Name: "kept_promises_broken_total", Help: "Changes of tickets on this node in which a promise broke."}),
		lag:     prometheus.NewGauge(prometheus.GaugeOpts{Name: "kept_sweeper_lag_seconds", Help: "How long the oldest due promise has waited for the sweeper."}),
		alarm:   prometheus.NewGauge(prometheus.GaugeOpts{Name: "kept_sweeper_alarm", Help: "1 when promises wait for the sweeper for more than 30 s, it gives no sign of life, or nobody can tell."}),
		silent:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "kept_sweeper_silent_seconds", Help: "How long ago any node left its last sign of life as the sweeper; one comes each minute, also when nothing is due."}),
		unsent:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "kept_outbox_lag_seconds", Help: "How long the oldest due message has waited to be sent."}),
		waiting: prometheus.NewGauge(prometheus.GaugeOpts{Name: "kept_outbox_waiting", Help: "Messages that are not sent yet, those for later included; counted up to 10,000."}),
	}
	m.phones = prometheus.NewGauge(prometheus.GaugeOpts{Name: "kept_phone_news_seconds", Help: "How long ago the line of a phone system was heard of that was not heard of for longest; 0 when none reports."})
	m.ways = prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "kept_way_provided", Help: "1 when the desk has a provider for this way to call its people: text, mail, call."}, []string{"way"})
	m.failing = prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "kept_rings_unheard", Help: "Ways, for what nobody has accepted or taken yet, by which people at the desk were not reached, by way and state."}, []string{"way", "state"})
	m.nobody = prometheus.NewGauge(prometheus.GaugeOpts{Name: "kept_alerts_nobody_reached", Help: "Open alerts, and promises that nobody has taken, for which the escalation has reached nobody."})
	v, built := versionOf()
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "kept_build_info", Help: "Always 1.", ConstLabels: prometheus.Labels{"version": v, "go": built}})
	build.Set(1)
	m.registry.MustRegister(m.requests, m.streams, m.told, m.broken, m.lag, m.alarm, m.silent, m.unsent, m.waiting, m.phones, m.nobody, m.ways, m.failing, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}

// observe is told of every answer. Streams are left out: they last as long as somebody looks.
func (m *metrics) observe(route string, status int, took time.Duration) {
	if len(route) >= 5 && route[len(route)-5:] == "/live" {
		return
	}
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
}

// toldAfter is told how long after its due instant a person heard of a break.
func (m *metrics) toldAfter(late time.Duration) { m.told.Observe(late.Seconds()) }

// follow watches what is due until ctx ends.
func (m *metrics) follow(ctx context.Context, db *store.DB, a *app.App, sweep, send, clocks *job.Loop, log *slog.Logger) {
	for _, l := range []*job.Loop{sweep, send, clocks} {
		labels := prometheus.Labels{"loop": l.Name}
		m.registry.MustRegister(
			prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "kept_jobs_done_total", Help: "Due things that were done.", ConstLabels: labels},
				func() float64 { return float64(l.Stats().Done) }),
			prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "kept_jobs_failed_total", Help: "Due things that failed and come again.", ConstLabels: labels},
				func() float64 { return float64(l.Stats().Failed) }),
			prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "kept_job_healthy", Help: "0 when a loop cannot claim what is due.", ConstLabels: labels},
				func() float64 { return yes(l.Healthy() == nil) }),
		)
	}
	go func() {
		for c := range a.Listen(ctx, desk.System("metrics")) {
			if c.Broken {
				m.broken.Inc()
			}
		}
	}()
	go func() {
		tick := time.NewTicker(watchEvery)
		defer tick.Stop()
		for {
			m.look(ctx, db, a, sweep, log)
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	}()
}

// look measures how late the sweeper is and how much waits to be sent.
func (m *metrics) look(ctx context.Context, db *store.DB, a *app.App, sweep *job.Loop, log *slog.Logger) {
	lag, err := a.SweepLag(ctx)
	var waiting int64
	if err == nil {
		err = db.Claim(ctx, "metrics", func(tx *store.SystemTx) (err error) {
			waiting, err = tx.OutsWaiting()
			return err
		})
	}
	if ctx.Err() != nil {
		return
	}
	if calls, err := a.Calls(ctx, desk.System("metrics")); err == nil {
		m.nobody.Set(float64(calls.Nobody))
		m.failing.Reset()
		for of, n := range calls.Unheard {
			m.failing.WithLabelValues(string(of.Way), string(of.State)).Set(float64(n))
		}
		for way, has := range calls.Ways {
			m.ways.WithLabelValues(string(way)).Set(yes(has))
		}
	}
	if age, err := a.PhoneNews(ctx); err == nil {
		m.phones.Set(age.Seconds())
	}
	if err != nil {
		lag = max(lag, sweep.Lag()) // grows while nothing can be claimed
	} else {
		m.waiting.Set(float64(waiting))
	}
	m.lag.Set(lag.Seconds())
	late := lag > alarmLag
	if e, err := a.Engine(ctx); err == nil {
		m.unsent.Set(e.Unsent.Seconds())
		if !e.Seen.IsZero() {
			m.silent.Set(e.Now.Sub(e.Seen).Seconds())
			late = late || e.Silent()
		}
	} else if ctx.Err() != nil {
		return
	}
	m.alarm.Set(yes(late))
	if m.late.Swap(late) != late {
		if late {
			log.Error("promises wait for the sweeper; people are not told in time", "lag", lag.Round(time.Second))
		} else {
			log.Info("the sweeper is in time again")
		}
	}
}

func yes(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
