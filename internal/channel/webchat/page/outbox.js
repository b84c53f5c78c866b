// outbox.js keeps what was written until the desk has answered it, over cuts,
// reloads, closed tabs and killed browsers. Every message is a row of the browser's
// database before the composer clears. Rows belong to the page that wrote them, its
// home; what a page left behind is taken over by one that lives, and a lock that
// dies with its page tells which is which.
//
// A message gets its number when it is first sent, in the lane of the page that
// sends it, and keeps both until it is answered: sent again it is not doubled. A
// lane is never used by a second page for new numbers, nor in a second epoch.

import { hold, of } from './db.js';
import { tab, token } from './store.js';

const maxInFlight = 32;
const draftWithin = 300;
const keepFor = 24 * 3_600_000; // an accepted message, in case the desk loses it

export class Outbox {
  // open prepares the outbox of one person; who keeps the people of one browser apart.
  static async open(db, who) {
    const o = new Outbox(db, who);
    await hold(o.lock(o.home));
    o.device = (await db.get(`${who}/device`)) ?? token();
    await db.put(`${who}/device`, o.device);
    o.before = tab.get('home');
    o.draft = tab.get(`${who}/draft`) ?? '';
    tab.put('home', o.home);
    if (o.draft) await o.saveDraft();
    await o.prune();
    await o.adopt();
    return o;
  }

  constructor(db, who) {
    this.db = db;
    this.who = who;
    this.home = token();
    this.lane = token();
    this.next = 1; // number of the lane's next message
    this.sent = 0; // how many of entries are on their way
    this.entries = []; // {id, text, at, n, lane, device, epoch}: no n until it was sent, no id when it is not kept
    this.refused = []; // {id, text, why}
    this.going = new Set(); // entries that are getting a number
    this.keeping = new Set(); // numbers of this lane whose outcome is not on the disk yet
    this.accepted = []; // those that could not be kept
    this.draft = '';
  }

  lock(home) {
    return `${this.who}/lanes/${home}`;
  }

  // loose reports whether something waits that would not survive this page.
  get loose() {
    return this.entries.some((e) => !e.id);
  }

  // adopt takes over what pages that are gone have left; true when there was
  // something. A draft is taken only by a page that has none.
  async adopt() {
    const left = await this.db
      .read(async ({ messages, drafts }) => [
        ...(await of(messages.index('who').getAll(this.who))).filter((row) => row.state !== 'accepted'),
        ...(await of(drafts.getAll())).filter((row) => row.who === this.who),
      ])
      .catch(() => []);
    const homes = new Set(left.map((row) => row.home));
    homes.delete(this.home);
    let some = false;
    for (const home of homes) {
      const release = await hold(this.lock(home));
      if (!release) continue;
      some = (await this.take(home)) || some;
      release();
    }
    return some;
  }

  // take makes one home's rows ours. The draft of this tab before a reload is the same
  // as the one the tab remembers, only older.
  async take(home) {
    const { rows, draft } = await this.db
      .write(async ({ messages, drafts }) => {
        const all = await of(messages.index('who').getAll(this.who));
        const rows = all.filter((row) => row.home === home && row.state !== 'accepted');
        for (const row of rows) messages.put(Object.assign(row, { home: this.home }));
        const draft = (await of(drafts.get([this.who, home])))?.text;
        if (draft && (home === this.before || !this.draft)) {
          drafts.delete([this.who, home]);
          drafts.put({ who: this.who, home: this.home, text: this.draft || draft });
        }
        return { rows, draft };
      })
      .catch(() => ({ rows: [] }));
    this.entries = [...rows.filter((row) => row.state === 'waiting'), ...this.entries];
    this.refused.push(...rows.filter((row) => row.state === 'refused'));
    this.sort(this.spoken);
    const taken = draft && !this.draft;
    if (taken) this.draft = draft;
    return Boolean(taken) || rows.length > 0;
  }

  // sort puts first what has a number of the lane that is spoken, then what has one of
  // another lane, then what has none; each in the order it was written.
  sort(lane) {
    const rank = (e) => (!e.n ? 2 : e.lane === lane ? 0 : 1);
    const order = (a, b) => (a.lane === b.lane ? a.n - b.n : a.lane < b.lane ? -1 : 1);
    this.entries.sort((a, b) => rank(a) - rank(b) || (a.n && b.n ? order(a, b) : 0));
  }

