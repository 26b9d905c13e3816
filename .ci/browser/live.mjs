// Moves every live figure of the built book as its readers do, and says what is wrong.
//
//   node live.mjs                      all of them
//   node live.mjs adam newton          these two
//   node live.mjs --firefox            in Firefox, without a finger, paper and a page without scripts
//   node live.mjs --shots FOLDER       with pictures before, during and after, and what a session with the keyboard alone meets

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Book, here, launch, launchFirefox, root, watch } from './browser.mjs';

const book = new Book();
const arguments_ = process.argv.slice(2);
const shots = arguments_.includes('--shots') ? arguments_[arguments_.indexOf('--shots') + 1] : undefined;
const isFirefox = arguments_.includes('--firefox');
if (shots) mkdirSync(shots, { recursive: true });
/** The most milliseconds of a frame while a figure is dragged; printed are three quantiles, a quarter, half and 95 %. */
const FRAME = 16;
/** The same for a figure that lets digits through a network. */
const DEEP_FRAME = 150;

const faults = [];
let checks = 0;
const check = (holds, where, what) => {
  checks += 1;
  if (!holds) faults.push(`${where}: ${what}`);
};

const wanted = arguments_.filter((argument, i) => !argument.startsWith('--') && arguments_[i - 1] !== '--shots');
const all = readdirSync(join(root, 'live/figures')).map(file => file.replace(/\.html$/, ''));
const names = wanted.length ? wanted : all;
const look = readFileSync(join(here, 'look.js'), 'utf8');
const pageOf = name => book.pages.find(page => readFileSync(join(book.folder, page), 'utf8').includes(`data-live="${name}"`));
const browser = await (isFirefox ? launchFirefox() : launch());
/** Where dark colours are asked for, and no motion; a Firefox with long support is told when it starts. */
const calm = isFirefox ? await launchFirefox({ 'ui.systemUsesDarkTheme': 1, 'ui.prefersReducedMotion': 1 }) : browser;

/** A tab on a page of the book, without a server; what goes wrong in it is a fault. */
async function tab(live, options = {}, hash = '') {
  const from = options.reducedMotion || options.colorScheme ? calm : browser;
  const context = await from.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  watch(page, what => faults.push(`${live}: ${what}`));
  await page.goto(book.url(pageOf(live)) + hash, { timeout: 120_000 });
  const figure = page.locator(`figure[data-live="${live}"]:has(.knobs)`);
  // A figure may lie in a fold, which an address with a state opens by itself.
  if (hash) check(await figure.isVisible(), live, 'its address does not open its fold');
  await figure.evaluate(node => node.closest('details')?.setAttribute('open', ''));
  return { context, page, figure };
}

