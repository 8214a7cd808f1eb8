// The page as such: reading, keys, narrow screens, hostile text, and what it says when there is nothing or nobody.

import assert from 'node:assert/strict';
import { check, until } from './check.mjs';
import { numberOf, open, overflow, tableOf } from './browser.mjs';
import { tooFaint } from './contrast.mjs';
import { fixture } from './fixture.mjs';

const ENDPOINT = '#/endpoint?method=GET&route=%2Fexperiments';
const views = service => ({ endpoints: '#/endpoints', endpoint: ENDPOINT, request: `#/request?id=${encodeURIComponent(service.request(4).request_id)}`, live: '#/live', compare: '#/compare' });

export async function onFixture(browser) {
  await looks(browser);
  await keys(browser);
  await states(browser);
  await hostility(browser);
  await order(browser);
  await live(browser);
}

async function looks(browser) {
  const service = await fixture();
  for (const dark of [false, true]) {
    await check(`text is readable in every view, ${dark ? 'dark' : 'light'}`, async () => {
      const tab = await open(browser, service.page, { dark });
      for (const [view, hash] of Object.entries(views(service))) {
        await tab.to(hash);
        assert.deepEqual(await tab.page.evaluate(tooFaint), [], view);
      }
      tab.quiet();
      await tab.close();
    });
  }
  await check('the theme can be chosen, and stays', async () => {
    const tab = await open(browser, service.page);
    const ground = () => tab.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await tab.page.keyboard.press('t');
    assert.equal(await ground(), light, 'light was chosen');
    await tab.page.click('#theme');
    const dark = await ground();
    assert.notEqual(dark, light);
    await tab.page.reload();
    await tab.page.waitForSelector('h1');
    assert.equal(await ground(), dark);
    await tab.close();
  });
  await check('shares are told apart without colour', async () => {
    const tab = await open(browser, service.page);
    const shares = await tab.page.evaluate(() => [...document.querySelectorAll('.legend li')].map(item => [item.textContent, getComputedStyle(item.firstChild).backgroundImage]));
    assert.equal(shares.length, 7);
    assert.equal(new Set(shares.map(([, pattern]) => pattern)).size, 7, 'each has a pattern of its own');
    assert.ok(shares.every(([words]) => /[a-z]/.test(words)));
    await tab.close();
  });
  for (const [mode, width] of [['usual', 360], ['hostile', 360], ['hostile', 768], ['usual', 1024]]) {
    await check(`nothing is wider than ${width} pixels, ${mode}`, async () => {
      const of = await fixture({ mode });
      const tab = await open(browser, of.page, { width, height: 780 });
      for (const [view, hash] of Object.entries(views(of))) {
        await tab.to(hash);
        assert.ok(await overflow(tab.page) <= 0, `${view}: ${await overflow(tab.page)} too wide`);
      }
      tab.quiet();
      await tab.close();
      await of.close();
    });
  }
  await service.close();
}

async function keys(browser) {
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
    assert.ok(!await page.isVisible('#tip'));
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
    assert.match(await page.textContent('.waterfall .details'), /SELECT COUNT\(\*\) FROM assignments.*src\/store\.rs:93/s);
    tab.quiet();
    await tab.close();
  });
  await check('landmarks, headings and names are there', async () => {
    const tab = await open(browser, service.page);
    for (const [view, hash] of Object.entries(views(service))) {
      await tab.to(hash);
      const found = await tab.page.evaluate(() => ({
        headings: document.querySelectorAll('h1').length, main: document.querySelectorAll('main').length,
        nameless: [...document.querySelectorAll('button, select, input, a, [role=img]')].filter(one => !one.textContent.trim() && !one.labels?.length && !one.getAttribute('aria-label')).map(one => one.outerHTML),
        twice: [...document.querySelectorAll('[id]')].map(one => one.id).filter((id, at, all) => all.indexOf(id) !== at),
      }));
      assert.deepEqual(found, { headings: 1, main: 1, nameless: [], twice: [] }, view);
    }
    assert.equal(await tab.page.locator('nav[aria-label]').count(), 1);
    await tab.close();
  });
  await service.close();
}

