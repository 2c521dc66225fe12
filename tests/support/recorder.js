/**
 * A worklet that records what arrives at its inputs, sample by sample from the first that does at any, and whether the
 * context's clock ever jumped between two calls. `{ seconds, channels }` in processorOptions; the message 'take'
 * ends the recording and brings `{ inputs: Float32Array[][], gaps, firstFrame }` back, `channels` for each input.
 */
registerProcessor(
  'recorder',
  class extends AudioWorkletProcessor {
    constructor({ numberOfInputs = 1, processorOptions: { seconds, channels } }) {
      super();
      const room = Math.ceil(seconds * sampleRate);
      this.room = room;
      this.recordings = Array.from({ length: numberOfInputs }, () =>
        Array.from({ length: channels }, () => new Float32Array(room)),
      );
      this.length = 0;
      this.gaps = 0;
      this.firstFrame = 0;
      this.nextFrame = 0;
      this.taken = false;
      this.port.onmessage = () => this.take();
    }

    process(inputs) {
      if (this.taken) return false;
      const arrived = inputs.find((channels) => channels.length > 0);
      // It is called some quanta before its connections are made.
      if (this.length === 0 && !arrived) return true;
      if (this.length === 0) this.firstFrame = currentFrame;
      else if (currentFrame !== this.nextFrame) this.gaps++;
      const quantum = arrived ? arrived[0].length : 128;
      const frames = Math.min(quantum, this.room - this.length);
      this.nextFrame = currentFrame + quantum;
      for (const [index, channels] of inputs.entries()) {
        for (const [channel, recording] of this.recordings[index].entries()) {
          const samples = channels[channel];
          if (samples) recording.set(frames === quantum ? samples : samples.subarray(0, frames), this.length);
        }
      }
      this.length += frames;
      return true;
    }

    take() {
      this.taken = true;
      const inputs = this.recordings.map((channels) => channels.map((channel) => channel.slice(0, this.length)));
      this.port.postMessage({ inputs, gaps: this.gaps, firstFrame: this.firstFrame });
    }
  },
);
