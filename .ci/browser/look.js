// Runs in the page: what a reader would see, as lists of faults `{ where, what, todo }`.

globalThis.look = (() => {
  const content = () => document.querySelector('main');

  const isSeen = element =>
    element.checkVisibility({ contentVisibilityAuto: true, opacityProperty: true, visibilityProperty: true });

  /** What is there for screen readers only. */
  const isHeard = element => getComputedStyle(element).clipPath === 'inset(50%)';

  /** A selector that finds the element again, short enough for a message. */
  function path(element) {
    const parts = [];
    for (let at = element; at && at !== document.body; at = at.parentElement) {
      if (at.id) {
        parts.unshift(`#${at.id}`);
        break;
      }
      const classes = [...at.classList].slice(0, 1).map(name => `.${name}`).join('');
      const like = [...(at.parentElement?.children ?? [])].filter(other => other.tagName === at.tagName);
      const number = like.length > 1 ? `:nth-of-type(${like.indexOf(at) + 1})` : '';
      parts.unshift(at.tagName.toLowerCase() + classes + number);
      if (at.tagName === 'MAIN') break;
    }
    return parts.slice(-4).join(' > ');
  }

  const short = text => {
    const line = text.replace(/\s+/g, ' ').trim();
    return line.length > 40 ? `${line.slice(0, 39)}…` : line;
  };

  const fault = (element, what, todo) => ({ where: path(element), what, todo });

  function open() {
    for (const fold of document.querySelectorAll('details')) fold.open = true;
  }

  /** How much of the text was laid out for what is in the window; tables and lists are, always. */
  function first(most) {
    const all = [...content().querySelectorAll('*')].filter(element => !element.closest('table, main > :is(ul, ol)'));
    const seen = all.filter(isSeen).length;
    return seen > most ? [fault(content(), `has ${seen} of ${all.length} elements laid out before a reader has moved, and ${most} is the most`, 'content-visibility in descent.css')] : [];
  }

  /** How a block is laid out whose turn comes when its reader is near. */
  const APART = 'content';
  const blocks = () => [...content().querySelectorAll('[style]')].filter(element => element.style.contain === APART);

  /** Lays out what waits for its reader, as it would be near the window. */
  function layOut() {
    for (const element of content().querySelectorAll('*')) {
      if (getComputedStyle(element).contentVisibility === 'auto') Object.assign(element.style, { contentVisibility: 'visible', contain: APART });
    }
  }

  /** A section that a link leads to, here the middle one. */
  const middle = () => {
    const sections = content().querySelectorAll('h2[id]');
    return sections[sections.length >> 1]?.id;
  };

  /** The section that a link has led to is at the head of the window. */
  function arrived() {
    const section = document.querySelector(':target');
    const { top } = section.getBoundingClientRect();
    const { scrollHeight, scrollTop, clientHeight } = document.scrollingElement;
    const isAtHead = top >= 0 && top < clientHeight / 4;
    // Where a page ends, its last section stays further below.
    if (isAtHead || scrollHeight - scrollTop - clientHeight < clientHeight / 4) return [];
    return [fault(section, `is ${top.toFixed(0)} px below the head of the window when a link leads to it`, 'content-visibility in descent.css for less, or with truer heights')];
  }

  /** What is laid out by itself ends where it does in browsers that lay out all at once. */
  function alone() {
    const apart = blocks();
    const ends = () => apart.map(block => block.getBoundingClientRect().bottom - content().getBoundingClientRect().top);
    const found = ends();
    for (const block of apart) block.style.contain = 'none';
    const moved = ends().map((end, i) => found[i] - end);
    for (const block of apart) block.style.contain = APART;
    const faults = [];
    for (const [i, block] of apart.entries()) {
      const by = moved[i] - (moved[i - 1] ?? 0);
      if (Math.abs(by) > 0.5) faults.push(fault(block, `ends ${by.toFixed(1)} px lower when it is laid out by itself`, 'no margin of what is in it reaches out of it'));
    }
    return faults;
  }

  const scrolls = (element, axis) => /auto|scroll/.test(getComputedStyle(element)[`overflow-${axis}`]);

  /** Whether an element lies in a box that scrolls sideways, within the page's content. */
  function isInScroller(element) {
    for (let at = element; at && at !== content(); at = at.parentElement) {
      if (scrolls(at, 'x')) return true;
    }
    return false;
  }

  /** The page does not scroll sideways, and no text leaves its column. */
  function overflow() {
    const faults = [];
    const root = document.scrollingElement;
    if (root.scrollWidth > root.clientWidth) {
      const culprit = [...document.body.querySelectorAll('*')].filter(
        element => isSeen(element) && element.getBoundingClientRect().right > root.clientWidth + 1 && !isInScroller(element),
      );
      const at = culprit.at(-1) ?? root;
      faults.push(fault(at, `the page scrolls sideways by ${root.scrollWidth - root.clientWidth} px`,
        'let it wrap, or give it a box that scrolls'));
    }
    const column = document.querySelector('#mdbook-content').getBoundingClientRect();
    for (const line of lines()) {
      const out = Math.max(line.right - column.right, column.left - line.left);
      if (out > 1 && !isInScroller(line.element)) {
        faults.push(fault(line.element, `"${short(line.text)}" leaves the column by ${out.toFixed(0)} px`,
          'let it wrap, or give it a box that scrolls'));
      }
    }
    return faults;
  }

  /** Boxes that hide a part of their text. */
  function cut() {
    const faults = [];
    for (const element of content().querySelectorAll('*')) {
      if (element.closest('svg') || !isSeen(element)) continue;
      const style = getComputedStyle(element);
      const wide = element.scrollWidth - element.clientWidth;
      const high = element.scrollHeight - element.clientHeight;
      const hidesX = /hidden|clip/.test(style.overflowX) && wide > 1;
      const hidesY = /hidden|clip/.test(style.overflowY) && high > 1;
      if ((hidesX || hidesY) && element.clientWidth > 1 && !element.closest('span.m, math')) {
        faults.push(fault(element, `hides ${hidesX ? wide : high} px of its ${hidesX ? 'width' : 'height'}`,
          'make it larger, or let it scroll'));
      }
    }
    return [...faults, ...blocks().flatMap(clipped)];
  }

  /** What sticks out of a block that is laid out by itself, further than it is shown. */
  function clipped(block) {
    const faults = [];
    const margin = parseFloat(getComputedStyle(block).overflowClipMargin);
    const { left, right, top, bottom } = block.getBoundingClientRect();
    for (const element of block.querySelectorAll('*')) {
      const box = element.getBoundingClientRect();
      if (!box.width || !box.height || isInScroller(element) || element.closest('svg, [popover]')) continue;
      const out = Math.max(left - box.left, box.right - right, top - box.top, box.bottom - bottom);
      if (out > margin) faults.push(fault(element, `sticks out of its block by ${out.toFixed(0)} px, and ${margin} are shown`, 'keep it in, or take the block out of those with content-visibility'));
    }
    return faults;
  }

  const around = boxes => ({
    left: Math.min(...boxes.map(box => box.left)), right: Math.max(...boxes.map(box => box.right)),
    top: Math.min(...boxes.map(box => box.top)), bottom: Math.max(...boxes.map(box => box.bottom)),
  });

  /** The lines of all texts that are seen, formulas as a whole. */
  function lines() {
    const found = [];
    const filter = node => {
      if (node.nodeType === Node.TEXT_NODE) {
        return node.data.trim() ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT;
      }
      if (node.matches('svg, script, style, [popover], .buttons') || !isSeen(node) || isHeard(node)) return NodeFilter.FILTER_REJECT;
      return node.matches('span.m') ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP;
    };
    const walker = document.createTreeWalker(content(), NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, filter);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const isFormula = node.nodeType === Node.ELEMENT_NODE;
      if (!isFormula && node.parentElement.closest('span.m')) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const boxes = isFormula
        ? [...node.querySelectorAll('.q')].map(base => base.getBoundingClientRect())
        : [...range.getClientRects()];
      const element = isFormula ? node : node.parentElement;
      const text = isFormula ? node.getAttribute('aria-label') ?? node.textContent : node.data;
      for (const { left, right, top, bottom } of boxes) {
        if (right > left) found.push({ left, right, top, bottom, element, text, node });
      }
    }
    return found;
  }

  /** Pairs of boxes that overlap, by more than `least` pixels in both directions. */
  function* overlapping(boxes, least) {
    const sorted = boxes.toSorted((a, b) => a.top - b.top);
    for (const [i, box] of sorted.entries()) {
      for (let j = i + 1; j < sorted.length && sorted[j].top < box.bottom; j += 1) {
        const other = sorted[j];
        const x = Math.min(box.right, other.right) - Math.max(box.left, other.left);
        const y = Math.min(box.bottom, other.bottom) - other.top;
        if (x > least && y > least) yield [box, other, x, y];
      }
    }
  }

  /** Lines of text that lie on each other. A line's box is higher than its letters. */
  function overlaps() {
    const boxes = lines().map(line => {
      const margin = (line.bottom - line.top) * 0.25;
      return { ...line, top: line.top + margin, bottom: line.bottom - margin };
    });
    const faults = [];
    for (const [a, b, x, y] of overlapping(boxes, 2)) {
      if (a.node === b.node) continue;
      faults.push(fault(b.element, `"${short(b.text)}" lies on "${short(a.text)}" by ${x.toFixed(0)} × ${y.toFixed(0)} px`,
        'make room between them'));
    }
    return faults;
  }

  /** Rows of a formula that a narrow window breaks: what is tall in one keeps its distance from what is tall above it. */
  function rows() {
    const faults = [];
    for (const formula of content().querySelectorAll('span.m.d')) {
      if (!isSeen(formula)) continue;
      const struts = [...formula.querySelectorAll('.h')].filter(strut => !strut.parentElement.closest('.v, .f, .c, .e'));
      const boxes = struts.map(strut => {
        const { top, bottom } = strut.getBoundingClientRect();
        return { top: top + parseFloat(getComputedStyle(strut).paddingTop), bottom };
      });
      const least = 0.2 * parseFloat(getComputedStyle(formula).fontSize);
      for (const upper of boxes) {
        const below = boxes.filter(lower => lower.top > (upper.top + upper.bottom) / 2);
        const gap = Math.min(...below.map(lower => lower.top)) - upper.bottom;
        if (gap < least) {
          faults.push(fault(formula, `two rows of "${short(formula.getAttribute('aria-label'))}" are ${gap.toFixed(1)} px apart`, 'more room above what is tall'));
          break;
        }
      }
    }
    return faults;
  }

  /** The box of a figure's label on the screen, as high as its letters. */
  function ink(label) {
    const box = label.getBBox();
    const size = parseFloat(getComputedStyle(label).fontSize);
    const baseline = label.getNumberOfChars() ? label.getStartPositionOfChar(0).y : box.y + box.height;
    const last = label.getNumberOfChars() ? label.getStartPositionOfChar(label.getNumberOfChars() - 1).y : baseline;
    const top = Math.max(box.y, Math.min(baseline, last) - 0.72 * size);
    const bottom = Math.min(box.y + box.height, Math.max(baseline, last) + (/[gjpqyQ,;()[\]{}]/.test(label.textContent) ? 0.2 * size : 0));
    const matrix = label.getScreenCTM();
    const corners = [[box.x, top], [box.x + box.width, top], [box.x, bottom], [box.x + box.width, bottom]]
      .map(([x, y]) => new DOMPoint(x, y).matrixTransform(matrix));
    const xs = corners.map(corner => corner.x);
    const ys = corners.map(corner => corner.y);
    return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys), label };
  }

  const drawings = () => [...content().querySelectorAll('figure svg')].filter(isSeen);

  const labelled = (svg, label, what, todo) =>
    ({ where: `#${svg.closest('figure').id} text "${short(label.textContent)}"`, what, todo });

  /** Labels of figures: not on each other, not cut, not too small. */
  function figures(smallest) {
    const faults = [];
    for (const svg of drawings()) {
      const edge = svg.getBoundingClientRect();
      const labels = [...svg.querySelectorAll('text')].filter(label => label.textContent.trim() && isSeen(label));
      const inks = labels.map(ink);
      for (const box of inks) {
        const out = Math.max(edge.left - box.left, box.right - edge.right, edge.top - box.top, box.bottom - edge.bottom);
        if (out > 1) faults.push(labelled(svg, box.label, `leaves the figure by ${out.toFixed(1)} px`, 'move it, or widen the drawing'));
        const size = parseFloat(getComputedStyle(box.label).fontSize) * Math.hypot(box.label.getScreenCTM().a, box.label.getScreenCTM().b);
        if (size < smallest - 0.05) {
          faults.push(labelled(svg, box.label, `is ${size.toFixed(1)} px high, and ${smallest} is the least`,
            'draw it larger, or give narrow pages their own drawing'));
        }
      }
      for (const [a, b, x, y] of overlapping(inks, 1)) {
        faults.push(labelled(svg, b.label, `lies on "${short(a.label.textContent)}" by ${x.toFixed(1)} × ${y.toFixed(1)} px`, 'move one of them'));
      }
    }
    return faults;
  }

  // Colours

  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });

  /** Red, green and blue from 0 to 255, and opacity from 0 to 1. */
  function rgba(colour) {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  }

  const over = ([r, g, b, a], below) => [r, g, b].map((part, i) => part * a + below[i] * (1 - a));

  function luminance(colour) {
    const [r, g, b] = colour.map(part => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  function contrast(one, other) {
    const [dark, light] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  }

  /** A colour with the opacities of its element and of all around it within the drawing. */
  function painted(element, property) {
    const style = getComputedStyle(element);
    if (!style[property] || style[property] === 'none' || style[property].startsWith('url')) return null;
    const colour = rgba(style[property]);
    colour[3] *= parseFloat(style[`${property}Opacity`]);
    for (let at = element; at && at.tagName !== 'svg'; at = at.parentElement) colour[3] *= parseFloat(getComputedStyle(at).opacity);
    return colour;
  }

  /** What lies under the text of an element. */
  function background(element) {
    if (!element) return [255, 255, 255];
    const colour = rgba(getComputedStyle(element).backgroundColor);
    return colour[3] > 0.99 ? colour.slice(0, 3) : over(colour, background(element.parentElement));
  }

  /** Text has 4.5 : 1 against what lies under it, large text 3 : 1; formulas and figures apart. */
  function texts() {
    const faults = [];
    const known = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, node => {
      if (node.nodeType === Node.TEXT_NODE) return node.data.trim() ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT;
      return node.matches('svg, script, style, noscript, .m') || !isSeen(node) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP;
    });
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      const style = getComputedStyle(element);
      const size = parseFloat(style.fontSize);
      const below = background(element);
      const least = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
      const key = `${style.color} ${below} ${least}`;
      if (known.has(key)) continue;
      known.add(key);
      const ratio = contrast(over(rgba(style.color), below), below);
      if (ratio < least) {
        faults.push(fault(element, `"${short(walker.currentNode.data)}" has a contrast of ${ratio.toFixed(2)} : 1, and ${least} is the least`,
          'give it or its ground another colour in this theme'));
      }
    }
    return faults;
  }

  const shapes = 'path, line, polyline, polygon, rect, circle, ellipse';

  /** What lies under a label: the page, and the filled shapes below it, in their order. */
  function ground(svg, label) {
    const box = ink(label);
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    let colour = background(svg);
    for (const shape of svg.querySelectorAll(`${shapes}, text`)) {
      if (shape === label) break;
      if (shape.tagName === 'text' || shape.closest('clipPath, defs') || !isSeen(shape)) continue;
      const fill = painted(shape, 'fill');
      if (!fill || fill[3] === 0) continue;
      const point = new DOMPoint(x, y).matrixTransform(shape.getScreenCTM().inverse());
      if (shape.isPointInFill(point)) colour = over(fill, colour);
    }
    return colour;
  }

  /** Labels of figures have 4.5 : 1 against what lies under them, and something in each is drawn with 3 : 1. */
  function colours() {
    const faults = [];
    for (const svg of drawings()) {
      const seen = new Set();
      for (const label of svg.querySelectorAll('text')) {
        if (!label.textContent.trim() || !isSeen(label)) continue;
        const below = ground(svg, label);
        const ratio = contrast(over(painted(label, 'fill') ?? [0, 0, 0, 0], below), below);
        const key = ratio.toFixed(2);
        if (ratio < 4.5 && !seen.has(key)) {
          seen.add(key);
          faults.push(labelled(svg, label, `has a contrast of ${key} : 1, and 4.5 is the least`, 'give it or its ground another colour in this theme'));
        }
      }
      const page = background(svg);
      const drawn = [...svg.querySelectorAll(shapes)].filter(shape => !shape.closest('clipPath, defs') && isSeen(shape));
      const strongest = Math.max(0, ...drawn.flatMap(shape =>
        ['stroke', 'fill'].map(property => painted(shape, property)).filter(Boolean).map(colour => contrast(over(colour, page), page))));
      if (drawn.length && strongest < 3) {
        faults.push(fault(svg.closest('figure'), `nothing in it has more than ${strongest.toFixed(2)} : 1`, 'its lines need 3 : 1 in this theme'));
      }
    }
    return faults;
  }

  // Paper

  /** On paper nothing scrolls, nothing is wider than the page, and nothing is folded away. */
  function paper() {
    const faults = [];
    const width = document.documentElement.clientWidth;
    for (const element of content().querySelectorAll('*')) {
      if (element.closest('svg') || !isSeen(element)) continue;
      const wide = element.scrollWidth - element.clientWidth;
      if ((scrolls(element, 'x') || scrolls(element, 'y')) && (wide > 0 || element.scrollHeight > element.clientHeight)) {
        faults.push(fault(element, `prints a scroll bar, and cuts ${wide} px`, 'in print: overflow visible, and smaller cells or wrapped lines'));
      }
    }
    for (const line of lines()) {
      if (line.right > width + 1) {
        faults.push(fault(line.element, `"${short(line.text)}" leaves the paper by ${(line.right - width).toFixed(0)} px`, 'in print: wrap it, or make it smaller'));
      }
    }
    for (const fold of content().querySelectorAll('details')) {
      const inside = [...fold.children].find(child => child.tagName !== 'SUMMARY');
      if (inside && (!isSeen(inside) || inside.getBoundingClientRect().height === 0)) {
        faults.push(fault(fold, 'is folded away on paper', 'in print: details::details-content is visible'));
      }
    }
    return faults;
  }

  /** Takes out what axe has no rule for: what is inside of formulas, which are hidden from it, and of drawings. */
  function simplify() {
    for (const formula of document.querySelectorAll('span.m')) formula.textContent = '·';
    for (const shape of document.querySelectorAll('figure svg > :not(title, desc)')) shape.remove();
  }

  // Keyboard

  const stops = 'a[href], button, summary, input, select, textarea, [tabindex="0"]';

  /** Whether the arrow keys lead to it from another button of its group, at which Tab stops. */
  const isInGroup = element => element.type === 'radio' && element !== (
    document.querySelector(`input[name="${element.name}"]:checked`) ?? document.querySelector(`input[name="${element.name}"]`));

  /** What the keyboard must reach in the page's own content, in its order. */
  function reachable() {
    const own = stops.split(', ').flatMap(stop => [`main ${stop}`, `footer ${stop}`]);
    const seen = [...document.querySelectorAll(own)].filter(element =>
      element.tabIndex >= 0 && isSeen(element) && !element.disabled && !isInGroup(element) && !element.closest('[inert]') && element.getClientRects().length);
    globalThis.reachableStops = seen;
    return seen.length;
  }

  /** Where the focus is: its place in the order of the page, and what is wrong there. */
  function stop() {
    const at = document.activeElement;
    if (!at || at === document.body) return null;
    const faults = [];
    const style = getComputedStyle(at);
    const hasRing = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== 'none';
    const isOwn = Boolean(at.closest('main, footer'));
    if (!hasRing) faults.push(fault(at, 'shows no focus', 'an outline under :focus-visible'));
    const boxes = [...at.getClientRects()];
    const inView = boxes.find(box => box.bottom > 0 && box.top < innerHeight && box.width > 0);
    if (!inView) {
      faults.push(fault(at, 'has the focus outside the window', 'a stop must come into view'));
    } else if (isOwn) {
      const bar = document.querySelector('#mdbook-menu-bar').getBoundingClientRect();
      const isCovered = boxes.every(box => box.bottom <= bar.bottom && box.top >= bar.top);
      if (isCovered) faults.push(fault(at, 'has the focus under the menu bar', 'scroll-margin-top of the height of the bar'));
    }
    return { index: globalThis.reachableStops.indexOf(at), where: path(at), faults };
  }

  function unreached(indices) {
    const reached = new Set(indices);
    return globalThis.reachableStops.filter((_, i) => !reached.has(i)).map(element => fault(element, 'is not reached by Tab', 'no tabindex, and nothing that takes the focus away'));
  }

  /** What still moves although the reader asks for less of it. */
  function moving() {
    const seconds = list => Math.max(...list.split(',').map(parseFloat));
    const faults = [];
    for (const element of document.querySelectorAll('body *')) {
      const style = getComputedStyle(element);
      const takes = Math.max(seconds(style.transitionDuration), style.animationName === 'none' ? 0 : seconds(style.animationDuration));
      if (takes > 0.01) faults.push(fault(element, `moves for ${takes} s`, 'none under prefers-reduced-motion'));
    }
    if (getComputedStyle(document.documentElement).scrollBehavior === 'smooth') {
      faults.push(fault(document.documentElement, 'scrolls smoothly', 'not under prefers-reduced-motion'));
    }
    return faults;
  }

  return { open, first, middle, arrived, layOut, alone, overflow, cut, overlaps, rows, figures, colours, texts, paper, simplify, reachable, stop, unreached, moving };
})();
