// words.js holds every sentence of the page in Spanish and English. It is the
// only place where text that people read is written.

const words = {
  es: {
    title: 'Atención al cliente',
    welcome: 'Hola, ¿en qué te ayudamos?',
    invitation: 'Escribe tu consulta y te responde una persona. La conversación queda guardada en este navegador.',
    nameLabel: 'Tu nombre (opcional)',
    conversation: 'Conversación',
    message: 'Tu mensaje',
    placeholder: 'Escribe un mensaje',
    send: 'Enviar',
    close: 'Cerrar el chat',
    hint: 'Enter envía, Mayús+Enter baja de línea',
    older: 'Ver mensajes anteriores',
    other: 'EN',
    otherLabel: 'Switch to English',
    you: 'Tú',
    us: 'Atención',
    idle: 'Te leemos',
    connecting: 'Conectando…',
    offline: 'Sin conexión. Lo que escribas se enviará al volver.',
    crowded: 'Hay mucha gente ahora. Se reintenta solo; lo que escribas se enviará.',
    checking: 'Comprobando la conexión…',
    trouble: 'Ahora no podemos guardar mensajes. El tuyo espera aquí y sale solo.',
    since: (ago, n) => [ago && `Última señal hace ${ago}`, n === 1 ? 'espera 1 mensaje' : n > 1 && `esperan ${n} mensajes`].filter(Boolean).join(' · '),
    seconds: (n) => `${n} s`,
    minutes: (n) => `${n} min`,
    hours: (n) => `${n} h`,
    unkept: 'Este navegador no guarda nada aquí: lo que escribas se pierde si cierras esta página antes de que salga.',
    stopped: 'En pausa',
    waitingForAgent: 'En un momento te atiende una persona',
    servedBy: (name) => `${name} te está atendiendo`,
    resolved: 'Dimos la consulta por resuelta. Si escribes, la retomamos.',
    typing: 'Está escribiendo',
    waiting: 'esperando para salir',
    sent: 'enviado',
    delivered: 'entregado',
    read: 'leído',
    refused: 'No se pudo enviar.',
    edit: 'Corregir',
    takeBack: 'Quitar',
    lost: 'Este mensaje había llegado, pero se perdió en el servidor. ¿Lo envías de nuevo?',
    sendAgain: 'Enviar de nuevo',
    letGo: 'Descartar',
    today: 'hoy',
    yesterday: 'ayer',
    fresh: (n) => (n === 1 ? '↓ 1 mensaje nuevo' : `↓ ${n} mensajes nuevos`),
    down: '↓ Ir al final',
    count: (n, max) => `${n} de ${max} caracteres`,
    over: (n) => `Sobran ${n} caracteres`,
    elsewhere: 'El chat sigue abierto en otra ventana.',
    here: 'Seguir aquí',
    outdated: 'El chat se detuvo. Recarga la página para seguir; lo que escribiste queda guardado.',
    reload: 'Recargar',
    token: 'Tu acceso venció. Vuelve a abrir el chat desde tu cuenta.',
    anonymous: 'Seguir sin identificarme',
  },
  en: {
    title: 'Customer support',
    welcome: 'Hi, how can we help?',
    invitation: 'Write your question and a person will answer. The conversation is kept in this browser.',
    nameLabel: 'Your name (optional)',
    conversation: 'Conversation',
    message: 'Your message',
    placeholder: 'Write a message',
    send: 'Send',
    close: 'Close the chat',
    hint: 'Enter sends, Shift+Enter adds a line',
    older: 'Show older messages',
    other: 'ES',
    otherLabel: 'Cambiar a español',
    you: 'You',
    us: 'Support',
    idle: 'We are here',
    connecting: 'Connecting…',
    offline: 'No connection. What you write will be sent when it is back.',
    crowded: 'It is very busy now. It will be tried again; what you write will be sent.',
    checking: 'Checking the connection…',
    trouble: 'We cannot save messages right now. Yours waits here and goes out by itself.',
    since: (ago, n) => [ago && `Last heard ${ago} ago`, n === 1 ? '1 message waits' : n > 1 && `${n} messages wait`].filter(Boolean).join(' · '),
    seconds: (n) => `${n} s`,
    minutes: (n) => `${n} min`,
    hours: (n) => `${n} h`,
    unkept: 'This browser keeps nothing here: what you write is lost if you close this page before it is sent.',
    stopped: 'Paused',
    waitingForAgent: 'A person will be with you shortly',
    servedBy: (name) => `${name} is with you`,
    resolved: 'We marked this as resolved. Write to us and we pick it up again.',
    typing: 'Writing',
    waiting: 'waiting to be sent',
    sent: 'sent',
    delivered: 'delivered',
    read: 'read',
    refused: 'It could not be sent.',
    edit: 'Correct it',
    takeBack: 'Take back',
    lost: 'This message had arrived, but our server lost it. Send it again?',
    sendAgain: 'Send again',
    letGo: 'Discard',
    today: 'today',
    yesterday: 'yesterday',
    fresh: (n) => (n === 1 ? '↓ 1 new message' : `↓ ${n} new messages`),
    down: '↓ Go to the end',
    count: (n, max) => `${n} of ${max} characters`,
    over: (n) => `${n} characters too many`,
    elsewhere: 'The chat is open in another window.',
    here: 'Go on here',
    outdated: 'The chat has stopped. Reload the page to go on; what you wrote is kept.',
    reload: 'Reload',
    token: 'Your access has expired. Open the chat from your account again.',
    anonymous: 'Go on without it',
  },
};

let language = 'en';

export function speak(tag) {
  language = /^es\b/i.test(tag) ? 'es' : 'en';
  document.documentElement.lang = language;
}

export function spoken() {
  return language;
}

export function word(key, ...args) {
  const w = words[language][key];
  return typeof w === 'function' ? w(...args) : w;
}

// label fills in every element that names its word.
export function label() {
  for (const e of document.querySelectorAll('[data-word]')) e.textContent = word(e.dataset.word);
  for (const e of document.querySelectorAll('[data-label]')) e.setAttribute('aria-label', word(e.dataset.label));
}
