// Chromium and Firefox, and the pages of the built book.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium, firefox } from 'playwright-core';
import utils from 'playwright-core/lib/utilsBundle';

export const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, '../..');

/** Ends with a message and no stack. */
export function fail(message) {
  console.error(message);
  process.exit(1);
}

function executable(asked, names) {
  for (const name of asked ? [asked] : names) {
    try {
      return execFileSync('sh', ['-c', 'command -v "$0"', name], { encoding: 'utf8' }).trim();
    } catch {
      // The next one.
    }
  }
  return fail(`no ${asked ?? names.join(', ')}: install it, or name another in CHROMIUM or FIREFOX`);
}

export function launch() {
  const args = ['--disable-background-networking', '--no-first-run', '--disable-sync', '--font-render-hinting=none', '--disable-gpu'];
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  return chromium.launch({ executablePath: executable(process.env.CHROMIUM, ['chromium', 'chromium-browser', 'google-chrome']), args });
}

/** The Firefox of a distribution, by WebDriver BiDi. */
export function launchFirefox(firefoxUserPrefs) {
  return firefox.launch({ channel: 'moz-firefox', executablePath: executable(process.env.FIREFOX, ['firefox-esr', 'firefox']), firefoxUserPrefs });
}

/** A Firefox with long support lacks some commands, about downloads and screens: it has done them, as far as Playwright is told. */
const { emit } = utils.ws.prototype;
utils.ws.prototype.emit = function (event, data, ...rest) {
  const { id, error } = event === 'message' ? JSON.parse(data) : {};
  return emit.call(this, event, error === 'unknown command' ? JSON.stringify({ type: 'success', id, result: {} }) : data, ...rest);
};

/** Says what goes wrong while a page is open, and what there is to do: errors, missing files, what it asks of others than `own`. */
export function watch(page, note, own = /^(file|data|blob):/) {
  page.on('console', message => {
    note(`${message.type()}: ${message.text()}`, 'the console stays empty');
  });
  page.on('pageerror', error => note(error.message, 'a script has failed'));
  page.on('requestfailed', request => {
    const { errorText } = request.failure();
    // The next page was opened before this one had all it asked for.
    if (!['net::ERR_ABORTED', 'NS_BINDING_ABORTED'].includes(errorText)) note(`${request.url()}: ${errorText}`, 'a file is missing');
  });
  page.on('request', request => {
    if (!own.test(request.url())) note(`asks for ${request.url()}`, 'a page needs nothing from the network');
  });
}

/** The built book: its folder and its pages. */
export class Book {
  constructor(folder = join(root, 'book')) {
    this.folder = folder;
    if (!existsSync(join(folder, 'index.html'))) fail(`${folder} is no book: run \`mdbook build\` first`);
    const files = readdirSync(folder, { recursive: true }).map(file => file.replaceAll('\\', '/'));
    // 404.html asks for what is at the server's root, toc.html is a part of a page, print.html is for `pdf.mjs`.
    const others = ['404.html', 'toc.html', 'print.html'];
    this.pages = files.filter(file => file.endsWith('.html') && !others.includes(file)).sort();
  }

  /** The address of a page, without a server. */
  url(page) {
    return pathToFileURL(join(this.folder, page)).href;
  }
}

const types = {
  '.css': 'text/css', '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.png': 'image/png',
  '.svg': 'image/svg+xml', '.wasm': 'application/wasm', '.woff2': 'font/woff2',
};

/** Serves a folder to this machine; fonts arrive late by so many milliseconds. */
export async function serve(folder, late) {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
    const file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
    if (relative(folder, file).startsWith('..') || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    const headers = { 'content-type': types[extname(file)] ?? 'text/plain' };
    const wait = extname(file) === '.woff2' ? late : 0;
    setTimeout(() => response.writeHead(200, headers).end(readFileSync(file)), wait);
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
