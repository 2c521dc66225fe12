/**
 * Adds the worklet script to a context, once, and finds out why it could not be added. Main thread only.
 */

import { blockedUriOf } from './data-url.js';
import { EngineError, reasonOf } from './errors.js';

/** How long the question why a script was blocked may take. */
const PRELOAD_MILLISECONDS = 1000;

/**
 * The scripts added, by context and URL.
 * @type {WeakMap<BaseAudioContext, Map<string, Promise<void>>>}
 */
const scripts = new WeakMap();

/**
 * Adds the script to the context once; a failure is not remembered.
 * @param {BaseAudioContext} context
 * @param {string} url
 * @throws {EngineError} worklet-script-missing, worklet-script-blocked
 */
export function addScript(context, url) {
  const added = scripts.get(context) ?? new Map();
  scripts.set(context, added);
  let adding = added.get(url);
  if (!adding) {
    adding = tryAddScript(context, url);
    added.set(url, adding);
    adding.catch(() => added.delete(url));
  }
  return adding;
}

/**
 * @param {BaseAudioContext} context
 * @param {string} url
 */
async function tryAddScript(context, url) {
  try {
    await context.audioWorklet.addModule(url);
  } catch (error) {
    const directive = await blockingDirective(url);
    if (directive) throw new EngineError('worklet-script-blocked', { url, directive }, error);
    throw new EngineError('worklet-script-missing', { url, reason: await whyMissing(url, error) }, error);
  }
}

/**
 * The directive of the page's policy that blocks a script, or null. Chromium reports no violation of addModule, but
 * does for a preload, which runs nothing.
 * @param {string} url
 */
async function blockingDirective(url) {
  /** @type {string | null} */
  let directive = null;
  /** @param {SecurityPolicyViolationEvent} event */
  const listen = (event) => {
    if (event.blockedURI === blockedUriOf(url)) directive = event.effectiveDirective.replace(/-elem$/, '');
  };
  document.addEventListener('securitypolicyviolation', listen);
  const link = Object.assign(document.createElement('link'), { rel: 'modulepreload', href: url });
  await new Promise((resolve) => {
    link.onload = link.onerror = resolve;
    setTimeout(resolve, PRELOAD_MILLISECONDS);
    document.head.append(link);
  });
  // The violation is reported by a task of its own, after the error.
  await new Promise((resolve) => setTimeout(resolve));
  link.remove();
  document.removeEventListener('securitypolicyviolation', listen);
  return directive;
}

/**
 * addModule rejects with "aborted" whatever the cause; asking for the file tells more.
 * @param {string} url
 * @param {unknown} error
 */
async function whyMissing(url, error) {
  try {
    const response = await fetch(url);
    if (!response.ok) return `HTTP ${response.status}`;
    const type = response.headers.get('content-type') ?? 'no type';
    return /javascript/.test(type) ? reasonOf(error) : `served as ${type} instead of text/javascript`;
  } catch (cause) {
    return reasonOf(cause);
  }
}
