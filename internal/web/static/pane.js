// The context of a ticket as a drawer, where there is no room for it beside the ticket.
// A composer that an address names is ready to type in: on a phone it is a screen of its own.
(() => {
  'use strict';
  const ready = () => {
    const box = /^#(reply|note)$/.test(location.hash) && document.getElementById(location.hash.slice(1));
    const field = box && box.querySelector('textarea');
    if (!field) return;
    if (box.nodeName === 'DETAILS') box.open = true;
    field.focus();
  };
  addEventListener('hashchange', ready);
  ready();
})();

(() => {
  'use strict';
  const doc = document, root = doc.documentElement;
  const drawer = doc.getElementById('context'), button = doc.getElementById('drawer-open');
  if (!drawer || !button) return;
  const narrow = matchMedia('(min-width: 64rem) and (max-width: 85.3rem)');
  const head = drawer.querySelector('.drawer-head');
  const remember = (v) => { try { if (v === undefined) return localStorage.getItem('kept.drawer'); localStorage.setItem('kept.drawer', v); } catch (e) { /* forbidden: it is forgotten */ } return null; };
  const isOpen = () => drawer.classList.contains('is-drawn');

  function set(open, focus) {
    drawer.classList.toggle('is-drawn', open);
    button.setAttribute('aria-expanded', String(open));
    head.hidden = !(open && narrow.matches);
    if (!focus) return;
    remember(open ? 'open' : 'shut');
    if (open) { const first = drawer.querySelector('.tabs [aria-current]') || drawer.querySelector('a,button'); if (first) first.focus(); } else button.focus();
  }
  function fit() {
    root.classList.toggle('has-drawer', narrow.matches);
    button.hidden = !narrow.matches;
    head.hidden = !(isOpen() && narrow.matches);
  }
  const query = new URLSearchParams(location.search);
  const aim = location.hash.length > 1 && doc.getElementById(decodeURIComponent(location.hash.slice(1)));
  set(remember() === 'open' || ['tab', 'make', 'give', 'times'].some((n) => query.has(n)) || !!(aim && (aim === drawer || drawer.contains(aim))) || !!drawer.querySelector('[aria-invalid=true], .errors'), false);
  fit();
  narrow.addEventListener('change', fit);
  button.addEventListener('click', () => set(!isOpen(), true));
  drawer.addEventListener('click', (e) => { if (e.target.closest('[data-drawer-close]')) set(false, true); });
  // A key or a link that leads into the closed drawer opens it first.
  doc.addEventListener('kept:reveal', (e) => { if (narrow.matches && drawer.contains(e.detail) && !isOpen()) set(true, false); });
  doc.addEventListener('keydown', (e) => {
    if (e.key !== 'Escape' || e.defaultPrevented || !narrow.matches || !isOpen() || doc.querySelector('dialog[open], details[data-menu][open]')) return;
    if (!drawer.contains(doc.activeElement) && doc.activeElement !== button) return;
    e.preventDefault();
    set(false, true);
  }, true);
})();
