// Pictures as PNG.

import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';

/** The picture that stands for the book, and the figure in it. */
export const PREVIEW = { picture: 'chapters/preview.png', figure: 'chapters/figures/depth-activations.svg' };

const START = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
const NAME = 'Figure';

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** A picture of grey values. */
export function ofGrey(grey, width, height) {
  const stride = grey.length / height;
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) rows.set(grey.subarray(y * stride, y * stride + width), y * (width + 1) + 1);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  return Buffer.concat([START, chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

export const digest = text => createHash('sha256').update(text).digest('hex');

/** The picture with what it was drawn from, behind its first chunk. */
export function withDigest(png, from) {
  const end = START.length + 12 + png.readUInt32BE(START.length);
  return Buffer.concat([png.subarray(0, end), chunk('tEXt', Buffer.from(`${NAME}\0${from}`, 'latin1')), png.subarray(end)]);
}

export const isDrawnFrom = (png, from) => png.includes(`${NAME}\0${from}`);
