// That it is of use while 1,000 requests a second are made.

import assert from 'node:assert/strict';
import { check } from '../check.mjs';
import { open, tableOf, tilesOf } from '../browser.mjs';
import { MIX } from './mix.mjs';

export async function underLoad(browser, demo) {
  await check(demo.named('is of use while 1,000 requests a second are made'), async () => {
    await demo.ask('GET', '/experiments/1');
    const tab = await open(browser, demo.page());
    const began = Date.now();
    const driven = demo.drive(MIX, 5000, 1000);
    await tab.page.waitForFunction(() => document.querySelectorAll('.table-endpoints tbody tr').length > 5);
    await tab.page.focus('.table-endpoints tbody .stop[tabindex="0"]');
    await tab.page.keyboard.press('ArrowDown');
    await tab.page.evaluate(() => {
      window.focused = document.activeElement;
      window.node = document.querySelector('.table-endpoints tbody tr');
    });
    const places = async () => (await tableOf(tab.page, 'endpoints')).map(one => one.endpoint).slice(0, 5);
    const before = await places();
    const shown = await tilesOf(tab.page);
    await tab.page.waitForFunction(text => document.querySelector('.tiles dd').textContent !== text, shown.Requests);
    assert.deepEqual(await places(), before, 'rows stay while the keyboard is among them');
    assert.ok(
      await tab.page.evaluate(() => window.focused === document.activeElement && window.node.isConnected),
      'the focus stays where it was',
    );
    for (const view of ['2', '1']) {
      await tab.page.evaluate(() => document.activeElement.blur());
      await tab.page.keyboard.press(view);
      await tab.page.waitForSelector(view === '2' ? '.table-live' : '.table-endpoints');
    }
    const rate = await driven;
    const seconds = (Date.now() - began) / 1000;
    console.log(`        ${Math.round(rate)} requests/s for ${seconds.toFixed(1)} s`);
    const refreshes = tab.asked.filter(url => url.includes('endpoints.json')).length;
    assert.ok(refreshes <= seconds + 4, `${refreshes} refreshes in ${seconds} s`);
    assert.ok((await tab.page.evaluate(() => document.querySelectorAll('*').length)) < 4000);
    tab.quiet();
    await tab.close();
  });
}

// Waits until the page has all that the lines have; the lines.
