/**
 * Says so where the page's modules do not load or cannot be read. A classic script, for from a file browsers load no
 * module at all; it stands in the page before them. Main thread.
 */

{
  const FROM_FILE =
    'This page cannot run from a file: browsers load its scripts only from a server. Run “npm start” in the ' +
    'project’s folder, and open the address that it prints.';
  const NOT_LOADED = 'A script of this page did not load. Reload the page.';
  const NOT_READ = 'This browser is too old to read this page’s scripts. Update it, or use another.';

  let said = false;

  /** @param {string} sentence */
  const say = (sentence) => {
    if (said) return;
    said = true;
    const show = () => {
      const notice = document.createElement('div');
      const text = document.createElement('p');
      notice.className = 'notice';
      text.textContent = sentence;
      notice.append(text);
      document.getElementById('notices')?.append(notice);
    };
    if (document.readyState === 'loading') addEventListener('DOMContentLoaded', show);
    else show();
  };

  if (location.protocol === 'file:') say(FROM_FILE);
  // A script that does not load, or one that it imports: such an event does not bubble. What cannot be read is an error
  // of the whole window.
  const listener = (/** @type {Event} */ event) => {
    if (event.target instanceof HTMLScriptElement) say(NOT_LOADED);
    if (event instanceof ErrorEvent && event.error instanceof SyntaxError) say(NOT_READ);
  };
  addEventListener('error', listener, { capture: true });
}
