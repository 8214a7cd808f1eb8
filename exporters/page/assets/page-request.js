// One request: who it was, where its time went, and why.

import { h } from './page-dom.js';
import * as f from './page-format.js';
import { endpointLink, filters, requestLink } from './page-address.js';
import { load as ask } from './page-data.js';
import { finds } from './page-filters.js';
import { bar, legend } from './page-shares.js';
import { endpointName, findings, requestColumns, section, status, tiles } from './page-parts.js';
import { table } from './page-table.js';
import { waterfall } from './page-waterfall.js';

export const title = () => 'Request';

// The request stays as it was; what else is kept changes.
const known = new Map();

export async function load(address, signal) {
  const id = address.parameters.get('id') ?? '';
  if (!known.has(id)) {
    known.clear();
    known.set(id, await ask('request.json', new URLSearchParams({ id }), signal));
  }
  const others = filters(address);
  others.set('sort', 'duration');
  others.set('limit', '20');
  return { request: known.get(id), others: (await ask('requests.json', others, signal)).requests };
}

const pairs = list =>
  h(
    'dl',
    { class: 'details wide' },
    list
      .filter(([, value]) => value != null && value !== '')
      .map(([name, value]) => h('div', { key: name }, h('dt', {}, name), h('dd', {}, value))),
  );

function error({ type, message, chain = [], callsite }) {
  return section(
    'error',
    'Error',
    h(
      'div',
      { class: 'trouble' },
      h('p', {}, h('strong', {}, type), ' ', message),
      chain.length > 0 &&
        h(
          'ol',
          {},
          chain.map((cause, index) =>
            h('li', { key: index }, typeof cause === 'string' ? cause : (cause.message ?? JSON.stringify(cause))),
          ),
        ),
      callsite && h('p', {}, 'at ', h('code', { class: 'callsite' }, callsite)),
    ),
  );
}

const text = value => (typeof value === 'string' ? value : JSON.stringify(value));

export function draw(address, data, { redraw }) {
  const { request } = data;
  const own = Object.entries(request.fields ?? {});
  return [
    h(
      'p',
      { key: 'way', class: 'way' },
      h('a', { href: endpointLink(address, request) }, '← all of ', request.method, ' ', request.route ?? '(no route)'),
    ),
    h('h1', { key: 'h1', tabindex: -1 }, endpointName(request), ' ', status(request)),
    request.verdict && h('p', { key: 'verdict', class: 'verdict' }, request.verdict),
    tiles(
      ['Duration', f.milliseconds(request.duration_ms)],
      ['Ended', f.clock(request.at, true)],
      ['Answer', f.bytes(request.response_bytes)],
      ['Queries', f.count(request.db_queries)],
      ['External calls', f.count(request.external_calls)],
      ['Kept because', request.kept],
    ),
    h('div', { key: 'whole', class: 'whole' }, bar(request, { large: true }), legend(request)),
    request.error && error(request.error),
    section('waterfall', 'Calls and spans', waterfall(request, { redraw })),
    request.findings?.length > 0 && section('findings', 'Findings', findings(request.findings)),
    section(
      'identity',
      'Identity',
      pairs([
        ['request', request.request_id],
        ['trace', request.trace_id],
        ['path', request.path],
        ['outcome', f.outcome(request.outcome)],
        ['level', request.level],
        ['version', request.version],
        ['user', request.user_id],
        ['action', request.action],
        ['time', f.day(request.at)],
      ]),
    ),
    own.length > 0 && section('fields', 'Fields', pairs(own.map(([name, value]) => [name, text(value)]))),
    section(
      'others',
      'Slowest that are kept',
      table({
        name: 'others',
        caption: 'Requests that match the filters',
        columns: requestColumns(),
        rows: data.others.filter(finds(address)),
        key: row => row.request_id,
        link: row => requestLink(address, row),
        redraw,
      }),
    ),
  ];
}
