'use strict';

// Search. weave writes down what the sections say (weave/src/search.rs); the file is loaded when somebody
// searches for the first time. `find` and `teaser` need no page: .ci/search.js asks them the questions of
// tests/search.txt.

const bookSearch = (function () {
    const WORD = /[\p{L}\p{N}]+/gu;
    const ENDS = '(?:s|es|ed|d|ing|al|ally|ly|e|er|ers|ion|ions|ization|izations|ize|izes|ized|izing)?';
    const SMALL = new Set(
        'a an and are as at be by do does for from has how in is it of on or that the to was what when why with'
            .split(' '));

    function words(text) {
        return text.toLowerCase().normalize('NFKC').match(WORD) || [];
    }

    // Words without the ends that do not matter: gradients, vanishing, normalized.
    function stem(word) {
        const short = word.length < 6 ? word.replace(/([^s])s$/, '$1')
            : word.replace(/(?:izations?|izing|ized|izes?|ations?|ing|ers?|ed|ally|es|s)$/, '');
        return short.length < 3 ? word : short;
    }

    // Patterns of what somebody has typed; the last word may go on.
    function termsOf(query) {
        const all = words(query);
        const large = all.filter(word => !SMALL.has(word));
        const used = large.length > 0 ? large : all;
        return used.map((word, i) => ({
            whole: new RegExp('(?<![\\p{L}\\p{N}])' + stem(word) + ENDS + '(?![\\p{L}\\p{N}])', 'giu'),
            begun: i === used.length - 1 && word.length > 1
                ? new RegExp('(?<![\\p{L}\\p{N}])' + word, 'giu') : null,
        }));
    }

    function phraseOf(query) {
        const all = words(query);
        if (all.length < 2) {
            return null;
        }
        const parts = all.map(word => stem(word) + ENDS);
        return new RegExp('(?<![\\p{L}\\p{N}])' + parts.join('[^\\p{L}\\p{N}]+') + '(?![\\p{L}\\p{N}])', 'giu');
    }

    function count(text, pattern) {
        return pattern ? (text.match(pattern) || []).length : 0;
    }

    // Sections, from the pages of the index.
    function sectionsOf(pages) {
        return pages.flatMap(([page, title, sections]) => sections.map(
            ([id, heading, weight, also, text]) => ({ page, title, id, heading, weight, also, text })));
    }

    function scoreOf(section, terms, rarity, phrase, asked) {
        let score = 0;
        let found = 0;
        const also = section.also.join(' | ');
        terms.forEach((term, i) => {
            const inText = count(section.text, term.whole);
            let here = (section.id === '' ? 20 : 8) * Math.min(1, count(section.heading, term.whole))
                + 10 * Math.min(1, count(also, term.whole))
                + 4 * Math.min(1, count(section.title, term.whole))
                + (inText ? 2 + Math.log(inText) : 0);
            if (here === 0 && term.begun) {
                here = 5 * Math.min(1, count(section.heading, term.begun))
                    + 5 * Math.min(1, count(also, term.begun))
                    + 2 * Math.min(1, count(section.title, term.begun))
                    + Math.min(1, count(section.text, term.begun));
            }
            found += here > 0 ? 1 : 0;
            score += here * rarity[i];
        });
        if (phrase) {
            score += 15 * Math.min(1, count(section.heading, phrase))
                + 12 * Math.min(1, count(also, phrase))
                + 3 * Math.min(3, count(section.text, phrase));
        }
        const same = text => words(text).map(stem).join(' ') === asked;
        if (section.also.some(same)) {
            score += 200;
        }
        if (same(section.heading)) {
            score += 60 / section.weight;
        }
        return { section, score: score * section.weight, found };
    }

    // The sections that fit, best first. Those that have all words come before the others.
    function find(sections, query) {
        const terms = termsOf(query);
        if (terms.length === 0) {
            return [];
        }
        const phrase = phraseOf(query);
        const asked = words(query).map(stem).join(' ');
        const rarity = terms.map(term => {
            const having = sections.filter(section => term.whole.test(section.text) || (term.whole.lastIndex = 0));
            term.whole.lastIndex = 0;
            return Math.log(1 + sections.length / (1 + having.length));
        });
        const scored = sections.map(section => scoreOf(section, terms, rarity, phrase, asked));
        const most = Math.max(...scored.map(it => it.found));
        if (most === 0) {
            return [];
        }
        const fitting = scored.filter(it => it.found === most && it.score > 0);
        return fitting.sort((a, b) => b.score - a.score).map(it => it.section);
    }

    // The sentence that says most of what was asked, in parts: plain text and hits.
    function teaser(section, query) {
        const LONGEST = 220;
        const terms = termsOf(query);
        const sentences = section.text.split(/(?<=[.!?])\s+|\n/u).filter(it => it !== '');
        let best = sentences[0] || '';
        let most = 0;
        for (const sentence of sentences) {
            const hits = terms.filter(term => count(sentence, term.whole) > 0).length
                || 0.5 * terms.filter(term => count(sentence, term.begun) > 0).length;
            if (hits > most) {
                most = hits;
                best = sentence;
            }
        }
        const hit = new RegExp(terms.map(term => (term.begun || term.whole).source + '[\\p{L}\\p{N}]*').join('|'), 'giu');
        const first = Math.max(0, best.search(hit));
        let start = 0;
        if (best.length > LONGEST && first > LONGEST / 2) {
            start = best.indexOf(' ', first - LONGEST / 2) + 1;
        }
        let shown = best.slice(start, start + LONGEST);
        if (start + LONGEST < best.length) {
            shown = shown.slice(0, shown.lastIndexOf(' ')) + ' …';
        }
        shown = (start > 0 ? '… ' : '') + shown;
        const parts = [];
        let end = 0;
        for (const match of shown.matchAll(hit)) {
            parts.push([shown.slice(end, match.index), false], [match[0], true]);
            end = match.index + match[0].length;
        }
        parts.push([shown.slice(end), false]);
        return parts.filter(([text]) => text !== '');
    }

    return { sectionsOf, find, teaser };
})();

