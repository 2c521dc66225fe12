/**
 * A worklet script that is added before the engine's, and sees what the engine does on the audio thread: which
 * of its processors live, how often each is called, what is posted, and which wasm memories are still held. It can also
 * sabotage it. The processor 'spy' answers the message 'report' with all that; `{ sabotage }` switches one on.
 */
const seen = { posts: 0, processors: [], memories: [] };
const sabotage = { instance: false, process: false, strings: false };

const post = MessagePort.prototype.postMessage;
MessagePort.prototype.postMessage = function (...message) {
  seen.posts++;
  return post.apply(this, message);
};

const { Instance } = WebAssembly;
WebAssembly.Instance = class {
  constructor(module, imports) {
    if (sabotage.instance) throw new WebAssembly.LinkError('sabotaged');
    const { exports } = new Instance(module, imports);
    seen.memories.push(new WeakRef(exports.memory));
    const engine_process = (...args) => {
      if (sabotage.process) throw new WebAssembly.RuntimeError('sabotaged');
      return exports.engine_process(...args);
    };
    const strings_process = (...args) => {
      if (sabotage.strings) throw new WebAssembly.RuntimeError('sabotaged');
      return exports.strings_process(...args);
    };
    this.exports = { ...exports, engine_process, strings_process };
  }
};

const register = registerProcessor;
const watch = (Processor) =>
  class extends Processor {
    constructor(options) {
      super(options);
      this.life = { calls: 0, ended: false };
      seen.processors.push(this.life);
    }

    process(...args) {
      this.life.calls++;
      const goesOn = super.process(...args);
      this.life.ended = !goesOn;
      return goesOn;
    }
  };
globalThis.registerProcessor = (name, Processor) => {
  register(name, name.startsWith('audio-dsp-wasm/') ? watch(Processor) : Processor);
};

register(
  'spy',
  class extends AudioWorkletProcessor {
    constructor() {
      super();
      this.port.onmessage = ({ data }) => {
        if (data.sabotage) sabotage[data.sabotage] = true;
        globalThis.gc?.();
        post.call(this.port, {
          posts: seen.posts,
          processors: seen.processors.map((life) => ({ ...life })),
          memories: seen.memories.map((memory) => memory.deref()?.buffer.byteLength ?? 0),
        });
      };
    }

    process() {
      return true;
    }
  },
);
