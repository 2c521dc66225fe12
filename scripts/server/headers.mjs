/** The headers that the page wants from its host: isolation, a strict policy, protection. Written down once. Node. */

/** With these a page gets SharedArrayBuffer. @type {Record<string, string>} */
export const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** What a page can say itself, in a `<meta>` element. */
const POLICY_IN_PAGE = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "media-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
];

export const PAGE_POLICY = POLICY_IN_PAGE.join('; ');

/** @type {Record<string, string>} */
export const PROTECTION = {
  'Content-Security-Policy': [...POLICY_IN_PAGE, "frame-ancestors 'none'"].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'microphone=(self), camera=(), geolocation=()',
};