  // add keeps a message and ends the draft it was. It never fails: what the browser
  // does not keep lives as long as the page, and loose tells.
  async add(text, at) {
    const e = { who: this.who, home: this.home, state: 'waiting', text, at };
    try {
      e.id = await this.db.write(({ messages, drafts }) => {
        drafts.delete([this.who, this.home]);
        return of(messages.add(e));
      });
    } catch {
      delete e.id;
    }
    this.entries.push(e);
    return e;
  }

  // write notes a text that is being written: at once for a reload of this tab, and
  // a moment later for everything else.
  write(text) {
    this.draft = text;
    tab.put(`${this.who}/draft`, text);
    clearTimeout(this.writing);
    this.writing = setTimeout(() => this.saveDraft(), draftWithin);
  }

  saveDraft() {
    clearTimeout(this.writing);
    const { who, home, draft: text } = this;
    return this.db.write(({ drafts }) => of(text ? drafts.put({ who, home, text }) : drafts.delete([who, home]))).catch(() => {});
  }

  // speaks names the lane to speak for now: what was left in another one goes first.
  get speaks() {
    const { lane, device } = this.entries.find((e) => e.n) ?? this;
    return { lane, device: device ?? this.device };
  }

  // welcome takes in what a desk with an epoch has of a lane. A number is good in the
  // epoch it was given in. What a restored desk has not gets another one later, in a
  // new lane; what it has is asked for its outcome.
  welcome(lane, epoch, last) {
    if (lane !== this.spoken) this.keeping.clear();
    this.spoken = lane;
    this.sent = 0;
    this.sort(lane);
    const mine = this.entries.filter((e) => e.n && e.lane === lane);
    const gap = mine[0]?.n > last + 1;
    for (const e of mine) {
      if (e.n > last && (gap || (e.epoch !== undefined && e.epoch !== epoch))) for (const m of ['n', 'lane', 'device', 'epoch']) delete e[m];
    }
    if ((this.epoch !== undefined && this.epoch !== epoch) || (gap && lane === this.lane)) {
      this.lane = token();
      this.next = 1;
      this.keeping.clear();
    }
    this.epoch = epoch;
    this.sort(lane);
  }

  // number gives numbers to what may be sent next, and keeps them before they are
  // used. It returns the entries that another page has taken meanwhile; undefined when
  // the numbers cannot be kept now.
  async number() {
    if (this.spoken !== this.lane || this.speaks.lane !== this.lane) return [];
    const due = this.entries.slice(0, maxInFlight).filter((e) => !e.n && !this.going.has(e));
    if (due.length === 0) return [];
    const { lane, device, epoch, next } = this;
    this.next += due.length;
    const numbered = new Map(due.map((e, i) => [e, { n: next + i, lane, device, epoch }]));
    for (const e of due) this.going.add(e);
    try {
      const taken = await this.keepNumbers(numbered);
      if (taken.length > 0) {
        this.entries = this.entries.filter((e) => !taken.includes(e));
        if (this.next === next + due.length && this.lane === lane) this.next = next; // nothing was given
        return taken;
      }
      for (const [e, given] of numbered) Object.assign(e, given);
      return [];
    } catch {
      if (this.lane === lane) this.next = next;
      return (await this.loosen(due)) ? [] : undefined;
    } finally {
      for (const e of due) this.going.delete(e);
    }
  }

  // keepNumbers writes the numbers of entries, or nothing when some of them are no
  // longer ours; these it returns.
  keepNumbers(numbered) {
    const kept = [...numbered].filter(([e]) => e.id);
    if (kept.length === 0) return [];
    return this.db.write(async ({ messages }) => {
      const taken = [];
      for (const [e, given] of kept) {
        const row = (await of(messages.get(e.id))) ?? { ...e }; // missing: the browser's data were cleared
        if (row.home !== this.home || row.state !== 'waiting') taken.push(e);
        else if (taken.length === 0) messages.put({ ...row, ...given });
      }
      if (taken.length > 0) for (const [e] of kept) if (!taken.includes(e)) messages.put(plain(e));
      return taken;
    });
  }

  // loosen lets entries live in the page alone; false when not even that is certain,
  // because the rows may still be there and would be sent by another page.
  async loosen(entries) {
    try {
      await this.db.write(({ messages }) => {
        for (const e of entries) if (e.id) messages.delete(e.id);
      });
    } catch {
      return false;
    }
    for (const e of entries) delete e.id;
    return true;
  }

