// What is asked while somebody watches.

import assert from 'node:assert/strict';
import { check } from '../check.mjs';
import { open, tableOf } from '../browser.mjs';

export async function tail(browser, demo) {
  await check(demo.named('the tail shows what is asked while it is open'), async () => {
    const tab = await open(browser, demo.page('#/live'));
    await tab.page.waitForFunction(() => document.querySelector('#connection').textContent.includes('live'));
    await demo.ask('GET', '/nowhere/after-opening');
    await tab.page.waitForFunction(() =>
      document.querySelector('.table-live')?.textContent.includes('/nowhere/after-opening'),
    );
    await tab.to('#/live?method=POST');
    await demo.ask('GET', '/nowhere/not-this');
    await demo.ask('POST', '/nowhere/but-this');
    await tab.page.waitForFunction(() =>
      document.querySelector('.table-live')?.textContent.includes('/nowhere/but-this'),
    );
    assert.ok((await tableOf(tab.page, 'live')).every(one => one.endpoint.startsWith('POST')));
    tab.quiet();
    await tab.close();
  });
}
