// What holds of the files as they are.

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { check } from '../check.mjs';

const ASSETS = new URL('../../../exporters/page/assets/', import.meta.url);
const NAMESPACE = 'http://www.w3.org/2000/svg';
const LARGEST = 36_000;

export async function rules() {
  const names = (await readdir(ASSETS)).sort();
  const files = await Promise.all(names.map(async name => [name, await readFile(new URL(name, ASSETS), 'utf8')]));
  await check('no text becomes markup or code, and nobody else is asked', () => {
    const forbidden = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc|javascript:/;
    for (const [name, text] of files) {
      assert.doesNotMatch(text, forbidden, name);
      assert.doesNotMatch(text.replaceAll(NAMESPACE, ''), /\b(?:https?|wss?):\/\//, `${name} names no address`);
    }
    const html = files.find(([name]) => name === 'page.html')[1];
    assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/, 'nothing is inline');
  });
  await check('it is small', () => {
    const compressed = gzipSync(files.map(([, text]) => text).join(''), { level: 9 }).length;
    assert.ok(compressed < LARGEST, `${compressed} bytes`);
  });
  await check('the browser tests name no registry', async () => {
    const locked = await readFile(new URL('../package-lock.json', import.meta.url), 'utf8');
    assert.doesNotMatch(locked, /"resolved"|https?:\/\//);
  });
}
