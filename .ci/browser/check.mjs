// Opens every page of the built book as its readers do, and says what is wrong with it.
//
//   node check.mjs                     everything
//   node check.mjs adam momentum       these pages only
//   node check.mjs --book FOLDER

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { Book, fail, here, launch, root, serve, watch } from './browser.mjs';
import { excused } from './excused.mjs';
import { PREVIEW, digest, isDrawnFrom } from './png.mjs';

const THEMES = ['light', 'navy', 'rust', 'coal', 'ayu'];
/** Where axe, which takes its time, measures contrast again in all themes. */
const STAND_FOR_ALL = ['adam.html', 'errata.html', 'initialization.html', 'notation.html'];
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 400, height: 800 };
const SMALL = { width: 320, height: 640 };
/** The width of A4 between the margins that `theme/print.css` gives it. */
const PAPER = { width: 680, height: 1000 };
/** Least heights of a figure's labels, in pixels. */
const LABELS = { desktop: 11, phone: 11, small: 9 };
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
/** The most elements of a text, beside tables and lists, that are laid out before its reader has moved; a page has up to 5,500. */
const FIRST = 700;
/** The rules whose answer depends on the theme, and on the width. */
const BY_THEME = ['color-contrast', 'link-in-text-block'];
const BY_WIDTH = ['target-size', 'scrollable-region-focusable'];
/** The most that a page may move while it loads. */
const SHIFT = 0.1;
const LATE_FONTS = 700;
const WORKERS = 2;

const arguments_ = process.argv.slice(2);
const folder = arguments_.includes('--book') ? arguments_.splice(arguments_.indexOf('--book'), 2)[1] : undefined;
const book = new Book(folder);
const asked = arguments_.length ? book.pages.filter(page => arguments_.includes(page.replace(/\.html$/, ''))) : book.pages;
if (!asked.length) fail(`no such page: ${arguments_.join(' ')}`);
const isListing = page => page.startsWith('listings');
const chapters = asked.filter(page => !isListing(page));
const listings = asked.filter(isListing);

const look = readFileSync(join(here, 'look.js'), 'utf8');
const faults = [];
const counts = new Map();

function count(check, number = 1) {
  counts.set(check, (counts.get(check) ?? 0) + number);
}

/** Notes the faults that a check has found on a page, in a setting such as `400 px, navy`. */
function report(check, page, setting, found) {
  count(check);
  for (const { where, what, todo } of found) faults.push({ check, page, setting, where, what, todo });
}

/** Runs the tasks, a few at a time. */
async function all(tasks, run, workers = WORKERS) {
  const queue = [...tasks];
  const work = async () => {
    for (let task = queue.shift(); task !== undefined; task = queue.shift()) await run(task);
  };
  await Promise.all(Array.from({ length: workers }, work));
}

/** A page of the browser in which `look` exists; what goes wrong while it is open is noted. */
async function tab(browser, options = {}) {
  // With motion the sidebar is still on its way when the next width is looked at.
  const context = await browser.newContext({ viewport: DESKTOP, reducedMotion: 'reduce', ...options });
  await context.addInitScript(look);
  const page = await context.newPage();
  page.name = '';
  const note = (what, todo) => report('console', page.name, '', [{ where: '', what, todo }]);
  watch(page, note, /^(file|data|blob):|^http:\/\/127\.0\.0\.1:/);
  return page;
}

async function open(page, name) {
  page.name = name;
  await page.goto(book.url(name));
  await page.evaluate(() => document.fonts.ready);
  if (page.viewportSize().width === DESKTOP.width && !isListing(name)) await seek(page, 'first', `${DESKTOP.width} px`, FIRST);
  await page.evaluate(() => look.layOut());
  count('page');
}

const setTheme = (page, theme) => page.evaluate(name => {
  document.getElementById(`mdbook-theme-${name}`).click();
  document.activeElement.blur();
}, theme);

/** What a function of `look` finds; its faults go under its name. */
async function seek(page, name, setting, ...given) {
  report(name, page.name, setting, await page.evaluate(([name, given]) => look[name](...given), [name, given]));
}

async function accessible(page, setting, rules) {
  const only = rules ? { type: 'rule', values: rules } : { type: 'tag', values: WCAG };
  const result = await page.evaluate(only => globalThis.axe.run(document, { runOnly: only, resultTypes: ['violations'], preload: false }), only);
  const found = result.violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, any, all }) => {
    const detail = [...any, ...all].map(check => check.message).find(Boolean) ?? help;
    return { where: target.flat().join(' '), what: `${id}: ${detail}`, todo: help };
  }));
  report('axe', page.name, setting, found);
}

