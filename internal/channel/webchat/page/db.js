// db.js keeps what must outlive the page in the browser's database (IndexedDB). A
// write has ended when it is on the disk. Where the browser has no database for us
// (blocked storage, some private windows) every write fails, and who wrote says so.

const name = 'ventanilla';
const stores = ['messages', 'drafts', 'values'];
const openWithin = 8000; // a slow disk is no reason to keep nothing

// of waits for one request of a transaction.
export function of(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export class Db {
  // open never fails: without a database it is one that keeps nothing.
  static async open() {
    const db = new Db();
    await Promise.race([db.connect(), new Promise((resolve) => setTimeout(resolve, openWithin))]);
    return db;
  }

  constructor() {
    this.values = new Map(); // what could not be kept
  }

  get keeps() {
    return Boolean(this.idb);
  }

  // connect opens the database, once more after the browser took it away.
  connect() {
    this.opening ??= opened()
      .then((idb) => {
        this.idb = idb;
        idb.onclose = () => (this.idb = undefined);
        idb.onversionchange = () => {
          idb.close();
          this.idb = undefined;
        };
        return this.late();
      })
      .catch(() => {})
      .finally(() => (this.opening = undefined));
    return this.opening;
  }

  // late keeps the values that were put while there was no database.
  async late() {
    if (this.values.size === 0) return;
    await this.write(async ({ values }) => {
      for (const [key, value] of this.values) if ((await of(values.get(key))) === undefined) values.put(value, key);
    });
  }

  // write runs work in one transaction and returns what it returned, once that is on
  // the disk. work may wait for nothing but the transaction's own requests.
  write(work) {
    return this.run('readwrite', work);
  }

  read(work) {
    return this.run('readonly', work);
  }

  async run(mode, work) {
    if (!this.idb) {
      this.connect(); // for the next time
      throw new Error('there is no database');
    }
    const t = this.idb.transaction(stores, mode, { durability: 'strict' });
    const done = new Promise((resolve, reject) => {
      t.oncomplete = resolve;
      t.onabort = () => reject(t.error);
    });
    done.catch(() => {}); // work fails first
    try {
      const result = await work(Object.fromEntries(stores.map((s) => [s, t.objectStore(s)])));
      await done;
      return result;
    } catch (e) {
      try {
        t.abort();
      } catch {
        // it has ended
      }
      throw e;
    }
  }

  // get returns a small value, or undefined.
  async get(key) {
    const kept = await this.read(({ values }) => of(values.get(key))).catch(() => undefined);
    return kept ?? this.values.get(key);
  }

  // put keeps a small value, for as long as the page lives if not longer.
  async put(key, value) {
    this.values.set(key, value);
    await this.write(({ values }) => of(values.put(value, key))).catch(() => {});
  }

  async drop(key) {
    this.values.delete(key);
    await this.write(({ values }) => of(values.delete(key))).catch(() => {});
  }
}

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      const db = request.result;
      db.createObjectStore('messages', { keyPath: 'id', autoIncrement: true }).createIndex('who', 'who');
      db.createObjectStore('drafts', { keyPath: ['who', 'home'] });
      db.createObjectStore('values');
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

// hold takes a lock for as long as the page lives and returns how to let it go;
// undefined when another page has it. Without locks (an old browser, a page without
// TLS) every page believes that it is alone; the database then still sees to it that
// a message is numbered by one page only.
export function hold(what, options = { ifAvailable: true }) {
  if (!navigator.locks) return Promise.resolve(() => {});
  return new Promise((resolve) => {
    navigator.locks
      .request(`ventanilla/${what}`, options, (lock) => {
        if (!lock) return resolve(undefined);
        return new Promise((release) => resolve(release));
      })
      .catch(() => resolve(() => {}));
  });
}
