/** The examples that take little time sound; `npm run examples` tries all of them. Chromium. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { tryExample } from '../../scripts/examples/examples.mjs';
import { launch, skipUnless } from '../../scripts/lib/harness.mjs';
import { packedProject } from './project.mjs';

describe('An example, with the packed package or crate,', { skip: skipUnless('chromium') }, () => {
  let place, remove;
  before(async () => {
    const packed = await packedProject();
    remove = packed.remove;
    const scratch = join(packed.project, 'examples');
    mkdirSync(scratch);
    place = { scratch, tarball: packed.tarball, browser: await launch('chromium') };
  });
  after(async () => {
    await place.browser.close();
    remove();
  });

  for (const name of ['plain', 'vite, built', 'web-sys']) {
    test(`sounds below a sub path, by a host without headers: ${name}`, async () => {
      const { says, level } = await tryExample(name, place);
      assert.equal(says, 'worklet, message');
      assert.ok(level > 0 && level <= 1, `peak ${level}`);
    });
  }
});
