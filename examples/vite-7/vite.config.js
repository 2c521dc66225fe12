/** While developing, Vite 5 to 7 bundle a package anew: its wasm and scripts are then not where it looks for them. */
export default { optimizeDeps: { exclude: ['audio-dsp-wasm'] } };
