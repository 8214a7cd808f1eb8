// What several views show alike.

import { h } from './page-dom.js';
import * as f from './page-format.js';
import { bar, inWords } from './page-shares.js';

// A route may be broken between its segments.
const inSegments = route => route.split(/(?<=\/)/).flatMap(segment => [segment, h('wbr')]);

export const endpointName = row => [
  h('span', { class: 'method' }, row.method),
  ' ',
  row.route
    ? h('span', { class: 'route' }, inSegments(row.route))
    : h('i', { class: 'route' }, row.path ?? '(no route)'),
];

// A status or, where there was none, how it ended; with a sign beside the colour.
export function status(request) {
  const code = request.status_code;
  const bad = request.outcome && request.outcome !== 'completed';
  const kind = bad || code >= 500 || request.level === 'critical' ? 'error' : code >= 400 ? 'warning' : 'fine';
  const sign = { error: '✕ ', warning: '△ ', fine: '' }[kind];
  return h(
    'span',
    { class: `status ${kind}` },
    sign,
    code ?? '',
    bad ? `${code ? ' ' : ''}${f.outcome(request.outcome)}` : code == null ? '–' : '',
  );
}

export function tiles(...pairs) {
  return h(
    'dl',
    { class: 'tiles' },
    pairs
      .filter(Boolean)
      .map(([name, value, note]) =>
        h('div', { key: name }, h('dt', {}, name), h('dd', {}, value, note && h('small', {}, note))),
      ),
  );
}

export function errors(row) {
  return h(
    'span',
    { class: row.errors > 0 ? 'status error' : null },
    row.errors > 0 && '✕ ',
    f.percent(row.error_rate ?? 0),
  );
}

export const section = (name, title, ...content) =>
  h(
    'section',
    { key: name, id: name, 'aria-labelledby': `${name}-title` },
    h('h2', { id: `${name}-title` }, title),
    content,
  );

// The columns of a list of single requests.
export const requestColumns = ({ withName = true } = {}) =>
  [
    {
      name: 'at',
      title: 'At',
      number: true,
      value: row => row.at,
      cell: row => f.clock(row.at, true),
      explain: row => f.day(row.at),
    },
    withName && {
      name: 'endpoint',
      title: 'Request',
      value: row => `${row.route ?? row.path} ${row.method}`,
      cell: row => endpointName(row),
      explain: row => row.path,
    },
    { name: 'status', title: 'Status', value: row => row.status_code, cell: status },
    {
      name: 'duration',
      title: 'Duration',
      number: true,
      first: true,
      value: row => row.duration_ms,
      cell: row => f.milliseconds(row.duration_ms),
    },
    { name: 'shares', title: 'Time goes to', value: row => inWords(row), cell: row => bar(row) },
    {
      name: 'queries',
      title: 'Queries',
      number: true,
      value: row => row.db_queries,
      cell: row => f.count(row.db_queries),
    },
    {
      name: 'verdict',
      title: 'Verdict',
      value: row => row.verdict,
      cell: row => [row.verdict ?? '', row.findings > 0 && ' ', found(row.findings)],
      explain: row => row.verdict,
    },
  ].filter(Boolean);

export const found = number => number > 0 && h('span', { class: 'badge' }, f.many(number, 'finding'));

// What was found, of one request or of many.
export function findings(list) {
  return h(
    'ul',
    { class: 'findings' },
    list.map((one, index) =>
      h(
        'li',
        { key: `${one.finding} ${one.summary} ${one.callsite} ${index}` },
        h('strong', {}, f.finding(one.finding)),
        one.summary && [' ', h('code', {}, one.summary)],
        one.target && one.target !== one.summary && h('span', { class: 'quiet' }, ` ${one.target}`),
        h(
          'p',
          {},
          [
            one.requests != null && f.many(Math.round(one.requests), 'request'),
            one.count != null &&
              (one.requests != null
                ? f.many(Math.round(one.count), 'call')
                : `${f.many(one.count, 'time')}${one.finding === 'too_many_queries' ? `, ${f.count(one.limit)} allowed` : ''}`),
            one.distinct_parameters != null && f.many(one.distinct_parameters, 'distinct parameter'),
            one.bytes != null && f.bytes(one.bytes),
            one.cost_ms != null && `costs ${f.milliseconds(one.cost_ms)}`,
            one.dearest_ms != null && `at most ${f.milliseconds(one.dearest_ms)}`,
            one.saves_ms != null && `${f.milliseconds(one.saves_ms)} could be saved`,
          ]
            .filter(Boolean)
            .join(' · '),
        ),
        (one.callsite || one.span || one.pool) &&
          h('p', {}, 'at ', h('code', { class: 'callsite' }, one.callsite || one.span || one.pool)),
        one.hint && h('p', { class: 'hint' }, one.hint),
      ),
    ),
  );
}
