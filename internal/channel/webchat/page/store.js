// store.js keeps small values in the browser whose loss costs nothing: the language,
// what was read, this tab's draft over a reload. What must not be lost is in db.js.
// Where the browser refuses to keep anything, they last as long as the page does.

const prefix = 'ventanilla/';

function open(kind) {
  try {
    const s = window[kind];
    s.setItem(prefix + 'probe', '1');
    s.removeItem(prefix + 'probe');
    return s;
  } catch {
    const m = new Map();
    return {
      getItem: (k) => m.get(k) ?? null,
      setItem: (k, v) => m.set(k, v),
      removeItem: (k) => m.delete(k),
      key: (i) => [...m.keys()][i] ?? null,
      get length() { return m.size; },
    };
  }
}

class Store {
  constructor(kind) {
    this.s = open(kind);
  }

  // get returns what was put, or undefined: also when somebody else spoiled it.
  get(key) {
    try {
      return JSON.parse(this.s.getItem(prefix + key)) ?? undefined;
    } catch {
      return undefined;
    }
  }

  // put returns false when there is no room.
  put(key, value) {
    try {
      this.s.setItem(prefix + key, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  }

  drop(key) {
    this.s.removeItem(prefix + key);
  }

  // under lists the ends of the keys that start with a beginning.
  under(beginning) {
    const all = [];
    for (let i = 0; i < this.s.length; i++) {
      const key = this.s.key(i);
      if (key?.startsWith(prefix + beginning)) all.push(key.slice((prefix + beginning).length));
    }
    return all;
  }
}

export const browser = new Store('localStorage'); // shared by all tabs
export const tab = new Store('sessionStorage'); // of this tab, over reloads

// token returns 26 random characters.
export function token() {
  const letters = 'abcdefghijklmnopqrstuvwxyz234567';
  return Array.from(crypto.getRandomValues(new Uint8Array(26)), (b) => letters[b & 31]).join('');
}
