/**
 * `npm run audit`: are the dependencies sound? cargo-deny asks after advisories, licences and sources of the crates, by
 * .cargo/deny.toml, where each exception has its reason; `npm audit` after advisories of the packages that build and
 * test. (What is shipped has no dependency at run time.)
 *
 * Both ask the network, so it is no part of `npm test`. What is not here, or gets no answer, is said; where CI=true it
 * is a failure. Node.
 */
import { Failure, main, run, soundsOffline, which } from './lib/project.mjs';
import { npm } from './lib/toolchain.mjs';

const CI = process.env.CI === 'true';

/** How npm says that its registry has no audit. */
const NO_AUDIT = /audit endpoint returned an error/;

/**
 * What an audit came to.
 * @typedef {'passed' | 'failed' | string} Outcome another text: why it could not be asked
 */

/** @returns {Promise<Outcome>} */
async function crates() {
  if (!which('cargo-deny')) return 'cargo-deny is not here: cargo install cargo-deny --locked';
  const { code, output } = await run('cargo', ['deny', 'check'], { show: true });
  if (code === 0) return 'passed';
  return soundsOffline(output) ? 'the advisory database could not be fetched' : 'failed';
}

/** @returns {Promise<Outcome>} */
async function packages() {
  const { code, output } = await npm('audit');
  console.log(output.trim());
  if (code === 0) return 'passed';
  return NO_AUDIT.test(output) || soundsOffline(output) ? 'the registry gave no answer' : 'failed';
}

await main(async () => {
  /** @type {[string, Outcome][]} */
  const outcomes = [
    ['crates', await crates()],
    ['packages', await packages()],
  ];
  console.log();
  for (const [what, outcome] of outcomes) console.log(`${what}: ${outcome}`);
  const bad = outcomes.filter(([, outcome]) => outcome === 'failed' || (CI && outcome !== 'passed'));
  if (bad.length > 0) throw new Failure(`The audit of the ${bad.map(([what]) => what).join(' and the ')} failed.`);
});
