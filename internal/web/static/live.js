// Freshness for every page: one event stream, fragments morphed by id, and
// small help for forms. The page is whole without this file. See view/doc.go.
(() => {
  'use strict';
  const doc = document;
  const byId = (id) => doc.getElementById(id);

  // ---- morph: make old look like new, keeping what a person has in hand ----

  const inHand = (el) => el === doc.activeElement ||
    (el.matches('input,textarea,select') && (el.value !== el.defaultValue || el.checked !== el.defaultChecked));

  function morph(old, next) {
    if (old.nodeType !== next.nodeType || old.nodeName !== next.nodeName) {
      old.replaceWith(next.cloneNode(true));
      return;
    }
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.nodeValue !== next.nodeValue) old.nodeValue = next.nodeValue;
      return;
    }
    if (old.hasAttribute('data-keeps')) { keepRows(old, next); return; }
    if (old.isEqualNode(next) || (old.matches('input,textarea,select') && inHand(old))) return;
    for (const { name, value } of [...next.attributes]) {
      if (!(old.nodeName === 'DETAILS' && name === 'open') && old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    for (const { name } of [...old.attributes]) {
      if (!next.hasAttribute(name) && !(old.nodeName === 'DETAILS' && name === 'open')) old.removeAttribute(name);
    }
    morphChildren(old, next);
  }

  // A list whose rows do not move by themselves: what has gone is greyed, what is new is told below.
  function keepRows(old, next) {
    const now = new Map([...next.querySelectorAll('tr[id]')].map((row) => [row.id, row]));
    for (const row of old.querySelectorAll('tr[id]')) {
      const same = now.get(row.id);
      now.delete(row.id);
      if (same) { morph(row, same); continue; }
      row.style.blockSize = row.getBoundingClientRect().height + 'px';
      row.classList.add('is-gone');
      for (const cell of row.querySelectorAll('[data-gone]')) {
        if (cell.contains(doc.activeElement)) row.querySelector('a').focus();
        cell.textContent = cell.getAttribute('data-gone');
      }
    }
    const line = old.querySelector('[data-fresh]');
    if (!line || (line.firstElementChild && now.size === 0)) { if (line) line.textContent = ''; return; }
    if (now.size) {
      const show = doc.createElement('a');
      show.href = location.pathname;
      show.textContent = 'Show them';
      line.replaceChildren((now.size === 1 ? '1 new warning. ' : now.size + ' new warnings. '), show);
    }
  }

  function morphChildren(old, next) {
    const keyed = new Map();
    for (const c of old.children) if (c.id) keyed.set(c.id, c);
    const wanted = new Set([...next.children].map((c) => c.id).filter(Boolean));
    let at = old.firstChild;
    for (const n of [...next.childNodes]) {
      const same = n.id && keyed.get(n.id);
      if (same) {
        if (same !== at) old.insertBefore(same, at); else at = at.nextSibling;
        morph(same, n);
        continue;
      }
      // An element that the answer wants elsewhere must not be rewritten here.
      while (at && at.id && wanted.has(at.id) && !n.id) break;
      if (at && !at.id && !n.id && at.nodeName === n.nodeName) {
        const here = at;
        at = at.nextSibling;
        morph(here, n);
      } else {
        old.insertBefore(n.cloneNode(true), at);
      }
    }
    while (at) { const gone = at; at = at.nextSibling; gone.remove(); }
  }

  // ---- words for screen readers, at most one each 20 s ----

  let spokeAt = 0, toSay = '', sayTimer = 0;
  function say(text) {
    const box = byId('live-status');
    if (!box || !text) return;
    toSay = text;
    clearTimeout(sayTimer);
    sayTimer = setTimeout(() => { spokeAt = Date.now(); box.textContent = toSay; }, Math.max(0, spokeAt + 20000 - Date.now()));
  }

  doc.addEventListener('kept:say', (e) => say(e.detail));

  // ---- the part of the page that is fetched again ----

  const root = doc.querySelector('[data-live]');
  const part = root && root.getAttribute('data-live-part');
  // A page that counts as live by what it shows, and not by a stream that only says so.
  const byPart = root && root.getAttribute('data-live-by') === 'part';
  let fetching = false, again = false, stuck = false;

  async function refresh() {
    if (!part) return;
    if (fetching) { again = true; return; }
    fetching = true;
    try {
      const res = await fetch(part, { headers: { 'Kept-Part': '1', Accept: 'text/html' }, credentials: 'same-origin', redirect: 'error' });
      // Whoever may not see this any more keeps no copy of it: the page that takes its place says why.
      if (byPart && [401, 403, 404].includes(res.status)) { location.reload(); return; }
      if (!res.ok) throw new Error(String(res.status));
      const box = doc.createElement('template');
      box.innerHTML = await res.text();
      doc.dispatchEvent(new CustomEvent('kept:morphing'));
      for (const next of [...box.content.children]) {
        const old = next.id && byId(next.id);
        if (!old) continue;
        const before = old.getAttribute('data-say');
        morph(old, next);
        const after = next.getAttribute('data-say');
        if (after && after !== before) say(after);
      }
      doc.dispatchEvent(new CustomEvent('kept:morphed'));
      stuck = false;
      heard();
    } catch (e) {
      stuck = true; // The badge tells: it is not fed by a fetch that failed, nor by a stream that brings no more than its beat.
    } finally {
      fetching = false;
      if (again) { again = false; setTimeout(refresh, 1000); }
    }
  }

  // ---- the stream ----

  let stream = null, last = Date.now(), since = new Date(), paused = false, polled = 0;
  let timer = 0, opened = false;
  const news = { new: 0, changed: 0 };

  function beat() { if (!byPart && !stuck) heard(); }
  function heard() { last = Date.now(); since = new Date(); badge(); }

  function connect() {
    if (paused || !('EventSource' in window)) return;
    stream = new EventSource(root.getAttribute('data-live'));
    stream.addEventListener('open', () => { opened = true; beat(); });
    // A stream that is refused, and does not only fail, is not tried again by itself.
    stream.addEventListener('error', () => { if (byPart && stream && stream.readyState === 2) refresh(); });
    stream.addEventListener('beat', beat);
    stream.addEventListener('changed', (e) => {
      beat();
      count(e.data);
      clearTimeout(timer);
      timer = setTimeout(refresh, 250);
    });
    stream.addEventListener('here', (e) => {
      beat();
      try { doc.dispatchEvent(new CustomEvent('kept:here', { detail: JSON.parse(e.data) })); } catch (err) { /* a line that is cut off: the next one is whole */ }
    });
    stream.addEventListener('alert', (e) => {
      beat();
      const box = byId('live-alert') || byId('live-status');
      if (box) box.textContent = e.data;
    });
  }

  function count(data) {
    const bar = byId('changes'), text = byId('changes-text');
    if (!bar || !text) return;
    try {
      const d = JSON.parse(data || '{}');
      if (opened && (d.new || d.changed)) news.new = news.changed = 0; // a stream tells first all that came since the page was read
      opened = false;
      news.new += d.new || 0;
      news.changed += d.changed || 0;
    } catch (e) { news.changed += 1; }
    const words = [];
    if (news.new) words.push(news.new + ' new');
    if (news.changed) words.push(news.changed + ' changed');
    if (!words.length) return;
    text.textContent = words.join(', ') + '.';
    bar.hidden = false;
  }

  function clock(date, seconds) {
    const el = byId('live-badge');
    const opt = { hour: 'numeric', minute: '2-digit', hour12: false, hourCycle: 'h23' };
    if (seconds) opt.second = '2-digit';
    const zone = el && el.getAttribute('data-zone');
    try { return new Intl.DateTimeFormat('en-US', zone ? { ...opt, timeZone: zone } : opt).format(date); } catch (e) { return new Intl.DateTimeFormat('en-US', opt).format(date); }
  }

  function badge() {
    const el = byId('live-badge'), text = byId('live-text'), bar = byId('stale');
    if (!el || !text) return;
    const silent = (Date.now() - last) / 1000;
    const stale = !paused && silent > 60, waiting = !paused && silent > 20;
    el.classList.toggle('is-waiting', paused || (waiting && !stale));
    el.classList.toggle('is-stale', stale);
    doc.documentElement.classList.toggle('is-stale-page', stale);
    const words = paused ? 'Paused since ' + clock(since) : stale ? 'Not live since ' + clock(since) : waiting ? 'Reconnecting…' :
      el.hasAttribute('data-live-age') ? 'Live. Updated ' + (silent < 2 ? 'now' : Math.round(silent) + ' seconds ago') : 'Live · ' + clock(since, true);
    if (text.textContent !== words) text.textContent = words;
    if (bar) {
      if (stale && bar.hidden) {
        bar.textContent = 'Not live since ' + clock(since) + '. What you see is as of then. We check each 30 seconds.';
        const retry = doc.createElement('a');
        retry.href = location.href;
        retry.textContent = 'Load again';
        bar.append(' ', retry);
      }
      bar.hidden = !stale;
    }
  }

  function tick() {
    badge();
    if (!paused && Date.now() - last > 20000 && Date.now() - polled > 30000) {
      polled = Date.now();
      refresh();
      if (stream && stream.readyState === 2) { stream.close(); connect(); }
    }
  }

  if (root) {
    const key = 'kept.paused.' + location.pathname.split('/').slice(0, 3).join('/');
    const button = byId('live-pause');
    const keep = (f) => { try { return f(); } catch (e) { return null; } };
    const show = () => {
      if (!button) return;
      button.setAttribute('aria-pressed', String(paused));
      button.lastElementChild.textContent = paused ? 'Go on with updates' : 'Pause updates';
    };
    paused = !!button && keep(() => localStorage.getItem(key)) === '1';
    show();
    if (button) button.addEventListener('click', () => {
      paused = !paused;
      keep(() => (paused ? localStorage.setItem(key, '1') : localStorage.removeItem(key)));
      show();
      if (paused) { if (stream) stream.close(); stream = null; } else { last = Date.now(); connect(); refresh(); }
      badge();
    });
    connect();
    setInterval(tick, 1000);
    addEventListener('pagehide', () => { if (stream) stream.close(); });
    addEventListener('pageshow', (e) => { if (e.persisted) { connect(); refresh(); } });
    addEventListener('visibilitychange', () => { if (!doc.hidden && Date.now() - last > 20000) refresh(); });
  }

  // ---- print ----

  for (const b of doc.querySelectorAll('[data-print]')) {
    b.hidden = false;
    b.addEventListener('click', () => print());
  }

  // ---- forms ----

  doc.addEventListener('change', (e) => {
    const box = e.target;
    const group = box.closest && box.closest('[data-checkboxes]');
    if (!group || !box.checked) return;
    for (const other of group.querySelectorAll('input[type=checkbox]')) {
      if (other !== box && (box.hasAttribute('data-alone') || other.hasAttribute('data-alone'))) other.checked = false;
    }
  });

  function counted(el) {
    const max = Number(el.getAttribute('data-count-max'));
    const out = byId(el.id + '-count');
    if (!max || !out) return;
    out.textContent = el.value.length < Number(el.getAttribute('data-count-from')) ? '' :
      (el.getAttribute('data-count-words') || '%d').replace('%d', String(max - el.value.length));
  }
  doc.addEventListener('input', (e) => { if (e.target.hasAttribute && e.target.hasAttribute('data-count-max')) counted(e.target); });

  // One press, one sending: a second press within five seconds is ignored.
  doc.addEventListener('submit', (e) => {
    const form = e.target;
    if (form.method !== 'post' || e.defaultPrevented) return;
    const now = Date.now();
    if (now - Number(form.dataset.sentAt || 0) < 5000) { e.preventDefault(); return; }
    form.dataset.sentAt = String(now);
  });
  // A page that Back brings out of memory has sent nothing yet.
  addEventListener('pageshow', (e) => {
    if (e.persisted) for (const form of doc.querySelectorAll('form[data-sent-at]')) delete form.dataset.sentAt;
  });

  const first = doc.querySelector('[data-focus]');
  if (first) first.focus();
})();
