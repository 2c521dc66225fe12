/** Loading the simulations' side of the package in a page. */

/**
 * Initialises the glue with one of the two builds, as `globalThis.glue` in the page, and the compiled build beside it,
 * as `globalThis.module`.
 * @param {import('puppeteer-core').Page} page
 * @param {string} [build] a file of pkg/
 */
export const loadSimulations = (page, build = 'audio_dsp_wasm_bg.wasm') =>
  page.evaluate(async (file) => {
    const glue = await import('/pkg/audio_dsp_wasm.js');
    const module = await WebAssembly.compile(await (await fetch(`/pkg/${file}`)).arrayBuffer());
    await glue.default({ module_or_path: module });
    Object.assign(globalThis, { glue, module });
  }, build);
