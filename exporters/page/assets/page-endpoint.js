// One endpoint: how long it takes over time, a typical request beside the worst, and what it asks of others.

import { h } from './page-dom.js';
import * as f from './page-format.js';
import { endpointLink, filters, link, requestLink } from './page-address.js';
import { load as ask } from './page-data.js';
import { finds } from './page-filters.js';
import { overTime } from './page-chart.js';
import { bar, legend } from './page-shares.js';
import { endpointName, errors, findings, requestColumns, section, status, tiles } from './page-parts.js';
import { table } from './page-table.js';
import { waterfall } from './page-waterfall.js';

export const title = address =>
  `${address.parameters.get('method')} ${address.parameters.get('route') || '(no route)'}`;

export async function load(address, signal) {
  const slowest = filters(address);
  slowest.set('sort', 'duration');
  slowest.set('limit', '20');
  const [endpoint, requests] = await Promise.all([
    ask('endpoint.json', filters(address), signal),
    ask('requests.json', slowest, signal),
  ]);
  return { ...endpoint, kept: requests.requests };
}

function example(address, name, request, redraw) {
  return h(
    'article',
    { key: name, class: 'example', 'aria-label': `${name} request` },
    h(
      'h3',
      {},
      name,
      request && [
        ' ',
        h('a', { href: requestLink(address, request) }, f.milliseconds(request.duration_ms)),
        ' ',
        status(request),
      ],
    ),
    request
      ? [
          h('p', { class: 'verdict' }, request.verdict || request.path),
          bar(request, { large: true }),
          waterfall(request, { redraw, few: true }),
        ]
      : h('p', { class: 'quiet' }, 'None is kept.'),
  );
}

const calls = what => [
  {
    name: 'summary',
    title: what,
    value: row => `${row.summary} ${row.target}`,
    cell: row => [
      row.statement ? h('code', { class: 'statement' }, row.statement) : [row.summary, ' ', row.target],
      row.callsite && h('small', { class: 'callsite' }, `at ${row.callsite}`),
    ],
    explain: row => row.statement?.length > 120 && row.statement,
  },
  {
    name: 'total',
    title: 'Total',
    number: true,
    first: true,
    value: row => row.total_ms,
    cell: row => f.milliseconds(row.total_ms),
  },
  { name: 'calls', title: 'Calls', number: true, value: row => row.count, cell: row => f.count(row.count) },
  {
    name: 'each',
    title: 'A request',
    number: true,
    tip: 'Calls of a request that makes any, on average',
    value: row => row.count / Math.max(row.requests, 1),
    cell: row => f.average(row.count / Math.max(row.requests, 1)),
  },
  {
    name: 'mean',
    title: 'Mean',
    number: true,
    value: row => row.total_ms / Math.max(row.count, 1),
    cell: row => f.milliseconds(row.total_ms / Math.max(row.count, 1)),
  },
  {
    name: 'slowest',
    title: 'Slowest',
    number: true,
    value: row => row.slowest_ms,
    cell: row => f.milliseconds(row.slowest_ms),
  },
  {
    name: 'errors',
    title: 'Errors',
    number: true,
    value: row => row.errors,
    cell: row => (row.errors > 0 ? h('span', { class: 'status error' }, '✕ ', f.count(row.errors)) : '0'),
  },
];

const STATUSES = [
  {
    name: 'status',
    title: 'Status',
    value: row => row.status,
    cell: row => (row.status == null ? 'no answer' : status({ status_code: row.status })),
  },
  {
    name: 'requests',
    title: 'Requests',
    number: true,
    first: true,
    value: row => row.requests,
    cell: row => f.count(row.requests),
  },
];

