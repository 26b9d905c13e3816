'use strict';

// What is copied holds the TeX of formulas.
document.addEventListener('copy', event => {
    const selection = document.getSelection();
    if (selection.isCollapsed || selection.rangeCount === 0) {
        return;
    }
    const range = selection.getRangeAt(0).cloneRange();
    const formulaOf = node => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement).closest('span.m');
    const [first, last] = [formulaOf(range.startContainer), formulaOf(range.endContainer)];
    if (first) {
        range.setStartBefore(first);
    }
    if (last) {
        range.setEndAfter(last);
    }
    const copy = document.createElement('div');
    copy.append(range.cloneContents());
    const formulas = copy.querySelectorAll('span.m');
    if (formulas.length === 0) {
        return;
    }
    for (const formula of formulas) {
        const dollars = formula.classList.contains('d') ? '$$' : '$';
        formula.replaceWith(dollars + formula.dataset.tex + dollars);
    }
    // Only what is laid out has lines.
    copy.style.cssText = 'position: fixed; inset-inline-start: 200vw; inline-size: 100ch';
    document.body.append(copy);
    event.clipboardData.setData('text/plain', copy.innerText);
    copy.remove();
    event.clipboardData.setData('text/html', copy.innerHTML);
    event.preventDefault();
});

// The button of the sidebar stands for the checkbox that works without a script.
document.getElementById('mdbook-sidebar-toggle').addEventListener('click', () => {
    document.getElementById('mdbook-sidebar-toggle-anchor').click();
});

// What scrolls can be reached by keyboard, in every browser.
const scrolling = new ResizeObserver(entries => {
    for (const { target } of entries) {
        if (target.scrollWidth > target.clientWidth + 1) {
            target.tabIndex = 0;
        } else {
            target.removeAttribute('tabindex');
        }
    }
});
for (const wide of document.querySelectorAll('pre > code, .table-wrapper, .m.d')) {
    scrolling.observe(wide);
}
