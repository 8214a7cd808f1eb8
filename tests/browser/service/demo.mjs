// A demonstration as a process of its own, with its lines in a file, and the load that is put on it.

import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../check.mjs';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const TARGET = resolve(ROOT, process.env.CARGO_TARGET_DIR ?? 'target');

export function build(framework) {
  const { status } = spawnSync('cargo', ['build', '-q', '-p', `demo-${framework}`], { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) throw new Error(`demo-${framework} does not build`);
}

const freePort = () =>
  new Promise(done => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

// One that can be started again, at the same address and with what it kept.
export class Demo {
  static async of(framework) {
    const demo = new Demo();
    demo.framework = framework;
    demo.folder = mkdtempSync(join(tmpdir(), `tachograph-${framework}-`));
    demo.port = await freePort();
    demo.address = `http://127.0.0.1:${demo.port}`;
    demo.agent = new Agent({ keepAlive: true, maxSockets: 48 });
    return demo;
  }

  // A view of its page.
  page(hash = '#/endpoints?window=all') {
    return `${this.address}/tachograph${hash}`;
  }

  // What a check of it is called.
  named(check) {
    return `${this.framework}: ${check}`;
  }

  async start(version, more = {}) {
    this.linesOf = join(this.folder, `lines-${version}.jsonl`);
    this.process = spawn(join(TARGET, 'debug', `demo-${this.framework}`), {
      cwd: this.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        PATH: process.env.PATH,
        RUST_BACKTRACE: '0',
        PORT: String(this.port),
        TACHOGRAPH_SERVICE__NAME: 'experiments-api',
        TACHOGRAPH_SERVICE__VERSION: version,
        TACHOGRAPH_SERVICE__ENVIRONMENT: 'demonstration',
        TACHOGRAPH_EXPORTERS__JSON__OUTPUT: `file:${this.linesOf}`,
        TACHOGRAPH_EXPORTERS__JSON__CALLS: 'all',
        TACHOGRAPH_EXPORTERS__PAGE__PATH: '/tachograph',
        TACHOGRAPH_EXPORTERS__PAGE__FILE: join(this.folder, 'page'),
        ...more,
      },
    });
    this.said = '';
    this.process.stderr.on('data', text => {
      this.said += text;
    });
    this.ended = new Promise(done => this.process.on('exit', done));
    await until(`demo-${this.framework} listens`, () => {
      if (this.process.exitCode != null) throw new Error(this.said);
      return this.said.includes('listening on');
    });
  }

  // Asks once; the status, or what went wrong.
  ask(method, path, headers = {}) {
    return new Promise(done => {
      const body = method === 'POST' ? '{"name":"browser","key":"browser","experiment_id":1,"user_id":"7"}' : null;
      const asked = request(
        `${this.address}${path}`,
        {
          method,
          agent: this.agent,
          headers: { ...headers, ...(body && { 'content-type': 'application/json', 'content-length': body.length }) },
        },
        answer => {
          answer.on('data', () => {});
          answer.on('end', () => done(answer.statusCode));
          answer.on('error', done);
        },
      );
      asked.on('error', done);
      asked.end(body);
    });
  }

  // So many requests, drawn in turn from the mix, at about so many a second.
  async drive(mix, total, perSecond) {
    const turn = mix.flatMap(([method, path, weight]) => Array(weight).fill([method, path]));
    // Spread out, and the same each time.
    const order = turn
      .map((one, at) => [(at * 7919) % 104729, one])
      .sort(([a], [b]) => a - b)
      .map(([, one]) => one);
    const began = Date.now();
    const open = new Set();
    for (let sent = 0; sent < total;) {
      const due = Math.min(total, Math.ceil(((Date.now() - began) / 1000) * perSecond) + 1);
      for (; sent < due && open.size < 400; sent++) {
        const [method, path] = order[sent % order.length];
        const one = this.ask(method, path.replace('{n}', 1 + (sent % 12)), { 'x-user-id': `<b>user-${sent % 5}</b>` });
        open.add(one);
        one.then(() => open.delete(one));
      }
      await new Promise(done => setTimeout(done, 5));
    }
    await Promise.all(open);
    return (total / (Date.now() - began)) * 1000;
  }

  // The lines so far: of requests, and of calls.
  lines() {
    const text = readFileSync(this.linesOf, 'utf8');
    const all = text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line));
    return { requests: all.filter(line => line.event === 'request'), calls: all.filter(line => line.event === 'call') };
  }

  async stop() {
    this.process.kill('SIGTERM');
    await this.ended;
    this.agent.destroy();
    this.agent = new Agent({ keepAlive: true, maxSockets: 48 });
  }

  async remove() {
    if (this.process?.exitCode == null) await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
