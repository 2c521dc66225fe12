/**
 * A worklet that records what arrives at its input, sample by sample from the first that does, and whether the
 * context's clock ever jumped between two calls. `{ seconds, channels }` in processorOptions; the message 'take'
 * ends the recording and brings `{ channels: Float32Array[], gaps, firstFrame }` back.
 */
registerProcessor(
  'recorder',
  class extends AudioWorkletProcessor {
    constructor({ processorOptions: { seconds, channels } }) {
      super();
      this.recording = Array.from({ length: channels }, () => new Float32Array(Math.ceil(seconds * sampleRate)));
      this.length = 0;
      this.gaps = 0;
      this.firstFrame = 0;
      this.nextFrame = 0;
      this.taken = false;
      this.port.onmessage = () => this.take();
    }

    process([input]) {
      if (this.taken) return false;
      // It is called some quanta before its connection is made.
      if (this.length === 0 && input.length === 0) return true;
      if (this.length === 0) this.firstFrame = currentFrame;
      else if (currentFrame !== this.nextFrame) this.gaps++;
      const room = this.recording[0].length - this.length;
      const frames = Math.min(128, room);
      this.nextFrame = currentFrame + 128;
      this.recording.forEach((channel, index) => {
        if (input[index]) channel.set(frames === 128 ? input[index] : input[index].subarray(0, frames), this.length);
      });
      this.length += frames;
      return true;
    }

    take() {
      this.taken = true;
      const channels = this.recording.map((channel) => channel.slice(0, this.length));
      this.port.postMessage({ channels, gaps: this.gaps, firstFrame: this.firstFrame });
    }
  },
);
