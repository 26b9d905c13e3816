// A number that a reader has worked out: what the page knows to say of it.
(() => {
    "use strict";

    // Both readings of a comma: 0,5 and 60,000.
    const read = (text) => {
        const plain = text.replace(/[−–]/g, "-").replace(/\s/g, "");
        const forms = [plain.replace(",", "."), plain.replace(/,/g, "")];
        return forms.flatMap((form) => {
            const found = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(?:\/(\d+\.?\d*))?(%?)$/i.exec(form);
            return found ? [found[1] / (found[2] || 1) / (found[3] ? 100 : 1)] : [];
        });
    };

    for (const ask of document.querySelectorAll(".question.number")) {
        const field = ask.querySelector("input");
        const reply = ask.querySelector(".reply");
        const known = [...ask.querySelectorAll(".known")];
        const answer = () => {
            const numbers = read(field.value);
            const gap = (it) => Math.min(...numbers.map((number) => Math.abs(number - it.dataset.value)));
            const near = known.filter((it) => it.dataset.value && gap(it) <= it.dataset.within);
            const found = near.sort((a, b) => gap(a) - gap(b))[0] || known.at(-1);
            reply.classList.toggle("right", found.classList.contains("right") && numbers.length > 0);
            reply.innerHTML = numbers.length
                ? found.innerHTML
                : field.value.trim() && "<p>Type a number, such as 0.25, −1/4 or 2e-3.</p>";
        };
        ask.querySelector("button").addEventListener("click", answer);
        field.addEventListener("keydown", (event) => {
            if (event.key === "Enter") {
                event.preventDefault();
                answer();
            }
        });
    }
})();
