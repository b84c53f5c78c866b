// page.js is the page at work: what the customer does, what the desk says, and what
// the screen shows of both.

import { Composer } from './composer.js';
import { tell } from './embed.js';
import { Link } from './link.js';
import { Log } from './log.js';
import { Pending } from './pending.js';
import { Status } from './status.js';
import { browser } from './store.js';
import { label, speak, spoken, word } from './words.js';

const $ = (id) => document.getElementById(id);
const typingLasts = 6000;
const adoptEvery = 30_000;
const linesWithin = 300; // of the welcome, or there are none
const adoptSoon = [200, 1000, 4000]; // after the start: a page that just went lets go late
const sleptFor = 5000; // between two ticks: the machine was asleep

export class Page {
  constructor(outbox, person) {
    this.outbox = outbox;
    this.service = {};
    this.unread = 0;
    this.clock = 0; // the desk's minus ours
    this.marked = { delivered: 0, read: 0 };
    this.log = new Log($('log'), $('waiting'));
    this.status = new Status(this);
    this.pending = new Pending(this);
    this.link = new Link(outbox, person, {
      state: (state, why) => this.showLink(state, why),
      welcome: (w) => this.welcome(w),
      frame: (f) => this.frame(f),
      at: () => ({ epoch: this.epoch, seq: this.log.last }),
      taken: (entries) => entries.forEach((e) => this.log.gone(e)),
      sending: () => outbox.entries.forEach((e) => e.n && this.log.sending(e)),
    });
    this.composer = new Composer({
      draft: outbox.draft,
      say: (text) => this.say(text),
      write: (text) => outbox.write(text),
      typing: () => this.link.send({ typing: {} }),
    });
    $('scroll').addEventListener('scroll', () => this.look());
    $('older').addEventListener('click', () => this.older());
    $('jump').addEventListener('click', () => this.toEnd());
    $('language').addEventListener('click', () => this.switchLanguage());
    $('close').addEventListener('click', () => tell('close'));
    for (const e of ['visibilitychange', 'focus', 'blur']) document.addEventListener(e, () => this.look());
    addEventListener('focus', () => this.look());
    new ResizeObserver(() => this.resized()).observe($('scroll'));
    setInterval(() => this.adopt(), adoptEvery);
    for (const ms of adoptSoon) setTimeout(() => this.adopt(), ms);
    setInterval(() => this.tick(), 1000);
    addEventListener('pagehide', () => outbox.saveDraft());
    addEventListener('beforeunload', (e) => outbox.loose && e.preventDefault());
  }

  async start() {
    this.words();
    this.pending.show();
    const known = (await this.outbox.db.get(`${this.outbox.who}/resume`)) || this.link.person.token || this.outbox.entries.length > 0;
    $('naming').hidden = Boolean(known);
    $('welcome').hidden = Boolean(known);
    if (known) this.link.start();
    this.composer.focus();
  }

  // say keeps a message and sends it when it can.
  async say(text) {
    const entry = await this.outbox.add(text, Date.now() + this.clock);
    this.pending.showWaiting(entry);
    this.status.kept();
    this.link.person.name ??= $('name').value.trim() || undefined;
    $('welcome').hidden = true;
    this.toEnd();
    this.link.start();
    this.link.flush();
  }

  // forget drops who was here, and what they had sent.
  async forget() {
    const { db, who } = this.outbox;
    await this.outbox.forget();
    await db.drop(`${who}/resume`);
    await db.drop('who');
  }

  // greet says hello to somebody who came in and never wrote.
  greet() {
    $('welcome').hidden = this.log.last > 0 || $('waiting').childElementCount > 0;
  }

  // adopt sends what a tab that was closed left behind.
  async adopt() {
    if (this.adopting) return;
    this.adopting = true;
    if (await this.outbox.adopt()) {
      this.pending.show();
      if (this.outbox.draft !== this.composer.text.value) this.composer.put(this.outbox.draft);
      if (this.outbox.entries.length > 0) this.link.start();
      if (this.outbox.speaks.lane !== this.link.lane && this.link.state === 'up' && !this.outbox.inFlight) this.link.restart();
      else this.link.flush();
    }
    this.adopting = false;
  }

  welcome(w) {
    if (this.epoch !== undefined && this.epoch !== w.epoch) this.startOver();
    this.epoch = w.epoch;
    this.welcomed = w;
    this.clock = w.clock - Date.now();
    this.log.mark(w.marks);
    this.service = w.service;
    this.marked = { delivered: 0, read: 0 };
    this.greeted = true;
    this.fresh = true; // the next lines are the first after the welcome
    $('notice').hidden = true;
    setTimeout(() => this.greet(), linesWithin);
    this.showService();
    this.look();
    this.adopt();
    this.pending.lost();
    this.outbox.prune();
  }

  frame(f) {
    if (f.lines) this.lines(f.lines);
    if (f.older) this.olderCame(f.older);
    if (f.outcome) this.outcome(f.outcome);
    if (f.outcome || f.resend) this.status.show();
    if (f.marks) this.log.mark(f.marks);
    if (f.typing) this.showTyping(true);
    if (f.service) {
      this.service = f.service;
      this.showService();
    }
  }

