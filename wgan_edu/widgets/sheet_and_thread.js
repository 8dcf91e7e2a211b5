// The sheet and the thread. The room is turned here, without asking anyone; the kernel moves what is in it.

const ROOM = 430;  // of the picture, in CSS pixels
const MOVES = [
  ["tilt", "Tilt of the thread", 0, 90, 1, (v) => `${v}°`],
  ["bend", "Bend of the sheet", 0, 1.5, 0.05, (v) => v.toFixed(2)],
  ["shift", "Height of the thread", -1, 1, 0.02, (v) => v.toFixed(2).replace("-", "−")],
  ["epsilon", "Near means within", 0.01, 0.5, 0.01, (v) => v.toFixed(2)],
];
const VIEWS = [["turn", "Turn the room", -180, 180, 35], ["lift", "Look from above", -90, 90, 20]];
const PLACES = {
  "one crossing": { tilt: 60, bend: 0, shift: 0 },
  "two crossings": { tilt: 20, bend: 1.2, shift: 0.2 },
  "touching": { tilt: 0, bend: 1, shift: 0 },
  "apart": { tilt: 0, bend: 0, shift: 0.4 },
  "aligned": { tilt: 0, bend: 0, shift: 0 },
};

function render({ model, el }) {
  const paper = makePaper(el, "Sheet and thread in a room");
  const pictures = make("div", { className: "row pictures" }, paper);
  const figure = make("figure", {}, pictures);
  const room = makeCanvas(figure, ROOM, ROOM, "A sheet and a thread in a room");
  room.canvas.style.cursor = "grab";
  const caption = make("figcaption", {}, figure);
  caption.innerHTML = `<span class="swatch" style="color:${COLORS.real}">●</span> sheet, <span class="swatch" style="color:${COLORS.fake}">▲</span> thread; dark: nearer than ε to the other; <span class="swatch">×</span> where they cross. Drag to turn.`;
  const side = make("div", { className: "controls" }, pictures);
  side.style.flex = "1 1 300px";

  const slider = (name, text, min, max, step, value) => {
    const row = make("div", { className: "row" }, side);
    const label = make("label", { className: "wide", textContent: text }, row);
    const input = make("input", { type: "range", min, max, step, value, dataset: { name } }, label);
    return { input, said: make("span", {}, row) };
  };
  const places = make("select", {}, make("label", { textContent: "Go to " }, make("div", { className: "row" }, side)));
  make("option", { value: "", textContent: "choose a position" }, places);
  for (const name of Object.keys(PLACES)) make("option", { value: name, textContent: name }, places);
  const moves = Object.fromEntries(MOVES.map(([name, text, min, max, step]) => [name, slider(name, text, min, max, step, min)]));
  const views = Object.fromEntries(VIEWS.map(([name, text, min, max, value]) => [name, slider(name, text, min, max, 1, value)]));
  const numbers = make("div", { className: "numbers" }, paper);
  const messages = makeMessages(paper);

  let shown = null;
  const { ask: askInTurn, close } = inTurn(model, messages, (answer, verb) => settle(answer, verb === "now" || answer.nearest));
  const askNewest = newest(askInTurn);
  const ask = (verb) => askNewest(verb, verb === "move" ? position : {});
  const position = () => Object.fromEntries(MOVES.map(([name]) => [name, Number(moves[name].input.value)]));

  for (const [name] of MOVES) moves[name].input.oninput = () => { places.value = ""; say(); ask("move"); };
  for (const [name] of VIEWS) views[name].input.oninput = () => { say(); paint(); };
  places.onchange = () => {
    if (!places.value) return;
    for (const [name, value] of Object.entries(PLACES[places.value])) moves[name].input.value = value;
    say();
    ask("move");
  };
  room.canvas.onpointerdown = (event) => { room.canvas.setPointerCapture(event.pointerId); room.canvas.style.cursor = "grabbing"; };
  room.canvas.onpointerup = () => { room.canvas.style.cursor = "grab"; };
  room.canvas.onpointermove = (event) => {
    if (!event.buttons) return;
    const turned = Number(views.turn.input.value) + 0.5 * event.movementX;
    views.turn.input.value = ((turned + 540) % 360) - 180;
    views.lift.input.value = Number(views.lift.input.value) + 0.5 * event.movementY;
    say();
    paint();
  };

  function say() {
    for (const [name, , , , , words] of MOVES) {
      moves[name].said.textContent = words(Number(moves[name].input.value));
      moves[name].input.setAttribute("aria-valuetext", moves[name].said.textContent);
    }
    for (const [name] of VIEWS) views[name].said.textContent = `${views[name].input.value}°`.replace("-", "−");
  }

  /** A new answer: the sliders follow only if they have not been touched since. */
  function settle(answer, follow) {
    shown = answer;
    if (follow) { for (const [name] of MOVES) moves[name].input.value = answer[name]; say(); }
    paint();
    const count = (points) => points.filter((_, i) => i % 4 === 3 && points[i] > 0).length;
    const near = [count(shown.thread), count(shown.sheet)], all = [shown.thread.shape[0], shown.sheet.shape[0]];
    messages.say(shown.meeting);
    numbers.replaceChildren();
    for (const [k, name] of ["thread", "sheet"].entries()) {
      const factor = shown.factors[k] === null ? "–" : shown.factors[k].toFixed(1);
      const cell = make("span", { textContent: `${name}: ` }, numbers);
      make("b", { textContent: `${near[k]} of ${all[k]}` }, cell);
      cell.append(` points near, half the ε divides its share by `);
      make("b", { textContent: factor }, cell);
      cell.append(`, neighbors read dimension `);
      make("b", { textContent: shown.dimensions[1 - k].toFixed(2) }, cell);
    }
    room.canvas.setAttribute("aria-label", `A sheet and a thread in a room. ${shown.meeting} Within ${shown.epsilon.toFixed(2)} of the other are ${near[0]} of ${all[0]} points of the thread and ${near[1]} of ${all[1]} of the sheet.`);
    Object.assign(paper.dataset, {
      tilt: shown.tilt, bend: shown.bend, shift: shown.shift, epsilon: shown.epsilon, crossings: shown.crossings.shape[0],
      thread: near[0], sheet: near[1], painted: Number(paper.dataset.painted ?? 0) + 1,
    });
  }

  function paint() {
    if (!shown) return;
    const { context, width, height } = room, scale = 0.27 * width;
    const turn = (views.turn.input.value * Math.PI) / 180, lift = (views.lift.input.value * Math.PI) / 180;
    const [c, s, C, S] = [Math.cos(turn), Math.sin(turn), Math.cos(lift), Math.sin(lift)];
    /** From the room to the picture: turn about the upright axis, lift the eye, look. The third number is depth. */
    const seen = (x, y, z) => {
      const right = c * x + s * y, away = -s * x + c * y;
      return [width / 2 + scale * right, height / 2 - scale * (C * z + S * away), C * away - S * z];
    };
    context.clearRect(0, 0, width, height);
    context.strokeStyle = COLORS.guide; context.lineWidth = 1;
    for (let a = 0; a < 8; a++) for (const bit of [1, 2, 4]) {
      if (a & bit) continue;
      const corner = (k) => seen(k & 1 ? 1.15 : -1.15, k & 2 ? 1.15 : -1.15, k & 4 ? 1.15 : -1.15);
      const [from, to] = [corner(a), corner(a | bit)];
      context.beginPath(); context.moveTo(from[0], from[1]); context.lineTo(to[0], to[1]); context.stroke();
    }
    const marks = [];
    for (const role of ["real", "fake"]) {
      const points = role === "real" ? shown.sheet : shown.thread;
      for (let i = 0; i < points.length; i += 4) marks.push([...seen(points[i], points[i + 1], points[i + 2]), role, points[i + 3] > 0]);
    }
    for (let i = 0; i < shown.crossings.length; i += 3) marks.push([...seen(shown.crossings[i], shown.crossings[i + 1], shown.crossings[i + 2]), "exact", true]);
    marks.sort((a, b) => b[2] - a[2]);  // the far ones first
    for (const [x, y, depth, role, near] of marks) {
      context.globalAlpha = near ? 1 : 0.85 - 0.1 * Math.max(-1, Math.min(1, depth));
      context.fillStyle = COLORS[near && role !== "exact" ? `near_${role}` : role];
      mark(context, role, x, y, role === "exact" ? 8 : near ? 3.6 : 2.6);
    }
    context.globalAlpha = 1;
    Object.assign(paper.dataset, { turn: views.turn.input.value, lift: views.lift.input.value });
  }

  say();
  ask("now");
  return close;
}

export default { render };
