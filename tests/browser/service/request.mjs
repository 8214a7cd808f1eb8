// One request against its line and those of its calls.

import assert from 'node:assert/strict';
import { check } from '../check.mjs';
import { numberOf, open, tilesOf } from '../browser.mjs';
import { isNear, row, sameShares } from './expected.mjs';

export async function oneRequest(browser, demo, lines) {
  await check(demo.named('a request is the one of its line, call by call'), async () => {
    const tab = await open(browser, demo.page('#/endpoint?window=all&method=GET&route=%2Fexperiments'));
    const { page: view } = tab;
    await view.waitForSelector('.table-kept');
    await view.locator('.example[aria-label^=Worst] h3 a').click();
    await view.waitForSelector('#identity');
    const id = new URLSearchParams(view.url().split('?').at(-1)).get('id');
    const line = lines.requests.find(one => one.request_id === id);
    const tiles = await tilesOf(view);
    assert.ok(isNear(numberOf(tiles.Duration), line.duration_ms, 0.006));
    assert.equal(numberOf(tiles.Queries), line.db_queries);
    assert.match(await view.textContent('#identity'), new RegExp(`${line.trace_id}.*completed`, 's'));
    assert.equal(await view.textContent('.verdict'), line.verdict);
    sameShares(await view.getAttribute('.whole .bar', 'data-tip'), row([line]).shares, id);
    const calls = lines.calls.filter(one => one.request_id === id);
    await view.locator('button.line:has-text("×")').first().click();
    const shown = (await view.locator('button.line').allTextContents()).filter(
      text => !text.includes('×') && text.includes('SELECT'),
    );
    assert.equal(
      shown.length,
      calls.filter(one => one.kind === 'database').reduce((all, one) => all + one.count, 0),
      shown.join('\n'),
    );
    assert.match(await view.textContent('#findings'), /N\+1/);
    for (const [path, words] of [
      ['/panic', /panicked/],
      ['/work', /findings?|times/],
    ]) {
      const one = lines.requests.find(candidate => candidate.path === path);
      await tab.to(`#/request?id=${one.request_id}`);
      await view.waitForFunction(
        name => document.querySelector('#identity')?.textContent.includes(name),
        one.request_id,
      );
      assert.match(await view.textContent('main'), words);
    }
    tab.quiet();
    await tab.close();
  });
}