if (typeof module !== 'undefined') {
    module.exports = bookSearch;
} else {
    (function () {
        const MOST = 20;
        const button = document.getElementById('mdbook-search-toggle');
        const wrapper = document.getElementById('mdbook-search-wrapper');
        const form = document.getElementById('mdbook-searchbar-outer');
        const input = document.getElementById('mdbook-searchbar');
        const outer = document.getElementById('mdbook-searchresults-outer');
        const header = document.getElementById('mdbook-searchresults-header');
        const list = document.getElementById('mdbook-searchresults');
        let sections = null;

        function load() {
            if (document.getElementById('search-index')) {
                return;
            }
            const script = document.createElement('script');
            script.id = 'search-index';
            script.src = window.search_index;
            script.onload = () => {
                sections = bookSearch.sectionsOf(window.bookIndex);
                show();
            };
            script.onerror = () => {
                header.textContent = 'The search index is missing: build the book again.';
                outer.classList.remove('hidden');
            };
            document.head.append(script);
        }

        function result(section, query) {
            const item = document.createElement('li');
            const link = document.createElement('a');
            const asked = encodeURIComponent(query);
            link.href = path_to_root + section.page + '?highlight=' + asked + (section.id ? '#' + section.id : '');
            link.textContent = section.heading === section.title || section.heading === ''
                ? section.title : section.title + ' » ' + section.heading;
            const text = document.createElement('span');
            text.className = 'teaser';
            for (const [part, isHit] of bookSearch.teaser(section, query)) {
                const node = document.createElement(isHit ? 'em' : 'span');
                node.textContent = part;
                text.append(node);
            }
            item.append(link, text);
            return item;
        }

        function show() {
            const query = input.value.trim();
            remember(query);
            if (query === '' || sections === null) {
                outer.classList.add('hidden');
                return;
            }
            const found = bookSearch.find(sections, query);
            const shown = found.slice(0, MOST);
            header.textContent = found.length === 0 ? `Nothing in the book fits '${query}'.`
                : found.length === 1 ? `One section fits '${query}':`
                    : found.length > MOST ? `The best ${MOST} of ${found.length} sections for '${query}':`
                        : `${found.length} sections fit '${query}':`;
            list.replaceChildren(...shown.map(section => result(section, query)));
            outer.classList.remove('hidden');
        }

        // What is searched for stands in the address, so that the page can be loaded again and passed on.
        function remember(query) {
            const url = new URL(location.href);
            if (query === (url.searchParams.get('search') || '')) {
                return;
            }
            if (query === '') {
                url.searchParams.delete('search');
            } else {
                url.searchParams.set('search', query);
            }
            history.replaceState(history.state, '', url);
        }

        function open() {
            load();
            wrapper.classList.remove('hidden');
            button.setAttribute('aria-expanded', 'true');
            window.scrollTo(0, 0);
            input.select();
            input.focus();
        }

        function close() {
            wrapper.classList.add('hidden');
            button.setAttribute('aria-expanded', 'false');
            remember('');
            button.focus();
        }

        function move(event, step) {
            const links = [...list.querySelectorAll('a')];
            const now = links.indexOf(document.activeElement);
            const next = now + step;
            event.preventDefault();
            if (next < 0) {
                input.focus();
            } else if (next < links.length) {
                links[next].focus();
            }
        }

        button.addEventListener('click', () => wrapper.classList.contains('hidden') ? open() : close());
        input.addEventListener('input', show);
        form.addEventListener('submit', event => {
            event.preventDefault();
            const first = list.querySelector('a');
            if (first && !outer.classList.contains('hidden')) {
                location.assign(first.href);
            }
        });
        document.addEventListener('keydown', event => {
            if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) {
                return;
            }
            const isInside = wrapper.contains(document.activeElement);
            if (isInside && event.key === 'Escape') {
                event.preventDefault();
                close();
            } else if (isInside && event.key === 'ArrowDown') {
                move(event, 1);
            } else if (isInside && event.key === 'ArrowUp') {
                move(event, -1);
            } else if (!isInside && ['s', '/'].includes(event.key) && !mdbook_something_else_has_focus(event)) {
                event.preventDefault();
                open();
            }
        });

        // Marks what was searched for on the page that it was found on.
        function mark(query) {
            const asked = query.toLowerCase().match(/[\p{L}\p{N}]+/gu) || [];
            const marked = asked.filter(word => word.length > 2);
            if (marked.length === 0 || typeof Highlight === 'undefined') {
                return;
            }
            const pattern = new RegExp('(?<![\\p{L}\\p{N}])(?:' + marked.join('|') + ')', 'giu');
            const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
            const highlight = new Highlight();
            while (texts.nextNode()) {
                const text = texts.currentNode;
                for (const match of text.data.matchAll(pattern)) {
                    const range = new Range();
                    range.setStart(text, match.index);
                    range.setEnd(text, match.index + match[0].length);
                    highlight.add(range);
                }
            }
            CSS.highlights.set('searched', highlight);
        }

        const parameters = new URLSearchParams(location.search);
        if (parameters.get('search')) {
            input.value = parameters.get('search');
            open();
        }
        if (parameters.get('highlight')) {
            mark(parameters.get('highlight'));
        }
    })();
}