const VERSIONS = [
  { name: 'version', title: 'Version', value: row => row.version, cell: row => row.version || '(none)' },
  {
    name: 'requests',
    title: 'Requests',
    number: true,
    first: true,
    value: row => row.requests,
    cell: row => f.count(row.requests),
  },
  ...['p50', 'p95', 'p99'].map(name => ({
    name,
    title: name,
    number: true,
    value: row => row[`${name}_ms`],
    cell: row => f.milliseconds(row[`${name}_ms`]),
  })),
  { name: 'errors', title: 'Errors', number: true, value: row => row.error_rate, cell: errors },
];

export function draw(address, data, { redraw }) {
  const row = data.endpoint;
  const name = { method: address.parameters.get('method') ?? '', route: address.parameters.get('route') };
  const head = [
    h(
      'p',
      { key: 'way', class: 'way' },
      h('a', { href: link(address, 'endpoints', { method: null, route: null }) }, '← all endpoints'),
    ),
    h('h1', { key: 'h1', tabindex: -1 }, endpointName(row ?? name)),
  ];
  if (!row || !(row.requests || row.streams))
    return [head, h('p', { key: 'empty', class: 'empty' }, 'None of its requests matches these filters.')];
  const each = Math.max(row.requests, 1);
  const versions = (data.versions ?? []).filter(one => one.version != null);
  const list = (id, what, rows) =>
    rows?.length > 0 &&
    section(
      id,
      what,
      table({
        name: id,
        caption: '',
        columns: calls(what.replace(/s$/, '')),
        rows,
        redraw,
        key: one => [one.target, one.summary, one.statement, one.callsite].join(' '),
      }),
    );
  return [
    head,
    row.cause && h('p', { key: 'verdict', class: 'verdict' }, row.cause),
    tiles(
      ['Requests', f.count(row.requests)],
      ['Rate', f.rate(row.rate)],
      ['p50', f.milliseconds(row.p50_ms)],
      ['p95', f.milliseconds(row.p95_ms)],
      ['p99', f.milliseconds(row.p99_ms)],
      ['Slowest', f.milliseconds(row.slowest_ms)],
      ['Errors', errors(row)],
      ['Size', f.bytes(row.response_bytes)],
      ['Queries', f.average(row.db_queries), ' a request'],
      ['External', f.average(row.external_calls), ' a request'],
      row.cache_hits + row.cache_misses > 0 && [
        'Cache hits',
        f.percent(row.cache_hits / (row.cache_hits + row.cache_misses)),
      ],
    ),
    h('div', { key: 'whole', class: 'whole' }, bar(row, { each, large: true }), legend(row, each)),
    section(
      'durations',
      'Durations over time',
      overTime(data.timeline ?? [], data.distribution ?? [], { from: data.from, now: data.now, redraw }),
    ),
    section(
      'examples',
      'Typical and worst',
      h(
        'div',
        { class: 'examples' },
        example(address, 'Typical', data.typical, redraw),
        example(address, 'Worst', data.worst, redraw),
      ),
    ),
    data.findings?.length > 0 && section('findings', 'Findings', findings(data.findings)),
    list('statements', 'Statements', data.statements),
    list('hosts', 'External services', data.hosts),
    list('caches', 'Caches', data.caches),
    h(
      'div',
      { key: 'pair', class: 'pair' },
      section(
        'statuses',
        'Statuses',
        table({
          name: 'statuses',
          caption: '',
          columns: STATUSES,
          rows: data.statuses ?? [],
          key: one => String(one.status),
          link: one => endpointLink(address, row, { status: one.status ?? 'none' }),
          redraw,
        }),
      ),
      versions.length > 0 &&
        section(
          'versions',
          'Versions',
          table({
            name: 'versions',
            caption: '',
            columns: VERSIONS,
            rows: versions,
            key: one => one.version,
            link: one => endpointLink(address, row, { version: one.version }),
            redraw,
          }),
        ),
    ),
    section(
      'kept',
      'Slowest that are kept',
      table({
        name: 'kept',
        caption: '',
        columns: requestColumns({ withName: false }),
        rows: data.kept.filter(finds(address)),
        key: one => one.request_id,
        link: one => requestLink(address, one),
        redraw,
      }),
    ),
  ];
}
