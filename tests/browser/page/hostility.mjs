// That what others wrote stays text.

import assert from 'node:assert/strict';
import { check } from '../check.mjs';
import { open } from '../browser.mjs';
import { fixture } from '../fixture/server.mjs';
import { views } from '../fixture/views.mjs';

export async function hostility(browser) {
  await check('what others wrote stays text', async () => {
    const service = await fixture({ mode: 'hostile' });
    const tab = await open(browser, service.page);
    const { page } = tab;
    assert.ok((await page.textContent('.table-endpoints')).includes('<script>window.broken=1</script>'));
    assert.match(
      await page.textContent('.table-endpoints'),
      /\\u\{202e\}right-to-left/,
      'what would turn the text is shown',
    );
    await page.click('.table-endpoints tbody tr:has-text("onerror")');
    await page.waitForSelector('#durations');
    assert.match(await page.textContent('h1'), /<img src=x onerror=alert\(1\)>/);
    for (const hash of Object.values(views(service))) {
      await tab.to(hash);
      for (const line of await page.locator('button.line').all()) await line.click();
    }
    await tab.to(views(service).request);
    assert.match(await page.textContent('main'), /<b onclick=alert\(1\)>bold<\/b>/);
    assert.equal(await page.locator('main img, main script, main b[onclick]').count(), 0);
    assert.equal(await page.evaluate(() => window.broken), undefined);
    tab.quiet();
    await tab.close();
    await service.close();
  });
  await check('an address of strange parameters breaks nothing', async () => {
    const service = await fixture();
    const tab = await open(browser, service.page);
    for (const hash of [
      '#/nowhere',
      '#/endpoint',
      '#/endpoint?method=%3Cscript%3E&route=%00',
      '#/endpoints?sort=constructor&order=x&window=-1',
      '#/live?find=%E2%80%AE%3Cb%3E',
      '#/compare?by=__proto__',
      '#main',
      '#/request',
    ]) {
      await tab.to(hash);
      await tab.page.waitForSelector('h1');
    }
    // A 404 is what the address asked for; anything else would be ours.
    await tab.page.waitForSelector('#notice');
    await tab.close();
    await service.close();
  });
}
