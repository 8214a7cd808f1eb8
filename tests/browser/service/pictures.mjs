// Pictures of the page, for those who read about it: in target/browser, or in the folder of TACHOGRAPH_PICTURES.

import { mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import assert from 'node:assert/strict';
import { check } from '../check.mjs';
import { MIX } from './mix.mjs';
import { open } from '../browser.mjs';

const ROOT = resolve(import.meta.dirname, '../../..');
const FOLDER = resolve(ROOT, process.env.TACHOGRAPH_PICTURES ?? 'target/browser');
const LARGEST = 150_000;

// Those that are kept show more than some seconds.
export const someMinutes = demo => process.env.TACHOGRAPH_PICTURES && demo.drive(MIX, 7200, 60);

export const pictures = (browser, demo) => check(demo.named('its pictures are taken'), () => takeAll(browser, demo));

async function takeAll(browser, demo) {
  mkdirSync(FOLDER, { recursive: true });
  const take = async (name, hash, options = {}, prepare = async () => {}) => {
    const tab = await open(browser, demo.page(hash), { width: 1200, height: 680, ...options });
    await tab.page.waitForSelector('.table, #identity');
    await prepare(tab.page);
    const path = join(FOLDER, `${name}.png`);
    await tab.page.screenshot({ path });
    assert.ok(statSync(path).size < LARGEST, `${name} has ${statSync(path).size} bytes`);
    tab.quiet();
    await tab.close();
  };
  const first = '&version=1.4.1';
  await take('page-endpoints', `#/endpoints?window=all${first}`);
  await take('page-endpoint', `#/endpoint?window=all${first}&method=GET&route=%2Fexperiments`, { height: 900 });
  await take('page-compare', '#/compare?window=all', { height: 640 });
  await take('page-live', '#/live', { height: 640 });
  await take('page-dark', `#/endpoints?window=all${first}`, { dark: true });
  await take('page-narrow', `#/endpoints?window=all${first}`, { width: 360, height: 780 }, page =>
    page.evaluate(() => document.querySelector('main').scrollIntoView()),
  );
  await demo.ask('GET', '/work?queries=24&calls=5&misses=3');
  await take('page-request', '#/endpoint?method=GET&route=%2Fwork', { height: 760 }, async page => {
    await page.locator('.example[aria-label^=Worst] h3 a').click();
    await page.waitForSelector('#identity');
  });
}
