// The list of endpoints against the lines: every number, order and filter.

import assert from 'node:assert/strict';
import { check, until } from '../check.mjs';
import { numberOf, open, tableOf, tilesOf } from '../browser.mjs';
import { byEndpoint, isError, isNear, row, sameShares } from './expected.mjs';

export async function endpoints(browser, demo, lines) {
  const expected = byEndpoint(lines.requests);
  await check(demo.named('every endpoint has the numbers of its lines'), async () => {
    const tab = await open(browser, demo.page());
    const rows = await tableOf(tab.page, 'endpoints');
    assert.deepEqual(rows.map(one => one.endpoint).sort(), [...expected.keys()].sort());
    for (const [at, shown] of rows.entries()) {
      const value = row(expected.get(shown.endpoint), lines.requests);
      const line = tab.page.locator('.table-endpoints tbody tr').nth(at);
      assert.equal(numberOf(await line.locator('.of-rate').getAttribute('data-tip')), value.requests, shown.endpoint);
      for (const name of ['p50', 'p95', 'p99', 'size', 'queries'])
        assert.ok(
          isNear(numberOf(shown[name]), value[name], 0.02, name === 'size' ? 1 : 0.0065),
          `${shown.endpoint}: ${name} ${shown[name]} instead of ${value[name]}`,
        );
      for (const name of ['errors', 'impact'])
        assert.ok(
          isNear(numberOf(shown[name]), value[name], 0.06, 0.0001),
          `${shown.endpoint}: ${name} ${shown[name]} instead of ${value[name]}`,
        );
      sameShares(await line.locator('.bar').getAttribute('data-tip'), value.shares, shown.endpoint);
      assert.ok(shown.cause.length > 0, `${shown.endpoint} has a cause`);
    }
    const impacts = rows.map(one => numberOf(one.impact));
    assert.deepEqual(
      impacts,
      [...impacts].sort((a, b) => b - a),
    );
    const whole = row(lines.requests);
    const tiles = await tilesOf(tab.page);
    for (const name of ['p50', 'p95', 'p99'])
      assert.ok(isNear(numberOf(tiles[name]), whole[name]), `${name} ${tiles[name]} instead of ${whole[name]}`);
    tab.quiet();
    await tab.close();
  });
  await check(demo.named('sorting and every filter give what the lines give'), async () => {
    const tab = await open(browser, demo.page());
    for (const column of [
      'rate',
      'p50',
      'p95',
      'p99',
      'errors',
      'size',
      'queries',
      'impact',
      'endpoint',
      'shares',
      'cause',
    ]) {
      await tab.page.click(`.table-endpoints th.of-${column} button`);
      if (['endpoint', 'shares', 'cause'].includes(column)) continue;
      const values = (await tableOf(tab.page, 'endpoints')).map(one => numberOf(one[column]));
      assert.deepEqual(
        values,
        [...values].sort((a, b) => b - a),
        column,
      );
    }
    const filters = {
      'method=POST': line => line.method === 'POST',
      'not_method=POST,OPTIONS': line => line.method !== 'POST',
      'status=5xx': line => line.status_code >= 500,
      'status=404': line => line.status_code === 404,
      'status=error': isError,
      'status=none': line => line.status_code == null,
      'route=%2Fexperiments': line => line.route === '/experiments',
      'route=': line => line.route == null,
      'min_ms=100': line => line.duration_ms >= 100,
      'min_ms=1000': line => line.duration_ms >= 1000,
      'version=1.4.1': () => true,
      'version=0.0.1': () => false,
      'min_ms=10&status=2xx&method=GET': line =>
        line.duration_ms >= 10 && line.status_code < 300 && line.method === 'GET',
    };
    for (const [filter, holds] of Object.entries(filters)) {
      await tab.to(`#/endpoints?window=all&${filter}`);
      const wanted = byEndpoint(lines.requests.filter(holds));
      await until(
        filter,
        async () => {
          const rows = await tableOf(tab.page, 'endpoints');
          const shown = rows.map(one => one.endpoint).sort();
          assert.deepEqual(shown, [...wanted.keys()].sort(), filter);
          if (shown.length)
            assert.equal(numberOf((await tilesOf(tab.page)).Requests), lines.requests.filter(holds).length, filter);
          return true;
        },
        5000,
      );
    }
    tab.quiet();
    await tab.close();
  });
}
