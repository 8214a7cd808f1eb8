// What stands around every view: whose page it is, whether it is up to date, what is wrong, and what is kept.

import { h, show } from './page-dom.js';
import { link } from './page-address.js';
import * as f from './page-format.js';

const NAVIGATION = { endpoints: 'Endpoints', live: 'Live', compare: 'Versions' };
const KEYS = {
  '/': 'find',
  '↑ ↓': 'rows',
  '← →': 'cells',
  Enter: 'open',
  Esc: 'up',
  p: 'pause',
  t: 'theme',
  '1 2 3': 'views',
};
const STATES = {
  paused: '‖ paused',
  away: '○ not answering',
  live: '● live',
  polling: '○ every 2 s',
  opening: '○ connecting',
};

const place = id => document.getElementById(id);

export function navigation(address) {
  // An endpoint's method and route are what it is, and no filters that were chosen.
  const changes = address.view === 'endpoint' ? { method: null, route: null } : {};
  const entries = Object.entries(NAVIGATION).map(([view, words]) =>
    h(
      'a',
      { key: view, href: link(address, view, changes), 'aria-current': address.view === view ? 'page' : null },
      words,
    ),
  );
  show(place('views'), entries);
}

export function connection(state) {
  show(place('connection'), h('span', { class: state }, STATES[state]));
}

// Why there is nothing, or nothing newer.
export function notice(trouble, view) {
  const words = trouble && told(trouble, view);
  show(place('notice'), words && h('p', { class: 'notice' }, h('span', { 'aria-hidden': 'true' }, '△ '), words));
  document.body.classList.toggle('stale', Boolean(words));
}

function told({ status, message }, view) {
  if (status === 0) return 'The service does not answer; trying again.';
  const says = `The service says: ${message}`;
  if (status === 401 || status === 403) {
    return (
      'This page is open only on the machine of the service itself, by its own name and without a proxy in between, ' +
      `or with the token from the configuration ([exporters.page] token). ${says}`
    );
  }
  if (status === 404 && view === 'request') {
    return `This request is no longer kept: slow, failed and flagged ones are kept longest, others make room. ${says}`;
  }
  return `The service could not answer this: ${message}; trying again.`;
}

export function head({ service, version, environment }) {
  const more = [version, environment].filter(Boolean).map(word => ` ${word}`);
  show(place('service'), service, h('small', {}, more));
}

// What was lost, by its reason; that not every request is kept is as it should be.
function leftOut({ dropped, bounds_hit: bounds, exporters = [] }) {
  const others = exporters.filter(one => one.name !== 'page');
  const all = [
    ...Object.entries(dropped ?? {}),
    ...Object.entries(bounds ?? {}),
    ...others.flatMap(one => Object.entries(one.dropped ?? {}).map(([why, number]) => [`${one.name} ${why}`, number])),
  ];
  return all.filter(([why, number]) => number > 0 && !['requests_not_kept', 'unattributed_calls'].includes(why));
}

export function foot(status) {
  const outside = status.bounds_hit?.unattributed_calls;
  const lost = leftOut(status).map(([why, number]) => `${why.replaceAll('_', ' ')} ${f.count(number)}`);
  const kept = [
    `${f.span(status.window_s ?? 0)} held`,
    `${f.count(status.requests_kept)} requests kept of ${f.count(status.requests_seen)} seen`,
    `${f.bytes(status.memory_bytes)} of ${f.bytes(status.memory_limit_bytes)}`,
    outside > 0 && `${f.many(outside, 'call')} made outside of any request`,
  ].filter(Boolean);
  show(
    place('footer'),
    h('p', {}, kept.join(' · ')),
    lost.length > 0 && h('p', { class: 'left-out' }, '△ left out: ', lost.join(' · ')),
    h(
      'p',
      { class: 'keys' },
      Object.entries(KEYS).map(([key, words]) => h('span', { key }, h('kbd', {}, key), ` ${words}`)),
    ),
  );
}
