// Prints the book to PDF and measures what came out.
//
//   node pdf.mjs                          book/print.html to target/descent.pdf
//   node pdf.mjs --book FOLDER --out FILE
//   node pdf.mjs --pictures 12,40 DIR     pictures of these pages of the PDF that is there
//
// The book is printed twice: from the first print come the numbers of the pages that the contents and the links name.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PDFiumLibrary } from '@hyzyla/pdfium';
import { Book, fail, launch, root } from './browser.mjs';
import { ofGrey } from './png.mjs';

/** A4 in points, and the margins of `theme/print.css`. */
const HEIGHT = 842;
const MARGIN = { top: 51, bottom: 62 };
/** A page's foot counts as empty from here on, and so many pages may be so. */
const EMPTY = 0.35;
const MOST_EMPTY = 0.1;
const SCALE = 0.5;
const WHITE = 245;

const given = process.argv.slice(2);
const option = (name, fallback) => {
  const at = given.indexOf(name);
  return at < 0 ? fallback : given[at + 1];
};
const file = option('--out', join(root, 'target/descent.pdf'));

/** Puts a mark that nobody sees behind everything that a link leads to, and a list of the chapters in front. */
function prepare() {
  const main = document.querySelector('main');
  const chapters = [...main.querySelectorAll('h1[id]')].filter(heading => !heading.closest('.listing'));
  const links = [...main.querySelectorAll('a[href^="#"]:not(.header)')].filter(link => !link.closest('.listing, [popover]'));
  const chapterOf = element => chapters.findLast(heading =>
    heading === element || heading.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING);
  const contents = document.createElement('nav');
  contents.className = 'contents';
  const list = document.createElement('ol');
  for (const heading of chapters) {
    const item = document.createElement('li');
    const link = document.createElement('a');
    link.href = `#${heading.id}`;
    link.textContent = heading.textContent;
    link.className = 'page-number';
    item.append(link);
    list.append(item);
  }
  contents.append(list);
  main.prepend(contents);
  const targets = new Set(chapters.map(heading => heading.id));
  for (const link of links) {
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!target || target.closest('.listing') || chapterOf(target) === chapterOf(link)) continue;
    link.classList.add('page-number');
    targets.add(target.id);
  }
  const ids = [...targets];
  for (const [number, id] of ids.entries()) {
    const mark = document.createElement('span');
    mark.className = 'place';
    mark.textContent = `@${number}@`;
    document.getElementById(id).prepend(mark);
  }
  for (const link of document.querySelectorAll('.page-number')) link.dataset.page = '000';
  return ids;
}

/** Puts the numbers of the pages in. */
function number(pages) {
  for (const mark of document.querySelectorAll('.place')) mark.textContent = '';
  for (const link of document.querySelectorAll('.page-number')) {
    link.dataset.page = pages[decodeURIComponent(link.hash.slice(1))] ?? '?';
  }
}

async function print(book) {
  const browser = await launch();
  // Scripts colour the code, which is black on paper, and call for the printer.
  const page = await browser.newPage({ javaScriptEnabled: false });
  page.setDefaultTimeout(0);
  await page.emulateMedia({ media: 'print', colorScheme: 'light' });
  await page.goto(book.url('print.html'));
  await page.evaluate(() => document.fonts.ready);
  const ids = await page.evaluate(prepare);
  const options = { format: 'A4', preferCSSPageSize: true, printBackground: true, tagged: true, outline: true, timeout: 0 };
  const library = await PDFiumLibrary.init();
  const draft = await library.loadDocument(await page.pdf({ ...options, tagged: false, outline: false }));
  const pages = {};
  for (const sheet of draft.pages()) {
    for (const [, place] of sheet.getText().matchAll(/@(\d+)@/g)) pages[ids[place]] ??= sheet.number + 1;
  }
  draft.destroy();
  const lost = ids.filter(id => !pages[id]);
  await page.evaluate(number, pages);
  const bytes = await page.pdf(options);
  await browser.close();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  return { library, bytes, lost };
}

/** What share of a page's height is empty at its foot. */
async function foot(page) {
  const { data, width, height } = await page.render({ scale: SCALE, colorSpace: 'Gray', render: 'bitmap' });
  const stride = data.length / height;
  const [top, bottom] = [MARGIN.top, HEIGHT - MARGIN.bottom].map(points => Math.round(points * SCALE));
  for (let y = bottom - 1; y >= top; y -= 1) {
    const row = data.subarray(y * stride, y * stride + width);
    if (row.some(shade => shade < WHITE)) return (bottom - 1 - y) / (bottom - top);
  }
  return 1;
}

async function measure(document) {
  const feet = [];
  const found = [];
  for (const page of document.pages()) feet.push(await foot(page));
  const share = least => feet.filter(empty => empty > least).length;
  const mean = feet.reduce((sum, empty) => sum + empty, 0) / feet.length;
  const half = [...feet.entries()].filter(([, empty]) => empty > 0.5).map(([i]) => i + 1);
  console.log(`${feet.length} pages; a foot is empty by ${(100 * mean).toFixed(1)} % in the mean; ` +
    `${share(EMPTY)} pages by more than ${100 * EMPTY} %, ${half.length} by more than 50 %: ${half.join(', ')}`);
  if (share(EMPTY) > MOST_EMPTY * feet.length) found.push(`more than ${100 * MOST_EMPTY} % of the pages are empty by a third`);
  return found;
}

async function pictures(numbers, folder) {
  const library = await PDFiumLibrary.init();
  const document = await library.loadDocument(readFileSync(file));
  mkdirSync(folder, { recursive: true });
  for (const wanted of numbers) {
    const { data, width, height } = await document.getPage(wanted - 1).render({ scale: 1.5, colorSpace: 'Gray', render: 'bitmap' });
    writeFileSync(join(folder, `page-${wanted}.png`), ofGrey(data, width, height));
  }
}

if (given.includes('--pictures')) {
  const at = given.indexOf('--pictures');
  await pictures(given[at + 1].split(',').map(Number), given[at + 2]);
} else {
  const { library, bytes, lost } = await print(new Book(option('--book')));
  const found = await measure(await library.loadDocument(bytes));
  console.log(`${file}: ${(bytes.length / 1e6).toFixed(1)} MB`);
  if (lost.length) found.push(`no page has ${lost.join(', ')}`);
  if (found.length) fail(found.join('\n'));
}
