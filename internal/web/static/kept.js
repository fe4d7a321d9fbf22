// Keys, palette, drafts and relative times of the staff pages. Every key has
// a link or a button that does the same; see keySheet in view/system.templ.
(() => {
  'use strict';
  const doc = document;
  const byId = (id) => doc.getElementById(id);
  const stored = {
    get(k) { try { return localStorage.getItem(k); } catch (e) { return null; } },
    set(k, v) { try { if (v === null) localStorage.removeItem(k); else localStorage.setItem(k, v); } catch (e) { /* full or forbidden: the server has it */ } },
  };

  // ---- relative times ----

  const span = (min) => {
    if (min < 60) return min + ' min';
    if (min < 48 * 60) return Math.floor(min / 60) + ' h' + (min % 60 && min < 600 ? ' ' + (min % 60) + ' min' : '');
    return Math.floor(min / 1440) + ' days';
  };
  function relative() {
    for (const el of doc.querySelectorAll('time[data-rel]')) {
      const at = Date.parse(el.dateTime);
      if (Number.isNaN(at)) continue;
      const diff = (at - Date.now()) / 60000, word = el.getAttribute('data-rel');
      const text = diff >= 0
        ? (word === 'left' ? span(Math.ceil(diff)) + ' left' : 'in ' + span(Math.ceil(diff)))
        : span(Math.floor(-diff)) + (word === 'ago' ? ' ago' : ' late');
      if (el.textContent !== text) el.textContent = text;
    }
  }
  relative();
  setInterval(relative, 60000);
  doc.addEventListener('kept:morphed', relative);

  // The newest entry is last: show it first.
  const timeline = byId('timeline');
  if (timeline && !location.hash) timeline.scrollTop = timeline.scrollHeight;

  // ---- drafts ----

  const drafts = () => doc.querySelectorAll('[data-draft]');
  const draftKey = (el) => 'kept.draft.' + el.getAttribute('data-draft');
  const timers = new WeakMap();
  for (const el of drafts()) {
    const kept = stored.get(draftKey(el));
    if (kept && !el.value) { el.value = kept; const d = el.closest('details'); if (d && d.hasAttribute('data-keep-open')) d.open = true; }
  }
  doc.addEventListener('input', (e) => {
    const el = e.target;
    if (!el.hasAttribute || !el.hasAttribute('data-draft')) return;
    stored.set(draftKey(el), el.value || null);
    const url = el.getAttribute('data-draft-url');
    if (!url) return;
    clearTimeout(timers.get(el));
    timers.set(el, setTimeout(() => {
      const body = new URLSearchParams({ text: el.value });
      const token = el.form && el.form.elements.namedItem('csrf');
      if (token) body.set('csrf', token.value);
      fetch(url, { method: 'PUT', body, credentials: 'same-origin' }).catch(() => { /* the browser has it */ });
    }, 2000));
  });
  doc.addEventListener('submit', (e) => {
    if (e.defaultPrevented) return;
    // Words about people do not stay behind on a shared computer.
    if (e.target.getAttribute('action') === '/sign-out') {
      try { for (const k of Object.keys(localStorage)) if (k.startsWith('kept.draft.')) localStorage.removeItem(k); } catch (err) { /* forbidden: nothing was kept */ }
    }
    for (const el of e.target.querySelectorAll('[data-draft]')) { clearTimeout(timers.get(el)); stored.set(draftKey(el), null); }
  });

  // ---- layers: dialogs and menus ----

  for (const b of doc.querySelectorAll('[data-open]')) b.hidden = false;
  const open = (id) => { const d = byId(id); if (d && !d.open) { d.showModal(); if (id === 'palette') startPalette(); } };
  doc.addEventListener('click', (e) => {
    const opener = e.target.closest('[data-open]');
    if (opener) { open(opener.getAttribute('data-open')); return; }
    if (e.target.closest('[data-close]')) { e.target.closest('dialog').close(); return; }
    if (e.target.nodeName === 'DIALOG') e.target.close();
    for (const menu of doc.querySelectorAll('details[data-menu][open]')) if (!menu.contains(e.target)) menu.open = false;
  });

  // ---- palette ----

  const palette = byId('palette');
  const input = byId('palette-input'), list = byId('palette-list'), none = byId('palette-none');
  let own = [], search = 0, asked = 0;
  if (list) own = [...list.children];

  const shown = () => [...list.children].filter((o) => !o.hidden);
  function select(option) {
    for (const o of list.children) o.setAttribute('aria-selected', String(o === option));
    if (!option) { input.removeAttribute('aria-activedescendant'); return; }
    input.setAttribute('aria-activedescendant', option.id);
    option.scrollIntoView({ block: 'nearest' });
  }
  function name() { [...list.children].forEach((o, n) => { o.id = 'palette-hit-' + n; }); }
  function narrow() {
    const words = input.value.trim().toLowerCase().split(/\s+/);
    for (const o of own) o.hidden = !words.every((w) => o.textContent.toLowerCase().includes(w));
    finish();
  }
  function finish() {
    name();
    const hits = shown();
    select(hits[0]);
    none.textContent = hits.length ? '' : 'Nothing found.';
  }
  function startPalette() { input.value = ''; list.replaceChildren(...own); narrow(); }
  if (palette) {
    input.addEventListener('input', () => {
      list.replaceChildren(...own);
      narrow();
      const url = palette.getAttribute('data-url'), words = input.value.trim();
      clearTimeout(search);
      const turn = ++asked;
      if (!url || words.length < 2) return;
      search = setTimeout(async () => {
        try {
          const res = await fetch(url, { method: 'POST', body: new URLSearchParams({ q: words }), headers: { 'Kept-Part': '1' }, credentials: 'same-origin' });
          if (!res.ok || turn !== asked) return;
          const box = doc.createElement('template');
          box.innerHTML = await res.text();
          list.append(...box.content.querySelectorAll('[role=option]'));
          finish();
        } catch (e) { none.textContent = 'The search does not answer. The entries above still work.'; }
      }, 300);
    });
    input.addEventListener('keydown', (e) => {
      const hits = shown(), at = hits.findIndex((o) => o.getAttribute('aria-selected') === 'true');
      if (e.key === 'ArrowDown') { e.preventDefault(); select(hits[(at + 1) % hits.length]); }
      if (e.key === 'ArrowUp') { e.preventDefault(); select(hits[(at - 1 + hits.length) % hits.length]); }
      if (e.key === 'Enter' && at >= 0) { e.preventDefault(); location.assign(hits[at].getAttribute('data-href')); }
    });
    list.addEventListener('click', (e) => {
      const hit = e.target.closest('[data-href]');
      if (hit) location.assign(hit.getAttribute('data-href'));
    });
  }

  // ---- keys ----

  const letters = byId('keys-letters');
  let useLetters = !doc.body.hasAttribute('data-no-letters') && stored.get('kept.letters') !== 'off';
  if (letters) {
    letters.checked = useLetters;
    letters.addEventListener('change', () => { useLetters = letters.checked; stored.set('kept.letters', useLetters ? null : 'off'); });
  }
  const typing = (el) => el && el.matches && el.matches('textarea, select, input:not([type=radio]):not([type=checkbox]):not([type=button]):not([type=submit]), [contenteditable]');
  const visible = (el) => el.getClientRects().length > 0;

  function press(key) {
    for (const el of doc.querySelectorAll('[data-hotkey="' + CSS.escape(key) + '"]')) {
      const folded = el.closest('details[data-keep-open]:not([open])');
      if (folded) folded.open = true;
      if (!visible(el)) continue;
      if (typing(el)) { el.focus(); if (el.select && el.nodeName === 'INPUT') el.select(); } else if (el.matches('fieldset,[tabindex="-1"]')) el.focus(); else el.click();
      return true;
    }
    return false;
  }
  function primary(from) {
    const form = from && from.closest && from.closest('form');
    const b = (form && form.querySelector('[data-primary]')) || [...doc.querySelectorAll('[data-primary]')].find(visible);
    if (!b) return false;
    b.click();
    return true;
  }
  function step(way) {
    const links = [...doc.querySelectorAll('.queue-link')];
    const at = links.findIndex((l) => l.hasAttribute('aria-current'));
    const next = at >= 0 && links[at + way];
    if (!next) return false;
    next.click();
    return true;
  }
  function rove(e, box) {
    const items = [...box.querySelectorAll('.queue-link, tr th a')];
    const at = items.indexOf(doc.activeElement);
    if (at < 0 && !items.some((i) => i.closest('tr') && i.closest('tr').contains(doc.activeElement))) return false;
    const row = at >= 0 ? at : items.findIndex((i) => i.closest('tr').contains(doc.activeElement));
    const to = (n) => { const el = items[Math.max(0, Math.min(items.length - 1, n))]; el.focus(); el.scrollIntoView({ block: 'nearest' }); return true; };
    if (e.key === 'ArrowDown' || (useLetters && e.key === 'j')) return to(row + 1);
    if (e.key === 'ArrowUp' || (useLetters && e.key === 'k')) return to(row - 1);
    if (e.key === 'Home') return to(0);
    if (e.key === 'End') return to(items.length - 1);
    if (useLetters && e.key === 'a') {
      const take = items[row].closest('[data-take]');
      if (!take) return false;
      const form = doc.createElement('form');
      form.method = 'post';
      form.action = take.getAttribute('data-take');
      const token = doc.querySelector('input[name=csrf]');
      if (token) form.append(token.cloneNode());
      doc.body.append(form);
      form.submit();
      return true;
    }
    return false;
  }

  doc.addEventListener('keydown', (e) => {
    if (e.isComposing || e.altKey) return;
    const el = e.target, mod = e.ctrlKey || e.metaKey;
    const layer = doc.querySelector('dialog[open]');
    if (mod && !e.shiftKey && e.key.toLowerCase() === 'k') { e.preventDefault(); open('palette'); return; }
    if (layer) return;
    if (mod && e.key === 'Enter') { if (primary(el)) e.preventDefault(); return; }
    if (mod || (e.shiftKey && e.key !== '?')) return;
    if (/^F[248]$/.test(e.key)) { if (press(e.key)) e.preventDefault(); return; }
    if (e.key === 'Escape') {
      const menu = doc.querySelector('details[data-menu][open]');
      if (menu) { menu.open = false; menu.querySelector('summary').focus(); } else if (typing(el)) el.blur();
      return;
    }
    if (typing(el)) return;
    if (e.key === '?' && useLetters) { e.preventDefault(); open('keys'); return; }
    const box = el.closest && (el.closest('[data-rove]') || null);
    if (box && rove(e, box)) { e.preventDefault(); return; }
    if (!useLetters) return;
    if (e.key === '.' && el.closest('[data-rove], #queue')) { if (press('.')) e.preventDefault(); return; }
    const ticket = doc.querySelector('[data-ticket]');
    if (!ticket || (el !== doc.body && !el.closest('[data-ticket], #context'))) return;
    if (e.key === '[' ? step(-1) : e.key === ']' ? step(1) : /^[ripsegh]$/.test(e.key) && press(e.key)) e.preventDefault();
  });
})();