  // say returns the next message to send, or undefined.
  say() {
    const e = this.entries[this.sent];
    if (!e?.n || e.lane !== this.spoken || this.sent >= maxInFlight) return undefined;
    this.sent++;
    return { n: e.n, settled: Math.min(this.entries[0].n, ...this.keeping) - 1, text: e.text };
  }

  // answer takes the outcome of message n, and returns its entry; undefined when it
  // is not waiting.
  answer(n, outcome) {
    const i = this.entries.findIndex((e) => e.n === n && e.lane === this.spoken);
    if (i < 0) return undefined;
    const [e] = this.entries.splice(i, 1);
    if (i < this.sent) this.sent--;
    if (outcome.why) this.refused.push(Object.assign(e, { state: 'refused', why: outcome.why }));
    else Object.assign(e, { state: 'accepted', epoch: this.epoch, seq: outcome.seq, done: Date.now() });
    if (!e.id) {
      if (e.state === 'accepted') this.accepted.push(e);
      return e;
    }
    this.keeping.add(n);
    this.db
      .write(({ messages }) => of(messages.put(plain(e))))
      .catch(() => {})
      .finally(() => this.keeping.delete(n));
    return e;
  }

  // again makes say start over at message n.
  again(n) {
    const i = this.entries.findIndex((e) => !e.n || e.lane !== this.spoken || e.n >= n);
    this.sent = i < 0 ? this.entries.length : i;
  }

  get inFlight() {
    return this.sent > 0;
  }

  // takeBack forgets a message that was never sent, or was refused; false when it is
  // too late. draft is kept in the same step.
  async takeBack(e, draft) {
    if (this.going.has(e) || (e.state === 'waiting' && e.n)) return false;
    this.going.add(e); // nobody gives it a number now
    const ours = await this.db
      .write(async ({ messages, drafts }) => {
        const row = e.id && (await of(messages.get(e.id)));
        if (row && (row.home !== this.home || row.state !== e.state)) return false;
        if (row) messages.delete(e.id);
        if (draft !== undefined) drafts.put({ who: this.who, home: this.home, text: draft });
        return true;
      })
      .catch(() => !e.id);
    this.going.delete(e);
    if (!ours) return false;
    this.entries = this.entries.filter((other) => other !== e);
    this.refused = this.refused.filter((other) => other !== e);
    return true;
  }

  // lost returns the accepted messages that a desk, by its welcome, does not have.
  // They stay until the customer has said what to do with each.
  async lost(welcome) {
    const has = (row) => row.epoch === undefined || row.epoch === welcome.epoch || !row.seq || (welcome.past ?? []).some((p) => p.epoch === row.epoch && row.seq <= p.seq);
    const kept = await this.db
      .write(async ({ messages }) => {
        const rows = (await of(messages.index('who').getAll(this.who))).filter((row) => row.state === 'accepted');
        for (const row of rows) if (Boolean(row.lost) === has(row)) messages.put(Object.assign(row, { lost: !has(row) }));
        return rows.filter((row) => row.lost);
      })
      .catch(() => []);
    return [...kept, ...this.accepted.filter((e) => !has(e))];
  }

  // decide sends a lost message again or lets it go, once: false when another page
  // has decided. The entry is then the one that waits.
  async decide(row, again) {
    const e = { who: this.who, home: this.home, state: 'waiting', text: row.text, at: Date.now() };
    if (!row.id) this.accepted = this.accepted.filter((other) => other !== row);
    const ours = await this.db
      .write(async ({ messages }) => {
        if (row.id && (await of(messages.get(row.id)))?.state !== 'accepted') return false;
        if (row.id) messages.delete(row.id);
        if (again) e.id = await of(messages.add(e));
        return true;
      })
      .catch(() => !row.id);
    if (!ours) return false;
    if (again) this.entries.push(e);
    return again ? e : true;
  }

  // prune forgets what was accepted long ago and is not missed.
  prune() {
    return this.db
      .write(async ({ messages }) => {
        for (const row of await of(messages.getAll())) {
          if (row.state === 'accepted' && !row.lost && Date.now() - row.done > keepFor) messages.delete(row.id);
        }
      })
      .catch(() => {});
  }

  // forget drops what was accepted: whoever uses this browser next must not find it.
  forget() {
    return this.db
      .write(async ({ messages }) => {
        for (const row of await of(messages.index('who').getAll(this.who))) if (row.state === 'accepted') messages.delete(row.id);
      })
      .catch(() => {});
  }
}

// plain is the row of an entry.
function plain({ ...row }) {
  return row;
}
