// The page in a real browser: node run.mjs [fixture] [axum] [actix-web] [rocket]; all of them where none is named.

import { sum } from './check.mjs';
import { launch } from './browser.mjs';
import { onFixture } from './on-fixture.mjs';
import { onDemo } from './on-demo.mjs';

const named = process.argv.slice(2);
const isWanted = name => named.length === 0 || named.includes(name);
const browser = await launch();
if (isWanted('fixture')) await onFixture(browser);
for (const framework of ['axum', 'actix-web', 'rocket']) if (isWanted(framework)) await onDemo(browser, framework);
await browser.close();
process.exitCode = sum() === 0 ? 0 : 1;
