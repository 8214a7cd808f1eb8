// The page: which view the address asks for, its data, and when both are brought up to date.

import { h, show } from './page-dom.js';
import { filters, go, link, read } from './page-address.js';
import { load as ask, Stream } from './page-data.js';
import * as filterBar from './page-filters.js';
import * as frame from './page-frame.js';
import * as tip from './page-tip.js';
import * as theme from './page-theme.js';
import * as compare from './page-compare.js';
import * as endpoint from './page-endpoint.js';
import * as endpoints from './page-endpoints.js';
import * as live from './page-live.js';
import * as request from './page-request.js';

const VIEWS = { endpoints, endpoint, request, live, compare };
// At most so often, in milliseconds; and so often though nothing was said to be new, for time goes on.
const SOONEST = 1000;
const LATEST = 10000;

const place = id => document.getElementById(id);
const main = place('main');
let address = read();
let data = null;
let service = null;
let trouble = null;
let connection = 'opening';
let paused = false;
let isNew = false;
let asking = null;
let asked = 0;
let took = 0;
// Where each address was scrolled to.
const scrolled = new Map();

const viewOf = current => VIEWS[current.view] ?? endpoints;
const redraw = () => {
  if (data) show(main, viewOf(address).draw(address, data, { redraw }));
};

// Asks anew for what is looked at. `moved`: it is another thing than before.
async function refresh(moved = false) {
  asking?.abort();
  const current = (asking = new AbortController());
  const began = (asked = performance.now());
  isNew = false;
  main.setAttribute('aria-busy', String(moved));
  try {
    const next = await viewOf(address).load(address, current.signal);
    if (current.signal.aborted) return;
    if (!filterBar.isKnown() && !next.filters)
      filterBar.learn(await ask('endpoints.json', filters(address), current.signal));
    filterBar.learn(next);
    [data, trouble] = [next, null];
    took = performance.now() - began;
  } catch (error) {
    if (current.signal.aborted) return;
    if (error.status === undefined) console.error(error);
    trouble = error;
    // What was there before is still true of what it was about.
    if (moved) data = null;
  }
  asking = null;
  main.setAttribute('aria-busy', 'false');
  draw();
}

function draw() {
  filterBar.draw(address);
  frame.navigation(address);
  frame.notice(trouble, address.view);
  tell();
  if (data) redraw();
  else if (trouble) show(main, h('h1', { key: 'h1', tabindex: -1 }, 'Nothing to show'));
  document.title = [viewOf(address).title(address), service?.service, 'tachograph'].filter(Boolean).join(' · ');
}

const tell = () => frame.connection(paused ? 'paused' : trouble?.status === 0 ? 'away' : connection);

const stream = new Stream(
  news => {
    isNew = true;
    live.take(news, paused || live.isHeld());
    if (address.view === 'live' && !paused) redraw();
  },
  state => {
    if (state === 'live' && connection !== 'live') isNew = true;
    connection = state;
    tell();
  },
);

function move() {
  const before = address;
  address = read();
  const isOther =
    before.view !== address.view ||
    ['id', 'method', 'route'].some(
      name => address.view !== 'endpoints' && before.parameters.get(name) !== address.parameters.get(name),
    );
  if (isOther) data = null;
  tip.dismiss();
  filterBar.draw(address);
  stream.follow(filters(address));
  // Sorting and finding are done here: what is there will do until there is newer.
  if (data) redraw();
  const hash = location.hash;
  refresh(true).then(() => {
    if (!isOther || hash !== location.hash) return;
    scrollTo(0, scrolled.get(hash) ?? 0);
    // Who comes back goes on from the row that was left.
    const left = scrolled.has(hash) && main.querySelector('a.stop[tabindex="0"]');
    (left || main.querySelector('h1'))?.focus({ preventScroll: true });
  });
}

// Remembers where this address is scrolled to, as the last of some.
function leave() {
  scrolled.delete(location.hash);
  scrolled.set(location.hash, scrollY);
  if (scrolled.size > 50) scrolled.delete(scrolled.keys().next().value);
}

async function look() {
  try {
    service = await ask('status.json', '');
    frame.head(service);
    frame.foot(service);
  } catch {
    /* The notice tells of it once what is looked at has no answer either. */
  }
}

function tick() {
  const since = performance.now() - asked;
  const soonest = Math.max(SOONEST, took * 4);
  if (document.hidden || paused || asking || since < soonest) return;
  const isAlone = connection === 'polling' && since > 2 * SOONEST;
  // Nothing comes by itself.
  if (isAlone) live.forget();
  if (isNew || trouble || isAlone || since > LATEST) refresh();
}

function pause() {
  paused = !paused;
  place('pause').setAttribute('aria-pressed', String(paused));
  place('pause').firstChild.nodeValue = paused ? 'Resume' : 'Pause';
  tell();
  if (!paused) {
    live.take({ requests: [] }, false);
    refresh();
  }
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const writes = event.target.matches('input[type=search], select, textarea');
  if (event.key === 'Escape') {
    if (tip.dismiss()) return;
    const up = main.querySelector('.way a');
    if (writes) event.target.blur();
    else if (up) up.click();
    else if (address.view !== 'endpoints') go(link(address, 'endpoints'));
    // What was typed stays.
    event.preventDefault();
    return;
  }
  if (writes) return;
  const act = {
    '/': () => place('find').focus(),
    p: pause,
    t: theme.next,
    1: () => place('views').children[0].click(),
    2: () => place('views').children[1].click(),
    3: () => place('views').children[2].click(),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

place('pause').addEventListener('click', pause);
place('theme').addEventListener('click', theme.next);
place('skip').addEventListener('click', event => {
  event.preventDefault();
  main.focus();
});
addEventListener('keydown', press);
addEventListener('scroll', leave, { passive: true });
addEventListener('hashchange', move);
document.addEventListener('visibilitychange', () =>
  document.hidden ? stream.close() : stream.follow(filters(address)),
);

theme.start();
tip.start();
draw();
stream.follow(filters(address));
look();
refresh(true);
setInterval(tick, 250);
setInterval(() => document.hidden || look(), 5000);
