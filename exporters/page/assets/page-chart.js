// How long requests took, over time: a heat map with the percentiles over it, and beside it how many took how long, on one scale.
// Shapes are drawn in a box of 1000 x 100 that is stretched; whatever is text stands beside it.

import { h } from './page-dom.js';
import * as f from './page-format.js';

const LINES = [
  ['p99_ms', 'p99'],
  ['p95_ms', 'p95'],
  ['p50_ms', 'p50'],
];
const DEPTHS = 5;
const ROWS = 28;

// A scale of durations on which each doubling has the same room: 0 at the shortest, 1 at the longest.
function durations(timeline, distribution) {
  const all = [
    ...distribution.map(one => [one.from_ms, one.to_ms]),
    ...timeline.flatMap(one => (one.buckets ?? []).map(([from, to]) => [from, to])),
    ...timeline.flatMap(one => LINES.map(([member]) => [one[member], one[member]])),
  ].filter(([from]) => from != null);
  const low = Math.max(0.01, Math.min(...all.map(([from]) => from)) * 0.8);
  const high = Math.max(low * 4, Math.max(...all.map(([, to]) => to)) * 1.15);
  const [from, to] = [Math.log(low), Math.log(high)];
  const at = value => Math.min(1, Math.max(0, (Math.log(Math.max(value, low)) - from) / (to - from)));
  const steps = to - from > 5 ? [1] : to - from > 2.5 ? [1, 3] : [1, 2, 5];
  const ticks = [];
  for (let power = -3; power < 8; power++)
    for (const step of steps) {
      const value = step * 10 ** power;
      if (value >= low && value <= high) ticks.push(value);
    }
  return { at, ticks };
}

const box = (x, y, width, height) =>
  `M${x.toFixed(1)} ${y.toFixed(1)}h${width.toFixed(1)}v${height.toFixed(1)}h${(-width).toFixed(1)}z`;

// As many as fell into each of the rows of the scale; what lies across several is shared out.
function intoRows(buckets, scale) {
  const rows = new Array(ROWS).fill(0);
  for (const [from, to, count] of buckets) {
    const [low, high] = [scale.at(from) * ROWS, scale.at(to) * ROWS];
    const [first, last] = [
      Math.min(ROWS - 1, Math.floor(low)),
      Math.min(ROWS - 1, Math.max(Math.floor(low), Math.ceil(high) - 1)),
    ];
    for (let row = first; row <= last; row++) {
      const part = high > low ? (Math.min(high, row + 1) - Math.max(low, row)) / (high - low) : 1;
      rows[row] += count * Math.max(0, part);
    }
  }
  return rows;
}

// From the beginning of the window, or of what there is, until now. How long each of the times is told of differs.
function times(timeline, from, now) {
  const start = Math.min(from ?? timeline[0].at, timeline[0].at);
  const end = Math.max(now, timeline[0].at + 1000);
  const at = instant => Math.min(1, (instant - start) / (end - start)) * 1000;
  return { start, end, at, width: one => Math.max(1, at(one.at + one.seconds * 1000) - at(one.at)) };
}

function heat(timeline, scale, time) {
  const cells = timeline.flatMap(one =>
    intoRows(one.buckets ?? [], scale).map((count, row) => ({ one, row, rate: count / one.seconds })),
  );
  const most = Math.max(...cells.map(cell => cell.rate));
  const depths = Array.from({ length: DEPTHS }, () => '');
  for (const { one, row, rate } of cells) {
    if (rate <= 0) continue;
    const depth = Math.min(DEPTHS - 1, Math.floor(DEPTHS * Math.sqrt(rate / most)));
    depths[depth] += box(time.at(one.at), 100 - ((row + 1) * 100) / ROWS, time.width(one), 100 / ROWS);
  }
  return depths.map((d, depth) => h('path', { key: `heat${depth}`, class: `heat h${depth}`, d }));
}

function percentiles(timeline, scale, time) {
  return LINES.map(([member, name]) => {
    let d = '';
    let drawnTo;
    for (const one of timeline) {
      if (one[member] == null || !one.requests) continue;
      // As long as what it is told of; where there was nothing, there is no line.
      const pen = one.at === drawnTo ? 'L' : 'M';
      d += `${pen}${time.at(one.at).toFixed(1)} ${(100 - scale.at(one[member]) * 100).toFixed(1)}h${time.width(one).toFixed(1)}`;
      drawnTo = one.at + one.seconds * 1000;
    }
    return h('path', { key: name, class: `line ${name}`, d });
  });
}

// How many a second there were, and of these the errors.
function bars(timeline, time) {
  const most = Math.max(...timeline.map(one => one.requests / one.seconds));
  const path = member =>
    timeline
      .map(one => {
        const height = ((one[member] ?? 0) / one.seconds / most) * 100;
        return box(time.at(one.at), 100 - height, time.width(one) * 0.85, height);
      })
      .join('');
  return [
    h('path', { key: 'all', class: 'heat h2', d: path('requests') }),
    h('path', { key: 'errors', class: 'errors', d: path('errors') }),
  ];
}

