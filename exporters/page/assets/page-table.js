// Tables that are sorted by any column and walked with the arrow keys, and stay in order while they are being used.

import { h } from './page-dom.js';

const ROWS = 100;
// What outlives an update, by the table's name: its order, the row that the keyboard is on, how many rows are shown.
const remembered = new Map();

const memory = name => remembered.get(name) ?? remembered.set(name, { rows: ROWS, order: [] }).get(name);

// Rows keep their places while the pointer or the keyboard is among them.
const isUsed = name => document.querySelector(`tbody[data-table="${name}"]:is(:hover, :focus-within)`) != null;

function compare(a, b) {
  if (a == null || b == null) return (a == null) - (b == null);
  return typeof a === 'number' && typeof b === 'number'
    ? a - b
    : String(a).localeCompare(String(b), 'en', { numeric: true });
}

function sorted(rows, column, descending) {
  return [...rows].sort((a, b) => {
    const [left, right] = [column.value(a), column.value(b)];
    // What has no value is last, whichever way.
    if (left == null || right == null) return compare(left, right);
    return descending ? compare(right, left) : compare(left, right);
  });
}

function inPlace(rows, order, key) {
  const places = new Map(order.map((name, place) => [name, place]));
  return [...rows].sort((a, b) => (places.get(key(a)) ?? Infinity) - (places.get(key(b)) ?? Infinity) || 0);
}

// `columns`: name, title, value(row) to sort by, cell(row), is number, tip. `link(row)` leads on. `sort` and `onSort` where the
// order is kept elsewhere; `live`: rows stay as they come.
export function table({ name, caption, columns, rows, key, link, sort, onSort, live = false, redraw }) {
  const kept = memory(name);
  const by = sort ?? kept.sort ?? { column: columns.find(column => column.first)?.name ?? columns[0].name };
  const column = columns.find(candidate => candidate.name === by.column) ?? columns[0];
  const descending = by.descending ?? Boolean(column.number);
  const chosen = `${column.name} ${descending}`;
  const held = !live && kept.chosen === chosen && isUsed(name);
  const ordered = live ? rows : held ? inPlace(rows, kept.order, key) : sorted(rows, column, descending);
  const shown = ordered.slice(0, kept.rows);
  kept.chosen = chosen;
  kept.order = ordered.map(key);
  if (!shown.some(row => key(row) === kept.current)) kept.current = shown.length ? key(shown[0]) : undefined;

  const choose = next => () => {
    const order = { column: next.name, descending: next === column ? !descending : Boolean(next.number) };
    kept.chosen = null;
    if (onSort) onSort(order);
    else {
      kept.sort = order;
      redraw();
    }
  };
  const heading = next =>
    h(
      'th',
      {
        key: next.name,
        role: 'columnheader',
        scope: 'col',
        class: `${next.number ? 'number ' : ''}of-${next.name}`,
        'aria-sort': live ? null : next === column ? (descending ? 'descending' : 'ascending') : 'none',
      },
      live
        ? next.title
        : h(
            'button',
            { type: 'button', onclick: choose(next), 'data-tip': next.tip },
            next.title,
            h('span', { class: 'arrow', 'aria-hidden': 'true' }, next === column ? (descending ? '▼' : '▲') : ' '),
          ),
    );
  const line = row => {
    const id = key(row);
    const href = link?.(row);
    return h(
      'tr',
      { key: id, role: 'row', class: href ? 'leads' : null, 'data-href': href },
      columns.map(next => {
        const content = next.cell(row);
        return h(
          'td',
          {
            key: next.name,
            role: 'cell',
            'data-title': next.title,
            class: `${next.number ? 'number ' : ''}of-${next.name}`,
            'data-tip': next.explain?.(row),
            tabindex: next.explain && next.explain(row) ? -1 : null,
          },
          next === columns[0]
            ? href
              ? h('a', { href, class: 'stop', tabindex: id === kept.current ? 0 : -1 }, content)
              : h('span', { class: 'stop', tabindex: id === kept.current ? 0 : -1 }, content)
            : content,
        );
      }),
    );
  };
  return [
    h(
      'div',
      { class: 'table', key: `table-${name}` },
      h(
        'table',
        { role: 'table', class: `table-${name}` },
        h('caption', { class: 'quiet' }, caption),
        h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, columns.map(heading))),
        h(
          'tbody',
          {
            role: 'rowgroup',
            'data-table': name,
            onkeydown: walk,
            onclick: follow,
            onfocusin: event => stay(kept, event),
          },
          shown.map(line),
        ),
      ),
    ),
    ordered.length > shown.length &&
      h(
        'p',
        { key: `more-${name}` },
        h(
          'button',
          {
            type: 'button',
            onclick: () => {
              kept.rows += ROWS;
              redraw();
            },
          },
          `Show ${Math.min(ROWS, ordered.length - shown.length)} more of ${ordered.length}`,
        ),
      ),
  ];
}

function stay(kept, event) {
  const row = event.target.closest('tr');
  if (!row || row.describedKey === kept.current) return;
  kept.current = row.describedKey;
  for (const stop of event.currentTarget.querySelectorAll('.stop')) stop.tabIndex = row.contains(stop) ? 0 : -1;
}

const stopsOf = row => [...row.querySelectorAll('.stop, [tabindex="-1"]')];

function walk(event) {
  const row = event.target.closest('tr');
  if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
  const rows = [...row.parentElement.children];
  const stops = stopsOf(row);
  const at = stops.indexOf(event.target);
  const onto = {
    ArrowDown: () => rows[rows.indexOf(row) + 1],
    ArrowUp: () => rows[rows.indexOf(row) - 1],
    Home: () => rows[0],
    End: () => rows.at(-1),
  }[event.key];
  if (onto) {
    const next = onto();
    if (next) (stopsOf(next)[at] ?? stopsOf(next)[0])?.focus();
  } else if (event.key === 'ArrowRight') stops[at + 1]?.focus();
  else if (event.key === 'ArrowLeft') stops[at - 1]?.focus();
  else if (event.key === 'Enter' && row.dataset.href && event.target.tagName !== 'A') location.hash = row.dataset.href;
  else return;
  event.preventDefault();
}

// A click anywhere in a row is one on its link, unless text was being marked.
function follow(event) {
  const row = event.target.closest('tr');
  if (!row?.dataset.href || event.target.closest('a, button') || String(getSelection())) return;
  if (event.ctrlKey || event.metaKey) open(row.dataset.href);
  else location.hash = row.dataset.href;
}
