// What a duration consists of. Each share has its place, pattern and word beside its colour.

import { h } from './page-dom.js';
import { milliseconds, percent } from './page-format.js';

export const SHARES = [
  ['own', 'own code'],
  ['db', 'database'],
  ['db_wait', 'waiting for a connection'],
  ['external', 'external calls'],
  ['cache', 'cache'],
  ['body', 'sending the body'],
  ['waiting', 'waiting'],
].map(([name, words]) => ({ name, words, member: `${name}_ms` }));

export const wordsOf = name => SHARES.find(share => share.name === name)?.words ?? name;

const total = row => SHARES.reduce((sum, share) => sum + (row[share.member] ?? 0), 0);

function parts(row) {
  const all = total(row);
  const largest = [...SHARES].filter(share => row[share.member] > 0).sort((a, b) => row[b.member] - row[a.member]);
  return { all, largest };
}

// In words, the largest first.
export function inWords(row, each = 1) {
  const { all, largest } = parts(row);
  if (!all) return 'No time was measured.';
  return largest
    .map(share => `${share.words} ${percent(row[share.member] / all)}, ${milliseconds(row[share.member] / each)}`)
    .join('\n');
}

// A stacked bar. `each`: of how many requests these are the sums.
export function bar(row, { each = 1, large = false } = {}) {
  const { all } = parts(row);
  const words = inWords(row, each);
  return h(
    'div',
    {
      class: large ? 'bar large' : 'bar',
      role: 'img',
      'aria-label': words.replaceAll('\n', '; '),
      'data-tip': each === 1 ? words : `On average:\n${words}`,
      tabindex: large ? 0 : -1,
    },
    all > 0 &&
      SHARES.filter(share => row[share.member] / all > 0.002).map(share =>
        h('span', {
          key: share.name,
          class: `share ${share.name}`,
          style: { 'flex-grow': (row[share.member] / all).toFixed(4) },
        }),
      ),
  );
}

// The shares with their words and, of a row, their numbers.
export function legend(row, each = 1) {
  const { all } = row ? parts(row) : { all: 0 };
  return h(
    'ul',
    { class: 'legend' },
    SHARES.map(share =>
      h(
        'li',
        { key: share.name },
        h('span', { class: `share ${share.name}` }),
        ` ${share.words}`,
        row && h('b', {}, all ? ` ${percent(row[share.member] / all)}` : ' –'),
        row && h('small', {}, ` ${milliseconds(row[share.member] / each)}`),
      ),
    ),
  );
}
