// What browsers and systems do to a page's sound while it plays: refuse it, suspend it, interrupt it for
// a call, stall it when a device goes. The engine goes on by itself where it can; else a notice says
// what happened, with one button that brings all back.

import { element } from '../shared/dom.js';

const CHECK_MS = 1000;
/** Checks in a row that find a running context's clock standing still before it counts as stalled. */
const STALLED_CHECKS = 3;

export function mount(host, { session }) {
  let notice = null;

  function clear() {
    notice?.remove();
    notice = null;
  }

  function say({ title, sentence, action }) {
    clear();
    const button = element('button', { type: 'button' }, action.label);
    const text = element('p', {}, element('b', {}, title), ` ${sentence}`);
    notice = element('div', { className: 'notice' }, text, button);
    button.addEventListener('click', async () => {
      button.disabled = true;
      try {
        await action.run();
        clear();
      } catch (error) {
        say({ title: 'That did not work.', sentence: error.message, action });
      }
    });
    host.append(notice);
  }

  session.addEventListener('trouble', ({ detail }) => say(detail));
  session.addEventListener('calm', clear);
  session.addEventListener('engine', () => watch(session, clear));
}

/** Watches one context until it is closed or replaced. */
function watch(session, clear) {
  const { context } = session;
  const current = () => session.context === context;
  let stood = 0;
  let lastTime = -1;

  const bringBack = {
    label: 'Bring the sound back',
    run: () => (['running', 'closed'].includes(context.state) ? session.restore() : resumeOrRestore(session)),
  };

  session.engine.addEventListener('statechange', ({ detail: { state, reason } }) => {
    if (!current()) return;
    if (reason === 'context' && state === 'running') clear();
    if (reason === 'context-error') {
      session.trouble('The sound output failed.', 'Its device went away or is in use.', bringBack);
    }
  });

  const check = () => {
    if (!current()) {
      clearInterval(timer);
      return;
    }
    if (!session.active || document.hidden) return;
    if (context.state !== 'running') {
      context.resume().catch(() => {});
      if (++stood === STALLED_CHECKS) session.trouble(...whyNotRunning(context.state), bringBack);
      return;
    }
    stood = context.currentTime === lastTime ? stood + 1 : 0;
    lastTime = context.currentTime;
    if (stood === STALLED_CHECKS) {
      session.trouble('The sound stands still.', 'The output device may have changed or gone away.', bringBack);
    }
  };
  const timer = setInterval(check, CHECK_MS);
  document.addEventListener('visibilitychange', check);
}

async function resumeOrRestore(session) {
  try {
    await session.resume();
  } catch {
    await session.restore();
  }
}

function whyNotRunning(state) {
  switch (state) {
    case 'interrupted':
      return ['The system interrupted the sound.', 'A call or another app has it. All settings are kept.'];
    case 'closed':
      return ['The browser closed the sound.', 'All settings are kept.'];
    default:
      return ['The browser holds the sound back.', 'It waits for a click or an output device. All settings are kept.'];
  }
}