  lines({ lines, more, prev = 0 }) {
    if (prev > this.log.last) { // some between are missing: come back for them
      this.link.lost();
      return;
    }
    const atEnd = this.atEnd();
    if (this.fresh && this.log.last === 0) $('older').hidden = !more;
    this.fresh = false;
    if (!lines?.length) return;
    $('welcome').hidden = true;
    const theirs = this.log.add(lines).filter((l) => l.by !== 'customer');
    if (theirs.length > 0) this.showTyping(false);
    this.showService();
    if (atEnd) this.toEnd();
    this.unread += theirs.filter((l) => l.seq > (browser.get(`${this.outbox.who}/read`) ?? 0)).length;
    this.look();
  }

  // startOver forgets the lines of a log that the desk no longer has: it came back
  // from a backup.
  startOver() {
    this.log.clear();
    for (const e of [...this.log.mine.keys()]) if (e.state === 'accepted') this.log.gone(e);
    browser.put(`${this.outbox.who}/read`, 0);
  }

  outcome(o) {
    const entry = this.outbox.answer(o.n, { why: o.refused?.text, seq: o.seq });
    if (!entry) return;
    if (o.refused) {
      this.log.gone(entry);
      this.pending.showRefused(entry);
      this.toEnd();
    } else {
      this.log.accepted(entry, o.seq);
    }
  }

  older() {
    if (this.asking || !this.log.first) return;
    this.asking = true;
    this.link.send({ older: { before: this.log.first } });
  }

  olderCame({ lines, more }) {
    this.asking = false;
    const scroll = $('scroll');
    const fromEnd = scroll.scrollHeight - scroll.scrollTop;
    this.log.prepend(lines ?? []);
    $('older').hidden = !more;
    scroll.scrollTop = scroll.scrollHeight - fromEnd; // what was being read stays where it is
  }

  atEnd() {
    const s = $('scroll');
    return s.scrollHeight - s.scrollTop - s.clientHeight < 60;
  }

  toEnd() {
    $('scroll').scrollTop = $('scroll').scrollHeight;
    this.wasAtEnd = true;
  }

  // resized keeps the end in sight when a keyboard opens or the composer grows.
  resized() {
    this.composer.show();
    if (this.wasAtEnd) this.toEnd();
  }

  // look tells the desk what was received and read, and the title what was not.
  look() {
    const atEnd = this.atEnd();
    this.wasAtEnd = atEnd;
    if (!document.hidden && document.hasFocus() && atEnd) {
      this.unread = 0;
      if (this.log.last > (browser.get(`${this.outbox.who}/read`) ?? 0)) browser.put(`${this.outbox.who}/read`, this.log.last);
    }
    $('jump').hidden = atEnd;
    $('jump').textContent = this.unread ? word('fresh', this.unread) : word('down');
    document.title = (this.unread ? `(${this.unread}) ` : '') + word('title');
    if (this.told !== this.unread) tell('unread', this.unread);
    this.told = this.unread;
    if ($('scroll').scrollTop < 40 && !$('older').hidden && !atEnd) this.older();
    clearTimeout(this.marking);
    this.marking = setTimeout(() => this.mark(), 200);
  }

  mark() {
    const m = { delivered: this.log.last, read: Math.min(this.log.last, browser.get(`${this.outbox.who}/read`) ?? 0) };
    if (this.link.state !== 'up' || (m.delivered === this.marked.delivered && m.read === this.marked.read)) return;
    this.marked = m;
    this.link.send({ marks: m });
  }

  showTyping(on) {
    clearTimeout(this.typing);
    const atEnd = this.atEnd();
    $('typing').replaceChildren();
    if (on) {
      const dots = document.createElement('span');
      dots.className = 'dots';
      for (let i = 0; i < 3; i++) dots.append(document.createElement('i'));
      $('typing').append(dots, word('typing'));
      this.typing = setTimeout(() => this.showTyping(false), typingLasts);
    }
    if (atEnd) this.toEnd();
  }

  showService() {
    $('resolved').textContent = this.service.resolved && this.log.last ? word('resolved') : '';
    this.showLink(this.link.state, this.why);
  }

  showLink(state, why) {
    this.why = why;
    this.status.show();
    if (state !== 'up') {
      this.asking = false;
      this.showTyping(false);
    }
    if (state === 'stopped') this.status.notice(why);
  }

  // tick keeps what the page says of itself true, and notices that the machine slept.
  tick() {
    const now = Date.now();
    if (now - (this.ticked ?? now) > sleptFor) this.link.wake();
    this.ticked = now;
    this.status.show();
    this.status.kept();
  }

  switchLanguage() {
    speak(spoken() === 'es' ? 'en' : 'es');
    browser.put('language', spoken());
    this.link.person.locale = spoken();
    this.words();
    this.showTyping(false);
    this.log.redraw();
    this.log.mine.clear();
    $('waiting').replaceChildren();
    this.pending.show();
    this.pending.lost();
    this.showService();
    if (!$('notice').hidden) this.status.notice(this.status.noticed);
    this.look();
  }

  words() {
    label();
    this.composer.words();
    $('language').textContent = word('other');
    $('language').setAttribute('aria-label', word('otherLabel'));
    $('language').lang = spoken() === 'es' ? 'en' : 'es';
    this.showLink(this.link.state, this.why);
    this.look();
  }
}
