// page.js is the page at work: what the customer does, what the desk says, and what
// the screen shows of both.

import { Composer } from './composer.js';
import { tell } from './embed.js';
import { Link } from './link.js';
import { Log } from './log.js';
import { browser } from './store.js';
import { label, speak, spoken, word } from './words.js';

const $ = (id) => document.getElementById(id);
const typingLasts = 6000;
const adoptEvery = 30_000;
const linesWithin = 300; // of the welcome, or there are none

export class Page {
  constructor(outbox, person) {
    this.outbox = outbox;
    this.service = {};
    this.unread = 0;
    this.clock = 0; // the desk's minus ours
    this.marked = { delivered: 0, read: 0 };
    this.log = new Log($('log'), $('waiting'));
    this.link = new Link(outbox, person, {
      state: (state, why) => this.showLink(state, why),
      welcome: (w) => this.welcome(w),
      frame: (f) => this.frame(f),
      after: () => this.log.last,
    });
    this.composer = new Composer({
      say: (text) => this.say(text),
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
  }

  start() {
    this.words();
    this.showOutbox();
    const known = browser.get(`${this.outbox.who}/resume`) || this.link.person.token || this.outbox.entries.length > 0;
    $('naming').hidden = Boolean(known);
    $('welcome').hidden = Boolean(known);
    if (known) this.link.start();
    this.composer.focus();
  }

  // say keeps a message and sends it when it can; false when it cannot be kept.
  say(text) {
    if (!this.outbox.add(text, Date.now() + this.clock)) {
      this.notice('full');
      return false;
    }
    this.log.wait(this.outbox.entries.at(-1), this.outbox.lane);
    this.link.person.name ??= $('name').value.trim() || undefined;
    $('welcome').hidden = true;
    this.toEnd();
    this.link.start();
    this.link.flush();
    return true;
  }

  showOutbox() {
    for (const e of this.outbox.entries) this.log.wait(e, this.outbox.lane);
    for (const r of this.outbox.refused) this.showRefused(r);
  }

  showRefused(r) {
    this.log.refuse(r, () => {
      this.outbox.withdraw(r);
      this.composer.put(r.text);
    });
  }

  // greet says hello to somebody who came in and never wrote.
  greet() {
    $('welcome').hidden = this.log.last > 0 || $('waiting').childElementCount > 0;
  }

  // adopt sends what a tab that was closed left behind.
  async adopt() {
    if (await this.outbox.adopt()) {
      this.showOutbox();
      this.link.restart();
    }
  }

  welcome(w) {
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
  }

  frame(f) {
    if (f.lines) this.lines(f.lines);
    if (f.older) this.olderCame(f.older);
    if (f.outcome) this.outcome(f.outcome);
    if (f.marks) this.log.mark(f.marks);
    if (f.typing) this.showTyping(true);
    if (f.service) {
      this.service = f.service;
      this.showService();
    }
  }

  lines({ lines, more }) {
    const atEnd = this.atEnd();
    if (this.fresh && lines?.[0]?.seq <= this.log.last) this.startOver();
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
    browser.put(`${this.outbox.who}/read`, 0);
  }

  outcome(o) {
    const entry = this.outbox.answer(o.n, o.refused?.text);
    if (!entry) return;
    if (o.refused) {
      this.log.gone(entry);
      this.showRefused(this.outbox.refused.at(-1));
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
    const s = $('status');
    s.className = { up: 'up', waiting: 'off', stopped: 'off' }[state] ?? '';
    s.textContent = this.statusText(state);
    if (state !== 'up') {
      this.asking = false;
      this.showTyping(false);
    }
    if (state === 'stopped') this.notice(why);
  }

  statusText(state) {
    if (state === 'idle') return word('idle');
    if (state === 'connecting') return this.greeted ? word('offline') : word('connecting');
    if (state === 'stopped') return word('stopped');
    if (state !== 'up') return word('offline');
    if (this.service.agent) return word('servedBy', this.service.agent);
    return this.log.last && !this.service.resolved ? word('waitingForAgent') : word('idle');
  }

  // notice says what a person has to decide.
  notice(why) {
    const button = { elsewhere: 'here', outdated: 'reload', token: 'anonymous' }[why];
    $('notice').hidden = false;
    $('notice-text').textContent = word(why);
    $('notice-do').hidden = !button;
    this.noticed = why;
    if (!button) return;
    $('notice-do').textContent = word(button);
    $('notice-do').onclick = () => {
      $('notice').hidden = true;
      if (why === 'outdated') location.reload();
      else this.link.start();
    };
    if (why === 'token') tell('token');
  }

  switchLanguage() {
    speak(spoken() === 'es' ? 'en' : 'es');
    browser.put('language', spoken());
    this.link.person.locale = spoken();
    this.words();
    this.showTyping(false);
    this.log.redraw();
    $('waiting').replaceChildren();
    this.showOutbox();
    this.showService();
    if (!$('notice').hidden) this.notice(this.noticed);
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
