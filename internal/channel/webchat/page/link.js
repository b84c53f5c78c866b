// link.js keeps one live link to the desk: a ticket, a socket, a greeting. On any
// doubt it drops the link, waits a random while and resumes where it was. What the
// browser says of the network is a reason to look, never a reason to believe.

import { hold } from './db.js';

const subprotocol = 'ventanilla.chat.v1';
const firstDelay = 200;
const lastDelay = 30_000;
const patience = 10_000; // for the ticket and the welcome
const hangsAfter = 2_000; // an attempt in what may have been another network
const answerTime = 5_000; // for the outcome of a message
const goodbye = { tooMany: 4103 };

export class Link {
  // on: {state(name, detail), welcome(w), frame(f), at() → {epoch, seq}, taken(entries), sending()}
  constructor(outbox, person, on) {
    this.outbox = outbox;
    this.person = person; // {token, name, locale}
    this.on = on;
    this.state = 'idle';
    this.delay = firstDelay;
    this.try = 0; // late answers of earlier attempts are told apart by it
    this.timers = {};
    this.heard = 0; // when the desk was last heard, by our clock
    addEventListener('online', () => this.wake());
    addEventListener('offline', () => this.lost());
    addEventListener('pageshow', (e) => e.persisted && this.wake());
    document.addEventListener('resume', () => this.wake());
    document.addEventListener('visibilitychange', () => document.hidden || this.wake());
    navigator.connection?.addEventListener?.('change', () => this.wake());
  }

  // start opens the link if it never was, or once more after it stopped.
  start() {
    if (this.state === 'idle' || this.state === 'stopped') this.connect();
  }

  // restart drops the link and opens it again at once.
  restart() {
    this.drop();
    this.connect();
  }

  // wake looks at once whether the link still lives: the page is seen again, the
  // network changed or the machine slept, and a dead link does not say that it is.
  wake() {
    const hangs = this.state === 'connecting' && Date.now() - this.began > hangsAfter;
    if (this.state === 'waiting' || hangs) this.connect();
    if (this.state !== 'up') return;
    this.ping();
    this.timer('probe', answerTime, () => this.lost());
  }

  // fresh reports whether what the page shows is current: the desk was heard within
  // a beat.
  get fresh() {
    return this.state === 'up' && Date.now() - this.heard < this.beat + 2000;
  }

  become(state, detail) {
    this.state = state;
    this.on.state(state, detail);
  }

  timer(name, ms, then) {
    clearTimeout(this.timers[name]);
    this.timers[name] = setTimeout(then, ms);
  }

  drop() {
    this.try++;
    this.abort?.abort();
    for (const t of Object.values(this.timers)) clearTimeout(t);
    this.timers = {};
    const s = this.socket;
    this.socket = undefined;
    if (s) s.close(1000);
  }

  // lost drops the link and tries again later.
  lost(atLeast = 0, crowded = false) {
    if (this.state === 'idle' || this.state === 'stopped') return;
    this.drop();
    const wait = atLeast + Math.random() * this.delay;
    this.delay = Math.min(2 * this.delay, lastDelay);
    this.trouble = undefined;
    this.crowded = crowded; // the desk is there, and asked to come back later
    this.become('waiting');
    this.timer('retry', wait, () => this.connect());
  }

  stop(why) {
    this.drop();
    this.become('stopped', why);
  }

  async connect() {
    this.drop();
    const attempt = this.try;
    this.abort = new AbortController();
    this.began = Date.now();
    this.become('connecting');
    let ticket;
    try {
      ticket = await this.ticket(attempt);
    } catch {
      if (attempt === this.try) this.lost();
      return;
    }
    if (!ticket || attempt !== this.try) return;
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const s = new WebSocket(`${scheme}//${location.host}/v1/chat`, subprotocol);
    this.socket = s;
    this.timer('silence', patience, () => this.lost());
    s.onopen = () => {
      const { device, lane } = this.outbox.speaks;
      const { epoch, seq } = this.on.at();
      this.lane = lane;
      this.send({ hello: { version: 1, ticket, device, lane, after: seq, epoch } });
    };
    s.onmessage = (m) => attempt === this.try && this.receive(m.data);
    s.onclose = (e) => attempt === this.try && this.closed(e.code);
  }

