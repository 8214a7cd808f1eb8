// What it says when there is nothing, nobody, or no leave.

import assert from 'node:assert/strict';
import { check, until } from '../check.mjs';
import { open } from '../browser.mjs';
import { fixture } from '../fixture/server.mjs';

export async function states(browser) {
  await check('where there is nothing, it says what to do', async () => {
    const service = await fixture({ mode: 'empty' });
    const tab = await open(browser, service.page);
    assert.match(
      await tab.page.textContent('main'),
      /No request has been measured yet.*curl -i http:\/\/127\.0\.0\.1/s,
    );
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
      assert.match(
        await tab.page.textContent('#notice'),
        /only on the machine of the service itself.*token.*the peer is not on this machine/s,
      );
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
    await tab.page.waitForFunction(() =>
      document.querySelector('#notice').textContent.includes('does not answer; trying again'),
    );
    assert.ok((await tab.page.locator('.table-endpoints tbody tr').count()) > 5, 'what was there is still shown');
    const again = await fixture({ port });
    await tab.page.waitForFunction(
      () =>
        document.querySelector('#notice').textContent === '' &&
        document.querySelector('#connection').textContent.includes('live'),
    );
    await tab.close();
    await again.close();
  });
  await check('without a stream it asks now and then', async () => {
    const service = await fixture();
    service.state.isFull = true;
    const tab = await open(browser, `${service.page}#/live`);
    await tab.page.waitForFunction(() => document.querySelector('#connection').textContent.includes('every 2 s'));
    assert.equal(await tab.page.textContent('#notice'), '', 'nothing is wrong');
    const asked = tab.asked.filter(url => url.includes('requests.json')).length;
    await until('it asks again', () => tab.asked.filter(url => url.includes('requests.json')).length > asked + 1);
    service.state.isFull = false;
    await tab.page.waitForFunction(() => document.querySelector('#connection').textContent.includes('live'));
    await tab.close();
    await service.close();
  });
}
