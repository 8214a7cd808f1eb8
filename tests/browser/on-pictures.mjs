// Pictures of the page, for those who read about it: in target/browser, or in the folder of TACHOGRAPH_PICTURES.

import assert from 'node:assert/strict';
import { mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check } from './check.mjs';
import { open } from './browser.mjs';
import { Demo, build } from './service/demo.mjs';
import { MIX, RARE, SECOND } from './service/mix.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = resolve(ROOT, process.env.TACHOGRAPH_PICTURES ?? 'target/browser');
// Those that are kept show minutes, not seconds.
const SECONDS = process.env.TACHOGRAPH_PICTURES ? 120 : 3;
const LARGEST = 150_000;

export async function pictures(browser) {
  build('axum');
  mkdirSync(FOLDER, { recursive: true });
  const demo = await Demo.of('axum');
  try {
    await demo.start('1.4.1');
    await demo.drive(MIX, 40 * SECONDS, 40);
    for (const [method, path] of RARE) await demo.ask(method, path);
    await check('pictures of one version', () => ofOne(taker(browser, demo)));
    await demo.stop();
    await demo.start('1.5.0');
    await demo.drive(SECOND, 600, 60);
    await check('a picture of two versions', () => ofTwo(taker(browser, demo)));
  } finally {
    await demo.remove();
  }
}

const taker =
  (browser, demo) =>
  async (name, hash, options = {}, prepare = async () => {}) => {
    const tab = await open(browser, demo.page(hash), { width: 1200, height: 640, ...options });
    await tab.page.waitForSelector('.table, #identity');
    await prepare(tab.page);
    const path = join(FOLDER, `${name}.png`);
    await tab.page.screenshot({ path });
    assert.ok(statSync(path).size < LARGEST, `${name} has ${statSync(path).size} bytes`);
    tab.quiet();
    await tab.close();
  };

async function ofOne(take) {
  await take('page-endpoints', '#/endpoints');
  await take('page-dark', '#/endpoints', { dark: true });
  await take('page-narrow', '#/endpoints', { width: 360, height: 780 }, page =>
    page.evaluate(() => document.querySelector('main').scrollIntoView()),
  );
  await take('page-endpoint', '#/endpoint?method=GET&route=%2Fexperiments', { height: 900 });
  await take('page-live', '#/live');
  await take('page-request', '#/endpoint?method=GET&route=%2Fwork', { height: 760 }, async page => {
    await page.locator('.example[aria-label^=Worst] h3 a').click();
    await page.waitForSelector('#identity');
  });
}

const ofTwo = take => take('page-compare', '#/compare?window=all', { height: 560 });
