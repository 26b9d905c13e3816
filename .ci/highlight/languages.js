// In place of mdBook's copy with forty languages: a fifth of its size.
import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import plaintext from 'highlight.js/lib/languages/plaintext';
import python from 'highlight.js/lib/languages/python';
import rust from 'highlight.js/lib/languages/rust';
import shell from 'highlight.js/lib/languages/shell';

// A shell's session contains commands of bash.
for (const [name, language] of Object.entries({ bash, plaintext, python, rust, shell })) {
    hljs.registerLanguage(name, language);
}
// mdBook's script knows it by its old name, which would be announced as such in the console.
hljs.highlightBlock = hljs.highlightElement;
window.hljs = hljs;
