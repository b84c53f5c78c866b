// outbox.js keeps what was written until the desk has answered it, over cuts,
// reloads and closed tabs. A tab writes into a lane of its own. A lane whose tab
// is gone and that still holds messages is taken over by one that lives; a lock
// that dies with its page tells which is which.

import { browser, tab, token } from './store.js';

const maxInFlight = 32;

export class Outbox {
  // open finds the lane of this tab. who separates the people of one browser.
  static async open(who) {
    const o = new Outbox(who);
    const mine = tab.get(`${who}/lane`);
    if (!(mine && (await o.claim(mine))) && !(await o.adopt())) await o.claim(token());
    return o;
  }

  constructor(who) {
    this.who = who;
    this.device = browser.get(`${who}/device`) ?? token();
    browser.put(`${who}/device`, this.device);
    this.release = () => {};
    this.entries = []; // {text, at, n}: n is missing until the message was sent
    this.refused = []; // {text, why}
    this.next = 1; // number of the next message; the desk's welcome corrects it
    this.sent = 0; // how many entries are on their way
  }

  get lanes() {
    return `${this.who}/lanes/`;
  }

  // claim makes a lane ours, unless another page lives in it.
  async claim(lane) {
    const release = await hold(`ventanilla/${this.lanes}${lane}`);
    if (!release) return false;
    const before = this.lane;
    const refused = this.refused; // they come along
    this.release();
    this.release = release;
    this.lane = lane;
    tab.put(`${this.who}/lane`, lane);
    const kept = browser.get(this.lanes + lane);
    this.entries = kept?.entries ?? [];
    this.refused = [...(kept?.refused ?? []), ...refused];
    this.sent = 0;
    if (before && this.save()) browser.drop(this.lanes + before);
    return true;
  }

  // adopt takes over a lane that was left with messages in it. Ours has to be empty.
  async adopt() {
    if (!navigator.locks || this.entries.length > 0) return false;
    for (const lane of browser.under(this.lanes)) {
      if (lane !== this.lane && (await this.claim(lane))) return true;
    }
    return false;
  }

  // save keeps the lane; an empty one needs no keeping, for the desk knows its count.
  save() {
    if (this.entries.length + this.refused.length === 0) {
      browser.drop(this.lanes + this.lane);
      return true;
    }
    return browser.put(this.lanes + this.lane, { entries: this.entries, refused: this.refused });
  }

  // add keeps a message; false when the browser has no room for it.
  add(text, at) {
    this.entries.push({ text, at });
    if (this.save()) return true;
    this.entries.pop();
    return false;
  }

  // welcome takes in what the desk has of this lane. What it has not is numbered
  // after that: normally this changes nothing; after a crash of the browser or a
  // desk that came back from a backup it mends the count.
  welcome(last) {
    this.sent = 0;
    this.next = last + 1;
    for (const e of this.entries) if (e.n > last) e.n = this.next++;
    this.save();
  }

  // take returns the next message to send, or undefined.
  take() {
    const e = this.entries[this.sent];
    if (!e || this.sent >= maxInFlight) return undefined;
    if (!e.n) {
      e.n = this.next;
      if (!this.save()) { // a number must be kept before it is used
        delete e.n;
        return undefined;
      }
      this.next++;
    }
    this.sent++;
    return { n: e.n, settled: this.settled(), text: e.text };
  }

  settled() {
    return (this.entries[0]?.n ?? this.next) - 1;
  }

  // answer forgets message n and returns it; undefined when it is not waiting.
  answer(n, why) {
    const i = this.entries.findIndex((e) => e.n === n);
    if (i < 0) return undefined;
    const [e] = this.entries.splice(i, 1);
    if (i < this.sent) this.sent--;
    if (why) this.refused.push({ text: e.text, why });
    this.save();
    return e;
  }

  // again makes take start over at message n.
  again(n) {
    const i = this.entries.findIndex((e) => !e.n || e.n >= n);
    this.sent = i < 0 ? this.entries.length : i;
  }

  // withdraw forgets a message that was refused.
  withdraw(r) {
    this.refused = this.refused.filter((other) => other !== r);
    this.save();
  }

  get inFlight() {
    return this.sent > 0;
  }
}

// hold takes a lock for as long as the page lives and returns how to let it go;
// undefined when somebody has it. Without locks (an old browser) every page
// believes that it is alone.
function hold(name) {
  if (!navigator.locks) return Promise.resolve(() => {});
  return new Promise((resolve) => {
    navigator.locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (!lock) return resolve(undefined);
        return new Promise((release) => resolve(release));
      })
      .catch(() => resolve(undefined));
  });
}
