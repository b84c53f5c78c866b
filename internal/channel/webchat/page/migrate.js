// migrate.js takes what earlier versions of the page kept in localStorage into the
// database. What is there afterwards belongs to homes that nobody lives in, so the
// next page adopts it; a tab with the earlier version still open is left alone.

import { hold, of } from './db.js';
import { browser } from './store.js';

export async function migrate(db) {
  if (!db.keeps) return;
  const release = await hold('migrate', {});
  for (const key of browser.under('')) {
    const [, who, what, lane] = key.match(/^(.*)\/(device|resume|lanes)(?:\/([^/]+))?$/) ?? [];
    if (what === 'lanes') await moveLane(db, key, who, lane);
    else if (what) await moveValue(db, key);
  }
  release();
}

async function moveValue(db, key) {
  const value = browser.get(key);
  await db
    .write(async ({ values }) => {
      if (value !== undefined && (await of(values.get(key))) === undefined) await of(values.put(value, key));
    })
    .then(() => browser.drop(key))
    .catch(() => {});
}

async function moveLane(db, key, who, lane) {
  const release = await hold(`${who}/lanes/${lane}`);
  if (!release) return;
  const { entries = [], refused = [] } = browser.get(key) ?? {};
  await db
    .write(async ({ messages, values }) => {
      const device = browser.get(`${who}/device`) ?? (await of(values.get(`${who}/device`)));
      for (const { text, at, n } of entries) messages.add({ who, home: lane, state: 'waiting', text, at, ...(n && { n, lane, device }) });
      for (const { text, why } of refused) messages.add({ who, home: lane, state: 'refused', text, why });
    })
    .then(() => browser.drop(key))
    .catch(() => {});
  release();
}