const state = figure => figure.evaluate(node => ({
  curves: [...node.querySelectorAll('[data-curve]')].map(path => path.getAttribute('d')).join('|'),
  says: node.querySelector('.says').textContent,
  inputs: [...node.querySelectorAll('.knobs [data-key]')].map(input => input.value).join('|'),
  handles: [...node.querySelectorAll('.handle')].map(handle => handle.style.left + handle.style.top).join('|'),
}));
const same = (a, b) => Object.keys(a).every(key => a[key] === b[key]);
/** Where the page says that it is: Playwright learns late, or not at all, of what Firefox replaces. */
const address = page => page.evaluate(() => ({ search: location.search, hash: location.hash }));
/** The files of its own that a live figure has asked for. */
const loaded = page => page.evaluate(() => [...document.scripts].map(script => script.src.replace(/.*\//, '')));
/** What is computed in pieces says so until its end. */
const rest = async (page, wait = 500) => {
  await page.waitForTimeout(wait);
  await page.waitForFunction(() => !document.querySelector('.says[aria-busy="true"]'), undefined, { timeout: 120_000 });
};
const shot = (figure, live, when) => shots && figure.screenshot({ path: join(shots, `${live}-${when}.png`) });

/** From now on, how long each frame's work takes. */
const record = page => page.evaluate(() => {
  window.frames_ = [];
  const old = window.requestAnimationFrame_ ??= window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = action => old(time => {
    const start = performance.now();
    action(time);
    window.frames_.push(performance.now() - start);
  });
});

/** Prints what was recorded. */
async function frames(page, live, moved, most) {
  if (isFirefox) return;
  const times = (await page.evaluate(() => window.frames_)).sort((a, b) => a - b);
  const [quick, median, slow] = [0.25, 0.5, 0.95].map(share => times[Math.floor(times.length * share)] ?? NaN);
  console.log(`${live}, ${moved}: ${times.length} frames, ${[quick, median, slow].map(time => time.toFixed(1)).join(', ')} ms`);
  // The first quarter: a machine that is busy with something else delays the others.
  check(times.length > 5 && quick < most, live, `a frame takes ${quick} ms`);
}

/** Draws a seven, in two strokes, where there is a field for it. */
async function draw(page, figure, live) {
  const pad = figure.locator('.pad');
  if (!await pad.count()) return;
  await pad.evaluate(node => node.scrollIntoView({ block: 'center' }));
  const box = await pad.boundingBox();
  const to = ([x, y]) => page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: 8 });
  for (const stroke of [[[0.25, 0.2], [0.75, 0.2], [0.45, 0.85]], [[0.4, 0.5], [0.7, 0.5]]]) {
    await to(stroke[0]);
    await page.mouse.down();
    for (const point of stroke.slice(1)) await to(point);
    await page.mouse.up();
  }
  await rest(page);
  const { says } = await state(figure);
  console.log(`${live}: ${says}`);
  check(/Your digit is taken for a \d, with the probability [01]/.test(says), live, 'what is drawn is taken for no digit');
  await shot(figure, live, '3-drawn');
  // With the keys: a stroke, the pen lifted, another.
  const before = await state(figure);
  await figure.locator('.handle').focus();
  for (const key of ['ArrowDown', 'ArrowDown', ' ', 'ArrowLeft', 'ArrowLeft']) await page.keyboard.press(key);
  await rest(page);
  check((await state(figure)).curves !== before.curves, live, 'the arrow keys do not draw');
  await figure.locator('.reset').click();
  await rest(page);
}

async function desktop(live) {
  const { context, page, figure } = await tab(live);
  const before = await state(figure);
  check(!(await loaded(page)).some(file => /^(wasm|depth|training)\.js$/.test(file)), live, 'something is loaded before the first touch');
  await figure.scrollIntoViewIfNeeded();
  await shot(figure, live, '1-before');

  // Every slider and every number does something, and its sentence is never empty.
  const inputs = await figure.locator('.knobs input[type="range"]').all();
  for (const input of inputs) {
    const key = await input.getAttribute('data-key');
    await input.focus();
    const old = await input.inputValue();
    const away = old === await input.getAttribute('min') ? 'ArrowRight' : 'ArrowLeft';
    await page.keyboard.press(away);
    await page.keyboard.press(away);
    await page.waitForTimeout(60);
    check(await input.inputValue() !== old, live, `the slider of ${key} does not move`);
    const number = figure.locator(`.knobs input[type="text"][data-key="${key}"]`);
    for (const nonsense of ['', 'abc', '-1e999', '1e999', 'NaN']) {
      await number.fill(nonsense);
      await page.waitForTimeout(40);
      const { says } = await state(figure);
      const label = (await number.getAttribute('aria-label')).replace(/, as a number$/, '');
      check(says.startsWith(label), live, `${key} = '${nonsense}' ends in no sentence about it: ${says}`);
      check(await number.getAttribute('aria-invalid') === 'true', live, `${key} = '${nonsense}' is not marked`);
    }
    await figure.locator('.reset').click();
  }
  check((await loaded(page)).includes('wasm.js'), live, 'the module is not loaded');
  await rest(page);
  check(same(before, await state(figure)), live, 'back to the book’s is another state than the first');
  const { search, hash } = await address(page);
  check(!(search + hash).includes('?'), live, `the address keeps a state: ${search}${hash}`);

  // A hundred changes, faster than a frame.
  if (inputs.length) {
    await inputs[0].evaluate(async input => {
      for (let i = 0; i < 100; i += 1) {
        input.value = Number(input.min) + (i * 37 % 100) / 100 * (input.max - input.min);
        input.dispatchEvent(new Event('input', { bubbles: true }));
      }
    });
    await rest(page);
    check((await state(figure)).says.length > 10, live, 'a hundred fast changes end in no sentence');
    await figure.locator('.reset').click();
  }

  // A figure without points is moved by its first slider, and comes to rest.
  if (!await figure.locator('.handle').count()) {
    const first = await state(figure);
    await inputs[0].evaluate(node => node.scrollIntoView({ block: 'end' }));
    await record(page);
    await inputs[0].focus();
    for (let step = 1; step <= 20; step += 1) {
      await page.keyboard.press('ArrowLeft');
      await page.waitForTimeout(8);
      if (step === 10) await shot(figure, live, '2-during');
    }
    await rest(page);
    const after = await state(figure);
    check(after.curves !== first.curves, live, 'its first slider moves nothing');
    await shot(figure, live, '3-after');
    await frames(page, live, 'the slider', DEEP_FRAME);
    const other = await tab(live, {}, (await address(page)).hash);
    await rest(other.page);
    await rest(other.page);
    check(same(after, await state(other.figure)), live, 'the address brings another state back');
    await other.context.close();
    await figure.locator('.reset').click();
    await rest(page);
  }

  // Each point is dragged, and moved with the arrow keys.
  for (const [i, handle] of (await figure.locator('.handle').all()).entries()) {
    await handle.evaluate(node => node.scrollIntoView({ block: 'center' }));
    const box = await handle.boundingBox();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const first = await state(figure);
    await record(page);
    await page.mouse.move(x, y);
    await page.mouse.down();
    for (let step = 1; step <= 40; step += 1) {
      await page.mouse.move(x - step * 2, y + (step % 9) * 2);
      await page.waitForTimeout(8);
      if (step === 20) await shot(figure, live, `2-during-${i}`);
    }
    await page.mouse.up();
    await rest(page);
    const after = await state(figure);
    check(after.curves !== first.curves && after.handles !== first.handles, live, `point ${i} cannot be dragged`);
    await shot(figure, live, `3-after-${i}`);
    const isDeep = await figure.locator('[data-needs]').count();
    await frames(page, live, `point ${i}`, isDeep ? DEEP_FRAME : FRAME);
    await handle.focus();
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowUp', 'Shift+ArrowRight']) await page.keyboard.press(key);
    await rest(page);
    const keyed = await state(figure);
    check(keyed.handles !== after.handles, live, `point ${i} does not follow the arrow keys`);
    check(!(await handle.getAttribute('aria-valuetext')).includes('NaN'), live, 'a point says NaN');

    // The address brings the same state back, in a new tab.
    const hash = (await address(page)).hash;
    check(hash.includes('?'), live, 'the address has no state');
    const other = await tab(live, {}, hash);
    await rest(other.page);
    await rest(other.page);
    const again = await state(other.figure);
    // What was drawn by hand is in no address.
    const isDrawn = await figure.locator('.pad').count();
    check(isDrawn ? again.inputs === keyed.inputs : again.curves === keyed.curves && again.says === keyed.says, live, 'the address brings another state back');
    await other.context.close();
    await figure.locator('.reset').click();
    await rest(page);
  }
  check(same(before, await state(figure)), live, 'dragged and brought back, it is not as before');
  await draw(page, figure, live);
  for (const button of await figure.locator('[data-run]').all()) {
    await button.click();
    await page.waitForTimeout(300);
    check(await button.textContent() === 'Stop', live, 'it does not run');
    await button.click();
    check(await button.textContent() === 'Run', live, 'it does not stop');
    await figure.locator('.reset').click();
  }
  await context.close();
}

/** What has the focus: its place among the controls of a figure, how it is called, what it says, and what is wrong there. */
const focused = (page, live) => page.evaluate(live => {
  const at = document.activeElement;
  const figure = document.querySelector(`figure[data-live="${live}"]:has(.knobs)`);
  const { faults } = look.stop() ?? { faults: [] };
  return {
    place: [...figure.querySelectorAll('.handle, .knobs :is(input, select, button)')].indexOf(at),
    isItsFold: at.matches('details:not([open]) > summary') && at.parentNode.contains(figure),
    kind: at.dataset.run ? 'run' : at.type ?? at.getAttribute('role'),
    called: at === document.body ? 'nothing' : at.ariaLabel ?? at.closest('label')?.firstChild.textContent.trim() ?? at.textContent,
    value: at.getAttribute('aria-valuetext') ?? at.selectedOptions?.[0].text ?? at.value,
    isAtEnd: at.value === at.min || at.selectedIndex === at.length - 1,
    faults: faults.map(({ what }) => what),
  };
}, live);

/** The pen lifted and carried from its corner to where a seven begins, and the seven. */
const SEVEN = [
  ...Array(8).fill('Shift+ArrowUp'), ...Array(2).fill('Shift+ArrowRight'), ...Array(45).fill('ArrowRight'),
  ...Array(30).fill(['ArrowDown', 'ArrowDown', 'ArrowLeft']).flat(),
];
/** What a reader presses at a control. */
const presses = ({ kind, value, isAtEnd }, live) => ({
  slider: live === 'training' ? SEVEN : ['ArrowRight', 'ArrowUp'],
  range: [isAtEnd ? 'ArrowRight' : 'ArrowLeft'],
  'select-one': [isAtEnd ? 'ArrowUp' : 'ArrowDown'],
  text: ['Control+a', value === '1' ? '2' : '1'],
  run: [' '],
  button: ['Enter'],
})[kind];

/** A session with the keyboard alone: by the link to the text and the Tab key through every control of the figure, which does something, and out again. */
async function keyboard(live) {
  const { context, page, figure } = await tab(live);
  await page.evaluate(look);
  await page.evaluate(() => look.reachable());
  await figure.evaluate(node => node.closest('details')?.removeAttribute('open'));
  check(await figure.locator('.says').getAttribute('aria-live') === 'polite', live, 'nobody hears its sentence');
  const [book, controls] = [await state(figure), await figure.locator('.handle, .knobs :is(input, select, button)').count()];
  const session = [];
  const spoken = new Set([book.says]);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  let met = 0;
  for (let stops = 0; stops < 500; stops += 1) {
    await page.keyboard.press('Tab');
    const at = await focused(page, live);
    if (at.isItsFold) await page.keyboard.press('Enter');
    if (at.place < 0 && met) break;
    if (at.place < 0) continue;
    const where = `keyboard alone, ${at.called}`;
    check(at.place === met, live, `${where}: is stop ${at.place}, and ${met} was next`);
    check(!at.faults.length, live, `${where}: ${at.faults.join(', ')}`);
    met += 1;
    const before = await state(figure);
    for (const key of presses(at, live)) await page.keyboard.press(key);
    if (at.kind === 'run') {
      await page.waitForTimeout(500);
      // A step before the end there is nothing to stop by now.
      if (await page.evaluate(() => document.activeElement.textContent === 'Stop')) await page.keyboard.press(' ');
    }
    await rest(page, 150);
    const after = await state(figure);
    const { called, value } = await focused(page, live);
    check(called === at.called, live, `${where}: the focus leaps to ${called}`);
    check(!same(before, after), live, `${where}: the keys do nothing`);
    if (at.kind !== 'run' && at.kind !== 'button') check(value !== at.value, live, `${where}: still says ${value}`);
    spoken.add(after.says);
    // What was typed may have ended in a sentence; the next control starts from what was there.
    if (at.kind === 'text') {
      for (const key of ['Control+a', ...at.value]) await page.keyboard.press(key);
      await rest(page, 150);
    }
    session.push(`${at.called}, ${at.value} → ${value}: ${after.says === before.says ? '(nothing new)' : after.says}`);
    if (live === 'training' && at.kind === 'slider') {
      check(after.says.includes('Your digit is taken for a 7'), live, `${where}: a seven is not read: ${after.says}`);
      await shot(figure, live, '6-keys');
    }
    if (at.kind === 'button') check(same(book, after), live, `${where}: it is not as before`);
  }
  check(met === controls, live, `keyboard alone: ${met} of ${controls} controls reached`);
  check(spoken.size > controls / 3, live, `keyboard alone: hears ${spoken.size} sentences at ${controls} controls`);
  // And back.
  await page.keyboard.press('Shift+Tab');
  check((await focused(page, live)).place === controls - 1, live, 'keyboard alone: no way back into the figure');
  if (shots) writeFileSync(join(shots, `${live}-keyboard.txt`), session.map(line => `${line}\n`).join(''));
  await context.close();
}

/** A phone, in a dark theme: nothing wider than the screen, and points follow a finger. */
async function phone(live) {
  const options = { viewport: { width: 400, height: 800 }, hasTouch: true, colorScheme: 'dark' };
  const { context, page, figure } = await tab(live, options);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  check(wide <= 400, live, `${wide} px wide on a phone`);
  const theme = await page.evaluate(() => document.documentElement.className);
  check(theme.includes('navy'), live, 'a dark system does not give the dark theme');
  await figure.scrollIntoViewIfNeeded();
  await shot(figure, live, '4-phone');
  for (const input of await figure.locator('.knobs input').all()) {
    const box = await input.boundingBox();
    check(box.x >= 0 && box.x + box.width <= 400, live, 'a control lies outside the phone');
    check(box.height >= 24, live, 'a control is too small for a finger');
  }
  if (!isFirefox) await finger(context, page, figure, live);
  await context.close();
}

/** Playwright has a finger that moves in Chromium only. */
async function finger(context, page, figure, live) {
  for (const handle of await figure.locator('.handle').all()) {
    await handle.evaluate(node => node.scrollIntoView({ block: 'center' }));
    const box = await handle.boundingBox();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const [first, top] = [await state(figure), await page.evaluate(() => scrollY)];
    const session = await context.newCDPSession(page);
    const touch = (type, touchPoints) => session.send('Input.dispatchTouchEvent', { type, touchPoints });
    await touch('touchStart', [{ x, y }]);
    for (let step = 1; step <= 8; step += 1) await touch('touchMove', [{ x: x - 4 * step, y: y + 2 * step }]);
    await touch('touchEnd', []);
    await rest(page);
    check((await state(figure)).curves !== first.curves, live, 'a point does not follow a finger');
    check(await page.evaluate(() => scrollY) === top, live, 'the page scrolls under a finger on a point');
  }
  await shot(figure, live, '5-finger');
}

/** Where motion is not wanted, a run is at its end at once. */
async function still(live) {
  const { context, page, figure } = await tab(live, { reducedMotion: 'reduce' });
  for (const button of await figure.locator('[data-run]').all()) {
    const key = await button.getAttribute('data-run');
    await figure.locator(`input[type="text"][data-key="${key}"]`).fill('0');
    await button.click();
    await page.waitForTimeout(100);
    const value = await figure.locator(`input[type="text"][data-key="${key}"]`).inputValue();
    check(value === await button.getAttribute('data-end'), live, 'it moves where motion is not wanted');
  }
  await context.close();
}

/** Without a script, and on paper. */
async function bare(live) {
  // The picture and the sentence, and nothing that does nothing.
  const plain = await tab(live, { javaScriptEnabled: false });
  await plain.figure.scrollIntoViewIfNeeded();
  check(await plain.figure.locator('svg').isVisible(), live, 'no picture without a script');
  check(await plain.figure.locator('.says').isVisible(), live, 'no sentence without a script');
  check(!(await plain.figure.locator('.knobs').isVisible()), live, 'controls without a script');
  check(!(await plain.page.locator('.handle').first().isVisible().catch(() => false)), live, 'points without a script');
  await plain.context.close();

  // On paper.
  const paper = await tab(live);
  await paper.page.emulateMedia({ media: 'print' });
  check(!(await paper.figure.locator('.knobs').isVisible()), live, 'controls in print');
  await paper.context.close();
}

for (const live of names) {
  if (!pageOf(live)) {
    faults.push(`${live}: on no page`);
    continue;
  }
  await desktop(live);
  await keyboard(live);
  await phone(live);
  await still(live);
  if (!isFirefox) await bare(live);
}
await browser.close();
if (calm !== browser) await calm.close();
console.log(`${checks} checks of ${names.length} live figures`);
if (faults.length) {
  console.error(faults.join('\n'));
  process.exit(1);
}
