// Who else is here, and what has come while the reader was further up. See web/live_staff.go.
(() => {
  'use strict';
  const doc = document;
  const byId = (id) => doc.getElementById(id);
  const template = byId('here-template');
  if (!template) return;

  function put(slot, text) {
    if (!slot) return false;
    let here = slot.querySelector('.here');
    if (!text) { if (here) here.remove(); return !!here; }
    if (!here) { slot.append(template.content.cloneNode(true)); here = slot.querySelector('.here'); }
    const out = here.querySelector('.here-text');
    if (out.textContent.trim() === text) return false;
    out.textContent = text;
    return true;
  }
  const own = new URL(doc.body.getAttribute('data-live') || '', location.href).searchParams.get('ref') || '';
  function show(ref, text) {
    const row = byId('q-' + ref);
    put(row && row.querySelector('.queue-who'), text);
    if (ref !== own) return;
    if (put(byId('head-here'), text) && text) doc.dispatchEvent(new CustomEvent('kept:say', { detail: text + '.' }));
    const writing = byId('reply-writing');
    if (writing) writing.textContent = / is writing$/.test(text) ? text + ' to the caller.' : '';
  }
  doc.addEventListener('kept:here', (e) => {
    const { all, here } = e.detail;
    if (all) {
      for (const row of doc.querySelectorAll('.queue-row')) if (row.querySelector('.here')) { const ref = row.id.slice(2); if (!here[ref]) show(ref, ''); }
      if (own && !here[own]) show(own, '');
    }
    for (const ref of Object.keys(here)) show(ref, here[ref]);
  });

  // ---- the timeline: the newest entry is last ----

  const line = byId('timeline'), button = byId('new-message');
  if (!line) return;
  const scrolls = () => line.scrollHeight > line.clientHeight + 4;
  const atEnd = () => line.scrollHeight - line.scrollTop - line.clientHeight < 40;
  const down = () => { line.scrollTop = line.scrollHeight; };
  let end = true, known = new Set([...line.children].map((c) => c.id));
  line.addEventListener('scroll', () => { if (button && atEnd()) button.hidden = true; }, { passive: true });
  doc.addEventListener('kept:morphing', () => { end = atEnd(); });
  doc.addEventListener('kept:morphed', () => {
    const fresh = [...line.children].filter((c) => c.id && !known.has(c.id));
    known = new Set([...line.children].map((c) => c.id));
    if (!fresh.length || !scrolls()) return;
    if (end) { down(); return; }
    if (!button || !fresh.some((c) => !c.classList.contains('entry-event'))) return;
    button.hidden = false;
    doc.dispatchEvent(new CustomEvent('kept:say', { detail: 'New message.' }));
  });
  if (button) button.addEventListener('click', () => { down(); button.hidden = true; line.focus(); });
})();
