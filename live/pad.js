/* A digit is drawn anywhere in its panel, not only where the pen lies. */
descentLive.start = (pen, { digit: { x, y } }, move, svg) => {
	const { width, height } = svg.viewBox.baseVal;
	const pad = document.createElement('div');
	const share = (units, all) => `${units / all * 100}%`;
	pad.className = 'pad';
	Object.assign(pad.style, {
		left: share(x.from, width), width: share(x.to - x.from, width),
		top: share(y.to, height), height: share(y.from - y.to, height),
	});
	svg.parentNode.querySelector('.pad')?.remove();
	pen.before(pad);
	const lift = () => move(0, []);
	const draw = event => {
		const box = svg.getBoundingClientRect();
		move(0, [(event.clientX - box.left) / box.width * width, (event.clientY - box.top) / box.height * height]);
	};
	pad.onpointerdown = event => {
		pad.setPointerCapture(event.pointerId);
		event.preventDefault();
		lift();
		draw(event);
	};
	pad.onpointermove = event => pad.hasPointerCapture(event.pointerId) && draw(event);
	pen.addEventListener('pointerdown', lift);
	/* The space bar lifts the pen, and so does the shift key while it moves. */
	pen.addEventListener('keydown', event => {
		if (event.key !== ' ' && !event.shiftKey) return;
		event.preventDefault();
		lift();
	});
};
