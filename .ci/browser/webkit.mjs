// The chapters in WebKit, which is Safari's: what leaves its column, is cut off, lies on something else, and whether a live
// figure moves. Needs Debian's `webkit2gtk-driver` and `xvfb`. Without names it opens all chapters.

import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Book, fail, here, serve } from './browser.mjs';

const SIZES = [{ width: 1300, height: 900 }, { width: 447, height: 900 }];
const PORT = 4455;
const CHECKS = ['overflow', 'cut', 'overlaps', 'rows'];
/** A figure, and a word that it says once its first slider is at its end. */
const LIVE = { page: 'quadratic.html', says: 'diverges' };

const FIND = 'command -v xvfb-run WebKitWebDriver >&2 && ls /usr/lib*/webkit2gtk-4.*/MiniBrowser /usr/lib/*/webkit2gtk-4.*/MiniBrowser | tail -n 1';

const browser = execFileSync('sh', ['-c', `{ ${FIND}; } 2>/dev/null || true`], { encoding: 'utf8' }).trim();
if (!browser) fail('no WebKit: install webkit2gtk-driver and xvfb');
const book = new Book();
const names = process.argv.slice(2);
const pages = book.pages.filter(page => !page.startsWith('listings') && (!names.length || names.includes(page.replace('.html', ''))));
if (!pages.length) fail(`no such page: ${names.join(' ')}`);
const look = readFileSync(join(here, 'look.js'), 'utf8');

const driver = spawn('xvfb-run', ['-a', '-s', '-screen 0 1400x1000x24', 'WebKitWebDriver', `--port=${PORT}`], { stdio: 'ignore', detached: true });
const server = await serve(book.folder, 0);
const faults = [];
try {
  await inspect();
} finally {
  server.close();
  process.kill(-driver.pid);
}
console.log([...faults, `${pages.length} pages in WebKit`].join('\n'));
process.exit(faults.length ? 1 : 0);

async function inspect() {
  const { sessionId } = await command('POST', '/session', {
    capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': { binary: browser, args: ['--automation'] } } },
  });
  const run = (script, ...args) => command('POST', `/session/${sessionId}/execute/sync`, { script, args });
  const open = page => command('POST', `/session/${sessionId}/url`, { url: `${server.address}/${page}` });
  for (const size of SIZES) {
    await command('POST', `/session/${sessionId}/window/rect`, size);
    for (const page of pages) {
      await open(page);
      // Fonts come with what is laid out.
      await run(`${look}; look.open()`);
      await wait(300);
      const found = await run(`${look}; return arguments[0].flatMap(check => look[check]().map(({ where, what }) => check + ': ' + where + ' ' + what))`, CHECKS);
      faults.push(...found.map(fault => `${page} (${size.width} px): ${fault}`));
    }
  }
  await open(LIVE.page);
  await run('document.querySelector("[data-live] button").click()');
  await wait(2000);
  await run('const slider = document.querySelector("[data-live] input[type=range]"); slider.value = slider.max; slider.dispatchEvent(new Event("input", { bubbles: true }))');
  await wait(500);
  const says = await run('return document.querySelector("[data-live] .says").textContent');
  if (!says.includes(LIVE.says)) faults.push(`${LIVE.page}: its live figure says "${says}"`);
  await command('DELETE', `/session/${sessionId}`);
}

/** A command of WebDriver; the first ones wait until the driver has started. */
async function command(method, path, body) {
  const request = { method, headers: { 'content-type': 'application/json' }, body: body && JSON.stringify(body) };
  for (let tries = 50; ; tries -= 1) {
    const response = await fetch(`http://127.0.0.1:${PORT}${path}`, request).catch(() => undefined);
    if (response) {
      const { value } = await response.json();
      if (value?.error) throw new Error(`${path}: ${value.message}`);
      return value;
    }
    if (!tries) throw new Error('WebKitWebDriver does not answer');
    await wait(100);
  }
}
