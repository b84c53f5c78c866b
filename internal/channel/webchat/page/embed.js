// embed.js talks with the lender's page when the chat stands in its widget: only
// with the window that holds us, and only when it is of an origin we were told.

const asked = new URLSearchParams(location.search).get('from');
const allowed = [location.origin, ...document.querySelector('meta[name=embedders]').content.split(' ').filter(Boolean)];
const host = window.parent !== window && allowed.includes(asked) ? asked : undefined;

export const embedded = host !== undefined;

// tell sends the lender's page a word: ready, unread, close or token.
export function tell(what, detail) {
  if (embedded) window.parent.postMessage({ ventanilla: what, detail }, host);
}

// heed calls handlers by what the lender's page says: start or forget.
export function heed(handlers) {
  addEventListener('message', (e) => {
    if (!embedded || e.source !== window.parent || e.origin !== host) return;
    const handler = Object.hasOwn(handlers, e.data?.ventanilla) && handlers[e.data.ventanilla];
    if (handler) handler(e.data.detail);
  });
}

// fromAddress returns the token after # and takes it out of the address at once,
// so that it is in no history and no bookmark.
export function fromAddress() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? undefined;
  if (location.hash) history.replaceState(null, '', location.pathname + location.search);
  return token;
}

// subject returns whom a token names, without believing it: it only keeps what
// several people write in one browser apart.
export function subject(token) {
  try {
    const payload = token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/');
    const bytes = Uint8Array.from(atob(payload), (c) => c.charCodeAt(0));
    const { sub } = JSON.parse(new TextDecoder().decode(bytes));
    return typeof sub === 'string' && sub ? `known-${encodeURIComponent(sub)}` : undefined;
  } catch {
    return undefined;
  }
}
