/**
 * The sound devices that the browser tells of, now and when one is plugged in or out. Browsers tell their names only to
 * a page that may hear the microphone. Main thread.
 */

/** What some browsers list beside the devices: the system's own choice, which is '' here. */
const ALIASES = ['default', 'communications'];

/** @typedef {{ id: string, name: string }} Device */

/**
 * The devices of a kind.
 * @param {'audioinput' | 'audiooutput'} kind
 * @returns {Promise<{ devices: Device[], haveNames: boolean }>} without names there are no devices to choose from
 */
export async function devicesOf(kind) {
  const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  const found = all.filter((each) => each.kind === kind);
  const devices = found
    .filter(({ deviceId, label }) => deviceId !== '' && label !== '' && !ALIASES.includes(deviceId))
    .map(({ deviceId, label }) => ({ id: deviceId, name: label }));
  return { devices, haveNames: found.length === 0 || found.some(({ label }) => label !== '') };
}

/** @param {() => void} listener called when a device is plugged in or out */
export function onDevicesChange(listener) {
  navigator.mediaDevices?.addEventListener('devicechange', listener);
}

/**
 * Asks for the microphone, so that the devices have names, and lets it go at once.
 * @returns {Promise<boolean>} whether it was allowed
 */
export async function askForNames() {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    for (const track of stream.getTracks()) track.stop();
    return true;
  } catch {
    return false;
  }
}
