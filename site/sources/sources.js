// Where sound comes from: the microphone, an audio file, the built-in loop. Each opener resolves to
// `{ kind, name, node, release() }` or rejects with a SourceError, whose sentence says what to do.

import { builtInLoop } from './built-in.js';

/** Decoding needs about ten times a compressed file's size in memory. */
export const FILE_LIMIT_BYTES = 64 * 2 ** 20;

export class SourceError extends Error {
  name = 'SourceError';
}

/** The microphone, as it is: the browser's own processing for calls is off. */
export async function openMicrophone(context, onLost) {
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new SourceError('The microphone needs a secure page: open this one by https:// or on localhost.');
  }
  const stream = await navigator.mediaDevices
    .getUserMedia({
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    })
    .catch((error) => {
      throw new SourceError(microphoneSentence(error));
    });
  const [track] = stream.getAudioTracks();
  const end = () => stream.getTracks().forEach((each) => each.stop());
  track.addEventListener('ended', () => {
    onLost('The microphone was unplugged, or the system took it back. All settings are kept.');
  });
  try {
    const node = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
    return { kind: 'microphone', name: track.label || 'Microphone', node, track, release: end };
  } catch {
    end();
    throw new SourceError(
      `The microphone does not run at the loudspeakers’ ${context.sampleRate} Hz, and this browser ` +
        'cannot join them. Set both to one sample rate in the system’s sound settings, then try again.',
    );
  }
}

function microphoneSentence(error) {
  switch (error.name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'The microphone was refused. Allow it for this page in the browser’s address bar, then try again.';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'There is no microphone. Plug one in, then try again; a file or the built-in loop play without one.';
    case 'NotReadableError':
    case 'AbortError':
      return 'The microphone does not answer. Close other programs that use it, or plug it in anew, then try again.';
    default:
      return `The microphone did not start (${error.message || error.name}). Try again.`;
  }
}

/** An opener that plays a file in a loop. It is decoded once; opened again it starts at once. */
export function fileOpener(file) {
  let decoded = null;
  return async (context) => {
    decoded ??= await decode(context, file);
    return looping(context, decoded, 'file', file.name);
  };
}

async function decode(context, file) {
  if (file.size > FILE_LIMIT_BYTES) {
    throw new SourceError(
      `“${file.name}” is too big: ${megabytes(file.size)}, and this page opens up to ` +
        `${megabytes(FILE_LIMIT_BYTES)}. Choose a shorter piece.`,
    );
  }
  if (file.size === 0) throw new SourceError(`“${file.name}” is empty. Choose another file.`);
  const bytes = await file.arrayBuffer().catch(() => {
    throw new SourceError(`“${file.name}” cannot be read. Check that it is still there, then choose it again.`);
  });
  return context.decodeAudioData(bytes).catch(() => {
    throw new SourceError(`“${file.name}” is not audio that this browser can decode. Try WAV, MP3, FLAC or Ogg.`);
  });
}

const megabytes = (bytes) => `${Math.ceil(bytes / 2 ** 20)} MB`;

/** The built-in loop, which needs no permission. */
export async function openBuiltIn(context) {
  const channels = builtInLoop(context.sampleRate);
  const { length } = channels[0];
  const buffer = new AudioBuffer({ length, numberOfChannels: channels.length, sampleRate: context.sampleRate });
  channels.forEach((data, channel) => buffer.copyToChannel(data, channel));
  return looping(context, buffer, 'built-in', 'Built-in loop');
}

function looping(context, buffer, kind, name) {
  const node = new AudioBufferSourceNode(context, { buffer, loop: true });
  node.start();
  return { kind, name, node, duration: buffer.duration, release: () => node.stop() };
}