const drawing = (...shapes) =>
  h('svg', { viewBox: '0 0 1000 100', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, shapes);

// Of which of the times the numbers are told below the chart: the one under the pointer or the keyboard.
let chosen = null;

export function overTime(timeline, distribution, { from, now, redraw }) {
  if (!timeline.length) return null;
  const scale = durations(timeline, distribution);
  const time = times(timeline, from, now);
  const pick = at => {
    chosen = at;
    redraw();
  };
  const picked = timeline.find(one => one.at === chosen) ?? timeline.at(-1);
  const step = event => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const next = by && timeline[timeline.indexOf(picked) + by];
    if (by) event.preventDefault();
    if (next) pick(next.at);
  };
  const point = event => {
    const area = event.currentTarget.getBoundingClientRect();
    const at = time.start + ((event.clientX - area.left) / area.width) * (time.end - time.start);
    const next = timeline.findLast(one => one.at <= at) ?? timeline[0];
    if (next !== picked) pick(next.at);
  };
  const rows = intoRows(
    distribution.map(one => [one.from_ms, one.to_ms, one.count]),
    scale,
  );
  const widest = Math.max(1, ...rows);
  return h(
    'figure',
    { key: 'over-time', class: 'over-time' },
    h(
      'div',
      { class: 'legend lines' },
      LINES.toReversed().map(([, name]) =>
        h(
          'span',
          { key: name },
          h('svg', { viewBox: '0 0 30 10', 'aria-hidden': 'true' }, h('path', { class: `line ${name}`, d: 'M0 5h30' })),
          ` ${name}`,
        ),
      ),
      h('span', {}, h('i', { class: 'swatch heat' }), ' the darker, the more requests'),
    ),
    h(
      'div',
      { class: 'plot' },
      h(
        'div',
        { class: 'scale', 'aria-hidden': 'true' },
        scale.ticks.map(tick => h('span', { key: tick, style: { bottom: `${scale.at(tick) * 100}%` } }, f.tick(tick))),
      ),
      h(
        'div',
        {
          class: 'area',
          tabindex: 0,
          role: 'img',
          onkeydown: step,
          onpointermove: point,
          'aria-label': `Durations over time: ${told(picked)}. Left and right arrows move through time.`,
        },
        drawing(
          scale.ticks.map(tick =>
            h('path', { key: `tick${tick}`, class: 'grid', d: `M0 ${(100 - scale.at(tick) * 100).toFixed(1)}h1000` }),
          ),
          heat(timeline, scale, time),
          percentiles(timeline, scale, time),
          h('path', { key: 'cursor', class: 'cursor', d: box(time.at(picked.at), 0, time.width(picked), 100) }),
        ),
      ),
      h(
        'div',
        { class: 'histogram', 'aria-hidden': 'true' },
        drawing(
          h('path', {
            class: 'heat h3',
            d: rows
              .map(
                (count, row) => count && box(0, 100 - ((row + 0.92) * 100) / ROWS, (count / widest) * 1000, 84 / ROWS),
              )
              .filter(Boolean)
              .join(''),
          }),
        ),
      ),
      h('div', { class: 'counts', 'aria-hidden': 'true' }, drawing(bars(timeline, time))),
      h(
        'div',
        { class: 'times', 'aria-hidden': 'true' },
        [0, 0.25, 0.5, 0.75, 1].map(part =>
          h(
            'span',
            { key: part, style: { left: `${part * 100}%` } },
            f.clock(time.start + part * (time.end - time.start)),
          ),
        ),
      ),
    ),
    h('figcaption', {}, told(picked)),
  );
}

const told = one =>
  `${f.clock(one.at)}, ${f.span(one.seconds)}: ${f.many(one.requests, 'request')}, ${f.many(one.errors ?? 0, 'error')}` +
  LINES.toReversed()
    .map(([member, name]) => ` · ${name} ${f.milliseconds(one[member])}`)
    .join('');

// A change as a part of what was, with the interval that it lies in: from a `most`-th to `most` times, twice as far from no
// change as half. An interval may have no end on a side.
export function interval({ difference, low, high }, most) {
  const at = value => 50 + Math.max(-1, Math.min(1, Math.log(Math.max(0, 1 + value)) / Math.log(most))) * 50;
  const end = value => (Number.isFinite(value) ? f.percent(value) : 'anything');
  const words = `${f.percent(difference)}, between ${end(low)} and ${end(high)}`;
  return h(
    'div',
    { class: 'interval', role: 'img', 'aria-label': words, 'data-tip': words, tabindex: -1 },
    h('span', { class: 'zero' }),
    h('span', { class: 'range', style: { left: `${at(low)}%`, width: `${Math.max(0.8, at(high) - at(low))}%` } }),
    h('span', { class: 'point', style: { left: `${at(difference)}%` } }),
  );
}
