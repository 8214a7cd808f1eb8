// Seen from elsewhere, by another name than this machine's own: only with the token.

import assert from 'node:assert/strict';
import { check } from '../check.mjs';
import { ELSEWHERE, open, tableOf } from '../browser.mjs';

const TOKEN = 'a-token-of-the-browser-tests';

export async function token(browser, demo) {
  await check(demo.named('from elsewhere it is seen with the token alone'), async () => {
    await demo.stop();
    await demo.start('1.5.0', { TACHOGRAPH_EXPORTERS__PAGE__TOKEN: TOKEN });
    const address = demo.page().replace('127.0.0.1', ELSEWHERE);
    for (const password of [undefined, 'a-token-of-somebody-else']) {
      const context = await browser.newContext(password && { httpCredentials: { username: 'anybody', password } });
      const page = await context.newPage();
      const answer = await page.goto(address).then(
        response => String(response.status()),
        error => error.message,
      );
      assert.match(answer, /^401$|INVALID_AUTH_CREDENTIALS/, `with ${password}`);
      await context.close();
    }
    const tab = await open(browser, address, { password: TOKEN });
    await demo.ask('GET', '/experiments/1');
    await tab.page.waitForSelector('.table-endpoints');
    await tab.page.waitForFunction(() => document.querySelector('#connection').textContent.includes('live'));
    assert.ok((await tableOf(tab.page, 'endpoints')).some(one => one.endpoint === 'GET /experiments/{id}'));
    tab.quiet();
    await tab.close();
  });
}
