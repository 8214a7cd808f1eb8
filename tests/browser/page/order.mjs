// Sorting, filters, many endpoints, and version against version.

import assert from 'node:assert/strict';
import { check, until } from '../check.mjs';
import { numberOf, open, tableOf } from '../browser.mjs';
import { fixture } from '../fixture/server.mjs';

export async function order(browser) {
  const service = await fixture();
  await check('every column sorts, both ways, and says so', async () => {
    const tab = await open(browser, service.page);
    const { page } = tab;
    const numbers = ['impact', 'rate', 'p50', 'p95', 'p99', 'errors', 'size', 'queries'];
    for (const column of ['endpoint', ...numbers, 'shares', 'cause']) {
      for (const _ of [1, 2]) {
        await page.click(`.table-endpoints th.of-${column} button`);
        const said = await page.getAttribute(`.table-endpoints th.of-${column}`, 'aria-sort');
        assert.ok(page.url().includes(`sort=${column}`), 'the order is in the address');
        if (!numbers.includes(column)) continue;
        const values = (await tableOf(page, 'endpoints')).map(row => numberOf(row[column]));
        const sorted = [...values].sort((a, b) => (said === 'descending' ? b - a : a - b));
        assert.deepEqual(
          values.map(value => value.toFixed(6)),
          sorted.map(value => value.toFixed(6)),
          `${column} ${said}`,
        );
      }
      assert.equal(await page.locator('.table-endpoints th[aria-sort$=ending]').count(), 1);
    }
    const [first] = await tableOf(page, 'endpoints');
    await page.reload();
    await page.waitForSelector('.table-endpoints');
    assert.equal((await tableOf(page, 'endpoints'))[0].endpoint, first.endpoint, 'and outlives a reload');
    tab.quiet();
    await tab.close();
  });
  await check('rows stay while somebody is among them, and change places after', async () => {
    const turning = await fixture();
    const tab = await open(browser, turning.page);
    const places = async () => (await tableOf(tab.page, 'endpoints')).map(row => row.endpoint);
    const before = await places();
    await tab.page.focus('.table-endpoints tbody .stop[tabindex="0"]');
    turning.state.mode = 'turned';
    turning.tell({ requests: [], more: 0, rate: 1 });
    await tab.page.waitForFunction(
      () => !/^5\d%/.test(document.querySelector('.table-endpoints td.of-impact').textContent),
    );
    assert.deepEqual(await places(), before);
    await tab.page.evaluate(() => document.activeElement.blur());
    turning.tell({ requests: [], more: 0, rate: 1 });
    await until('the rows change places', async () => (await places()).at(-1) === before[0]);
    tab.quiet();
    await tab.close();
    await turning.close();
  });
  await check('filters are in the address, in every view, and back undoes them', async () => {
    const tab = await open(browser, service.page);
    const { page, asked } = tab;
    await page.selectOption('select[name=status]', '=5xx');
    await page.selectOption('select[name=min_ms]', '=200');
    await page.check('input[value=POST]');
    await until('the service is asked so', () =>
      asked.some(
        url => /endpoints\.json\?.*status=5xx/.test(url) && /min_ms=200/.test(url) && /not_method=POST/.test(url),
      ),
    );
    for (const view of ['Live', 'Versions', 'Endpoints']) {
      await page.click(`nav a:text("${view}")`);
      await page.waitForSelector('main[aria-busy=false]');
      assert.equal(await page.inputValue('select[name=status]'), '=5xx', view);
      assert.ok(await page.isChecked('input[value=POST]'), view);
    }
    assert.ok(asked.some(url => /live\?.*status=5xx/.test(url) && /not_method=POST/.test(url)));
    for (let step = 0; step < 4; step++) await page.goBack();
    assert.ok(!(await page.isChecked('input[value=POST]')), 'back undoes');
    await page.goForward();
    await page.click('#filters button');
    assert.equal(await page.inputValue('select[name=status]'), '');
    tab.quiet();
    await tab.close();
  });
  await check('a thousand endpoints are shown a hundred at a time', async () => {
    const many = await fixture({ mode: 'many' });
    const tab = await open(browser, many.page);
    assert.equal(await tab.page.locator('.table-endpoints tbody tr').count(), 100);
    assert.ok((await tab.page.evaluate(() => document.querySelectorAll('*').length)) < 6000);
    await tab.page.click('button:text("Show 100 more")');
    assert.equal(await tab.page.locator('.table-endpoints tbody tr').count(), 200);
    await tab.page.keyboard.press('/');
    await tab.page.keyboard.type('resources-999');
    await tab.page.waitForFunction(() => document.querySelectorAll('.table-endpoints tbody tr').length === 1);
    tab.quiet();
    await tab.close();
    await many.close();
  });
  await check('versions are compared in words and by their interval', async () => {
    const tab = await open(browser, `${service.page}#/compare`);
    const rows = await tableOf(tab.page, 'compare');
    const words = new Set(rows.map(row => row.verdict.replace(/^\S+ /, '')));
    assert.deepEqual([...words].sort(), ['faster', 'same', 'slower', 'too few']);
    const slow = rows.find(row => row.endpoint === 'GET /slow');
    assert.equal(slow.change, '+62%');
    assert.match(
      await tab.page.getAttribute('.table-compare .interval', 'aria-label'),
      /^\d+%, between \d+% and \d+%$/,
    );
    await tab.page.selectOption('select[name=by]', 'p95');
    assert.match(tab.page.url(), /by=p95/);
    tab.quiet();
    await tab.close();
  });
  await service.close();
}
