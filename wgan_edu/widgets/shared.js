// What all views share: asking the kernel, building controls, drawing on paper. Joined before each view.

const WAITING = 3000;   // ms without an answer until the page says that it waits
const GIVE_UP = 60000;  // ms until it stops waiting

/** Ask the kernel: `ask(verb, values)` gives a promise of the answer, with its arrays as Float32Array. */
function connect(model, onWaiting = () => {}) {
  const open = new Map();
  const mine = Math.random().toString(36).slice(2);
  let count = 0;
  const heard = (content, buffers) => {
    const question = open.get(content?.answer);
    if (!question) return;  // of another view, or given up
    open.delete(content.answer);
    clearTimeout(question.slow);
    clearTimeout(question.lost);
    onWaiting(false);
    if (content.error) {
      question.reject(Object.assign(new Error(content.error), { traceback: content.traceback }));
    } else if (content.calm) {
      question.reject(Object.assign(new Error(content.calm), { calm: true }));
    } else if (content.interrupted) {
      question.reject(Object.assign(new Error("Interrupted. Everything is as it was after the last whole step."), { calm: true }));
    } else {
      question.resolve(unpacked(content, buffers));
    }
  };
  model.on("msg:custom", heard);
  const ask = (verb, values = {}) => new Promise((resolve, reject) => {
    const first = model.get("first");
    if (verb === "now" && first) { resolve(unpacked(first.content, first.buffers)); return; }  // it came with the view
    const id = `${mine}-${count++}`;
    const slow = setTimeout(() => onWaiting(true), WAITING);
    const lost = setTimeout(() => {
      open.delete(id);
      reject(Object.assign(new Error("The kernel has not answered for a minute: another cell may be running, or it has stopped. Press a button to ask again."), { calm: true }));
    }, GIVE_UP);
    open.set(id, { resolve, reject, slow, lost });
    try {
      model.send({ ask: id, verb, values });
    } catch (error) {
      open.delete(id); clearTimeout(slow); clearTimeout(lost);
      reject(error);
    }
  });
  const hangUp = () => {
    model.off("msg:custom", heard);
    for (const { slow, lost } of open.values()) { clearTimeout(slow); clearTimeout(lost); }
    open.clear();
  };
  return { ask, hangUp };
}

function unpacked(content, buffers) {
  const answer = { ...content };
  for (const [name, value] of Object.entries(content)) {
    if (value && typeof value === "object" && "buffer" in value) {
      const view = buffers[value.buffer];
      const bytes = view.buffer ? view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength) : view.slice(0);
      answer[name] = Object.assign(new Float32Array(bytes), { shape: value.shape });
    }
  }
  return answer;
}

/** Make an element: `make("button", { textContent: "Play" }, parent)`. */
function make(tag, settings = {}, parent = null) {
  const element = document.createElement(tag);
  const { dataset = {}, aria = {}, ...rest } = settings;
  Object.assign(element, rest);
  Object.assign(element.dataset, dataset);
  for (const [name, value] of Object.entries(aria)) element.setAttribute(name === "role" ? name : `aria-${name}`, value);
  parent?.append(element);
  return element;
}

/** The frame of a view. Plain keys are its own, as a notebook would take arrows, Enter and letters for itself;
 *  with Ctrl, Alt or Cmd they stay the notebook's: saving must work from here too. */
function makePaper(el, label) {
  const paper = make("div", { className: "wgan-edu", aria: { role: "group", label } }, el);
  paper.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.altKey || event.metaKey)) event.stopPropagation();
  });
  return paper;
}

/** A line for what goes on and a box for what went wrong; nothing is swallowed. */
function makeMessages(paper) {
  const status = make("div", { className: "status", aria: { role: "status", live: "polite" } }, paper);
  const box = make("div", { className: "error", hidden: true, aria: { role: "alert" } }, paper);
  return {
    say: (text) => { if (status.textContent !== text) status.textContent = text; },
    open: (more) => { paper.dataset.open = Number(paper.dataset.open ?? 0) + more; },  // questions without an answer
    clear: () => { box.hidden = true; box.replaceChildren(); },
    fail: (error) => {
      if (error.calm) { status.textContent = error.message; return; }
      box.replaceChildren();
      make("div", { textContent: error.message }, box);
      if (error.traceback) {
        const more = make("details", {}, box);
        make("summary", { textContent: "Where it happened" }, more);
        make("pre", { textContent: error.traceback }, more);
      }
      box.hidden = false;
    },
  };
}

