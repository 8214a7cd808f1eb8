// Hostile paths, methods and headers, through a real service.

import assert from 'node:assert/strict';
import { check } from '../check.mjs';
import { open } from '../browser.mjs';
import { HOSTILE } from './mix.mjs';

export async function hostility(browser, demo) {
  await check(demo.named('hostile paths, methods and headers stay text'), async () => {
    const tab = await open(browser, demo.page('#/live'));
    // Of one second the tail may leave some out: they are asked until it has them.
    const isShown = () => tab.page.evaluate(() => document.querySelector('.table-live')?.textContent.includes('onerror'));
    for (let asked = 0; !(await isShown()); asked++) {
      assert.ok(asked < 60, 'the tail shows none of them');
      await demo.ask('GET', '/fail?status=500', {
        'x-user-id': '<img src=x onerror=window.broken=1>',
        'x-request-id': '<script>window.broken=1</script>',
        'user-agent': '"><script>window.broken=1</script>',
      });
      await demo.ask('PROPFIND', HOSTILE);
      await tab.page.waitForTimeout(500);
    }
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
