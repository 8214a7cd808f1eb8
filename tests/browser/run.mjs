// The page in a real browser: node run.mjs [page] [axum] [actix-web] [rocket] [pictures]; all of them where none is named.

import { check, sum } from './check.mjs';
import { launch } from './browser.mjs';
import { onPage } from './on-page.mjs';
import { onService } from './on-service.mjs';
import { pictures } from './on-pictures.mjs';

const named = process.argv.slice(2);
const isWanted = name => named.length === 0 || named.includes(name);
const browser = await launch();
if (isWanted('page')) await check('the page was looked at', () => onPage(browser));
for (const framework of ['axum', 'actix-web', 'rocket']) {
  if (isWanted(framework)) await check(`${framework}: its page was looked at`, () => onService(browser, framework));
}
if (isWanted('pictures')) await check('pictures were taken', () => pictures(browser));
await browser.close();
process.exitCode = sum() === 0 ? 0 : 1;