async function states(browser) {
  await check('where there is nothing, it says what to do', async () => {
    const service = await fixture({ mode: 'empty' });
    const tab = await open(browser, service.page);
    assert.match(await tab.page.textContent('main'), /No request has been measured yet.*curl -i http:\/\/127\.0\.0\.1/s);
    await tab.to('#/endpoints?status=5xx');
    assert.match(await tab.page.textContent('main'), /No request matches these filters/);
    await tab.to('#/live');
    assert.match(await tab.page.textContent('main'), /No request yet/);
    await tab.to('#/compare');
    assert.match(await tab.page.textContent('main'), /No request has been measured in this window/);
    tab.quiet();
    await tab.close();
    await service.close();
  });
  for (const refuse of [401, 403]) {
    await check(`a refusal (${refuse}) is explained`, async () => {
      const service = await fixture();
      service.state.refuse = refuse;
      const tab = await open(browser, service.page);
      assert.match(await tab.page.textContent('#notice'), /only on the machine of the service itself.*token.*the peer is not on this machine/s);
      service.state.refuse = null;
      await tab.page.waitForSelector('.table-endpoints');
      assert.equal(await tab.page.textContent('#notice'), '');
      await tab.close();
      await service.close();
    });
  }
  await check('a request that is no longer kept is explained', async () => {
    const service = await fixture();
    const tab = await open(browser, `${service.page}#/request?id=gone`);
    assert.match(await tab.page.textContent('#notice'), /no longer kept/);
    await tab.close();
    await service.close();
  });
  await check('a service that went away is waited for', async () => {
    const service = await fixture();
    const tab = await open(browser, service.page);
    const port = Number(new URL(service.page).port);
    await service.close();
    await tab.page.waitForFunction(() => document.querySelector('#notice').textContent.includes('does not answer; trying again'));
    assert.ok(await tab.page.locator('.table-endpoints tbody tr').count() > 5, 'what was there is still shown');
    const again = await fixture({ port });
    await tab.page.waitForFunction(() => document.querySelector('#notice').textContent === '' && document.querySelector('#connection').textContent.includes('live'));
    await tab.close();
    await again.close();
  });
}

async function hostility(browser) {
  await check('what others wrote stays text', async () => {
    const service = await fixture({ mode: 'hostile' });
    const tab = await open(browser, service.page);
    const { page } = tab;
    assert.ok((await page.textContent('.table-endpoints')).includes('<script>window.broken=1</script>'));
    assert.match(await page.textContent('.table-endpoints'), /\\u\{202e\}right-to-left/, 'what would turn the text is shown');
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
    for (const hash of ['#/nowhere', '#/endpoint', '#/endpoint?method=%3Cscript%3E&route=%00', '#/endpoints?sort=constructor&order=x&window=-1', '#/live?find=%E2%80%AE%3Cb%3E', '#/compare?by=__proto__', '#main', '#/request']) {
      await tab.to(hash);
      await tab.page.waitForSelector('h1');
    }
    // A 404 is what the address asked for; anything else would be ours.
    await tab.page.waitForSelector('#notice');
    await tab.close();
    await service.close();
  });
}

async function order(browser) {
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
        assert.deepEqual(values.map(value => value.toFixed(6)), sorted.map(value => value.toFixed(6)), `${column} ${said}`);
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
  await check('filters are in the address, in every view, and back undoes them', async () => {
    const tab = await open(browser, service.page);
    const { page, asked } = tab;
    await page.selectOption('select[name=status]', '=5xx');
    await page.selectOption('select[name=min_ms]', '=200');
    await page.check('input[value=POST]');
    await until('the service is asked so', () => asked.some(url => /endpoints\.json\?.*status=5xx/.test(url) && /min_ms=200/.test(url) && /not_method=POST/.test(url)));
    for (const view of ['Live', 'Compare', 'Endpoints']) {
      await page.click(`nav a:text("${view}")`);
      await page.waitForSelector('main[aria-busy=false]');
      assert.equal(await page.inputValue('select[name=status]'), '=5xx', view);
      assert.ok(await page.isChecked('input[value=POST]'), view);
    }
    assert.ok(asked.some(url => /live\?.*status=5xx/.test(url) && /not_method=POST/.test(url)));
    for (let step = 0; step < 4; step++) await page.goBack();
    assert.ok(!await page.isChecked('input[value=POST]'), 'back undoes');
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
    assert.ok(await tab.page.evaluate(() => document.querySelectorAll('*').length) < 6000);
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
    assert.match(await tab.page.getAttribute('.table-compare .interval', 'aria-label'), /^\d+%, between \d+% and \d+%$/);
    await tab.page.selectOption('select[name=by]', 'p95');
    assert.match(tab.page.url(), /by=p95/);
    tab.quiet();
    await tab.close();
  });
  await service.close();
}

async function live(browser) {
  const service = await fixture();
  const news = (id, more = {}) => ({ requests: [{ ...service.request(1), request_id: id, path: `/${id}`, route: null, at: Date.now() + 1000, ...more }], more: 7, rate: 812 });
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
    assert.ok(await page.locator('.table-live tbody tr').count() <= 60, 'as many as there is room for');
    tab.quiet();
    await tab.close();
  });
  await service.close();
}