/** Goes through the content of a page with the Tab key. */
async function tabs(page) {
  const expected = await page.evaluate(() => {
    const main = document.querySelector('main');
    main.tabIndex = -1;
    main.focus({ preventScroll: true });
    scrollTo(0, 0);
    return look.reachable();
  });
  const reached = [];
  const found = [];
  for (let press = 0; press < 3 * expected; press += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => look.stop());
    if (!stop || reached.includes(stop.index)) break;
    found.push(...stop.faults);
    // A box that scrolls is a stop of the browser's own.
    if (stop.index < 0) continue;
    if (stop.index <= (reached.at(-1) ?? -1)) {
      found.push({ where: stop.where, what: 'comes before what precedes it on the page', todo: 'no tabindex above 0' });
    }
    reached.push(stop.index);
  }
  found.push(...await page.evaluate(reached => look.unreached(reached), reached));
  count('stop', reached.length);
  report('keyboard', page.name, `${DESKTOP.width} px`, found);
}

/** A link into the page. */
async function follow(page, name) {
  await page.goto(book.url(name));
  const section = await page.evaluate(() => look.middle());
  if (!section) return;
  await page.goto('about:blank');
  await page.goto(`${book.url(name)}#${section}`);
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(200);
  await seek(page, 'arrived', `${page.viewportSize().width} px`);
}

/** A chapter in all widths and themes. */
async function inspect(page, name) {
  await page.setViewportSize(DESKTOP);
  page.name = name;
  await follow(page, name);
  await open(page, name);
  await setTheme(page, THEMES[0]);
  await page.evaluate(() => look.open());
  await tabs(page);
  await layout(page, `${DESKTOP.width} px`, LABELS.desktop);
  for (const theme of THEMES) {
    await setTheme(page, theme);
    await seek(page, 'colours', theme);
    await seek(page, 'texts', theme);
  }
  // Where the window is narrow from the start, the sidebar is closed.
  await page.setViewportSize(PHONE);
  await open(page, name);
  await page.evaluate(() => look.open());
  await layout(page, `${PHONE.width} px`, LABELS.phone);
  await page.setViewportSize(SMALL);
  await seek(page, 'overflow', `${SMALL.width} px`);
  await seek(page, 'figures', `${SMALL.width} px`, LABELS.small);
  await page.setViewportSize(PAPER);
  await page.emulateMedia({ media: 'print' });
  await seek(page, 'paper', 'print');
  await page.emulateMedia({ media: 'screen' });
  await page.evaluate(() => look.simplify());
  await page.evaluate(axe.source);
  await page.setViewportSize(PHONE);
  await accessible(page, `${PHONE.width} px`, BY_WIDTH);
  await page.setViewportSize(DESKTOP);
  for (const theme of STAND_FOR_ALL.includes(name) ? THEMES : [THEMES[0]]) {
    await setTheme(page, theme);
    await accessible(page, `${DESKTOP.width} px, ${theme}`, theme === THEMES[0] ? undefined : BY_THEME);
  }
}

/** A listing: a title, a way back, and code. What axe says of one, it says of all. */
async function inspectListing(page, name) {
  await page.setViewportSize(PHONE);
  await open(page, name);
  await layout(page, `${PHONE.width} px`);
  await page.setViewportSize(DESKTOP);
  await layout(page, `${DESKTOP.width} px`);
  for (const theme of THEMES) {
    await setTheme(page, theme);
    await seek(page, 'texts', theme);
  }
  if (name !== listings[0]) return;
  await page.evaluate(axe.source);
  await accessible(page, `${DESKTOP.width} px`);
}

async function layout(page, setting, smallest) {
  for (const check of ['alone', 'overflow', 'cut', 'overlaps', 'rows']) await seek(page, check, setting);
  await seek(page, 'figures', setting, smallest);
}

/** A reader whose system is dark, without scripts; with forced colours; and one who wants less motion. */
async function preferences(browser) {
  const dark = await tab(browser, { javaScriptEnabled: false, colorScheme: 'dark' });
  const forced = await tab(browser, { forcedColors: 'active', colorScheme: 'dark' });
  const calm = await tab(browser);
  await all(chapters, async name => {
    await open(dark, name);
    await seek(dark, 'colours', 'no JavaScript, dark system');
    await open(forced, name);
    await seek(forced, 'colours', 'forced colours, dark system');
  }, 1);
  for (const name of chapters.slice(0, 3)) {
    await open(calm, name);
    await seek(calm, 'moving', 'reduced motion');
  }
  for (const page of [dark, forced, calm]) await page.context().close();
}

