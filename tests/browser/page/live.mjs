// The tail, while it is watched, paused and flooded.

import assert from 'node:assert/strict';
import { check } from '../check.mjs';
import { open, tableOf } from '../browser.mjs';
import { fixture } from '../fixture/server.mjs';

export async function live(browser) {
  const service = await fixture();
  const news = (id, more = {}) => ({
    requests: [{ ...service.request(1), request_id: id, path: `/${id}`, route: null, at: Date.now() + 1000, ...more }],
    more: 7,
    rate: 812,
  });
  await check('the newest come first, and wait while somebody looks', async () => {
    const tab = await open(browser, `${service.page}#/live`);
    const { page } = tab;
    await page.waitForFunction(() => document.querySelector('#connection').textContent.includes('live'));
    service.tell(news('first'));
    await page.waitForFunction(() => document.querySelector('.table-live tbody tr').textContent.includes('/first'));
    assert.match(await page.textContent('.told'), /812\/s · 7 not shown for want of room/);
    assert.equal(await page.locator('[aria-live=polite]').count(), 1);
    await page.focus('.table-live tbody .stop[tabindex="0"]');
    service.tell(news('second'));
    await page.waitForFunction(() => document.querySelector('.told').textContent.includes('1 new while you look'));
    assert.match((await tableOf(page, 'live'))[0].endpoint, /first/, 'nothing moves under the keyboard');
    await page.focus('#find');
    service.tell(news('third'));
    await page.waitForFunction(() => document.querySelector('.table-live tbody tr').textContent.includes('/third'));
    assert.match((await tableOf(page, 'live'))[1].endpoint, /second/);
    await page.click('#pause');
    service.tell(news('fourth'));
    await page.waitForFunction(() => document.querySelector('#connection').textContent.includes('paused'));
    assert.match((await tableOf(page, 'live'))[0].endpoint, /third/);
    await page.click('#pause');
    await page.waitForFunction(() => document.querySelector('.table-live tbody tr').textContent.includes('/fourth'));
    for (let at = 0; at < 200; at++) service.tell(news(`flood-${at}`));
    await page.waitForFunction(() => document.querySelector('.table-live tbody tr').textContent.includes('/flood-199'));
    assert.ok((await page.locator('.table-live tbody tr').count()) <= 60, 'as many as there is room for');
    tab.quiet();
    await tab.close();
  });
  await service.close();
}
