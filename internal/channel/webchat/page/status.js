// status.js says what the page is worth: who serves, whether the desk is heard and how
// old what is shown is, what waits, and when the browser keeps nothing.

import { tell } from './embed.js';
import { word } from './words.js';

const $ = (id) => document.getElementById(id);

export class Status {
  constructor(page) {
    this.page = page;
  }

  show() {
    const s = $('status');
    const [text, kind] = this.text(this.page.link.state);
    s.className = kind;
    if (s.textContent !== text) s.textContent = text; // said aloud once
    this.since();
  }

  text(state) {
    if (state === 'idle') return [word('idle'), ''];
    if (state === 'stopped') return [word('stopped'), 'off'];
    if (state === 'connecting') return this.page.greeted || this.failed ? [word('offline'), 'off'] : [word('connecting'), ''];
    if (state !== 'up') return [word(this.page.link.crowded ? 'crowded' : 'offline'), 'off'];
    if (this.page.link.trouble) return [word('trouble'), 'off'];
    if (!this.page.link.fresh) return [word('checking'), 'off'];
    if (this.page.service.agent) return [word('servedBy', this.page.service.agent), 'up'];
    return [this.page.log.last && !this.page.service.resolved ? word('waitingForAgent') : word('idle'), 'up'];
  }

  // since says how old what is shown is, and how many messages wait.
  since() {
    const { fresh, heard, state, trouble } = this.page.link;
    const old = state !== 'idle' && !fresh;
    const waiting = this.page.outbox.entries.length;
    $('since').textContent = old || trouble ? word('since', old && heard ? ago(Date.now() - heard) : '', waiting) : '';
    this.failed ||= state === 'waiting';
  }

  // kept says when something written here would not survive this page.
  kept() {
    const text = this.page.outbox.db.keeps && !this.page.outbox.loose ? '' : word('unkept');
    if ($('kept').textContent !== text) $('kept').textContent = text;
    $('kept').hidden = !text;
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
      else this.page.link.start();
    };
    if (why === 'token') tell('token');
  }
}

function ago(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return word('seconds', s);
  return s < 3600 ? word('minutes', Math.floor(s / 60)) : word('hours', Math.floor(s / 3600));
}
