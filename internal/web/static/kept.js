// Keys, palette and relative times of the staff pages. Every key has
// a link or a button that does the same; see keySheet in view/system.templ.
(() => {
  'use strict';
  const doc = document;
  const byId = (id) => doc.getElementById(id);

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

  // A page that was left open goes on for nobody who signs in after its reader.
  doc.addEventListener('submit', (e) => {
    const form = e.target, me = doc.body.getAttribute('data-me');
    if (!me || form.method !== 'post' || form.elements.namedItem('of')) return;
    const of = doc.createElement('input');
    of.type = 'hidden';
    of.name = 'of';
    of.value = me;
    form.append(of);
  }, true);

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

  function go(hit) {
    const macro = hit.getAttribute('data-macro');
    if (!macro) { location.assign(hit.getAttribute('data-href')); return; }
    palette.close();
    doc.dispatchEvent(new CustomEvent('kept:macro', { detail: macro }));
  }
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
      if (e.key === 'Enter' && at >= 0) { e.preventDefault(); go(hits[at]); }
    });
    list.addEventListener('click', (e) => {
      const hit = e.target.closest('[data-href]');
      if (hit) go(hit);
    });
  }

  // ---- keys ----

  const useLetters = !doc.body.hasAttribute('data-no-letters');
  // Which of our letters a key stands for: people put them elsewhere in their profile.
  const theirs = new Map((doc.body.getAttribute('data-letters') || '').split(' ').filter(Boolean).map((p) => [p[2], p[0]]));
  const moved = new Set(theirs.values());
  const letterOf = (key) => theirs.get(key) || (moved.has(key) ? '' : key);
  const typing = (el) => el && el.matches && el.matches('textarea, select, input:not([type=radio]):not([type=checkbox]):not([type=button]):not([type=submit]), [contenteditable]');
  const visible = (el) => el.getClientRects().length > 0;

  function press(key) {
    for (const el of doc.querySelectorAll('[data-hotkey="' + CSS.escape(key) + '"]')) {
      const folded = el.closest('details[data-keep-open]:not([open])');
      if (folded) folded.open = true;
      doc.dispatchEvent(new CustomEvent('kept:reveal', { detail: el }));
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
    if (e.key === 'ArrowDown' || (useLetters && letterOf(e.key) === 'j')) return to(row + 1);
    if (e.key === 'ArrowUp' || (useLetters && letterOf(e.key) === 'k')) return to(row - 1);
    if (e.key === 'Home') return to(0);
    if (e.key === 'End') return to(items.length - 1);
    if (useLetters && letterOf(e.key) === 'c') {
      const call = items[row].closest('tr') && items[row].closest('tr').querySelector('[data-call]');
      if (call) call.click();
      return !!call;
    }
    if (useLetters && letterOf(e.key) === 'v') {
      const give = items[row].closest('tr') && items[row].closest('tr').querySelector('details.give');
      if (!give) return false;
      give.open = true;
      give.querySelector('form button').focus();
      return true;
    }
    if (useLetters && letterOf(e.key) === 'a') {
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
      const give = el.closest && el.closest('details.give[open]');
      if (menu) { menu.open = false; menu.querySelector('summary').focus(); } else if (give) { give.open = false; give.querySelector('summary').focus(); } else if (typing(el) && !e.defaultPrevented) el.blur();
      return;
    }
    if (typing(el)) return;
    if (e.key === '?' && useLetters) { e.preventDefault(); open('keys'); return; }
    const box = el.closest && (el.closest('[data-rove]') || null);
    if (box && rove(e, box)) { e.preventDefault(); return; }
    if (!useLetters) return;
    const letter = letterOf(e.key);
    if (letter === '.' && el.closest('[data-rove], #queue')) { if (press('.')) e.preventDefault(); return; }
    const ticket = doc.querySelector('[data-ticket]');
    if (!ticket || (el !== doc.body && !el.closest('[data-ticket], #context'))) return;
    if (letter === '[' ? step(-1) : letter === ']' ? step(1) : /^[ripsegh\\]$/.test(letter) && press(letter)) e.preventDefault();
  });
})();
