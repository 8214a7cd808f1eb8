// What it looks like: readable in light and dark, told apart without colour, and not wider than the screen.

import assert from 'node:assert/strict';
import { check } from '../check.mjs';
import { open, overflow } from '../browser.mjs';
import { tooFaint } from '../contrast.mjs';
import { fixture } from '../fixture/server.mjs';
import { views } from '../fixture/views.mjs';

export async function looks(browser) {
  const service = await fixture();
  for (const dark of [false, true]) {
    await check(`text is readable in every view, ${dark ? 'dark' : 'light'}`, async () => {
      const tab = await open(browser, service.page, { dark });
      for (const [view, hash] of Object.entries(views(service))) {
        await tab.to(hash);
        assert.deepEqual(await tab.page.evaluate(tooFaint), [], view);
      }
      tab.quiet();
      await tab.close();
    });
  }
  await check('the theme can be chosen, and stays', async () => {
    const tab = await open(browser, service.page);
    const ground = () => tab.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await tab.page.keyboard.press('t');
    assert.equal(await ground(), light, 'light was chosen');
    await tab.page.click('#theme');
    const dark = await ground();
    assert.notEqual(dark, light);
    await tab.page.reload();
    await tab.page.waitForSelector('h1');
    assert.equal(await ground(), dark);
    await tab.close();
  });
  await check('shares are told apart without colour', async () => {
    const tab = await open(browser, service.page);
    const shares = await tab.page.evaluate(() =>
      [...document.querySelectorAll('.legend li')].map(item => [
        item.textContent,
        getComputedStyle(item.firstChild).backgroundImage,
      ]),
    );
    assert.equal(shares.length, 7);
    assert.equal(new Set(shares.map(([, pattern]) => pattern)).size, 7, 'each has a pattern of its own');
    assert.ok(shares.every(([words]) => /[a-z]/.test(words)));
    await tab.close();
  });
  for (const [mode, width] of [
    ['usual', 360],
    ['hostile', 360],
    ['hostile', 768],
    ['usual', 1024],
  ]) {
    await check(`nothing is wider than ${width} pixels, ${mode}`, async () => {
      const of = await fixture({ mode });
      const tab = await open(browser, of.page, { width, height: 780 });
      for (const [view, hash] of Object.entries(views(of))) {
        await tab.to(hash);
        assert.ok((await overflow(tab.page)) <= 0, `${view}: ${await overflow(tab.page)} too wide`);
      }
      tab.quiet();
      await tab.close();
      await of.close();
    });
  }
  await service.close();
}
