// What is asked of the requests: always in sight, always in the address.

import { h, show } from './page-dom.js';
import { FILTERS, go, link, read } from './page-address.js';
import { span } from './page-format.js';

const WINDOWS = ['60', '300', '900', '3600', 'all'];
const DURATIONS = ['10', '50', '100', '200', '500', '1000', '5000', '30000'];
const STATUSES = [
  ['2xx', '2xx'],
  ['3xx', '3xx'],
  ['4xx', '4xx'],
  ['5xx', '5xx'],
  ['error', 'any error'],
  ['none', 'no answer'],
];
const form = document.getElementById('filters');

// What there is to choose from, as it was last told.
const known = { methods: [], routes: [], statuses: [], versions: [] };
let typed;

export function learn(data) {
  for (const name of ['methods', 'routes', 'statuses']) if (data?.filters?.[name]) known[name] = data.filters[name];
  if (data?.versions?.length && typeof data.versions[0] === 'string') known.versions = data.versions;
}

export const isKnown = () => known.methods.length > 0;

export function draw({ parameters }) {
  const set = changes => {
    // As it is by now: what was typed is set a moment later.
    const address = read();
    // An endpoint is its method and route: without one of them it is the list of them.
    const left =
      address.view === 'endpoint' &&
      Object.entries(changes).some(([name, value]) => value == null && ['method', 'route'].includes(name));
    go(link(address, left ? 'endpoints' : address.view, changes), { replace: Object.keys(changes)[0] === 'find' });
  };
  const choice = (name, title, options, none = 'any') => {
    const value = parameters.get(name);
    const all = value == null || options.some(([one]) => one === value) ? options : [...options, [value, value]];
    return h(
      'label',
      { key: name, class: value == null ? null : 'chosen' },
      h('span', {}, title),
      h(
        'select',
        {
          name,
          value: value == null ? '' : `=${value}`,
          onchange: event => set({ [name]: event.target.value === '' ? null : event.target.value.slice(1) }),
        },
        none && h('option', { key: '', value: '' }, none),
        all.map(([one, words]) => h('option', { key: `=${one}`, value: `=${one}` }, words)),
      ),
    );
  };
  const same = values => values.map(value => [String(value), String(value)]);
  const excluded = (parameters.get('not_method') ?? '').split(',').filter(Boolean);
  const methods = [...new Set([...known.methods, ...excluded])].filter(Boolean);
  const isFiltered = [...FILTERS, 'find'].some(name => parameters.has(name));
  show(
    form,
    h(
      'label',
      { key: 'find', class: parameters.get('find') ? 'chosen' : null },
      h('span', {}, 'Find'),
      h('input', {
        type: 'search',
        name: 'find',
        id: 'find',
        placeholder: 'in names  ( / )',
        spellcheck: 'false',
        value: document.activeElement?.id === 'find' ? document.activeElement.value : (parameters.get('find') ?? ''),
        oninput: event => {
          const { value } = event.target;
          clearTimeout(typed);
          typed = setTimeout(() => set({ find: value || null }), 150);
        },
      }),
    ),
    choice(
      'window',
      'Window',
      WINDOWS.filter(one => one !== '900').map(one => [one, one === 'all' ? 'all that is kept' : span(+one)]),
      '15 min',
    ),
    choice('method', 'Method', same(known.methods)),
    choice('status', 'Status', [...STATUSES, ...same(known.statuses.filter(status => status != null))]),
    choice('route', 'Route', [['', '(no route)'], ...same(known.routes.filter(Boolean))]),
    choice(
      'min_ms',
      'At least',
      DURATIONS.map(one => [one, one >= 1000 ? `${one / 1000} s` : `${one} ms`]),
    ),
    choice('version', 'Version', same(known.versions)),
    // One method alone cannot be done without.
    (methods.length > 1 || excluded.length > 0) &&
      h(
        'fieldset',
        { key: 'not', class: excluded.length ? 'chosen' : null },
        h('legend', {}, 'Without'),
        methods.map(method =>
          h(
            'label',
            { key: method },
            h('input', {
              type: 'checkbox',
              name: 'not_method',
              value: method,
              checked: excluded.includes(method),
              onchange: event => {
                const next = event.target.checked ? [...excluded, method] : excluded.filter(one => one !== method);
                set({ not_method: next.length ? next.join(',') : null });
              },
            }),
            method,
          ),
        ),
      ),
    h(
      'button',
      {
        key: 'clear',
        type: 'button',
        disabled: !isFiltered,
        onclick: () => set(Object.fromEntries([...FILTERS, 'find'].map(name => [name, null]))),
      },
      'Clear',
    ),
  );
}

// Whether a row has what was typed into the search field.
export function finds(address) {
  const words = (address.parameters.get('find') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return row => {
    const text =
      `${row.method} ${row.route ?? row.path ?? ''} ${row.path ?? ''} ${row.cause ?? row.verdict ?? ''}`.toLowerCase();
    return words.every(word => text.includes(word));
  };
}

form.addEventListener('submit', event => event.preventDefault());
