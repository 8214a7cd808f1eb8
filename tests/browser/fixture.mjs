// A service that answers as the page's own does, with what no demonstration has: many endpoints, hostile names, two versions,
// nothing at all, a refusal. Numbers are drawn from a fixed seed.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';

const ASSETS = new URL('../../exporters/page/assets/', import.meta.url);
const TYPES = { css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml', html: 'text/html; charset=utf-8' };
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const SHARES = ['own', 'db', 'db_wait', 'external', 'cache', 'body', 'waiting'];
const HOSTILE = '/<img src=x onerror=alert(1)>/"\'><script>window.broken=1</script>/{id}';

function random(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

const round = number => Math.round(number * 1000) / 1000;

function row(draw, method, route, { slower = 1, kind = 'request' } = {}) {
  const requests = Math.ceil(10 ** (1 + draw() * 3.3));
  const mean = round(10 ** (draw() * 2.6) * slower);
  const weights = SHARES.map(name => draw() ** 3 * (name === 'db_wait' || name === 'cache' || name === 'body' ? 0.3 : 1));
  const all = weights.reduce((sum, one) => sum + one, 0);
  const sums = Object.fromEntries(SHARES.map((name, at) => [`${name}_ms`, round(weights[at] / all * mean * requests)]));
  const dominant = SHARES[weights.indexOf(Math.max(...weights))];
  const errors = draw() < 0.4 ? Math.floor(requests * draw() * 0.05) : 0;
  return {
    method, route, kind, requests, streams: 0, rate: requests / 900, mean_ms: mean, p50_ms: round(mean * 0.8), p95_ms: round(mean * 2.4), p99_ms: round(mean * 4.7),
    slowest_ms: round(mean * 9), errors, error_rate: errors / requests, response_bytes: Math.round(10 ** (2 + draw() * 4)), db_queries: round(draw() * 12), external_calls: round(draw() * 2),
    cache_hits: Math.floor(draw() * requests), cache_misses: Math.floor(draw() * 200), ...sums, total_ms: round(mean * requests), dominant,
    cause: dominant === 'db' ? '41 × SELECT users at orders.rs:88 (N+1)' : `${Math.round(Math.max(...weights) / all * 100)}% ${dominant}`, findings: dominant === 'db' ? requests : 0,
  };
}

const ROUTES = [['GET', '/experiments'], ['GET', '/experiments/{id}'], ['POST', '/experiments'], ['GET', '/experiments/{id}/report'], ['POST', '/experiments/{id}/assignments'],
  ['POST', '/events'], ['GET', '/flags/{key}'], ['GET', '/export'], ['GET', '/slow'], ['GET', '/fail'], ['GET', '/panic'], ['GET', null]];

function endpoints(mode) {
  const draw = random(7);
  let names = ROUTES;
  if (mode === 'many') names = Array.from({ length: 1000 }, (_, at) => [['GET', 'POST', 'PUT', 'DELETE'][at % 4], `/tenants/{tenant}/resources-${at}/{id}`]);
  if (mode === 'hostile') names = [['GET', HOSTILE], ['GET', `/long/${'segment-without-an-end-'.repeat(20)}`], ['POST', '/\u202eright-to-left/{id}'], ['GET', '/%00\u0007/{*rest}'], ...ROUTES];
  const rows = mode === 'empty' ? [] : names.map(([method, route]) => row(draw, method, route));
  if (rows.length) rows.push(row(draw, 'task', 'rollup', { kind: 'task' }));
  const all = rows.reduce((sum, one) => sum + one.total_ms, 0);
  for (const one of rows) one.impact = one.total_ms / all;
  return rows.sort((a, b) => b.impact - a.impact);
}

function requests(mode, now, method, route) {
  const draw = random(11);
  const rows = endpoints(mode).filter(one => method == null || (one.method === method && (one.route ?? '') === route));
  if (!rows.length) return [];
  return Array.from({ length: 40 }, (_, at) => request(mode, rows[at % rows.length], at, now - at * 700, draw));
}

function request(mode, of, at, when, draw) {
  const duration = round(of.mean_ms * (0.4 + draw() * 6));
  const all = SHARES.reduce((sum, name) => sum + of[`${name}_ms`], 0);
  const shares = Object.fromEntries(SHARES.map(name => [`${name}_ms`, round(of[`${name}_ms`] / all * duration)]));
  const bad = of.errors > 0 && draw() < 0.3;
  return {
    request_id: `request-${at}-${encodeURIComponent(of.method + (of.route ?? ''))}`, trace_id: '0af7651916cd43dd8448eb211c80319c', at: when, version: '1.4.2', kind: of.kind, method: of.method,
    route: of.route, path: (of.route ?? '/nowhere').replace('{id}', '17').replace('{key}', 'dark-mode'), status_code: bad ? 500 : of.route == null ? 404 : 200, outcome: of.route === '/panic' ? 'panicked' : 'completed',
    level: bad ? 'error' : 'info', duration_ms: duration, ...shares, response_bytes: of.response_bytes, db_queries: 13, external_calls: 1, findings: of.dominant === 'db' ? 2 : 0,
    verdict: of.dominant === 'db' ? '82% database: 41 x SELECT users at orders.rs:88 (N+1); 11% own code' : null, kept: bad ? 'failed' : 'slow', detail: true,
  };
}

function whole(mode, summary) {
  const unit = summary.duration_ms / 100;
  const statement = mode === 'hostile' ? 'SELECT "<script>window.broken=1</script>" FROM <img src=x onerror=window.broken=1> WHERE id = $1' : 'SELECT COUNT(*) FROM assignments WHERE experiment_id = $1';
  const calls = [{ span_id: 'c0', parent_id: 's1', kind: 'database', target: 'experiments', summary: 'SELECT experiments', statement: 'SELECT id, name, key, status FROM experiments ORDER BY id', callsite: 'src/store.rs:59',
    start_ms: 8 * unit, duration_ms: 5 * unit, wait_ms: 3 * unit, outcome: 'completed', error_type: null, rows: 12, status_code: null }];
  for (let at = 0; at < 41; at++) {
    calls.push({ span_id: `n${at}`, parent_id: 's2', kind: 'database', target: 'experiments', summary: 'SELECT assignments', statement, callsite: 'src/store.rs:93',
      start_ms: (15 + at * 1.35) * unit, duration_ms: 0.9 * unit, outcome: 'completed', error_type: null, rows: 1, status_code: null });
  }
  calls.push({ span_id: 'e0', parent_id: null, kind: 'external', target: 'pricing.internal:8443', summary: 'GET', statement: null, callsite: 'src/pricing.rs:31', start_ms: 72 * unit, duration_ms: 18 * unit,
    outcome: 'failed', error_type: '503', rows: null, status_code: 503 });
  calls.push({ span_id: 'k0', parent_id: null, kind: 'cache', target: 'flags', summary: 'lookup', statement: null, callsite: null, start_ms: 70 * unit, duration_ms: unit, outcome: 'completed', error_type: null });
  return {
    ...summary, user_id: 'user-7', action: 'experiment.list', fields: { experiment_id: 3, note: mode === 'hostile' ? '<b onclick=alert(1)>bold</b>' : 'first of the day' },
    error: summary.status_code === 500 || mode === 'hostile' ? { type: 'PricingError', message: 'the price of <b>experiment</b> 3 is not known', chain: ['GET pricing.internal:8443 answered 503', 'connection reset by peer'], callsite: 'src/pricing.rs:31' } : null,
    calls, spans: [{ span_id: 's1', parent_id: null, name: 'list_experiments', start_ms: 5 * unit, duration_ms: 66 * unit }, { span_id: 's2', parent_id: 's1', name: 'with_assignments', start_ms: 14 * unit, duration_ms: 57 * unit }],
    findings: findings(statement), calls_left_out: 0,
  };
}

const findings = statement => [
  { finding: 'n_plus_one', summary: 'SELECT assignments', statement, target: 'experiments', callsite: 'src/store.rs:93', count: 41, limit: 5, distinct_parameters: 40, cost_ms: 37.4, total_ms: 37.4, slowest_ms: 2.1,
    hint: 'load all rows by one query: with a JOIN, or with IN or ANY over the keys' },
  { finding: 'slow_external_call', summary: 'GET', target: 'pricing.internal:8443', callsite: 'src/pricing.rs:31', count: 1, limit: 1000, cost_ms: 1180.2, hint: 'set a time-out, cache the answer, or do without it where it is late' },
];

function endpoint(mode, now, method, route) {
  const of = endpoints(mode).find(one => one.method === method && (one.route ?? '') === route);
  if (!of) return { now, from: now - 900000, window_s: 900, versions: [], endpoint: null, timeline: [], distribution: [] };
  const draw = random(5);
  const buckets = (many, mean) => Array.from({ length: 14 }, (_, at) => {
    const from = mean * 0.3 * 1.35 ** at;
    return [round(from), round(from * 1.35), Math.round(many * Math.exp(-((at - 4) ** 2) / 6) * (0.6 + draw()))];
  }).filter(([, , number]) => number > 0);
  const timeline = Array.from({ length: 60 }, (_, at) => {
    const mean = of.mean_ms * (at > 40 ? 1.8 : 1) * (0.9 + draw() * 0.2);
    return { at: now - (60 - at) * 15000, requests: 40 + Math.round(draw() * 30), errors: at > 50 ? 3 : 0, p50_ms: round(mean * 0.8), p95_ms: round(mean * 2.3), p99_ms: round(mean * (3 + draw() * 2)), buckets: buckets(12, mean) };
  });
  const [typical, worst] = requests(mode, now, method, route).sort((a, b) => a.duration_ms - b.duration_ms).filter((_, at, all) => at === Math.floor(all.length / 2) || at === all.length - 1).map(one => whole(mode, one));
  const call = (kind, target, summary, statement, callsite, each) => ({ kind, target, summary, statement, callsite, requests: of.requests, count: of.requests * each, errors: 0, total_ms: round(of.db_ms / each), slowest_ms: of.p99_ms });
  return {
    now, from: now - 900000, window_s: 900, filters: everything(mode).filters, endpoint: of, timeline, distribution: buckets(300, of.mean_ms).map(([from_ms, to_ms, count]) => ({ from_ms, to_ms, count })),
    statuses: [{ status: 200, requests: of.requests - of.errors }, { status: 500, requests: of.errors }, { status: null, requests: 1 }], typical, worst,
    statements: [call('database', 'experiments', 'SELECT assignments', whole(mode, typical).calls[1].statement, 'src/store.rs:93', 41), call('database', 'experiments', 'SELECT experiments', 'SELECT id, name, key, status FROM experiments ORDER BY id', 'src/store.rs:59', 1)],
    hosts: [call('external', 'pricing.internal:8443', 'GET', null, 'src/pricing.rs:31', 1)], caches: [call('cache', 'flags', 'lookup', null, null, 1)],
    findings: [{ finding: 'n_plus_one', summary: 'SELECT assignments', target: 'experiments', callsite: 'src/store.rs:93', requests: of.requests, count: of.requests * 41, cost_ms: of.db_ms, dearest_ms: of.p99_ms, hint: 'load all rows by one query: with a JOIN, or with IN or ANY over the keys' }],
    versions: [{ ...of, version: '1.4.1' }, { ...of, version: '1.4.2', p50_ms: of.p50_ms * 1.6 }],
  };
}

function everything(mode, now) {
  const rows = endpoints(mode);
  const sum = member => rows.reduce((all, one) => all + one[member], 0);
  const total = Object.fromEntries([...SHARES.map(name => `${name}_ms`), 'requests', 'streams', 'rate', 'errors', 'total_ms', 'findings'].map(member => [member, sum(member)]));
  return {
    now, from: now - 900000, window_s: 900, versions: mode === 'empty' ? [] : ['1.4.1', '1.4.2'],
    filters: { methods: [...new Set(rows.map(one => one.method))], routes: [...new Set(rows.map(one => one.route))], statuses: rows.length ? [200, 404, 500, null] : [] },
    total: { ...total, error_rate: total.errors / Math.max(1, total.requests), p50_ms: 12.2, p95_ms: 210.7, p99_ms: 820, db_queries: 5.1 }, endpoints: rows,
  };
}

function compare(mode, baseline, candidate) {
  const draw = random(3);
  return { baseline, candidate, endpoints: endpoints(mode).map((of, at) => {
    const factor = [1.62, 1, 0.71, 1.02, 1.18][at % 5];
    const verdict = ['slower', 'same', 'faster', 'too few', 'slower'][at % 5];
    const change = value => {
      const width = value * (verdict === 'too few' ? 0.9 : 0.04 + draw() * 0.1);
      const difference = value * (factor - 1);
      return { difference_ms: difference, low_ms: difference - width, high_ms: difference + width, ratio: factor, verdict };
    };
    const after = Object.fromEntries(Object.entries(of).map(([name, value]) => [name, /^(mean|p\d\d)_ms$/.test(name) ? value * factor : value]));
    return { method: of.method, route: of.route, baseline: of, candidate: after, change: { mean: change(of.mean_ms), p50: change(of.p50_ms), p95: change(of.p95_ms) } };
  }) };
}

const status = (mode, now) => ({ service: 'experiments-api', version: '1.4.2', environment: 'production', since: now - 740000, now, memory_bytes: 2310000, memory_limit_bytes: 16777216, window_s: 740,
  requests_kept: 412, requests_seen: 90211, dropped: mode === 'hostile' ? { endpoints: 3 } : {}, bounds_hit: {}, exporters: [{ name: 'json', dropped: {} }] });

/// Listens on a free port of 127.0.0.1; `state.mode` and `state.refuse` (a status) may be changed while it runs.
export async function fixture({ mode = 'usual', port = 0, now = () => Date.now() } = {}) {
  const state = { mode, refuse: null };
  const streams = new Set();
  const server = createServer(async (asked, answer) => {
    const { pathname, searchParams: parameters } = new URL(asked.url, 'http://fixture');
    const end = (code, type, body) => answer.writeHead(code, { 'content-type': type, 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' }).end(body);
    const [, name] = /^\/tachograph(?:\/(.*))?$/.exec(pathname) ?? [];
    const json = (value, code = 200) => end(code, 'application/json', JSON.stringify(value));
    if (name === undefined && pathname === '/tachograph') return end(200, TYPES.html, (await readFile(new URL('page.html', ASSETS), 'utf8')).replaceAll('{{folder}}', 'tachograph'));
    if (/^page[a-z-]*\.(css|js|svg)$/.test(name ?? '')) return end(200, TYPES[name.split('.').at(-1)], await readFile(new URL(name, ASSETS)));
    if (state.refuse) return json({ error: 'the peer is not on this machine, and no token was given' }, state.refuse);
    const instant = now();
    const method = parameters.get('method');
    const route = parameters.get('route');
    const answers = {
      'endpoints.json': () => everything(state.mode, instant),
      'endpoint.json': () => endpoint(state.mode, instant, method, route),
      'requests.json': () => ({ requests: requests(state.mode, instant, method, route).slice(0, Number(parameters.get('limit') ?? 100)), more: 0 }),
      'request.json': () => { const found = requests(state.mode, instant).find(one => one.request_id === parameters.get('id')); return found && whole(state.mode, found); },
      'compare.json': () => compare(state.mode, parameters.get('baseline'), parameters.get('candidate')),
      'status.json': () => status(state.mode, instant),
    };
    if (name === 'live') {
      answer.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).write('retry: 1000\n\n');
      streams.add(answer);
      answer.on('close', () => streams.delete(answer));
      return undefined;
    }
    if (!answers[name]) return json({ error: 'there is nothing here' }, 404);
    const value = answers[name]();
    return value ? json(value) : json({ error: 'it is no longer kept' }, 404);
  });
  await new Promise(done => server.listen(port, '127.0.0.1', done));
  const { port: at } = server.address();
  return {
    state, page: `http://127.0.0.1:${at}/tachograph`,
    tell: news => { for (const stream of streams) stream.write(`event: requests\ndata: ${JSON.stringify(news)}\n\n`); },
    request: (of = 0) => requests(state.mode, now())[of],
    close: () => { for (const stream of streams) stream.destroy(); server.closeAllConnections(); return new Promise(done => server.close(done)); },
  };
}

export { HOSTILE };
