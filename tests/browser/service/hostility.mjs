// Hostile paths, methods and headers, through a real service.

import assert from 'node:assert/strict';
import { check } from '../check.mjs';
import { open } from '../browser.mjs';
import { HOSTILE } from './mix.mjs';

export async function hostility(browser, demo) {
  await check(demo.named('hostile paths, methods and headers stay text'), async () => {
    await demo.ask('GET', '/fail?status=500', {
      'x-user-id': '<img src=x onerror=window.broken=1>',
      'x-request-id': '<script>window.broken=1</script>',
      'user-agent': '"><script>window.broken=1</script>',
    });
    await demo.ask('PROPFIND', HOSTILE);
    const tab = await open(browser, demo.page('#/live'));
    await tab.page.waitForFunction(() => document.querySelector('.table-live')?.textContent.includes('onerror'));
    for (const link of await tab.page
      .locator('.table-live a.stop')
      .evaluateAll(all => all.slice(0, 5).map(one => one.hash))) {
      await tab.to(link);
      await tab.page.waitForSelector('#identity');
    }
    assert.equal(await tab.page.locator('main img, main script').count(), 0);
    assert.equal(await tab.page.evaluate(() => window.broken), undefined);
    tab.quiet();
    await tab.close();
  });
}
