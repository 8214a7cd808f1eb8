// One endpoint against the lines: statements, hosts, caches, statuses, the worst request.

import assert from 'node:assert/strict';
import { check } from '../check.mjs';
import { numberOf, open, tableOf, tilesOf } from '../browser.mjs';
import { isNear, nameOf, row } from './expected.mjs';

export async function oneEndpoint(browser, demo, lines) {
  await check(demo.named('an endpoint has the statements, statuses and worst request of its lines'), async () => {
    const tab = await open(browser, demo.page());
    for (const name of [
      'GET /experiments',
      'GET /experiments/{id}/report',
      'GET /flags/{key}',
      'GET /work',
      'GET (no route)',
    ]) {
      await tab.to('#/endpoints?window=all');
      await tab.page.waitForSelector('.table-endpoints');
      await tab.page
        .locator('.table-endpoints tbody tr')
        .nth((await tableOf(tab.page, 'endpoints')).findIndex(one => one.endpoint === name))
        .locator('a')
        .click();
      await tab.page.waitForSelector('#durations .area');
      assert.equal(await tab.page.textContent('h1'), name);
      const own = lines.requests.filter(line => nameOf(line) === name);
      const value = row(own);
      const tiles = await tilesOf(tab.page);
      assert.equal(numberOf(tiles.Requests), own.length);
      for (const part of ['p50', 'p95', 'p99'])
        assert.ok(
          isNear(numberOf(tiles[part]), value[part]),
          `${name}: ${part} ${tiles[part]} instead of ${value[part]}`,
        );
      const worst = Math.max(...own.map(line => line.duration_ms));
      assert.ok(isNear(numberOf(tiles.Slowest), worst, 0.006));
      assert.ok(
        isNear(numberOf(await tab.page.textContent('.example[aria-label^=Worst] h3 a')), worst, 0.006),
        `${name}: the worst is the worst`,
      );
      for (const status of await tableOf(tab.page, 'statuses')) {
        const code = /\d{3}/.exec(status.status)?.[0];
        assert.equal(
          numberOf(status.requests),
          own.filter(line => String(line.status_code ?? '') === (code ?? '')).length,
          `${name}: ${status.status}`,
        );
      }
      for (const [table, kind] of [
        ['statements', 'database'],
        ['hosts', 'external'],
        ['caches', 'cache'],
      ]) {
        const calls = lines.calls.filter(line => nameOf(line) === name && line.kind === kind);
        const shown = await tableOf(tab.page, table);
        const number = key => shown.reduce((all, one) => all + numberOf(one[key]), 0);
        assert.equal(
          number('calls'),
          calls.reduce((all, line) => all + line.count, 0),
          `${name}: calls of ${table}`,
        );
        assert.ok(
          isNear(
            number('total'),
            calls.reduce((all, line) => all + line.total_ms, 0),
            0.02,
            0.05,
          ),
          `${name}: time of ${table}`,
        );
        for (const one of calls)
          if (one.statement)
            assert.ok(
              shown.some(line => line.summary.includes(one.statement)),
              one.statement,
            );
      }
    }
    await tab.to('#/endpoint?window=all&method=GET&route=%2Fexperiments');
    await tab.page.waitForSelector('#findings');
    assert.match(
      await tab.page.textContent('#findings'),
      /N\+1.*SELECT assignments.*store\.rs:\d+.*load all rows by one query/s,
    );
    tab.quiet();
    await tab.close();
  });
}
