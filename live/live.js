/* Figures that one can touch: the picture is the committed one, and what moves is computed by the book's functions, in
the WebAssembly of live/wasm.js, which is loaded at the first touch. CONTRIBUTING.md says how a figure becomes live. */
(() => {
	'use strict';
	const base = document.currentScript.src.replace(/theme\/live\.js.*/, '');
	const still = matchMedia('(prefers-reduced-motion: reduce)');
	const files = window.descentLive = {};

	/* A classic script that leaves base64 in descentLive: a page of a file may not fetch. */
	const load = name => new Promise((resolve, reject) => {
		const script = document.createElement('script');
		script.src = `${base}live/${name}.js`;
		script.onload = () => resolve(Uint8Array.from(atob(files[name]), c => c.charCodeAt(0)));
		script.onerror = () => reject(new Error(`live/${name}.js is missing`));
		document.head.append(script);
	});

	/* One axis: where a value lies in the units of the picture, and back. */
	const axis = described => {
		const [scale, ...numbers] = described.split(' ');
		const [low, high, from, to] = numbers.map(Number);
		const [into, back] = scale === 'log' ? [Math.log10, v => 10 ** v] : [v => v, v => v];
		const start = into(low), share = (to - from) / (into(high) - start);
		return {
			from, to,
			at: v => Math.max(-1e5, Math.min(1e5, from + (into(v) - start) * share)),
			value: at => back(start + (at - from) / share),
		};
	};
	const shown = v => String(+v.toPrecision(4));
	const parsed = text => text.trim() ? Number(text.replace(',', '.').replace('−', '-')) : NaN;
	const on = (node, event, action) => node.addEventListener(event, action);
	const within = (v, a, b) => Math.max(Math.min(a, b), Math.min(Math.max(a, b), v));

	function live(figure) {
		const all = selector => [...figure.querySelectorAll(selector)];
		const [[stage], [svg], [says], [back]] = ['.stage', 'svg', '.says', '.reset'].map(all);
		const [inputs, handles, buttons] = ['[data-key]', '.handle', '[data-run]'].map(all);
		const every = selector => [...document.querySelectorAll(`[data-live="${figure.dataset.live}"] :is(${selector})`)];
		const keys = [...new Set(inputs.map(input => input.dataset.key))];
		const index = input => keys.indexOf(input.dataset.key);
		const { place, needs } = stage.dataset;
		const { width, height } = svg.viewBox.baseVal;
		const panels = {}, labels = {};
		let wasm, book, values, frame, timer, running, held;

		for (const group of every('[data-x]')) {
			const name = group.dataset.panel ?? group.closest('figure').id;
			panels[name] = {
				x: axis(group.dataset.x), y: axis(group.dataset.y), group, ends: {}, clip: `${figure.id}-${name}`.replace(/\W/g, '-'),
				find: (part, name) => [...group.querySelectorAll(`[data-${part}]`)].filter(node => node.dataset[part] === name),
			};
		}
		for (const input of inputs) labels[input.dataset.key] ??= input.parentNode.firstChild.textContent.trim();
		says.id = `${figure.id}-says`;
		settle(handles.map(handle => handle.dataset.at.split(' ').map(Number)));
		/* What the book's state is made of. */
		const state = [says, ...every('svg, [data-curve], [data-title], [data-name]'), ...handles, ...inputs].map(node => ({
			node, value: node.value, text: node.children.length ? null : node.textContent,
			attributes: [...node.attributes].map(({ name, value }) => [name, value]),
		}));

		function settle(points) {
			handles.forEach((handle, i) => {
				const { x, y } = panels[handle.dataset.panel];
				handle.at = [x.at(points[i][0]), y.at(points[i][1])];
				handle.style.left = `${within(handle.at[0], x.from, x.to) / width * 100}%`;
				handle.style.top = `${within(handle.at[1], y.from, y.to) / height * 100}%`;
			});
		}

		function trace(path, points, { x, y, group, clip }) {
			const dots = path.getAttribute('stroke-linecap') === 'round';
			let d = '', open = false;
			for (const point of points) {
				const [a, b] = [x.at(point[0]), y.at(point[1])];
				open = !isNaN(a + b) && (d += `${open && !dots ? 'L' : 'M'}${a.toFixed(1)} ${b.toFixed(1)}${dots ? 'h0' : ''}`);
			}
			path.setAttribute('d', path.getAttribute('class')[0] === 'f' && d ? `${d}z` : d);
			/* What leaves the axes is cut. */
			path.setAttribute('clip-path', `url(#${clip})`);
			if (!group.querySelector('clipPath')) group.insertAdjacentHTML('afterbegin', `<clipPath id="${clip}"><rect
				x="${x.from - 20}" y="${y.to - 20}" width="${x.to - x.from + 40}" height="${y.from - y.to + 40}"/></clipPath>`);
		}

		const floats = (pointer, count) => new Float64Array(wasm.memory.buffer, pointer, count);
		const give = () => floats(wasm.values(), keys.length).set(values);
		const take = () => values = [...floats(wasm.values(), keys.length)];

		function draw() {
			frame = 0;
			try {
				give();
				wasm.show(place);
				const text = new TextDecoder().decode(new Uint8Array(wasm.memory.buffer, wasm.text(), wasm.length()));
				put(floats(wasm.numbers(), wasm.count()), text.split('\n'));
			} catch (error) {
				says.textContent = 'This cannot be computed.';
				stop();
				start();
			}
		}

		function put(numbers, [refused, ...lines]) {
			/* There is more to see, in the next frame. */
			const more = refused === 'more';
			if (more) {
				refused = '';
				frame = requestAnimationFrame(draw);
			}
			says.setAttribute('aria-busy', held || more);
			says.textContent = lines.pop();
			inputs.forEach(input => input.setAttribute('aria-invalid', keys[refused || -1] === input.dataset.key));
			back.ariaDisabled = false;
			if (refused) return stop();
			let i = 0;
			const point = () => [numbers[i++], numbers[i++]];
			settle(handles.map(point));
			handles.forEach(handle => {
				const own = handle.dataset.keys.split(' ').map(key => [labels[key], shown(values[keys.indexOf(key)])]);
				handle.setAttribute('aria-valuenow', own[0][1]);
				handle.setAttribute('aria-valuetext', own.map(pair => pair.join(' ')).join(', '));
			});
			for (const line of lines) {
				const [name, curve, count, text] = line.split('\t');
				const panel = panels[name];
				if (count === undefined) panel.find('title', '')[0].textContent = curve;
				else if (text === undefined) {
					const points = Array.from({ length: count }, point);
					panel.find('curve', curve).forEach(path => trace(path, 'first' in path.dataset ? points.slice(0, 1) : points, panel));
					panel.ends[curve] = points.at(-1);
				} else panel.find('name', curve).forEach(node => {
					node.textContent = text;
					if ('end' in node.dataset && panel.ends[curve]) node.setAttribute('y', within(panel.y.at(panel.ends[curve][1]), panel.y.from, panel.y.to) + 63);
				});
			}
			every('svg').forEach(one => one.setAttribute('aria-labelledby', `${one.querySelector('title').id} ${says.id}`));
		}

		/* The values are others: everything but the input that says so follows. */
		function change(except) {
			inputs.forEach(input => {
				const value = values[index(input)];
				if (input.type === 'range') input.setAttribute('aria-valuetext', shown(value));
				if (input === except) return;
				input.value = 'powers' in input.dataset ? Math.log10(value) : input.type === 'text' ? shown(value) : value;
			});
			frame ||= requestAnimationFrame(draw);
			clearTimeout(timer);
			timer = setTimeout(rest, 300);
		}

		function rest() {
			const query = keys.map((key, i) => Object.is(values[i], book[i]) ? '' : `&${key}=${values[i]}`).join('').slice(1);
			history.replaceState(null, '', query ? `#${figure.id}?${query}` : location.pathname + location.search);
		}

		async function start() {
			const [module, bytes] = await Promise.all([files.module ??= load('wasm'), needs && load(needs)]);
			const { exports } = (await WebAssembly.instantiate(module)).instance;
			if (needs) {
				const at = exports.room(bytes.length);
				new Uint8Array(exports.memory.buffer, at, bytes.length).set(bytes);
				exports.receive();
				files.start?.(handles[0], panels, move, svg);
			}
			wasm = exports;
		}

		let started;
		async function touch() {
			try {
				await (started ??= start());
			} catch (error) {
				says.textContent = `It cannot be moved: ${error.message}.`;
				throw error;
			}
			if (book) return;
			wasm.book(place);
			book = [...take()];
		}
		const act = action => (...given) => touch().then(() => action(...given)).catch(() => {});

		const reset = act(() => {
			stop();
			cancelAnimationFrame(frame);
			frame = 0;
			values = [...book];
			for (const { node, value, text, attributes } of state) {
				[...node.attributes].forEach(({ name }) => node.removeAttribute(name));
				attributes.forEach(pair => node.setAttribute(...pair));
				if (text !== null) node.textContent = text;
				if (value !== undefined) node.value = value;
			}
			back.ariaDisabled = true;
			clearTimeout(timer);
			rest();
		});

		const set = act(input => {
			stop();
			const number = parsed(input.value);
			values[index(input)] = 'powers' in input.dataset ? +(10 ** number).toPrecision(3) : number;
			change(input);
		});

		const move = act((i, [a, b]) => {
			const { x, y } = panels[handles[i].dataset.panel];
			/* Two keys may be pressed in one frame. */
			handles[i].at = [a, b];
			give();
			wasm.drag(place, i, x.value(a), y.value(b));
			take();
			change();
		});

		/* A value that runs to its end: some of it in each frame, or all at once where motion is not wanted. */
		const run = act(({ dataset }) => {
			if (running) return stop();
			const i = keys.indexOf(dataset.run), end = +dataset.end;
			let at = values[i] < end ? values[i] : 0;
			const step = () => {
				at = still.matches ? end : Math.min(end, at + +dataset.by);
				values[i] = Math.floor(at);
				change();
				if (values[i] < end) running = requestAnimationFrame(step);
				else stop();
			};
			running = requestAnimationFrame(step);
			buttons.forEach(button => button.textContent = 'Stop');
		});

		function stop() {
			cancelAnimationFrame(running);
			running = 0;
			buttons.forEach(button => button.textContent = 'Run');
		}

		for (const event of ['pointerdown', 'focusin']) on(figure, event, act(() => {}));
		/* The book turns its pages with arrow keys. */
		on(figure, 'keydown', event => event.stopPropagation());
		inputs.forEach(input => on(input, 'input', () => set(input)));
		buttons.forEach(button => on(button, 'click', () => run(button)));
		on(back, 'click', reset);
		handles.forEach((handle, i) => {
			const follow = event => {
				if (!handle.hasPointerCapture(event.pointerId)) return;
				const box = svg.getBoundingClientRect();
				move(i, [(event.clientX - box.left) / box.width * width, (event.clientY - box.top) / box.height * height]);
			};
			on(handle, 'pointerdown', event => {
				handle.setPointerCapture(event.pointerId);
				held = true;
				handle.focus();
				event.preventDefault();
			});
			on(handle, 'pointermove', follow);
			on(handle, 'lostpointercapture', () => {
				held = false;
				says.removeAttribute('aria-busy');
			});
			on(handle, 'keydown', event => {
				const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
				if (!way || event.altKey || event.ctrlKey) return;
				event.preventDefault();
				const { x, y } = panels[handle.dataset.panel];
				const step = event.shiftKey ? 0.1 : 0.01;
				move(i, [handle.at[0] + way[0] * step * (x.to - x.from), handle.at[1] + way[1] * step * (y.to - y.from)]);
			});
		});

		/* What the page's address says. */
		return act(query => {
			values = [...book];
			for (const [key, value] of new URLSearchParams(query)) if (keys.includes(key)) values[keys.indexOf(key)] = parsed(value);
			change();
		});
	}

	const open = {};
	for (const figure of document.querySelectorAll('figure:has(.knobs)')) open[figure.id] = live(figure);
	const arrive = () => {
		const [id, query] = decodeURIComponent(location.hash.slice(1)).split('?');
		if (!query || !open[id]) return;
		const figure = document.getElementById(id);
		figure.closest('details')?.setAttribute('open', '');
		figure.scrollIntoView();
		open[id](query);
	};
	on(window, 'hashchange', arrive);
	arrive();
})();
