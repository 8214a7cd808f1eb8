// The page of a real service under load: its numbers are those of the lines that the service wrote of the same requests.

import { until } from './check.mjs';
import { numberOf, open, tilesOf } from './browser.mjs';
import { Demo, build } from './service/demo.mjs';
import { endpoints } from './service/endpoints.mjs';
import { oneEndpoint } from './service/endpoint.mjs';
import { hostility } from './service/hostility.mjs';
import { underLoad } from './service/load.mjs';
import { RARE } from './service/mix.mjs';
import { oneRequest } from './service/request.mjs';
import { restart } from './service/restart.mjs';
import { tail } from './service/tail.mjs';
import { token } from './service/token.mjs';

export async function onService(browser, framework) {
  build(framework);
  const demo = await Demo.of(framework);
  try {
    await demo.start('1.4.1');
    await underLoad(browser, demo);
    for (const [method, path] of RARE) await demo.ask(method, path);
    const lines = await settled(browser, demo);
    await endpoints(browser, demo, lines);
    await oneEndpoint(browser, demo, lines);
    await oneRequest(browser, demo, lines);
    await tail(browser, demo);
    await hostility(browser, demo);
    await restart(browser, demo);
    await token(browser, demo);
  } finally {
    await demo.remove();
  }
}

async function settled(browser, demo) {
  const tab = await open(browser, demo.page());
  let lines;
  await until('the page has as many requests as there are lines', async () => {
    lines = demo.lines();
    return numberOf((await tilesOf(tab.page)).Requests) === lines.requests.length;
  });
  await tab.close();
  return lines;
}
