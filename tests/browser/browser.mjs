// A real browser, and pages that remember whatever it complained of.

import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

// This machine by another name.
export const ELSEWHERE = 'elsewhere.test';

const FLAGS = [
  `--host-resolver-rules=MAP ${ELSEWHERE} 127.0.0.1`,
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });

// `quiet()` holds if the browser logged no error, blocked nothing by the policy, and asked nobody but the service.
export async function open(browser, address, { width = 1440, height = 900, dark = false, password } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    ...(password && { httpCredentials: { username: 'anybody', password } }),
  });
  const page = await context.newPage();
  const complaints = [];
  const asked = [];
  page.on('console', message => {
    // By plain HTTP from elsewhere a browser does without this header, and says so.
    const isOfTransport = message.text().startsWith('The Cross-Origin-Opener-Policy header has been ignored');
    if (['error', 'warning'].includes(message.type()) && !isOfTransport) complaints.push(message.text());
  });
  page.on('pageerror', error => complaints.push(error.stack));
  page.on('dialog', dialog => {
    complaints.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('request', request => asked.push(request.url()));
  await page.addInitScript(() =>
    addEventListener('securitypolicyviolation', event =>
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`),
    ),
  );
  await page.goto(address);
  await page.waitForSelector('main[aria-busy=false]');
  const origin = new URL(address).origin;
  return {
    page,
    asked,
    forget: () => {
      complaints.length = 0;
    },
    quiet: () => {
      assert.deepEqual(complaints, []);
      assert.deepEqual(
        asked.filter(url => new URL(url).origin !== origin),
        [],
      );
    },
    to: async hash => {
      await page.evaluate(to => {
        location.hash = to;
      }, hash);
      await page.waitForSelector('main[aria-busy=false]');
    },
    close: () => context.close(),
  };
}

// The texts of a table, row by row, by the names of its columns.
export const tableOf = (page, name) =>
  page.evaluate(
    table =>
      [...document.querySelectorAll(`.table-${table} tbody tr`)].map(row =>
        Object.fromEntries([...row.cells].map(cell => [cell.className.replace(/.*of-/, ''), cell.textContent])),
      ),
    name,
  );

// The numbers in large print, by their names.
export const tilesOf = page =>
  page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll('.tiles > div')].map(tile => [
        tile.querySelector('dt').textContent,
        tile.querySelector('dd').firstChild.textContent === ''
          ? tile.querySelector('dd').textContent
          : tile.querySelector('dd').textContent,
      ]),
    ),
  );

// No wider than the window.
export const overflow = page => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

// A number as it is written, in the unit that it is compared in: milliseconds, bytes, a part of 1, times a second.
export function numberOf(text) {
  const [, sign, digits, unit] = /(−|-|<)?\s*([\d.,]+)\s*([^\d\s]*)/.exec(text) ?? [];
  const units = {
    ms: 1,
    s: 1000,
    min: 60000,
    B: 1,
    kB: 1e3,
    MB: 1e6,
    GB: 1e9,
    '%': 0.01,
    '/s': 1,
    '/min': 1 / 60,
    M: 1e6,
  };
  return (sign === '−' || sign === '-' ? -1 : 1) * Number(digits?.replaceAll(',', '')) * (units[unit] ?? 1);
}
