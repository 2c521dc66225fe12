/** Sound that streams, for the tests of render(). Page. */

/** Planar sound in chunks of so many frames, the last one shorter; `given` counts those that were asked for. */
export function chunked(channels, frames) {
  const chunks = {
    given: 0,
    ended: false,
    async *[Symbol.asyncIterator]() {
      try {
        for (let start = 0; start < channels[0].length; start += frames) {
          chunks.given++;
          yield channels.map((samples) => samples.subarray(start, start + frames));
        }
      } finally {
        chunks.ended = true;
      }
    },
  };
  return chunks;
}

/** All that a ReadableStream of planar chunks gives, in channels. */
export async function gathered(stream) {
  const chunks = [];
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
  }
  const frames = chunks.reduce((sum, [first]) => sum + first.length, 0);
  return chunks[0].map((_, channel) => {
    const samples = new Float32Array(frames);
    let start = 0;
    for (const chunk of chunks) {
      samples.set(chunk[channel], start);
      start += chunk[channel].length;
    }
    return samples;
  });
}
