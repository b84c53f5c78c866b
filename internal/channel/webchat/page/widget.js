// widget.js puts a button on the lender's page that opens the chat in a frame of
// the desk's own origin. The page that uses it writes
//
//   <script src="https://desk.example/widget.js" data-token="…" defer></script>
//
// where data-token, if the visitor is signed in, is a token signed by the lender's
// server for this visitor. Later:
//
//   ventanilla.open()          ventanilla.close()
//   ventanilla.identify(token) ventanilla.forget()
//
// and document gets the event "ventanilla:token" when a fresh token is needed.
(() => {
  'use strict';
  const script = document.currentScript;
  const desk = new URL(script.src).origin;
  const spanish = /^es\b/i.test(script.dataset.lang ?? navigator.language);
  const words = spanish ? { open: 'Abrir el chat', close: 'Cerrar el chat', title: 'Chat de atención' } : { open: 'Open the chat', close: 'Close the chat', title: 'Support chat' };
  let token = script.dataset.token;
  let frame;
  let ready = false;

  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host { all: initial; }
    button {
      position: fixed; right: 1.25rem; bottom: 1.25rem; z-index: 2147483000; width: 3.5rem; height: 3.5rem; padding: 0; border: 0;
      border-radius: 50%; background: #0b6b57; cursor: pointer; box-shadow: 0 4px 16px rgb(0 0 0 / .25);
    }
    button:focus-visible { outline: 3px solid #0b6b57; outline-offset: 3px; }
    svg { width: 1.75rem; height: 1.75rem; fill: none; stroke: #fff; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
    .badge {
      position: absolute; top: -.2rem; right: -.2rem; min-width: 1.4rem; padding: 0 .3rem; border-radius: .7rem; box-sizing: border-box;
      background: #a1260d; color: #fff; font: 600 .8rem/1.4rem system-ui, sans-serif; text-align: center;
    }
    .badge:empty { display: none; }
    iframe {
      position: fixed; right: 1.25rem; bottom: 5.5rem; z-index: 2147483000; width: 24rem; height: min(40rem, calc(100dvh - 7rem));
      border: 0; border-radius: 1rem; background: #fff; box-shadow: 0 8px 40px rgb(0 0 0 / .28); color-scheme: normal;
    }
    iframe[hidden] { display: none; }
    @media (max-width: 30rem) { iframe { inset: 0; width: 100%; height: 100dvh; border-radius: 0; } }
    @media (prefers-color-scheme: dark) { iframe { background: #101614; } }
  `);
  const place = document.createElement('div');
  const root = place.attachShadow({ mode: 'closed' });
  root.adoptedStyleSheets = [style];
  const button = document.createElement('button');
  button.type = 'button';
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', 'M4 6.500a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H11l-4.500 3.500v-3.500H6a2 2 0 0 1-2-2z');
  svg.append(path);
  const badge = document.createElement('span');
  badge.className = 'badge';
  badge.setAttribute('role', 'status');
  button.append(svg, badge);
  button.addEventListener('click', () => (isOpen() ? close() : open()));
  root.append(button);
  name();
  document.body.append(place);

  function isOpen() {
    return Boolean(frame) && !frame.hidden;
  }

  function name() {
    button.setAttribute('aria-label', isOpen() ? words.close : words.open);
    button.setAttribute('aria-expanded', String(isOpen()));
  }

  function open() {
    if (!frame) {
      frame = document.createElement('iframe');
      frame.title = words.title;
      frame.setAttribute('sandbox', 'allow-scripts allow-same-origin allow-forms');
      frame.referrerPolicy = 'no-referrer';
      frame.src = `${desk}/chat?from=${encodeURIComponent(location.origin)}`;
      root.append(frame);
    }
    frame.hidden = false;
    name();
    frame.focus();
  }

  function close() {
    if (frame) frame.hidden = true;
    name();
    button.focus();
  }

  // say speaks to our frame, and to it only while it holds the desk's page.
  function say(what, detail) {
    if (frame && ready) frame.contentWindow.postMessage({ ventanilla: what, detail }, desk);
  }

  function start() {
    say('start', token);
    token = undefined; // good once
  }

  addEventListener('message', (e) => {
    if (!frame || e.source !== frame.contentWindow || e.origin !== desk) return;
    switch (e.data?.ventanilla) {
      case 'ready':
        ready = true;
        start();
        break;
      case 'unread':
        badge.textContent = Number(e.data.detail) > 0 && !isOpen() ? String(Number(e.data.detail)) : '';
        break;
      case 'close':
        close();
        break;
      case 'token':
        document.dispatchEvent(new CustomEvent('ventanilla:token'));
        break;
    }
  });

  window.ventanilla = Object.freeze({
    open,
    close,
    identify(fresh) {
      token = fresh;
      if (ready) start();
    },
    forget() {
      token = undefined;
      say('forget');
    },
  });
})();
