// That the keyboard is enough, and that what is there has names.

import assert from 'node:assert/strict';
import { check, until } from '../check.mjs';
import { open, tableOf } from '../browser.mjs';
import { fixture } from '../fixture/server.mjs';
import { views } from '../fixture/views.mjs';

export async function keys(browser) {
  const service = await fixture();
  await check('the keyboard is enough', async () => {
    const tab = await open(browser, service.page);
    const { page } = tab;
    const focused = () => page.evaluate(() => document.activeElement.textContent || document.activeElement.id);
    await page.keyboard.press('Tab');
    assert.equal(await focused(), 'Skip to the content');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
    const rows = await tableOf(page, 'endpoints');
    await page.focus('tbody .stop[tabindex="0"]');
    assert.equal(await focused(), rows[0].endpoint);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    assert.equal(await focused(), rows[2].endpoint);
    await page.keyboard.press('End');
    assert.equal(await focused(), rows.at(-1).endpoint);
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    assert.match(await page.textContent('#tip'), /in all$/, 'what a cell explains is told to the keyboard');
    assert.ok(await page.isVisible('#tip'));
    await page.keyboard.press('Escape');
    assert.ok(!(await page.isVisible('#tip')));
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.notEqual(outline, 'none', 'the focus is seen');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#durations');
    assert.ok((await page.textContent('h1')).includes(rows[0].endpoint));
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1');
    await page.focus('.area');
    const before = await page.textContent('figcaption');
    await page.keyboard.press('ArrowLeft');
    assert.notEqual(await page.textContent('figcaption'), before, 'time is walked through');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.table-endpoints');
    await page.keyboard.press('/');
    await page.keyboard.type('flags');
    await page.waitForFunction(() => document.querySelectorAll('.table-endpoints tbody tr').length === 1);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'find', 'typing keeps the focus');
    assert.match(page.url(), /find=flags/);
    await page.keyboard.press('Escape');
    await page.keyboard.press('2');
    await page.waitForSelector('.table-live');
    tab.quiet();
    await tab.close();
  });
  await check('what is half typed outlives an update', async () => {
    const tab = await open(browser, service.page);
    await tab.page.keyboard.press('/');
    await tab.page.evaluate(() => {
      document.activeElement.value = 'half';
    });
    const asked = () => tab.asked.filter(url => url.includes('endpoints.json')).length;
    const before = asked();
    await until('the page is brought up to date', () => {
      service.tell({ requests: [], more: 0, rate: 1 });
      // The answer to the first is shown once there is a second.
      return asked() > before + 1;
    });
    assert.equal(await tab.page.inputValue('#find'), 'half');
    await tab.close();
  });
  await check('a waterfall opens by the keyboard', async () => {
    const tab = await open(browser, service.page + views(service).request);
    const { page } = tab;
    await page.focus('button.line');
    for (let at = 0; at < 3; at++) await page.keyboard.press('ArrowDown');
    assert.match(await page.evaluate(() => document.activeElement.textContent), /41 × SELECT assignments/);
    const folded = await page.locator('button.line').count();
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('button.line').count(), folded + 41);
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-expanded')), 'true');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    assert.match(
      await page.textContent('.waterfall .details'),
      /SELECT COUNT\(\*\) FROM assignments.*src\/store\.rs:93/s,
    );
    tab.quiet();
    await tab.close();
  });
  await check('landmarks, headings and names are there', async () => {
    const tab = await open(browser, service.page);
    for (const [view, hash] of Object.entries(views(service))) {
      await tab.to(hash);
      const found = await tab.page.evaluate(() => ({
        headings: document.querySelectorAll('h1').length,
        main: document.querySelectorAll('main').length,
        nameless: [...document.querySelectorAll('button, select, input, a, [role=img]')]
          .filter(one => !one.textContent.trim() && !one.labels?.length && !one.getAttribute('aria-label'))
          .map(one => one.outerHTML),
        twice: [...document.querySelectorAll('[id]')]
          .map(one => one.id)
          .filter((id, at, all) => all.indexOf(id) !== at),
      }));
      assert.deepEqual(found, { headings: 1, main: 1, nameless: [], twice: [] }, view);
    }
    assert.equal(await tab.page.locator('nav[aria-label]').count(), 1);
    await tab.close();
  });
  await service.close();
}
