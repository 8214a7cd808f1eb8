// What happens now: the newest requests, as they end.

import { h } from './page-dom.js';
import * as f from './page-format.js';
import { filters, requestLink } from './page-address.js';
import { load as ask } from './page-data.js';
import { finds } from './page-filters.js';
import { requestColumns } from './page-parts.js';
import { table } from './page-table.js';

const MOST = 60;

export const title = () => 'Live';

// What has come, the newest first; `waiting` came while the list was held.
const tail = { of: null, requests: [], waiting: [], more: 0, rate: null };
let said = { at: 0, text: '' };

export async function load(address, signal) {
  const asked = filters(address);
  if (tail.of === String(asked)) return tail;
  asked.set('sort', 'time');
  asked.set('limit', String(MOST));
  const { requests } = await ask('requests.json', asked, signal);
  Object.assign(tail, { of: String(filters(address)), requests: [], waiting: [], more: 0, rate: null });
  take({ requests }, false);
  return tail;
}

// What came meanwhile has been missed: it is asked for anew.
export const forget = () => {
  tail.of = null;
};

// More has come.
export function take(news, held) {
  const into = held ? 'waiting' : 'requests';
  const all = new Map(
    [...news.requests, ...(held ? tail.waiting : [...tail.waiting, ...tail.requests])].map(one => [
      one.request_id,
      one,
    ]),
  );
  const ordered = [...all.values()].sort((a, b) => b.at - a.at);
  tail[into] = ordered.slice(0, MOST);
  if (!held) tail.waiting = [];
  if (held) tail.more += Math.max(0, ordered.length - MOST);
  tail.more += news.more ?? 0;
  tail.rate = news.rate ?? tail.rate;
}

export const isHeld = () => document.querySelector('tbody[data-table="live"]:is(:hover, :focus-within)') != null;

// What a screen reader is told, at most every few seconds.
function words() {
  const text = [
    tail.rate != null && f.rate(tail.rate),
    tail.waiting.length > 0 && `${tail.waiting.length} new while you look`,
    tail.more > 0 && `${f.count(tail.more)} not shown for want of room`,
  ]
    .filter(Boolean)
    .join(' · ');
  if (Date.now() - said.at > 3000 || !said.text) said = { at: Date.now(), text };
  return { text, spoken: said.text };
}

export function draw(address, data, { redraw }) {
  const rows = data.requests.filter(finds(address));
  const { text, spoken } = words();
  return [
    h('h1', { key: 'h1', tabindex: -1 }, 'Live'),
    h('p', { key: 'told', class: 'told' }, text || 'Waiting for requests.'),
    h('p', { key: 'spoken', class: 'unseen', 'aria-live': 'polite' }, spoken),
    rows.length
      ? table({
          name: 'live',
          caption: 'The newest first; the list waits while the pointer or the keyboard is in it',
          columns: requestColumns(),
          rows,
          live: true,
          key: row => row.request_id,
          link: row => requestLink(address, row),
          redraw,
        })
      : h(
          'div',
          { key: 'empty', class: 'empty' },
          h('p', {}, 'No request yet that matches. Make one:'),
          h('pre', {}, `curl -i ${location.origin}/`),
        ),
  ];
}