/** The searches of `tests/search.txt`, by keyboard, as a reader does. */
async function searches(browser) {
  const page = await tab(browser);
  await open(page, 'index.html');
  await page.keyboard.press('/');
  await page.waitForFunction(() => !document.querySelector('.searching'));
  for (const line of readFileSync(join(root, 'tests/search.txt'), 'utf8').split('\n')) {
    const [, query, section] = /^([^#].*) -> (.+)$/.exec(line) ?? [];
    if (!query) continue;
    await page.fill('#mdbook-searchbar', query);
    await page.dispatchEvent('#mdbook-searchbar', 'input');
    await page.waitForFunction(query => document.querySelector('#mdbook-searchresults-header').textContent.includes(`'${query}'`), query);
    const first = await page.evaluate(() => {
      const link = document.querySelector('#mdbook-searchresults a')?.getAttribute('href') ?? 'nothing';
      return link.replace(/\?[^#]*/, '');
    });
    report('search', page.name, '', first === section ? [] : [{ where: `"${query}"`, what: `leads to ${first}, not to ${section}`, todo: '{{#also …}} in that section names the words' }]);
  }
  await page.context().close();
}

/** How far the text moves when the fonts come late. */
async function shifts(browser) {
  const server = await serve(book.folder, LATE_FONTS);
  const settings = chapters.flatMap(name => [DESKTOP, PHONE].map(viewport => ({ name, viewport })));
  await all(settings, async ({ name, viewport }) => {
    const page = await tab(browser, { viewport, reducedMotion: 'no-preference' });
    page.name = name;
    await page.addInitScript(() => {
      globalThis.moved = { sum: 0, most: 0, where: '' };
      new PerformanceObserver(list => {
        for (const { value, sources } of list.getEntries()) {
          moved.sum += value;
          if (value > moved.most) Object.assign(moved, { most: value, where: sources[0]?.node?.parentElement?.closest('[id]')?.id ?? '' });
        }
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await page.goto(`${server.address}/${name}`);
    await page.evaluate(() => document.fonts.ready);
    await page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve, 100))));
    const { sum, where } = await page.evaluate(() => moved);
    const found = sum > SHIFT ? [{ where: `#${where}`, what: `moves by ${sum.toFixed(2)} when the fonts come late, and ${SHIFT} is the most`, todo: 'preload the font, or give its stand-in the same widths' }] : [];
    report('shift', name, `${viewport.width} px`, found);
    await page.context().close();
  }, 2 * WORKERS);
  server.close();
}

/** The picture of the book shows the figure as it is now. */
function preview() {
  const [picture, figure] = [PREVIEW.picture, PREVIEW.figure].map(file => readFileSync(join(root, file)));
  const isNew = isDrawnFrom(picture, digest(figure));
  report('preview', PREVIEW.picture, '', isNew ? [] : [{ where: '', what: `was drawn from another ${PREVIEW.figure}`, todo: 'node .ci/browser/preview.mjs' }]);
}

/** The faults that nothing excuses; an excuse that no fault needs is one, too. */
function unexcused() {
  const needed = new Set();
  const left = faults.filter(fault => {
    const excuse = excused.find(({ check, where, what }) => check === fault.check && where.test(fault.where) && what.test(fault.what));
    if (excuse) needed.add(excuse);
    return !excuse;
  });
  if (asked.length < book.pages.length) return left;
  const idle = excused.filter(excuse => !needed.has(excuse));
  return [...left, ...idle.map(({ check, where, reason }) => ({
    check, page: 'excused.mjs', setting: '', where: String(where), what: `is no longer needed (${reason})`, todo: 'take it out',
  }))];
}

/** The faults, each with all places where it is the same. */
function print(list) {
  const groups = new Map();
  for (const fault of list) {
    const key = [fault.check, fault.page, fault.where, fault.what.replace(/[\d.]+/g, '0')].join('\t');
    groups.set(key, [...(groups.get(key) ?? []), fault]);
  }
  const lines = [...groups.values()].map(group => {
    const [{ check, page, where, what, todo }] = group;
    const settings = [...new Set(group.map(fault => fault.setting))].filter(Boolean).join('; ');
    return `${page}${settings && ` (${settings})`}: ${check}: ${where} ${what}\n    ${todo}`;
  });
  console.log(lines.join('\n'));
  return lines.length;
}

const start = Date.now();
const browser = await launch();
const timed = async (name, run) => {
  const from = Date.now();
  await run();
  if (process.env.TIMES) console.log(`${name}: ${((Date.now() - from) / 1000).toFixed(1)} s`);
};
await timed('pages', async () => {
  const free = await Promise.all(Array.from({ length: WORKERS }, () => tab(browser)));
  await all(asked, async name => {
    const page = free.pop();
    await (isListing(name) ? inspectListing : inspect)(page, name);
    free.push(page);
  });
  for (const page of free) await page.context().close();
});
await timed('preferences', () => preferences(browser));
if (asked === book.pages) await timed('searches', () => searches(browser));
await timed('shifts', () => shifts(browser));
await browser.close();
preview();

const left = unexcused();
const number = print(left);
const seconds = ((Date.now() - start) / 1000).toFixed(0);
const done = [...counts].filter(([name]) => name !== 'page').map(([name, n]) => `${n} ${name}`).join(', ');
console.log(`\n${asked.length} pages, ${seconds} s; checks: ${done}`);
if (number) fail(`${number} faults`);
