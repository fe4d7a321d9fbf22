// Canned texts: ";" and two letters in a composer, the palette, or the list. Each is shown before it goes in.
(() => {
  'use strict';
  const doc = document;
  const field = doc.querySelector('[data-macros]'), place = doc.getElementById('macro-preview');
  if (!field || !place) return;
  let asked = 0, swallow = false, span = null; // where ";xx" stands, or the caret

  const close = () => { asked++; span = null; place.replaceChildren(); };
  async function preview(letters, at) {
    const turn = ++asked;
    span = at;
    try {
      const res = await fetch(place.getAttribute('data-url'), { method: 'POST', body: new URLSearchParams({ letters, lang: doc.body.getAttribute('data-caller-lang') || '' }), headers: { 'Kept-Part': '1' }, credentials: 'same-origin', redirect: 'error' });
      if (!res.ok) throw new Error(String(res.status));
      const text = await res.text();
      if (turn === asked) { place.innerHTML = text; place.scrollIntoView({ block: 'nearest' }); }
    } catch (e) { if (turn === asked) place.textContent = 'The desk does not answer. Try again, or write it yourself.'; }
  }
  function insert() {
    const text = place.querySelector('.macro-text');
    if (!text || !span) return false;
    field.setRangeText(text.textContent, span[0], span[1], 'end');
    const then = place.querySelector('[data-macro-next]'), next = doc.getElementById('reply-next');
    if (next && then) next.replaceChildren(...then.childNodes);
    close();
    field.focus();
    const gap = field.value.search(/\[(name|hospital|phone|link|window)\]/);
    if (gap >= 0) field.setSelectionRange(gap, field.value.indexOf(']', gap) + 1);
    field.dispatchEvent(new Event('input', { bubbles: true }));
    return true;
  }
  function leave() { close(); field.focus(); }

  field.addEventListener('input', () => {
    const at = field.selectionStart, before = field.value.slice(0, at), m = /(^|\s);([a-zA-Z]{2})$/.exec(before);
    if (m) preview(m[2].toLowerCase(), [at - 3, at]);
    else if (span) close();
  });
  field.addEventListener('keydown', (e) => {
    if (!place.firstElementChild || e.isComposing) return;
    if (e.key === 'Enter' && !e.ctrlKey && !e.metaKey && !e.shiftKey && insert()) { e.preventDefault(); swallow = true; }
    if (e.key === 'Escape') { e.preventDefault(); e.stopPropagation(); leave(); }
  });
  // Some keyboards send the line break apart from its key.
  field.addEventListener('beforeinput', (e) => { if (swallow && /^insert(LineBreak|Paragraph)$/.test(e.inputType)) { e.preventDefault(); swallow = false; } });
  field.addEventListener('keyup', () => { swallow = false; });
  place.addEventListener('keydown', (e) => { if (e.key === 'Escape') { e.stopPropagation(); leave(); } });
  place.addEventListener('click', (e) => {
    if (e.target.closest('[data-macro-yes]')) insert();
    if (e.target.closest('[data-macro-no]')) leave();
  });
  const caret = () => [field.selectionStart, field.selectionEnd];
  doc.addEventListener('kept:macro', (e) => { field.focus(); swallow = true; preview(e.detail, caret()); });
  doc.addEventListener('click', (e) => {
    const b = e.target.closest('[data-insert]'), list = doc.getElementById('insert-macro');
    if (!b || !list || !list.value) return;
    e.preventDefault();
    list.closest('details').open = false;
    field.focus();
    preview(list.value, caret());
  });
})();
