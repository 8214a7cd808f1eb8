// What the page has to show, computed from the lines of the same requests.

import assert from 'node:assert/strict';
import { numberOf } from '../browser.mjs';

export const SHARES = {
  own: 'own code',
  db: 'database',
  db_wait: 'waiting for a connection',
  external: 'external calls',
  cache: 'cache',
  body: 'sending the body',
  waiting: 'waiting',
};

const sum = (lines, of) => lines.reduce((all, line) => all + (of(line) ?? 0), 0);

// By nearest rank.
function percentile(lines, part) {
  const durations = lines.map(line => line.duration_ms).sort((a, b) => a - b);
  return durations[Math.max(0, Math.ceil(durations.length * part) - 1)];
}

export const isError = line => line.status_code >= 500 || ['panicked', 'body_failed'].includes(line.outcome);

export function row(lines, all = lines) {
  const measured = lines.filter(line => !line.streaming);
  return {
    requests: lines.length,
    p50: percentile(measured, 0.5),
    p95: percentile(measured, 0.95),
    p99: percentile(measured, 0.99),
    errors: sum(lines, isError) / lines.length,
    size: sum(lines, line => line.response_bytes) / lines.length,
    queries: sum(lines, line => line.db_queries) / lines.length,
    impact:
      sum(measured, line => line.duration_ms) /
      sum(
        all.filter(line => !line.streaming),
        line => line.duration_ms,
      ),
    shares: Object.fromEntries(
      Object.entries(SHARES).map(([name, words]) => [
        words,
        sum(measured, line => line[`${name}_ms`]) / measured.length,
      ]),
    ),
  };
}

export const nameOf = line => `${line.method} ${line.route ?? '(no route)'}`;

export function byEndpoint(lines) {
  const groups = new Map();
  for (const line of lines)
    groups.has(nameOf(line)) ? groups.get(nameOf(line)).push(line) : groups.set(nameOf(line), [line]);
  return groups;
}

// As near as three digits and a histogram within 1% are.
export const isNear = (shown, value, part = 0.02, least = 0.0065) =>
  Math.abs(shown - value) <= Math.abs(value) * part + least;

// The shares that an explanation tells, by their words.
const tipsOf = text =>
  Object.fromEntries(
    [...text.matchAll(/^(.+?) [<\d.,]+%, ([\d.,]+ (?:ms|s|min))$/gm)].map(([, words, value]) => [
      words,
      numberOf(value),
    ]),
  );

export function sameShares(tip, shares, of) {
  const shown = tipsOf(tip);
  for (const [words, value] of Object.entries(shares))
    if (value > 0.01)
      assert.ok(isNear(shown[words] ?? 0, value), `${of}: ${words} ${shown[words]} instead of ${value}\n${tip}`);
}
