// composer.js is where the customer writes. A draft survives a reload.

import { tab } from './store.js';
import { word } from './words.js';

const maxText = 4000; // characters
const countFrom = 3500;
const typingEvery = 3000;

export class Composer {
  constructor({ say, typing }) {
    this.say = say;
    this.typing = typing;
    this.typed = 0;
    this.text = document.getElementById('text');
    this.button = document.getElementById('send');
    this.count = document.getElementById('count');
    this.text.value = tab.get('draft') ?? '';
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

  // put gives a text back for correction.
  put(text) {
    this.text.value = this.text.value ? `${this.text.value}\n${text}` : text;
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
    tab.put('draft', this.text.value);
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

  send() {
    const n = this.length();
    if (n === 0 || n > maxText || !this.say(this.text.value.trim())) return;
    this.text.value = '';
    tab.drop('draft');
    this.typed = 0;
    this.show();
    this.text.focus();
  }
}
