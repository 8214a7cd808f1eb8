// Every endpoint, the one that takes most of the service's time first.

import { h } from './page-dom.js';
import * as f from './page-format.js';
import { endpointLink, filters, go, link } from './page-address.js';
import { load as ask } from './page-data.js';
import { finds } from './page-filters.js';
import { bar, legend, wordsOf } from './page-shares.js';
import { endpointName, errors, found, tiles } from './page-parts.js';
import { table } from './page-table.js';

export const title = () => 'Endpoints';
export const load = (address, signal) => ask('endpoints.json', filters(address), signal);

const each = row => Math.max(row.requests, 1);

const COLUMNS = [
  {
    name: 'endpoint',
    title: 'Endpoint',
    value: row => `${row.route ?? ''} ${row.method}`,
    cell: endpointName,
    explain: row => `${row.method} ${row.route ?? '(no route)'}`.length > 60 && `${row.method} ${row.route}`,
  },
  {
    name: 'impact',
    title: 'Impact',
    number: true,
    first: true,
    tip: 'Share of all the time that requests took',
    value: row => row.impact,
    cell: row => [
      h(
        'span',
        { class: 'meter', 'aria-hidden': 'true' },
        h('span', { style: { width: `${(row.impact * 100).toFixed(1)}%` } }),
      ),
      f.percent(row.impact),
    ],
    explain: row => `${f.milliseconds(row.total_ms)} in all`,
  },
  {
    name: 'rate',
    title: 'Rate',
    number: true,
    value: row => row.rate,
    cell: row => f.rate(row.rate),
    explain: row => `${f.many(row.requests, 'request')}${row.streams ? `, ${f.many(row.streams, 'stream')}` : ''}`,
  },
  {
    name: 'p50',
    title: 'p50',
    number: true,
    tip: 'Half of the requests take no longer',
    value: row => row.p50_ms,
    cell: row => f.milliseconds(row.p50_ms),
  },
  {
    name: 'p95',
    title: 'p95',
    number: true,
    tip: '95 of 100 requests take no longer',
    value: row => row.p95_ms,
    cell: row => f.milliseconds(row.p95_ms),
  },
  {
    name: 'p99',
    title: 'p99',
    number: true,
    tip: '99 of 100 requests take no longer',
    value: row => row.p99_ms,
    cell: row => f.milliseconds(row.p99_ms),
    explain: row => `slowest ${f.milliseconds(row.slowest_ms)}`,
  },
  {
    name: 'errors',
    title: 'Errors',
    number: true,
    tip: 'Answered 5xx, panicked, or broken off',
    value: row => row.error_rate,
    cell: errors,
    explain: row => `${f.count(row.errors)} of ${f.count(row.requests)}`,
  },
  {
    name: 'size',
    title: 'Size',
    number: true,
    tip: 'Bytes of an answer, on average',
    value: row => row.response_bytes,
    cell: row => f.bytes(row.response_bytes),
  },
  {
    name: 'queries',
    title: 'Queries',
    number: true,
    tip: 'Queries of a request, on average',
    value: row => row.db_queries,
    cell: row => f.average(row.db_queries),
  },
  {
    name: 'shares',
    title: 'Time goes to',
    value: row => wordsOf(row.dominant ?? ''),
    cell: row => bar(row, { each: each(row) }),
  },
  {
    name: 'cause',
    title: 'Cause',
    tip: 'What costs most, in words',
    value: row => row.cause,
    cell: row => [row.cause, row.findings > 0 && ' ', found(row.findings)],
    explain: row => row.cause || null,
  },
];

// The order, from the address.
function order(address) {
  const { parameters } = address;
  return parameters.has('sort')
    ? { column: parameters.get('sort'), descending: parameters.get('order') !== 'up' }
    : { column: 'impact', descending: true };
}

export function draw(address, data, { redraw }) {
  const { total, endpoints } = data;
  if (!endpoints.length) return nothing(address);
  const rows = endpoints.filter(finds(address));
  return [
    h('h1', { key: 'h1', tabindex: -1 }, 'Endpoints'),
    tiles(
      ['Requests', f.count(total.requests)],
      ['Rate', f.rate(total.rate)],
      ['p50', f.milliseconds(total.p50_ms)],
      ['p95', f.milliseconds(total.p95_ms)],
      ['p99', f.milliseconds(total.p99_ms)],
      ['Errors', errors(total)],
      ['Queries', f.average(total.db_queries), ' a request'],
    ),
    h(
      'div',
      { key: 'whole', class: 'whole' },
      bar(total, { each: each(total), large: true }),
      legend(total, each(total)),
    ),
    table({
      name: 'endpoints',
      caption: `${f.many(rows.length, 'endpoint')} in the last ${f.span(data.window_s)}`,
      columns: COLUMNS,
      rows,
      key: row => `${row.method} ${row.route ?? ''}${row.route == null ? '?' : ''}`,
      link: row => endpointLink(address, row),
      redraw,
      sort: order(address),
      onSort: ({ column, descending }) =>
        go(link(address, 'endpoints', { sort: column, order: descending ? null : 'up' }), { replace: true }),
    }),
    !rows.length && h('p', { key: 'none', class: 'empty' }, 'No endpoint has these words in its name.'),
  ];
}

function nothing(address) {
  const isFiltered = [...filters(address).keys()].length > 0;
  return [
    h('h1', { key: 'h1', tabindex: -1 }, 'Endpoints'),
    h(
      'div',
      { key: 'empty', class: 'empty' },
      isFiltered
        ? [
            h('p', {}, 'No request matches these filters.'),
            h('p', {}, 'A longer window, or fewer filters, may show some.'),
          ]
        : [
            h('p', {}, 'No request has been measured yet. Make one:'),
            h('pre', {}, `curl -i ${location.origin}/`),
            h(
              'p',
              {},
              'It appears here within a second. Health checks, /metrics and this page itself are not measured.',
            ),
          ],
    ),
  ];
}
