// composer.js is where the customer writes. A draft survives a reload, and the box
// clears only when its text is kept.

import { word } from './words.js';

const maxText = 4000; // characters
const countFrom = 3500;
const typingEvery = 3000;

export class Composer {
  // say keeps a text; write notes a draft; typing tells the desk.
  constructor({ draft, say, write, typing }) {
    this.say = say;
    this.write = write;
    this.typing = typing;
    this.typed = 0;
    this.text = document.getElementById('text');
    this.button = document.getElementById('send');
    this.count = document.getElementById('count');
    const early = this.text.value; // typed while the page was loading
    this.text.value = early && draft ? `${draft}\n${early}` : early || draft;
    if (early) this.write(this.text.value);
    this.text.addEventListener('input', () => this.changed());
    this.text.addEventListener('keydown', (e) => this.key(e));
    this.text.addEventListener('beforeinput', (e) => this.lineBreak(e));
    this.button.addEventListener('click', () => this.send());
    this.show();
  }

  focus() {
    if (matchMedia('(pointer: fine)').matches) this.text.focus();
  }

  words() {
    this.text.placeholder = word('placeholder');
    this.show();
  }

  // with is the draft that a text given back for correction makes.
  with(text) {
    return this.text.value ? `${this.text.value}\n${text}` : text;
  }

  put(text) {
    this.text.value = text;
    this.text.focus();
    this.changed();
  }

  key(e) {
    this.shift = e.shiftKey;
    // While an input method composes, Enter chooses a word.
    if (e.key !== 'Enter' || e.shiftKey || e.isComposing || e.keyCode === 229) return;
    e.preventDefault();
    this.send();
  }

  // lineBreak sees the Enter of keyboards on glass, which have no keys.
  lineBreak(e) {
    if (e.inputType !== 'insertLineBreak' || this.shift || e.isComposing) return;
    e.preventDefault();
    this.send();
  }

  changed() {
    this.write(this.text.value);
    this.show();
    const now = Date.now();
    if (this.text.value.trim() && now - this.typed > typingEvery) {
      this.typed = now;
      this.typing();
    }
  }

  length() {
    return [...this.text.value.trim()].length; // characters, not UTF-16 units
  }

  show() {
    const n = this.length();
    this.button.setAttribute('aria-disabled', String(n === 0 || n > maxText));
    this.count.classList.toggle('over', n > maxText);
    this.count.textContent = n > maxText ? word('over', n - maxText) : n >= countFrom ? word('count', n, maxText) : '';
    this.text.style.height = 'auto';
    this.text.style.height = `${this.text.scrollHeight + 2}px`;
  }

  // send keeps the text and then clears the box. What is written meanwhile stays.
  async send() {
    if (this.keeping) {
      this.again = true;
      return;
    }
    const n = this.length();
    if (n === 0 || n > maxText) return;
    const { value } = this.text;
    this.keeping = true;
    await this.say(value.trim());
    this.keeping = false;
    if (this.text.value.startsWith(value)) this.text.value = this.text.value.slice(value.length);
    this.write(this.text.value);
    this.typed = 0;
    this.show();
    this.text.focus();
    if (this.again) {
      this.again = false;
      this.send();
    }
  }
}
