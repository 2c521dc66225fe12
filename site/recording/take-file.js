/**
 * Where a take is written while it is recorded: a file of the browser's own, on disk, where there is the File System
 * Access API; else a list of Blobs, which browsers move out of memory when they grow. Main thread.
 */

/**
 * @typedef {object} TakeFile
 * @property {(bytes: Uint8Array<ArrayBuffer>) => Promise<void>} write adds at the end
 * @property {(header: Uint8Array<ArrayBuffer>) => Promise<Blob>} finish with the header over the first bytes
 * @property {() => Promise<void>} discard
 */

const NAME = 'take.wav';
/** How many were opened; several can be in the same millisecond. */
let opened = 0;

/** @returns {Promise<TakeFile>} */
export async function openTakeFile() {
  try {
    return await onDisk();
  } catch {
    return inBlobs();
  }
}

/** @returns {Promise<TakeFile>} */
async function onDisk() {
  const folder = await navigator.storage.getDirectory();
  // Each take has a name of its own: the one before may still be on its way to the visitor's folder.
  opened += 1;
  const name = `${Date.now()}-${opened}-${NAME}`;
  await removeOld(folder);
  const release = await lock(name);
  const handle = await folder.getFileHandle(name, { create: true });
  const stream = await handle.createWritable();
  return {
    write: (bytes) => stream.write(bytes),
    async finish(header) {
      await stream.write({ type: 'write', position: 0, data: header });
      await stream.close();
      return handle.getFile();
    },
    async discard() {
      await stream.abort().catch(() => {});
      await folder.removeEntry(name).catch(() => {});
      release();
    },
  };
}

/**
 * Keeps a take from being removed by another visit, or a later hour of this one, for as long as this page is there.
 * @param {string} name
 * @returns {Promise<() => void>} gives it free
 */
const lock = (name) =>
  new Promise((locked, refused) => {
    const held = () => new Promise((/** @type {(value?: unknown) => void} */ release) => locked(release));
    navigator.locks.request(name, held).catch(refused);
  });

/**
 * Removes the takes of earlier visits. One that a page still has is locked, and stays.
 * @param {FileSystemDirectoryHandle} folder
 */
async function removeOld(folder) {
  if (!('keys' in folder)) return;
  const names = /** @type {AsyncIterable<string>} */ (/** @type {{ keys: () => unknown }} */ (folder).keys());
  const dayAgo = Date.now() - 24 * 3600 * 1000;
  for await (const name of names) {
    if (!(Number.parseInt(name, 10) < dayAgo)) continue;
    await navigator.locks.request(
      name,
      { ifAvailable: true },
      (free) => free && folder.removeEntry(name).catch(() => {}),
    );
  }
}

/** @returns {TakeFile} */
function inBlobs() {
  /** @type {Blob[]} */
  let parts = [];
  return {
    async write(bytes) {
      parts.push(new Blob([bytes]));
    },
    async finish(header) {
      const [first, ...others] = parts;
      return new Blob([header, first.slice(header.length), ...others], { type: 'audio/wav' });
    },
    async discard() {
      parts = [];
    },
  };
}
