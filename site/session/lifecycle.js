/**
 * What browsers and systems do to a page's sound while it plays: refuse it, suspend it, interrupt it for a call,
 * stall it when a device goes. The engine goes on by itself where it can; else a notice says what happened, with one
 * button that brings all back. Main thread.
 */

import { button, element, messageOf } from '../shared/dom.js';

/**
 * @typedef {import('./session.js').Session} Session
 * @typedef {import('./session.js').Sound} Sound
 * @typedef {import('./session.js').Trouble} Trouble
 */

const CHECK_MILLISECONDS = 1000;
/** Checks in a row that find a running context's clock standing still before it counts as stalled. */
const STALLED_CHECKS = 3;

/**
 * @param {HTMLElement} host
 * @param {import('../main.js').PageParts} page
 */
export function mount(host, { session }) {
  /** @type {HTMLElement | null} */
  let notice = null;

  function clear() {
    notice?.remove();
    notice = null;
  }

  /** @param {Trouble} trouble */
  function say({ title, sentence, action }) {
    clear();
    const act = button(action.label);
    notice = element('div', { className: 'notice' }, element('p', {}, element('b', {}, title), ` ${sentence}`), act);
    act.addEventListener('click', async () => {
      act.disabled = true;
      try {
        await action.run();
        clear();
      } catch (error) {
        say({ title: 'That did not work.', sentence: messageOf(error), action });
      }
    });
    host.append(notice);
  }

  session.addEventListener('trouble', ({ detail }) => say(detail));
  session.addEventListener('recovered', clear);
  session.addEventListener('engine', ({ detail }) => watch(session, detail, clear));
}

/**
 * Watches one context until it is closed or replaced.
 * @param {Session} session
 * @param {Sound} sound
 * @param {() => void} clear takes the notice away
 */
function watch(session, { context, engine }, clear) {
  const isCurrent = () => session.context === context;
  let checksWithoutProgress = 0;
  let lastTime = -1;

  const bringBack = {
    label: 'Bring the sound back',
    run: () => (context.state === 'running' ? session.restore() : resumeOrRestore(session)),
  };

  engine.addEventListener('statechange', ({ detail: { state, reason } }) => {
    if (!isCurrent()) return;
    if (reason === 'context' && state === 'running') clear();
    if (reason === 'context-error') {
      session.trouble('The sound output failed.', 'Its device went away or is in use.', bringBack);
    }
  });

  const check = () => {
    if (!isCurrent()) {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', check);
      return;
    }
    if (!session.active || document.hidden) return;
    if (context.state !== 'running') {
      context.resume().catch(() => {});
      checksWithoutProgress += 1;
      if (checksWithoutProgress === STALLED_CHECKS) session.trouble(...whyNotRunning(context.state), bringBack);
      return;
    }
    checksWithoutProgress = context.currentTime === lastTime ? checksWithoutProgress + 1 : 0;
    lastTime = context.currentTime;
    if (checksWithoutProgress === STALLED_CHECKS) {
      session.trouble('The sound stands still.', 'The output device may have changed or gone away.', bringBack);
    }
  };
  const timer = setInterval(check, CHECK_MILLISECONDS);
  document.addEventListener('visibilitychange', check);
}

/** @param {Session} session */
async function resumeOrRestore(session) {
  try {
    await session.resume();
  } catch {
    await session.restore();
  }
}

/**
 * @param {AudioContextState} state
 * @returns {[title: string, sentence: string]}
 */
function whyNotRunning(state) {
  if (state === 'interrupted') {
    return ['The system interrupted the sound.', 'A call or another app has it. All settings are kept.'];
  }
  return ['The browser holds the sound back.', 'It waits for a click or an output device. All settings are kept.'];
}