/** A canvas of so many CSS pixels, sharp on every screen; words stand beside it for who cannot see it. */
function makeCanvas(parent, width, height, label) {
  const sharp = Math.max(1, Math.min(3, window.devicePixelRatio || 1));
  const canvas = make("canvas", { width: width * sharp, height: height * sharp, aria: { role: "img", label } }, parent);
  canvas.style.width = `${width}px`;
  const context = canvas.getContext("2d");
  context.scale(sharp, sharp);
  context.font = "13px system-ui, sans-serif";
  return { canvas, context, width, height };
}

/** Round numbers to put at an axis, four or so. */
function ticks(low, high) {
  const span = high - low || 1;
  const power = 10 ** Math.floor(Math.log10(span / 3));
  const step = [1, 2, 5, 10].map((k) => k * power).find((k) => span / k <= 5) ?? span;
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * span; k++) found.push(k * step);
  return { found, digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
}

/** Draw axes in a box and give the map from values to pixels. */
function makeAxes(context, box, [x0, x1], [y0, y1], { xLabel = "", yLabel = "" } = {}) {
  const X = (x) => box.left + ((x - x0) / (x1 - x0 || 1)) * box.width;
  const Y = (y) => box.top + box.height - ((y - y0) / (y1 - y0 || 1)) * box.height;
  context.save();
  context.strokeStyle = COLORS.quiet; context.fillStyle = COLORS.ink; context.lineWidth = 1;
  context.beginPath();
  context.moveTo(box.left, box.top); context.lineTo(box.left, box.top + box.height);
  context.lineTo(box.left + box.width, box.top + box.height); context.stroke();
  const across = ticks(x0, x1), up = ticks(y0, y1);
  context.textAlign = "center"; context.textBaseline = "top";
  const edge = context.canvas.width / context.getTransform().a;  // the last number may be wider than the margin
  for (const x of across.found) {
    const text = x.toFixed(across.digits), half = context.measureText(text).width / 2;
    context.fillText(text, Math.min(X(x), edge - half), box.top + box.height + 5);
  }
  if (xLabel) context.fillText(xLabel, box.left + box.width / 2, box.top + box.height + 22);
  context.textAlign = "right"; context.textBaseline = "middle";
  for (const y of up.found) context.fillText(y.toFixed(up.digits), box.left - 6, Y(y));
  if (yLabel) { context.textAlign = "left"; context.textBaseline = "bottom"; context.fillText(yLabel, box.left - 36, box.top - 8); }
  context.restore();
  return { X, Y };
}

/** One mark of the course's palette, in the shape of its role, with a white edge to be seen over surfaces too. */
function mark(context, role, x, y, size) {
  context.save();
  context.setLineDash([]);
  context.beginPath();
  if (role === "fake") {
    context.moveTo(x, y - size); context.lineTo(x + size, y + 0.8 * size); context.lineTo(x - size, y + 0.8 * size);
    context.closePath();
  } else if (role === "plan") {
    context.rect(x - 0.85 * size, y - 0.85 * size, 1.7 * size, 1.7 * size);
  } else if (role === "critic") {
    context.moveTo(x, y - 1.2 * size); context.lineTo(x + 1.2 * size, y); context.lineTo(x, y + 1.2 * size); context.lineTo(x - 1.2 * size, y);
    context.closePath();
  } else if (role === "exact") {
    for (const side of [-1, 1]) { context.moveTo(x - size, y - side * size); context.lineTo(x + size, y + side * size); }
  } else {
    context.arc(x, y, size, 0, 7);
  }
  const thick = role === "exact" ? 0.45 * size : 0;  // a cross has no inside
  context.strokeStyle = COLORS.paper; context.lineWidth = thick + 2; context.stroke();
  context.strokeStyle = context.fillStyle; context.lineWidth = thick;
  if (thick) context.stroke(); else context.fill();
  context.restore();
}

/** A line in the plane of a surface: with a white edge under it. */
function edged(context, points) {
  context.save();
  context.strokeStyle = COLORS.paper; context.lineWidth += 2; context.setLineDash([]);
  path(context, points);
  context.restore();
  path(context, points);
}

/** The red, green and blue of a color of the palette. */
const channels = (color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));

