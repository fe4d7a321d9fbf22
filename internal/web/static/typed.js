// What is typed is kept: on the server every 2 seconds, and in this browser only while the server cannot
// be reached. The words of a composer are also measured there, so hints need no second formula here.
// A page that is left before the server has its words hands them to the next page of this tab, for that page may be
// made before the words arrive: it shows them, and sees to it that the server has them.
(() => {
  'use strict';
  const doc = document;
  const byId = (id) => doc.getElementById(id);
  const every = 2000, most = 40000; // characters that the server keeps; no form may send so many
  let gone = false; // signed out
  // What one has typed is not shown to, nor sent by, whoever signs in after them.
  const me = doc.body.getAttribute('data-me') || '', mine = 'kept.draft.' + me + '.';
  const stored = {
    get(k) { try { return localStorage.getItem(k); } catch (e) { return null; } },
    set(k, v) { try { if (v === null) localStorage.removeItem(k); else localStorage.setItem(k, v); } catch (e) { /* full or forbidden: the page still holds it */ } },
  };
  const carried = {
    get(k) { try { return JSON.parse(sessionStorage.getItem(k)); } catch (e) { return null; } },
    set(k, v) { try { if (v) sessionStorage.setItem(k, JSON.stringify(v)); else sessionStorage.removeItem(k); } catch (e) { /* full or forbidden: what is sent on leaving has to do */ } },
    keys() { try { return Object.keys(sessionStorage).filter((k) => k.startsWith(mine)); } catch (e) { return []; } },
  };
  const put = (url, body, more) => fetch(url, { method: 'PUT', body: new URLSearchParams(body), credentials: 'same-origin', redirect: 'error', ...more });
  const key = (el) => mine + el.getAttribute('data-draft');
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
    const body = { text: words, form: form && !url.startsWith('/desk/call/') ? form.value : '', lang, of: me };
    if (leaving && !gone) carried.set(key(el), { url, body });
    try {
      s.flight = new AbortController();
      const res = await put(url, body, { keepalive: leaving && words.length < 15000, signal: leaving ? undefined : s.flight.signal });
      if (!res.ok) throw new Error(String(res.status));
      stored.set(key(el), null);
      if (carried.get(key(el))?.body.text === words) carried.set(key(el), null);
      const said = await res.json();
      if (!s.dirty) { show(el, 'saved', said.saved); show(el, 'hints', said.hints); }
    } catch (e) {
      if (s.done || gone) return;
      stored.set(key(el), words || null);
      show(el, 'saved', 'Kept in this browser only: ' + (e.message === '409' ? 'this form was sent already, or somebody else has signed in here.' : 'the desk does not answer.'));
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
    const left = el.hasAttribute('data-draft-url') ? carried.get(key(el)) : null;
    carried.set(key(el), null);
    const kept = left ? left.body.text : stored.get(key(el)); // it is there only when the server did not take it
    if (kept === null || !kept && !left || (el.value && !el.hasAttribute('data-draft-url')) || el.value === kept) continue;
    el.value = kept;
    const d = el.closest('details');
    if (d && d.hasAttribute('data-keep-open')) d.open = true;
    if (!el.hasAttribute('data-draft-url')) continue;
    typed(el);
    if (left) keep(el);
  }
  const brought = carried.keys().map((k) => { // of another page
    const left = carried.get(k);
    return put(left.url, left.body, { keepalive: left.body.text.length < 15000 }).then((res) => { if (!res.ok) throw new Error(String(res.status)); })
      .catch(() => stored.set(k, left.body.text || null)).then(() => carried.set(k, null));
  });
  if (brought.length) {
    brought.push(new Promise((done) => { if (doc.readyState === 'complete') done(); else addEventListener('load', done); }));
    Promise.all(brought).then(() => doc.body.dispatchEvent(new Event('brought'))); // a list of what is not finished is drawn again
  }
  doc.addEventListener('input', (e) => { if (e.target.hasAttribute && e.target.hasAttribute('data-draft')) typed(e.target); });
  const flush = () => {
    for (const el of doc.querySelectorAll('[data-draft-url]')) {
      const s = of(el);
      if (!s.dirty && !s.flight) continue;
      s.dirty = true; // what is on its way may never arrive: who leaves cuts it off
      keep(el, true);
    }
  };
  addEventListener('pagehide', flush);
  doc.addEventListener('visibilitychange', () => { if (doc.hidden) flush(); });

  doc.addEventListener('submit', (e) => {
    if (e.defaultPrevented) return;
    // Words about people do not stay behind on a shared computer.
    if (e.target.getAttribute('action') === '/sign-out') {
      gone = true;
      for (const k of carried.keys()) carried.set(k, null);
      try { for (const k of Object.keys(localStorage)) if (k.startsWith('kept.draft.')) localStorage.removeItem(k); } catch (err) { /* forbidden: nothing was kept */ }
    }
    for (const el of e.target.querySelectorAll('[data-draft]')) {
      if (el.value.length > most) { stored.set(key(el), el.value); continue; } // it comes back: Back leads to the words
      const s = of(el);
      clearTimeout(s.timer);
      if (s.flight) s.flight.abort();
      s.dirty = false;
      s.timer = 0;
      s.done = true;
      stored.set(key(el), null);
      carried.set(key(el), null);
    }
  });
})();
