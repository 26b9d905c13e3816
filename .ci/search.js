'use strict';

// Asks the search of the built book what readers ask: node .ci/search.js. Says where another section comes first,
// and where the file of the index is too large or holds what nobody reads.

const fs = require('fs');
const path = require('path');

const root = path.join(__dirname, '..');
const search = require(path.join(root, 'theme/search.js'));
const LARGEST = 700000;
const LEAST = 40;

const file = path.join(root, 'book/target/search-index.js');
const text = fs.readFileSync(file, 'utf8');
const window = {};
new Function('window', text)(window);
const sections = search.sectionsOf(window.bookIndex);
const faults = [];

if (Buffer.byteLength(text) > LARGEST) {
    faults.push(`${file}: ${Buffer.byteLength(text)} bytes, at most ${LARGEST}`);
}
for (const section of sections) {
    const debris = /\\[a-z]|<\w|\{\{|_[a-z]+_[a-z]+_[a-z]+_/.exec(section.text);
    if (debris) {
        faults.push(`${section.page}#${section.id}: \`${debris[0]}\` in the index`);
    }
}

const lines = fs.readFileSync(path.join(root, 'tests/search.txt'), 'utf8').split('\n');
const queries = lines.filter(line => !line.startsWith('#') && line.includes(' -> ')).map(line => line.split(' -> '));
let words = 0;
for (const [query, wanted] of queries) {
    const found = search.find(sections, query);
    const first = found[0];
    const address = first ? first.page + (first.id ? '#' + first.id : '') : 'nothing';
    if (address !== wanted) {
        faults.push(`${query}: ${address} comes first, not ${wanted}`);
        continue;
    }
    const shown = search.teaser(first, query).map(([part]) => part).join('');
    words += shown.split(/\s+/).length;
    if (shown.length < 10 || shown.length > 240) {
        faults.push(`${query}: the teaser is \`${shown}\``);
    }
}
if (queries.length < LEAST) {
    faults.push(`tests/search.txt: ${queries.length} queries, at least ${LEAST}`);
}
console.log(faults.length > 0 ? faults.join('\n')
    : `${queries.length} queries lead to their sections; ${Buffer.byteLength(text)} bytes, ${words} words in teasers`);
process.exitCode = faults.length > 0 ? 1 : 0;
