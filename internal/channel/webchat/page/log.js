// log.js draws the conversation. Whatever a message holds goes into the page with
// textContent only, so it can be nothing but text.

import { spoken, word } from './words.js';

const svg = 'http://www.w3.org/2000/svg';

function make(tag, kind, text) {
  const e = document.createElement(tag);
  if (kind) e.className = kind;
  if (text !== undefined) e.textContent = text;
  return e;
}

export class Log {
  constructor(log, waiting) {
    this.log = log;
    this.waiting = waiting;
    this.lines = new Map(); // by seq: {line, element}
    this.first = 0; // seq of the oldest line
    this.last = 0;
    this.marks = { delivered: 0, read: 0 };
    this.mine = new Map(); // elements by entry of the outbox
  }

  // add draws lines that follow what is there; it returns those that are new.
  add(lines) {
    const fresh = lines.filter((l) => l.seq > this.last);
    for (const l of fresh) {
      this.arrived(l);
      const before = this.lines.get(this.last)?.line;
      this.log.append(...this.headings(l, before), this.keep(l, before));
      this.last = l.seq;
      this.first ||= l.seq;
    }
    return fresh;
  }

  // prepend draws lines that come before what is there. Nobody reads them aloud.
  prepend(lines) {
    const fresh = lines.filter((l) => l.seq < this.first);
    if (fresh.length === 0) return;
    this.log.setAttribute('aria-live', 'off');
    const part = document.createDocumentFragment();
    let before;
    for (const l of fresh) {
      part.append(...this.headings(l, before), this.keep(l, before));
      before = l;
    }
    this.log.prepend(part);
    this.mend(before);
    this.first = fresh[0].seq;
    setTimeout(() => this.log.setAttribute('aria-live', 'polite'));
  }

  // mend draws the headings of the line that was the first anew.
  mend(before) {
    const { line, element } = this.lines.get(this.first);
    while (element.previousElementSibling?.matches('.day, .name') && element.previousElementSibling.dataset.of === String(line.seq)) {
      element.previousElementSibling.remove();
    }
    element.before(...this.headings(line, before));
  }

  clear() {
    this.lines.clear();
    this.log.replaceChildren();
    this.first = 0;
    this.last = 0;
    this.marks = { delivered: 0, read: 0 };
  }

  // redraw draws every line anew, in another language.
  redraw() {
    const lines = [...this.lines.values()].map((l) => l.line).sort((a, b) => a.seq - b.seq);
    const marks = this.marks;
    this.clear();
    this.marks = marks;
    this.log.setAttribute('aria-live', 'off');
    this.add(lines);
    setTimeout(() => this.log.setAttribute('aria-live', 'polite'));
  }

  keep(l, before) {
    const element = this.draw(l, turns(l, before));
    this.lines.set(l.seq, { line: l, element });
    return element;
  }

  headings(l, before) {
    const out = [];
    if (!before || !sameDay(before.at, l.at)) out.push(make('div', 'day', dayName(l.at)));
    if (l.by === 'agent' && (out.length > 0 || turns(l, before))) out.push(make('div', 'name', l.name || word('us')));
    for (const e of out) e.dataset.of = l.seq;
    return out;
  }

  draw(l, turn) {
    const kind = { customer: 'mine', agent: 'theirs' }[l.by] ?? 'system';
    const e = make('div', `line ${kind}${turn ? ' turn' : ''}`);
    if (kind === 'mine') e.append(make('span', 'hidden-visually', `${word('you')}: `));
    e.append(text(l.text));
    if (kind !== 'system') e.append(this.meta(l.at, kind === 'mine' ? this.stateOf(l.seq) : ''));
    if (kind === 'mine') e.classList.add(this.stateOf(l.seq));
    return e;
  }

  meta(at, state) {
    const e = make('span', 'meta');
    const time = make('time', '', new Date(at).toLocaleTimeString(spoken(), { hour: '2-digit', minute: '2-digit' }));
    time.dateTime = new Date(at).toISOString();
    e.append(time);
    if (state) e.append(tick(state), make('span', 'hidden-visually state', word(state)));
    return e;
  }

  stateOf(seq) {
    if (seq <= this.marks.read) return 'read';
    return seq <= this.marks.delivered ? 'delivered' : 'sent';
  }

  // mark notes how far the staff has received and read.
  mark(m) {
    this.marks = {
      delivered: Math.max(this.marks.delivered, m.delivered ?? 0, m.read ?? 0),
      read: Math.max(this.marks.read, m.read ?? 0),
    };
    for (const { line, element } of this.lines.values()) {
      if (line.by === 'customer' && !element.classList.contains('read')) restate(element, this.stateOf(line.seq));
    }
  }

  // wait shows a message that is on its way. Until it is sent it can be corrected or
  // taken back.
  wait(entry, { edit, drop }) {
    const e = make('div', 'line mine waiting');
    e.append(make('span', 'hidden-visually', `${word('you')}: `), text(entry.text), this.meta(entry.at, 'waiting'));
    if (!entry.n) e.append(actions([word('edit'), edit], [word('takeBack'), drop]));
    this.mine.set(entry, e);
    this.waiting.append(e);
  }

  // sending takes the choices away from a message that may have arrived.
  sending(entry) {
    this.mine.get(entry)?.querySelector('.actions')?.remove();
  }

  // accepted shows that the desk has it; its line takes its place when it comes.
  accepted(entry, seq) {
    if (!seq || seq <= this.last) this.gone(entry);
    else if (this.mine.has(entry)) restate(this.mine.get(entry), 'sent');
  }

  gone(entry) {
    this.mine.get(entry)?.remove();
    this.mine.delete(entry);
  }

  // arrived takes a message off the waiting ones when its line has come.
  arrived(l) {
    if (!l.n) return;
    for (const entry of this.mine.keys()) if (entry.n === l.n && entry.lane === l.lane) this.gone(entry);
  }

  // ask shows a message that needs a decision, and why; it goes when one is taken.
  ask(entry, kind, why, ...choices) {
    const e = make('div', `line mine ${kind}`);
    e.append(text(entry.text), make('span', 'why', why), actions(...choices));
    this.mine.set(entry, e);
    this.waiting.append(e);
  }
}

// actions makes buttons of pairs of a word and what it does.
function actions(...choices) {
  const e = make('span', 'actions');
  for (const [what, act] of choices) {
    const button = make('button', 'chip', what);
    button.type = 'button';
    button.addEventListener('click', act);
    e.append(button);
  }
  return e;
}

function text(t) {
  const e = make('span', 'text', t);
  e.dir = 'auto';
  return e;
}

function tick(state) {
  const icon = document.createElementNS(svg, 'svg');
  icon.setAttribute('class', 'tick');
  icon.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(svg, 'use');
  use.setAttribute('href', `#icon-${state === 'read' ? 'delivered' : state}`);
  icon.append(use);
  return icon;
}

function restate(element, state) {
  element.classList.remove('waiting', 'sent', 'delivered', 'read');
  element.classList.add(state);
  element.querySelector('.tick').replaceWith(tick(state));
  element.querySelector('.state').textContent = word(state);
}

// turns reports whether somebody else speaks, or the same one after a pause.
function turns(l, before) {
  return !before || before.by !== l.by || before.name !== l.name || l.at - before.at > 5 * 60_000;
}

function sameDay(a, b) {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

function dayName(at) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days === 0) return word('today');
  if (days === 1) return word('yesterday');
  return new Date(at).toLocaleDateString(spoken(), { weekday: 'long', day: 'numeric', month: 'long', year: days > 300 ? 'numeric' : undefined });
}
