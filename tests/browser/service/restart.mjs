// A service that is stopped and comes back as another version.

import assert from 'node:assert/strict';
import { SECOND } from './mix.mjs';
import { check, until } from '../check.mjs';
import { open, tableOf } from '../browser.mjs';

export async function restart(browser, demo) {
  await check(demo.named('a new version is waited for, found again, and compared'), async () => {
    const tab = await open(browser, demo.page());
    await tab.page.waitForFunction(() => document.querySelector('#connection').textContent.includes('live'));
    const began = Date.now();
    await demo.stop();
    assert.ok(Date.now() - began < 6000, 'an open page keeps no service from ending');
    await tab.page.waitForFunction(() =>
      document.querySelector('#notice').textContent.includes('does not answer; trying again'),
    );
    await demo.start('1.5.0');
    await tab.page.waitForFunction(
      () =>
        document.querySelector('#notice').textContent === '' &&
        document.querySelector('#connection').textContent.includes('live'),
    );
    tab.forget();
    await tab.page.waitForFunction(() => document.querySelector('#service').textContent.includes('1.5.0'));
    await demo.drive(SECOND, 600, 300);
    await tab.to('#/compare?window=all');
    await tab.page.waitForSelector('.table-compare');
    await until('the new version has been seen', async () =>
      /slower/.test((await tableOf(tab.page, 'compare')).find(one => one.endpoint === 'GET /slow')?.verdict ?? ''),
    );
    assert.equal(await tab.page.inputValue('select[name=baseline]'), '1.4.1');
    assert.equal(await tab.page.inputValue('select[name=candidate]'), '1.5.0');
    tab.quiet();
    await tab.close();
  });
}
