// The calls and spans of one request on its time, nested as they were made. A run of the same call is one line that opens.

import { h } from './page-dom.js';
import * as f from './page-format.js';

const FOLDED = 4;
const MOST = 200;
// What is open, by request and place; and how many lines are shown.
const opened = new Set();
let most = MOST;

const KINDS = { database: 'db', external: 'external', cache: 'cache' };
const sameCall = (a, b) =>
  a.kind &&
  a.kind === b.kind &&
  a.target === b.target &&
  a.summary === b.summary &&
  a.statement === b.statement &&
  a.callsite === b.callsite;

function tree(request) {
  const nodes = [...(request.spans ?? []), ...(request.calls ?? [])].map(one => ({ ...one, children: [] }));
  const byId = new Map(nodes.map(node => [node.span_id, node]));
  const roots = [];
  for (const node of nodes) {
    const parent = byId.get(node.parent_id);
    (parent && parent !== node ? parent.children : roots).push(node);
  }
  return roots;
}

// Lines from the top down; `depth` is how far each is nested.
function lines(nodes, depth, id, into) {
  nodes.sort((a, b) => a.start_ms - b.start_ms);
  for (let at = 0; at < nodes.length && into.length <= most;) {
    let end = at + 1;
    while (end < nodes.length && !nodes[end].children.length && sameCall(nodes[at], nodes[end])) end++;
    const run = nodes.slice(at, end);
    const name = `${id}/${depth}/${nodes[at].span_id ?? at}/${nodes[at].start_ms}`;
    if (run.length >= FOLDED && !nodes[at].children.length) {
      into.push({ name: `${name}/run`, depth, run, node: nodes[at] });
      if (opened.has(`${name}/run`))
        run.forEach((node, index) => into.push({ name: `${name}/${index}`, depth: depth + 1, run: [node], node }));
    } else {
      end = at + 1;
      into.push({ name, depth, run: [nodes[at]], node: nodes[at] });
      lines(nodes[at].children, depth + 1, id, into);
    }
    at = end;
  }
  return into;
}

function details(line) {
  const { node } = line;
  const told = [
    ['statement', node.statement],
    ['target', node.target],
    ['called at', node.callsite],
    ['outcome', node.outcome && f.outcome(node.outcome)],
    ['error', node.error_type],
    ['status', node.status_code],
    ['rows', node.rows],
    ['waited for a connection', node.wait_ms > 0 ? f.milliseconds(node.wait_ms) : null],
    ['starts at', `${f.milliseconds(node.start_ms)}, takes ${f.milliseconds(node.duration_ms)}`],
    ['span', node.span_id],
  ].filter(([, value]) => value != null && value !== '');
  return h(
    'dl',
    { class: 'details' },
    told.map(([name, value]) =>
      h(
        'div',
        { key: name },
        h('dt', {}, name),
        h('dd', {}, name === 'statement' || name === 'called at' ? h('code', {}, value) : value),
      ),
    ),
  );
}

function row(line, length, redraw) {
  const { node, run } = line;
  const isOpen = opened.has(line.name);
  const kind = KINDS[node.kind] ?? 'span';
  const isBad = run.some(one => one.error_type || (one.outcome && one.outcome !== 'completed'));
  const title = node.kind
    ? [node.summary || node.kind, node.kind !== 'database' && node.target && ` ${node.target}`]
    : node.name;
  const taken = run.reduce((sum, one) => sum + one.duration_ms, 0);
  const at = value => `${Math.max(0, Math.min(100, (value / length) * 100)).toFixed(3)}%`;
  const piece = (one, index) =>
    h('span', {
      key: index,
      class: `piece ${kind}${isBad ? ' bad' : ''}`,
      style: { left: at(one.start_ms), width: at(one.duration_ms) },
    });
  const wait = (one, index) =>
    one.wait_ms > 0 &&
    h('span', {
      key: `wait${index}`,
      class: 'piece db_wait',
      style: { left: at(Math.max(0, one.start_ms - one.wait_ms)), width: at(one.wait_ms) },
    });
  return h(
    'li',
    { key: line.name, class: kind },
    h(
      'button',
      {
        type: 'button',
        class: 'line',
        'aria-expanded': String(isOpen),
        onkeydown: walk,
        onclick: () => {
          opened.has(line.name) ? opened.delete(line.name) : opened.add(line.name);
          redraw();
        },
      },
      h(
        'span',
        { class: 'what', style: { 'padding-left': `${Math.min(line.depth, 12) * 0.9}em` } },
        h('span', { class: 'fold', 'aria-hidden': 'true' }, isOpen ? '▾' : '▸'),
        h('span', { class: `share ${kind}`, 'aria-hidden': 'true' }),
        h('span', { class: 'words' }, run.length > 1 && h('b', {}, `${run.length} × `), isBad && '✕ ', title),
      ),
      h('span', { class: 'track', 'aria-hidden': 'true' }, run.slice(0, MOST).map(wait), run.slice(0, MOST).map(piece)),
      h('span', { class: 'took' }, run.length > 1 && 'Σ ', f.milliseconds(taken)),
    ),
    isOpen && run.length === 1 && details(line),
  );
}

function walk(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  const all = [...event.currentTarget.closest('ol').querySelectorAll('button.line')];
  all[all.indexOf(event.currentTarget) + by]?.focus();
  event.preventDefault();
}

function ticks(length) {
  const rough = length / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(one => one * power).find(one => one >= rough);
  return Array.from({ length: Math.floor(length / step + 1e-9) + 1 }, (_, index) => index * step).filter(
    tick => tick < length * 0.88,
  );
}

export function waterfall(request, { redraw, few = false }) {
  const length = Math.max(request.duration_ms, 0.001);
  const all = lines(tree(request), 0, request.request_id, []);
  const shown = all.slice(0, few ? 12 : most);
  const left = request.calls_left_out ?? 0;
  return h(
    'div',
    { key: 'waterfall', class: few ? 'waterfall few' : 'waterfall' },
    h(
      'div',
      { class: 'axis', 'aria-hidden': 'true' },
      h(
        'span',
        { class: 'track' },
        ticks(length).map(tick =>
          h('span', { key: tick, style: { left: `${(tick / length) * 100}%` } }, tick === 0 ? '0' : f.tick(tick)),
        ),
      ),
    ),
    shown.length
      ? h(
          'ol',
          { 'aria-label': 'Calls and spans, in the order that they began' },
          shown.map(line => row(line, length, redraw)),
        )
      : h(
          'p',
          { class: 'quiet' },
          request.detail === false
            ? 'Its calls were not kept: only those of slow, failed and flagged requests are, and of typical ones.'
            : 'It made no calls.',
        ),
    all.length > shown.length &&
      (few
        ? h('p', { class: 'quiet' }, 'There is more: open the request.')
        : h(
            'button',
            {
              type: 'button',
              onclick: () => {
                most += MOST;
                redraw();
              },
            },
            'Show more',
          )),
    !few &&
      request.db_wait_ms > 0 &&
      h(
        'p',
        { class: 'quiet' },
        `${f.milliseconds(request.db_wait_ms)} of it was waiting for a connection: that lies between the calls.`,
      ),
    left > 0 &&
      h(
        'p',
        { class: 'quiet' },
        `${f.many(left, 'call')} more ${left === 1 ? 'was' : 'were'} counted, and not kept one by one.`,
      ),
  );
}
