// main.js finds out for whom the page is opened, and opens it.

import { Db } from './db.js';
import { embedded, fromAddress, heed, subject, tell } from './embed.js';
import { migrate } from './migrate.js';
import { Outbox } from './outbox.js';
import { Page } from './page.js';
import { browser, tab } from './store.js';
import { label, speak } from './words.js';

const hostSpeaksWithin = 2000; // after that it has no token for us

let page;

// open starts the page for whom a token names, or whoever was here before.
async function open(token) {
  const db = await Db.open();
  await migrate(db);
  const named = token && subject(token);
  if (named) await db.put('who', named);
  const who = named ?? (await db.get('who')) ?? browser.get('who') ?? 'guest';
  page = new Page(await Outbox.open(db, who), { token, locale: navigator.language });
  await page.start();
}

// forget makes the browser forget who was here: the lender's page says so when
// its customer signs out. What still waits to be sent stays, for that customer only.
async function forget() {
  await page?.forget();
  browser.drop('who');
  location.reload();
}

const fromHash = fromAddress();
speak(browser.get('language') ?? navigator.language);
label();
document.documentElement.classList.toggle('embedded', embedded);
document.getElementById('close').hidden = !embedded;
let opened = false;
function openOnce(token) {
  if (opened && token) { // a fresh token after the first was refused
    tab.put('token', token);
    location.reload();
  }
  if (opened) return;
  opened = true;
  const kept = tab.get('token');
  tab.drop('token');
  open(token ?? kept ?? fromHash);
}
heed({ start: openOnce, forget });
if (embedded) {
  tell('ready');
  setTimeout(openOnce, hostSpeaksWithin);
} else {
  openOnce();
}
