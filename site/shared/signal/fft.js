/**
 * The fast Fourier transform of a complex signal, in place: radix 2, decimation in time. No DOM; it runs on any thread,
 * and transforms without allocating.
 */

export class Fft {
  #cosine;
  #sine;
  #reversed;

  /** @param {number} size a power of two */
  constructor(size) {
    this.size = size;
    this.#cosine = Float64Array.from({ length: size / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / size));
    this.#sine = Float64Array.from({ length: size / 2 }, (_, k) => -Math.sin((2 * Math.PI * k) / size));
    this.#reversed = new Uint32Array(size);
    for (let i = 1; i < size; i++) this.#reversed[i] = (this.#reversed[i >> 1] >> 1) | (i & 1 ? size >> 1 : 0);
  }

  /**
   * X[k] = Σ x[n]·e^(−2πikn/size). With the two arrays in each other's place it is the inverse, times `size`.
   * @param {Float64Array} real
   * @param {Float64Array} imaginary
   */
  transform(real, imaginary) {
    this.#reorder(real);
    this.#reorder(imaginary);
    for (let half = 1; half < this.size; half *= 2) this.#combine(real, imaginary, half);
  }

  /** @param {Float64Array} values */
  #reorder(values) {
    for (let i = 0; i < this.size; i++) {
      const other = this.#reversed[i];
      if (other <= i) continue;
      const kept = values[i];
      values[i] = values[other];
      values[other] = kept;
    }
  }

  /**
   * Makes transforms of twice the length out of pairs.
   * @param {Float64Array} real
   * @param {Float64Array} imaginary
   * @param {number} half the length until now
   */
  #combine(real, imaginary, half) {
    const stride = this.size / (2 * half);
    for (let start = 0; start < this.size; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const even = start + k;
        const odd = even + half;
        const cosine = this.#cosine[k * stride];
        const sine = this.#sine[k * stride];
        const re = real[odd] * cosine - imaginary[odd] * sine;
        const im = real[odd] * sine + imaginary[odd] * cosine;
        real[odd] = real[even] - re;
        imaginary[odd] = imaginary[even] - im;
        real[even] += re;
        imaginary[even] += im;
      }
    }
  }
}
