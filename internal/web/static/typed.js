// What is typed is kept: on the server every 2 seconds, and in this browser only while the server cannot
// be reached. The words of a composer are also measured there, so hints need no second formula here.
(() => {
  'use strict';
  const doc = document;
  const byId = (id) => doc.getElementById(id);
  const every = 2000;
  const stored = {
    get(k) { try { return localStorage.getItem(k); } catch (e) { return null; } },
    set(k, v) { try { if (v === null) localStorage.removeItem(k); else localStorage.setItem(k, v); } catch (e) { /* full or forbidden: the page still holds it */ } },
  };
  const key = (el) => 'kept.draft.' + el.getAttribute('data-draft');
  const state = new WeakMap();
  const of = (el) => { if (!state.has(el)) state.set(el, { timer: 0, dirty: false, flight: null, done: false }); return state.get(el); };
  const show = (el, what, text) => { const out = byId(el.id + '-' + what); if (out && text !== undefined && out.textContent !== text) out.textContent = text; };

  async function keep(el, leaving) {
    const s = of(el), url = el.getAttribute('data-draft-url');
    clearTimeout(s.timer);
    s.timer = 0;
    if (!s.dirty || s.done) return;
    if (s.flight && !leaving) { s.timer = setTimeout(() => keep(el), every); return; } // one after the other, or the older could win
    s.dirty = false;
    const words = el.value;
    const form = el.form && el.form.elements.namedItem('key'), lang = el.getAttribute('lang') || doc.body.getAttribute('data-caller-lang') || '';
    const body = new URLSearchParams({ text: words, form: form && !url.startsWith('/desk/call/') ? form.value : '', lang });
    try {
      s.flight = new AbortController();
      const res = await fetch(url, { method: 'PUT', body, credentials: 'same-origin', redirect: 'error', keepalive: leaving && words.length < 15000, signal: leaving ? undefined : s.flight.signal });
      if (!res.ok) throw new Error(String(res.status));
      stored.set(key(el), null);
      const said = await res.json();
      if (!s.dirty) { show(el, 'saved', said.saved); show(el, 'hints', said.hints); }
    } catch (e) {
      if (s.done) return;
      stored.set(key(el), words || null);
      show(el, 'saved', 'Kept in this browser only: the desk does not answer.');
      s.dirty = true;
      if (!s.timer) s.timer = setTimeout(() => keep(el), 5 * every);
    } finally { s.flight = null; }
  }
  function typed(el) {
    const url = el.getAttribute('data-draft-url');
    if (!url) { stored.set(key(el), el.value || null); return; }
    const s = of(el);
    s.dirty = true;
    s.done = false;
    if (!s.timer) s.timer = setTimeout(() => keep(el), every);
  }

  for (const el of doc.querySelectorAll('[data-draft]')) {
    const kept = stored.get(key(el)); // it is there only when the server did not take it
    if (!kept || (el.value && !el.hasAttribute('data-draft-url')) || el.value === kept) continue;
    el.value = kept;
    const d = el.closest('details');
    if (d && d.hasAttribute('data-keep-open')) d.open = true;
    if (el.hasAttribute('data-draft-url')) typed(el);
  }
  doc.addEventListener('input', (e) => { if (e.target.hasAttribute && e.target.hasAttribute('data-draft')) typed(e.target); });
  const flush = () => { for (const el of doc.querySelectorAll('[data-draft-url]')) if (of(el).dirty) keep(el, true); };
  addEventListener('pagehide', flush);
  doc.addEventListener('visibilitychange', () => { if (doc.hidden) flush(); });

  doc.addEventListener('submit', (e) => {
    if (e.defaultPrevented) return;
    // Words about people do not stay behind on a shared computer.
    if (e.target.getAttribute('action') === '/sign-out') {
      try { for (const k of Object.keys(localStorage)) if (k.startsWith('kept.draft.')) localStorage.removeItem(k); } catch (err) { /* forbidden: nothing was kept */ }
    }
    for (const el of e.target.querySelectorAll('[data-draft]')) {
      const s = of(el);
      clearTimeout(s.timer);
      if (s.flight) s.flight.abort();
      s.dirty = false;
      s.timer = 0;
      s.done = true;
      stored.set(key(el), null);
    }
  });
})();
