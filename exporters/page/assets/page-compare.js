// Version against version: which endpoints became slower or faster, and whether that is more than noise.

import { h } from './page-dom.js';
import * as f from './page-format.js';
import { endpointLink, filters, go, link } from './page-address.js';
import { load as ask } from './page-data.js';
import { finds } from './page-filters.js';
import { interval } from './page-chart.js';
import { endpointName } from './page-parts.js';
import { table } from './page-table.js';

export const title = () => 'Versions';

const SIGNS = { slower: '▲', faster: '▼', same: '=', 'too few': '?' };
// How many times as long, or as short, the scale goes to.
const SCALES = [1.2, 1.5, 2, 4, 10];

// The newest that is not the other; one without a name only where there is no better one.
function latest(versions, other) {
  const others = versions.filter(one => one !== other);
  return others.findLast(Boolean) ?? others.at(-1);
}

export async function load(address, signal) {
  const asked = filters(address);
  asked.delete('version');
  for (const name of ['baseline', 'candidate'])
    if (address.parameters.has(name)) asked.set(name, address.parameters.get(name));
  const { versions } = await ask('endpoints.json', asked, signal);
  if (versions.length < 2) return { versions };
  // The newest against the one before it, unless others were chosen.
  if (!asked.has('candidate')) asked.set('candidate', latest(versions, asked.get('baseline')));
  if (!asked.has('baseline')) asked.set('baseline', latest(versions, asked.get('candidate')));
  return { ...(await ask('compare.json', asked, signal)), versions };
}

// As parts of what it was before.
function relative(row, by) {
  const change = row.change?.[by];
  const before = row.baseline?.[`${by}_ms`];
  if (!change || change.difference_ms == null || !before) return null;
  return {
    difference: change.difference_ms / before,
    low: (change.low_ms ?? -Infinity) / before,
    high: (change.high_ms ?? Infinity) / before,
  };
}

function columns(by, most) {
  const number = (name, title, member) => ({
    name,
    title,
    number: true,
    value: row => row[member]?.[`${by}_ms`],
    cell: row => f.milliseconds(row[member]?.[`${by}_ms`]),
    explain: row => (row[member] ? f.many(row[member].requests, 'request') : null),
  });
  const verdict = row => row.change?.[by]?.verdict ?? 'too few';
  return [
    { name: 'endpoint', title: 'Endpoint', value: row => `${row.route ?? ''} ${row.method}`, cell: endpointName },
    number('baseline', 'Before', 'baseline'),
    number('candidate', 'After', 'candidate'),
    {
      name: 'change',
      title: 'Change',
      number: true,
      first: true,
      value: row => relative(row, by)?.difference,
      cell: row => {
        const part = relative(row, by);
        return part ? `${part.difference > 0 ? '+' : ''}${f.percent(part.difference)}` : '–';
      },
    },
    {
      name: 'interval',
      title: `1/${most} … ${most} times`,
      tip: 'Where the change lies, with a confidence of 95%',
      value: row => relative(row, by)?.high,
      cell: row => {
        const part = relative(row, by);
        return part && interval(part, most);
      },
    },
    {
      name: 'verdict',
      title: 'Verdict',
      value: verdict,
      cell: row =>
        h(
          'span',
          { class: `verdict-word ${verdict(row).replace(' ', '-')}` },
          h('span', { 'aria-hidden': 'true' }, SIGNS[verdict(row)]),
          ` ${verdict(row)}`,
        ),
    },
  ];
}

export function draw(address, data, { redraw }) {
  const head = h('h1', { key: 'h1', tabindex: -1 }, 'Version against version');
  if (data.versions.length < 2) {
    return [
      head,
      h(
        'div',
        { key: 'empty', class: 'empty' },
        h(
          'p',
          {},
          data.versions.length
            ? `Only version ${data.versions[0] || '(none)'} ran in this window.`
            : 'No request has been measured in this window.',
        ),
        h('p', {}, 'There is something to compare once requests of two versions are kept.'),
      ),
    ];
  }
  const by = address.parameters.get('by') ?? 'mean';
  const rows = data.endpoints.filter(finds(address));
  const widest = Math.max(
    1,
    // Where there are too few requests it may be anything: that is no scale for the others.
    ...rows
      .filter(row => row.change?.[by]?.verdict !== 'too few')
      .map(row => relative(row, by))
      .filter(Boolean)
      .flatMap(part => [part.difference, part.low, part.high])
      .filter(part => Number.isFinite(part) && part > -1)
      .map(part => Math.exp(Math.abs(Math.log1p(part)))),
  );
  const most = SCALES.find(scale => scale >= widest) ?? SCALES.at(-1);
  const set = changes => go(link(address, 'compare', changes), { replace: true });
  const choice = (name, title, value, options) =>
    h(
      'label',
      { key: name },
      h('span', {}, title),
      h(
        'select',
        { name, value, onchange: event => set({ [name]: event.target.value }) },
        options.map(one => h('option', { key: one, value: one }, one || '(none)')),
      ),
    );
  const told = word => rows.filter(row => row.change?.[by]?.verdict === word).length;
  return [
    head,
    h(
      'div',
      { key: 'choices', class: 'choices' },
      choice('baseline', 'Before', data.baseline, data.versions),
      choice('candidate', 'After', data.candidate, data.versions),
      choice('by', 'By', by, ['mean', 'p50', 'p95']),
    ),
    h(
      'p',
      { key: 'told', class: 'told' },
      ['slower', 'faster', 'same', 'too few'].map(word => `${told(word)} ${word}`).join(' · '),
    ),
    table({
      name: 'compare',
      caption: `Change of the ${by}, with the interval that it lies in with a confidence of 95%`,
      columns: columns(by, most),
      rows,
      key: row => `${row.method} ${row.route}`,
      link: row => endpointLink(address, row),
      redraw,
    }),
  ];
}