  // ticket asks to come in; undefined when the link has already taken another turn.
  // One page of this browser asks at a time, so that all are the same customer, and
  // who that is is kept before anything is said in their name.
  async ticket(attempt) {
    const { who, db } = this.outbox;
    const signal = AbortSignal.any([this.abort.signal, AbortSignal.timeout(patience)]);
    const release = await hold(`${who}/ticket`, { signal });
    try {
      signal.throwIfAborted();
      const resume = await db.get(`${who}/resume`);
      const answer = await this.ask(resume, signal);
      if (answer.ok) {
        const { ticket, resume: fresh } = await answer.json();
        await db.put(`${who}/resume`, fresh);
        this.person.token = undefined; // good once
        return ticket;
      }
      return this.turnedAway(attempt, answer, resume);
    } finally {
      release();
    }
  }

  ask(resume, signal) {
    const { token, name, locale } = this.person;
    return fetch('/v1/chat/ticket', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token, name, locale, resume }),
      signal,
      credentials: 'omit',
    });
  }

  turnedAway(attempt, answer, resume) {
    if (attempt !== this.try) return undefined;
    if (answer.status === 401 && this.person.token) {
      this.person.token = undefined;
      if (resume) this.connect(); // the desk knows this browser
      else this.stop('token');
    } else if (answer.status === 429 || answer.status >= 500) {
      this.lost(1000 * Math.min(Number(answer.headers.get('Retry-After')) || 1, 60), answer.headers.has('Retry-After'));
    } else {
      this.stop('outdated');
    }
    return undefined;
  }

  closed(code) {
    this.socket = undefined;
    if (code < 4100 || code >= 4200) this.lost();
    else this.stop(code === goodbye.tooMany ? 'elsewhere' : 'outdated');
  }

  send(frame) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  ping() {
    this.send({ ping: { sent: Date.now() } });
    this.timer('ping', this.beat, () => this.ping());
  }

  receive(data) {
    let f;
    try {
      f = JSON.parse(data);
    } catch {
      this.lost();
      return;
    }
    if (f.welcome) this.welcomed(f.welcome);
    if (this.state !== 'up') return; // a refusal before the close that follows it
    if (f.lines?.prev > this.on.at().seq) { // lines are missing before these
      this.lost();
      return;
    }
    this.heard = Date.now();
    clearTimeout(this.timers.probe);
    this.timer('silence', 2.5 * this.beat, () => this.lost());
    if (f.resend) this.resend(f.resend);
    if (f.outcome) this.trouble = undefined;
    this.on.frame(f);
    if (f.outcome) this.answered();
  }

  // answered goes on after an outcome: in another lane, once this one has nothing left.
  answered() {
    this.owe();
    if (this.outbox.speaks.lane === this.lane) this.flush();
    else this.restart();
  }

  welcomed(w) {
    this.outbox.welcome(this.lane, w.epoch ?? '', w.lane_last);
    this.on.welcome(w);
    if (this.outbox.speaks.lane !== this.lane) {
      this.restart();
      return;
    }
    this.delay = firstDelay;
    this.held = false;
    this.heard = Date.now();
    this.beat = Math.max(w.beat || 25_000, 1000);
    this.timer('ping', Math.random() * this.beat, () => this.ping());
    this.become('up');
    this.flush();
  }

  resend(r) {
    this.outbox.again(r.from);
    this.owe();
    this.held = true;
    this.trouble = r.why;
    this.timer('held', r.wait || 0, () => {
      this.held = false;
      this.flush();
    });
  }

  // flush sends what may be sent now.
  async flush() {
    this.more = true;
    if (this.flushing) return;
    this.flushing = true;
    while (this.more && this.state === 'up' && !this.held) {
      this.more = false;
      const taken = await this.outbox.number();
      if (taken?.length) {
        this.on.taken(taken);
        this.more = true;
      } else if (!taken) {
        this.timer('unkept', 2000, () => this.flush());
      }
      if (this.state === 'up' && !this.held) this.sendAll();
    }
    this.flushing = false;
  }

  sendAll() {
    for (let say = this.outbox.say(); say; say = this.outbox.say()) {
      this.send({ say });
      if (!this.timers.answer) this.owe();
    }
    this.on.sending();
  }

  // owe starts the time for the next outcome anew, or stops it.
  owe() {
    clearTimeout(this.timers.answer);
    delete this.timers.answer;
    if (this.outbox.inFlight) this.timer('answer', answerTime, () => this.lost());
  }
}
