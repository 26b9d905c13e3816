// Draws the picture that stands for the book where somebody shares a link, and the icon, from the book's own drawings.
//
//   node preview.mjs

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launch, root } from './browser.mjs';
import { PREVIEW, digest, withDigest } from './png.mjs';

const browser = await launch();

const figure = readFileSync(join(root, PREVIEW.figure), 'utf8');
const page = await browser.newPage({ viewport: { width: 1200, height: 630 }, colorScheme: 'light' });
await page.setContent(`<!DOCTYPE html>
  <style>
    body { display: grid; grid-template-columns: 400px 1fr; align-items: center; gap: 40px; height: 630px; margin: 0; padding: 0 50px;
      box-sizing: border-box; background: #ffffff; color: #222222; font: 30px/1.35 "Open Sans", "DejaVu Sans", sans-serif; }
    h1 { margin: 0 0 0.3em; font-size: 84px; line-height: 1; }
    p { margin: 0; color: #444444; }
    svg { width: 100%; height: auto; }
  </style>
  <div><h1>Descent</h1><p>a book you can run: how networks are built, started and trained, worked in Rust</p></div>
  ${figure}`);
writeFileSync(join(root, PREVIEW.picture), withDigest(await page.screenshot(), digest(figure)));

const icon = await browser.newPage({ viewport: { width: 64, height: 64 }, colorScheme: 'light' });
await icon.setContent(`<style>body { margin: 0 } svg { display: block; width: 64px }</style>${readFileSync(join(root, 'theme/favicon.svg'), 'utf8')}`);
writeFileSync(join(root, 'theme/favicon.png'), await icon.screenshot({ omitBackground: true }));

await browser.close();
