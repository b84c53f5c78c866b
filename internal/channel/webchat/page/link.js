// link.js keeps one live link to the desk: a ticket, a socket, a greeting. On any
// doubt it drops the link, waits a random while and resumes where it was.

import { browser } from './store.js';

const subprotocol = 'ventanilla.chat.v1';
const firstDelay = 200;
const lastDelay = 30_000;
const patience = 10_000; // for the ticket and the welcome
const answerTime = 5_000; // for the outcome of a message
const goodbye = { tooMany: 4103 };

export class Link {
  // on: {state(name, detail), welcome(w), frame(f), after() → seq}
  constructor(outbox, person, on) {
    this.outbox = outbox;
    this.person = person; // {token, name, locale}
    this.on = on;
    this.state = 'idle';
    this.delay = firstDelay;
    this.try = 0; // late answers of earlier attempts are told apart by it
    this.timers = {};
    addEventListener('online', () => this.hurry());
    addEventListener('offline', () => this.lost());
    document.addEventListener('visibilitychange', () => this.wake());
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

  hurry() {
    if (this.state === 'waiting') this.connect();
  }

  // wake is called when the page is looked at: a sleeping machine does not notice
  // that its link is dead.
  wake() {
    if (document.hidden) return;
    this.hurry();
    if (this.state === 'up') {
      this.ping();
      this.timer('silence', answerTime, () => this.lost());
    }
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
    for (const t of Object.values(this.timers)) clearTimeout(t);
    this.timers = {};
    const s = this.socket;
    this.socket = undefined;
    if (s) s.close(1000);
  }

  // lost drops the link and tries again later.
  lost(atLeast = 0) {
    if (this.state === 'idle' || this.state === 'stopped') return;
    this.drop();
    const wait = atLeast + Math.random() * this.delay;
    this.delay = Math.min(2 * this.delay, lastDelay);
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
      const { device, lane } = this.outbox;
      this.send({ hello: { version: 1, ticket, device, lane, after: this.on.after() } });
    };
    s.onmessage = (m) => attempt === this.try && this.receive(m.data);
    s.onclose = (e) => attempt === this.try && this.closed(e.code);
  }

  // ticket asks to come in; undefined when the link has already taken another turn.
  async ticket(attempt) {
    const { who } = this.outbox;
    const { token, name, locale } = this.person;
    const answer = await fetch('/v1/chat/ticket', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token, name, locale, resume: browser.get(`${who}/resume`) }),
      signal: AbortSignal.timeout(patience),
      credentials: 'omit',
    });
    if (answer.ok) {
      const { ticket, resume } = await answer.json();
      browser.put(`${who}/resume`, resume);
      this.person.token = undefined; // good once
      return ticket;
    }
    if (attempt !== this.try) return undefined;
    if (answer.status === 401 && token) {
      this.person.token = undefined;
      if (browser.get(`${who}/resume`)) return this.ticket(attempt); // the desk knows this browser
      this.stop('token');
    } else if (answer.status === 429 || answer.status >= 500) {
      this.lost(1000 * Math.min(Number(answer.headers.get('Retry-After')) || 1, 60));
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
    this.timer('silence', 2.5 * this.beat, () => this.lost());
    if (f.resend) this.resend(f.resend);
    this.on.frame(f);
    if (f.outcome) {
      this.owe();
      this.flush();
    }
  }

  welcomed(w) {
    this.delay = firstDelay;
    this.held = false;
    this.beat = Math.max(w.beat || 25_000, 1000);
    this.timer('ping', Math.random() * this.beat, () => this.ping());
    this.outbox.welcome(w.lane_last);
    this.become('up');
    this.on.welcome(w);
    this.flush();
  }

  resend(r) {
    this.outbox.again(r.from);
    this.owe();
    this.held = true;
    this.timer('held', r.wait || 0, () => {
      this.held = false;
      this.flush();
    });
  }

  // flush sends what may be sent now.
  flush() {
    if (this.state !== 'up' || this.held) return;
    for (let say = this.outbox.take(); say; say = this.outbox.take()) {
      this.send({ say });
      if (!this.timers.answer) this.owe();
    }
  }

  // owe starts the time for the next outcome anew, or stops it.
  owe() {
    clearTimeout(this.timers.answer);
    delete this.timers.answer;
    if (this.outbox.inFlight) this.timer('answer', answerTime, () => this.lost());
  }
}
