// pending.js shows what the desk has not taken, has refused or has lost, and does what
// the customer decides about it.

import { word } from './words.js';

export class Pending {
  constructor(page) {
    this.page = page;
    this.missed = []; // shown as lost
    this.turn = 0; // of asking what is lost
    this.others = new BroadcastChannel(`ventanilla/${page.outbox.who}`);
    this.others.onmessage = () => this.lost();
  }

  show() {
    for (const e of this.page.outbox.entries) this.showWaiting(e);
    for (const r of this.page.outbox.refused) this.showRefused(r);
    this.page.status.kept();
  }

  showWaiting(entry) {
    if (this.page.log.mine.has(entry)) return;
    this.page.log.wait(entry, { edit: () => this.correct(entry), drop: () => this.takeBack(entry) });
  }

  showRefused(r) {
    if (!this.page.log.mine.has(r)) this.page.log.ask(r, 'refused', `${word('refused')} ${r.why}`, [word('edit'), () => this.correct(r)]);
  }

  // correct gives a text back to the composer.
  async correct(entry) {
    const draft = this.page.composer.with(entry.text);
    if (!(await this.page.outbox.takeBack(entry, draft))) return;
    this.page.log.gone(entry);
    this.page.composer.put(draft);
    this.page.tick();
  }

  async takeBack(entry) {
    if (await this.page.outbox.takeBack(entry)) this.page.log.gone(entry);
    this.page.tick();
  }

  // lost shows what the desk had accepted and no longer has. Nothing is sent again
  // by itself: the words are the customer's.
  async lost() {
    if (!this.page.welcomed) return;
    const turn = ++this.turn;
    const missed = await this.page.outbox.lost(this.page.welcomed);
    if (turn !== this.turn) return; // a later call knows better
    for (const r of this.missed) this.page.log.gone(r);
    this.missed = missed;
    for (const r of this.missed) {
      this.page.log.ask(r, 'lost', word('lost'), [word('sendAgain'), () => this.decide(r, true)], [word('letGo'), () => this.decide(r, false)]);
    }
    if (this.missed.length > 0) this.page.toEnd();
  }

  async decide(r, again) {
    const entry = await this.page.outbox.decide(r, again);
    if (!entry) return;
    this.page.log.gone(r);
    this.others.postMessage('decided');
    if (!again) return;
    this.showWaiting(entry);
    this.page.link.flush();
  }
}
