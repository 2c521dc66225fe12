/**
 * The dialog that renders files through the rack, off line and many times faster than they play: chosen or dropped,
 * several at once, each with its progress and a way to cancel it. Main thread.
 */

import { settingsCodec } from '../keeping/codec.js';
import { chosenFormat, formatChoice } from '../recording/format.js';
import { button, element, setText } from '../shared/dom.js';
import { download } from '../shared/download.js';
import { dialog } from '../shared/overlays.js';
import { Job } from './job.js';

/** Decoded files are big: so many are in memory at once. */
const MOST_AT_ONCE = 2;

/** @typedef {{ job: Job, node: HTMLElement, renew: () => void }} Row a file, and its render */

/** @typedef {(file?: File) => void} Open opens the dialog, with a file in its list */

/** The page has one. @type {Open | undefined} */
let open;

/**
 * Builds the dialog, once.
 * @param {import('../main.js').PageParts} page
 */
export function buildRenderDialog(page) {
  open ??= build(page);
  return open;
}

/**
 * @param {import('../main.js').PageParts} page
 * @returns {Open}
 */
function build({ session }) {
  const codec = settingsCodec(session);
  /** @type {Row[]} */
  let rows = [];
  /** Files that are being rendered. */
  let running = 0;

  const picker = element('input', {
    type: 'file',
    id: 'render-files',
    accept: 'audio/*,video/*,.flac,.opus,.oga',
    multiple: true,
    hidden: true,
  });
  const choose = button('Choose files…', { id: 'render-choose' });
  const zone = element(
    'div',
    { className: 'drop-zone' },
    choose,
    ' or drop them here, of up to 45 minutes each.',
    picker,
  );
  const list = element('ul', { className: 'jobs' });
  const start = button('Render', { className: 'primary', id: 'render-start' });
  const saveAll = button('Save all', { id: 'render-save-all' });
  const said = element('p', { className: 'hint', role: 'status' });
  const hint =
    'Through the effects as they are set now, at each file’s own sample rate, with what rings on at its end. ' +
    'Nothing leaves this machine.';
  const node = dialog(
    'render-dialog',
    'Render files',
    element('p', { className: 'hint' }, hint),
    zone,
    list,
    formatChoice('render-format', 'Save as'),
    element('div', { className: 'buttons' }, start, saveAll, said),
  );

  /** @param {Iterable<File>} files */
  function add(files) {
    for (const file of files) {
      const row = rowOf(file);
      rows.push(row);
      list.append(row.node);
    }
    show();
  }

  /**
   * @param {File} file
   * @returns {Row}
   */
  function rowOf(file) {
    const state = element('span', { className: 'stage' });
    const progress = element('progress', { 'max': 1, 'aria-label': `Progress of ${file.name}` });
    const save = button('Save', { 'className': 'primary', 'aria-label': `Save ${file.name}` });
    const away = button('✕', { className: 'icon-button' });
    const item = element('li', {}, element('b', {}, file.name), state, progress, save, away);
    let isShown = true;
    const newJob = () => new Job(file, showSoon);
    const row = { job: newJob(), node: item, renew };
    save.addEventListener('click', () => saveRow(row));
    away.addEventListener('click', () => (isUnderWay(row.job) ? row.job.cancel() : remove(row)));

    // Progress comes more often than a screen can show it.
    function showSoon() {
      if (!isShown) return;
      isShown = false;
      requestAnimationFrame(() => {
        isShown = true;
        showRow();
        show();
      });
    }
    /** For another render, with other settings. */
    function renew() {
      row.job.discard();
      row.job = newJob();
      showRow();
    }
    function showRow() {
      const { job } = row;
      const name = `${isUnderWay(job) ? 'Cancel' : 'Remove'} ${file.name}`;
      away.setAttribute('aria-label', name);
      away.title = name;
      progress.hidden = !isUnderWay(job);
      if (job.stage === 'rendering') progress.value = job.share;
      else progress.removeAttribute('value');
      save.hidden = job.result === null;
      setText(state, sentenceOf(job));
      state.classList.toggle('error', job.stage === 'failed');
    }
    showRow();
    return row;
  }

  /** @param {Row} row */
  function remove(row) {
    // One that waits for its turn is not to have it.
    row.job.cancel();
    row.job.discard();
    rows = rows.filter((each) => each !== row);
    row.node.remove();
    choose.focus();
    show();
  }

  /** @param {Row} row */
  function saveRow({ job }) {
    if (job.result) download(job.result.file, job.outputName);
  }

  async function renderAll() {
    const how = { state: codec.take(session), format: chosenFormat() };
    const waiting = rows.filter(({ job }) => !isUnderWay(job));
    for (const row of waiting) row.renew();
    const jobs = waiting.map(({ job }) => job);
    running += jobs.length;
    show();
    const work = async () => {
      for (let job = jobs.shift(); job; job = jobs.shift()) {
        await job.run(how);
        running -= 1;
        show();
      }
    };
    await Promise.all(Array.from({ length: MOST_AT_ONCE }, work));
  }

  function show() {
    const done = rows.filter(({ job }) => job.stage === 'done').length;
    start.disabled = rows.length === 0 || running > 0;
    saveAll.hidden = done < 2;
    setText(
      said,
      running > 0 ? 'Rendering…' : rows.some(({ job }) => job.isOver) ? `${done} of ${rows.length} done.` : '',
    );
  }

  choose.addEventListener('click', () => picker.click());
  picker.addEventListener('change', () => {
    add(picker.files ?? []);
    picker.value = '';
  });
  start.addEventListener('click', renderAll);
  saveAll.addEventListener('click', () => rows.forEach(saveRow));
  acceptDrops(node, zone, add);
  show();
  return (file) => {
    if (file && !rows.some(({ job }) => job.file === file)) add([file]);
    node.showModal();
    if (file) start.focus();
  };
}

/** @param {Job} job */
const isUnderWay = ({ stage }) => stage === 'decoding' || stage === 'rendering';

/** @param {Job} job */
function sentenceOf({ stage, sentence, share, result, file }) {
  switch (stage) {
    case 'waiting':
      return `${(file.size / 1e6).toFixed(1)} MB`;
    case 'decoding':
      return 'Reading…';
    case 'rendering':
      return `${Math.floor(100 * share)} %`;
    case 'done':
      return `${(result?.seconds ?? 0).toFixed(1)} s, ${((result?.file.size ?? 0) / 1e6).toFixed(1)} MB`;
    case 'failed':
      return sentence;
    case 'cancelled':
      return 'Cancelled.';
  }
}

/**
 * Files that are dropped on the dialog are rendered; elsewhere on the page they are played.
 * @param {HTMLElement} node
 * @param {HTMLElement} zone
 * @param {(files: Iterable<File>) => void} add
 */
function acceptDrops(node, zone, add) {
  for (const type of /** @type {const} */ (['dragenter', 'dragover', 'dragleave', 'drop'])) {
    node.addEventListener(type, (event) => {
      event.preventDefault();
      event.stopPropagation();
      zone.classList.toggle('over', type === 'dragenter' || type === 'dragover');
      if (type === 'drop') add(event.dataTransfer?.files ?? []);
    });
  }
}