/** Values on a grid as bands of purple with lines between them, on a canvas of its own. */
function paintSurface(values) {
  const [rows, columns] = values.shape, bands = 11, fine = 200;
  let low = Infinity, high = -Infinity;
  for (const value of values) { low = Math.min(low, value); high = Math.max(high, value); }
  const band = new Float32Array(fine * fine);
  for (let j = 0; j < fine; j++) for (let i = 0; i < fine; i++) {
    const x = (i / (fine - 1)) * (columns - 1), y = ((fine - 1 - j) / (fine - 1)) * (rows - 1);  // row 0 is at the bottom
    const c = Math.min(columns - 2, Math.floor(x)), r = Math.min(rows - 2, Math.floor(y)), u = x - c, v = y - r;
    const at = (k, l) => values[k * columns + l];
    const value = (1 - v) * ((1 - u) * at(r, c) + u * at(r, c + 1)) + v * ((1 - u) * at(r + 1, c) + u * at(r + 1, c + 1));
    band[j * fine + i] = Math.min(bands - 1, Math.floor((bands * (value - low)) / (high - low || 1)));
  }
  const canvas = make("canvas", { width: fine, height: fine });
  const image = new ImageData(fine, fine), top = channels(COLORS.hill);
  for (let j = 0; j < fine; j++) for (let i = 0; i < fine; i++) {
    const here = band[j * fine + i], share = here / (bands - 1);
    const edge = here !== band[j * fine + Math.max(0, i - 1)] || here !== band[Math.max(0, j - 1) * fine + i];
    const shade = edge ? 0.8 : 1;
    image.data.set([...top.map((value) => shade * (255 + share * (value - 255))), 255], 4 * (j * fine + i));
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

function path(context, points) {
  context.beginPath();
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}

const rounded = (value, digits = 3) => (value === null || Number.isNaN(value) ? "–" : value.toFixed(digits).replace("-", "−"));
const lessMotion = () => window.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;

/** Numbers with their names, in a row: `showNumbers(box, [["exact W1", "0.5"], ...])`. */
function showNumbers(box, cells) {
  box.replaceChildren();
  for (const [name, value] of cells) {
    const cell = make("span", { textContent: `${name} ` }, box);
    make("b", { textContent: value }, cell);
  }
}

/** Ask for the newest of many wishes, one question at a time: for dragging and sliding. */
function newest(ask) {
  let wish = null;
  return async (verb, values) => {
    const idle = wish === null;
    wish = [verb, values];
    while (idle && wish !== null) {  // while an answer is on its way, only the newest wish is kept
      const now = wish;
      await ask(...now);
      if (wish === now) wish = null;
    }
  };
}

/** The questions of a view, one after another: each answer goes to `onAnswer(answer, verb, began)`, what goes wrong
 *  to the learner, after `onError`. Values may be a function: then they are as things are when their turn comes. */
function inTurn(model, messages, onAnswer, onError = () => {}) {
  let alive = true, turn = Promise.resolve();
  const line = connect(model, (waiting) => messages.say(waiting ? "Waiting for the kernel: another cell is running. It goes on by itself." : ""));
  const put = async (verb, values) => {
    if (!alive) return;
    const began = performance.now();
    try {
      const answer = await line.ask(verb, typeof values === "function" ? values() : values);
      if (!alive) return;
      messages.clear();
      onAnswer(answer, verb, began);
    } catch (error) {
      onError();
      messages.fail(error);
    }
  };
  const ask = (verb, values) => {
    messages.open(1);
    return (turn = turn.then(() => put(verb, values)).finally(() => messages.open(-1)));
  };
  return { ask, close: () => { alive = false; line.hangUp(); } };
}

const later = (ms) => new Promise((ready) => setTimeout(ready, ms));

/** Make a button play: `frame()` again and again until paused; `changed(playing)` hears of both. */
function makePlay(button, el, frame, changed) {
  let playing = false, loops = 0;
  const set = (now) => {
    playing = now;
    button.textContent = now ? "Pause" : "Play";
    changed(now);
  };
  async function loop() {
    const mine = ++loops;  // pressed twice quickly, the earlier loop ends
    while (playing && loops === mine) {
      await new Promise((ready) => requestAnimationFrame(ready));  // never comes while the page is hidden
      if (!playing) return;                                       // paused meanwhile: no frame more
      if (!el.isConnected) { await later(300); continue; }        // scrolled away: nothing to paint, no work
      await frame();
    }
  }
  button.onclick = () => { set(!playing); if (playing) loop(); };
  return { isOn: () => playing, set, close: () => { playing = false; } };
}
