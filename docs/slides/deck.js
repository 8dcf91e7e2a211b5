// Lays a chapter out on screens of 1280 x 720: first the formulas, then the pictures, then every block at its real
// height. What does not fit goes on to the next screen, at a block; so an edit of the prose cannot break a slide.
"use strict";

const HEIGHT = 720;
const FOOT = 40; // free at the bottom, for the number of the slide
const WIDTH = 1168; // of the text
const LEAST_PICTURE = 380; // a picture is at least this high, or goes on to the next screen
const MOST_VIEW = HEIGHT - FOOT - 14; // a recorded view has its own size, if that is no more than a screen
const ONE_LINE = 26; // by which a view may grow while it plays
const VIEW_WIDTH = 900; // of a view in a notebook
const LEAST_SQUARE = 470; // the same, of one that is not much wider than high

const screens = () => [...document.querySelectorAll(".slides > section > section")];
const isNote = (block) => block.matches("aside.notes");
const isRunning = (block) => block.matches(".running");
const isHeading = (block) => block.matches("h1, h2, h3");
const isLabel = (block) => block.matches("p") && block.querySelector("strong")?.textContent === block.textContent.trim();
const leadsOn = (block) => isHeading(block) || isLabel(block) || /[:,]$/.test(block.textContent.trim());
const content = (screen) => [...screen.children].filter((block) => !isNote(block) && !isRunning(block));

// What is left on a screen under its last block; negative if that is cut off.
function room(screen) {
  const last = content(screen).at(-1);
  return last ? screen.getBoundingClientRect().top + HEIGHT - FOOT - last.getBoundingClientRect().bottom : HEIGHT;
}

const wide = (block) => Math.max(block.scrollWidth, ...[...block.children].map((child) => child.scrollWidth));

// The first size, largest first, at which a block is no wider than the page and no higher than the screen.
function shrink(screen, block, sizes, target = block) {
  for (const size of sizes) {
    target.style.fontSize = `${size}px`;
    if (wide(target) <= target.clientWidth + 1 && block.offsetWidth <= WIDTH + 1 && room(screen) >= 0) return;
  }
  if (target.matches("pre") && wide(target) > target.clientWidth + 1) target.style.whiteSpace = "pre-wrap";
}

// Make the last block of a screen as large as it can be there.
function fit(screen, block) {
  const [pre, picture, view] = ["pre", "figure > img", ".wgan-edu-recorded"].map((kind) => block.querySelector(kind));
  for (const size of block.matches(".question") ? [34, 30, 28, 26] : []) {
    block.style.fontSize = `${size}px`;
    openLongest(block);
    if (room(screen) >= 0) break;
  }
  const formula = block.querySelector('mjx-container[display="true"] > svg');
  if (view) {
    view.style.zoom = 1;
    const height = view.offsetHeight + ONE_LINE;
    const high = Math.max(room(screen) + FOOT / 2 + view.offsetHeight, Math.min(height, MOST_VIEW));
    view.style.zoom = Math.min(WIDTH / VIEW_WIDTH, high / height);
  } else if (picture) {
    picture.style.width = "auto";
    picture.style.height = "1px";
    const most = (WIDTH * picture.naturalHeight) / picture.naturalWidth;
    picture.dataset.least = Math.min(most > 0.625 * WIDTH ? LEAST_SQUARE : LEAST_PICTURE, 0.75 * most);
    picture.style.height = `${Math.min(Math.max(room(screen) + 1, picture.dataset.least), most)}px`;
  } else if (pre) {
    shrink(screen, block, block.matches(".code") ? [24, 22, 20, 18] : [26, 22, 20, 18], pre);
  } else if (block.matches("table") || block.querySelector("table")) {
    shrink(screen, block, [26, 24, 22]);
  } else if (formula) {
    block.style.fontSize = "";
    const size = parseFloat(getComputedStyle(block).fontSize);
    const share = (WIDTH - 8) / formula.getBoundingClientRect().width;
    if (share < 1) block.style.fontSize = `${Math.floor(size * share)}px`;
  }
}

// When the last words do not fit under what is there: smaller code, smaller type, a smaller picture, or leave it.
function makeRoom(screen) {
  const codes = [...screen.querySelectorAll("pre, table")];
  const pictures = [...screen.querySelectorAll("figure > img")];
  const before = [screen, ...codes, ...pictures].map((block) => [block, block.style.cssText]);
  for (const size of [24, 22, 20, 18]) {
    for (const code of codes) {
      if (size < parseFloat(getComputedStyle(code).fontSize) && (size > 20 || code.matches("pre"))) code.style.fontSize = `${size}px`;
    }
    if (room(screen) >= 0) return;
  }
  screen.style.fontSize = "26px";
  for (const picture of room(screen) < 0 ? pictures : []) {
    picture.style.height = `${Math.max(picture.offsetHeight + room(screen), picture.dataset.least)}px`;
  }
  if (room(screen) >= 0) return;
  for (const [block, style] of before) block.style.cssText = style;
}

function empty(screen, title) {
  const next = document.createElement("section");
  if (title) {
    const line = document.createElement("p");
    line.className = "running";
    line.innerHTML = title;
    next.append(line);
  }
  next.dataset.more = "true";
  screen.after(next);
  return next;
}

// The second half of a list, table or print-out that is longer than a screen.
function cut(screen, block) {
  const rows = block.matches("ul, ol") ? block : block.querySelector("tbody, .output > pre");
  if (!rows) return null;
  if (rows.matches("pre") && !rows.querySelector(".line")) {
    const lines = rows.innerHTML.trimEnd().split("\n");
    rows.innerHTML = lines.map((line) => `<span class="line">${line}\n</span>`).join("");
  }
  const rest = block.cloneNode(true);
  const restRows = block.matches("ul, ol") ? rest : rest.querySelector("tbody, pre");
  restRows.replaceChildren();
  while (room(screen) < 0 && rows.children.length > 1) restRows.prepend(rows.lastElementChild);
  if (block.matches("ol")) rest.start = (block.start || 1) + rows.children.length;
  return restRows.children.length ? rest : null;
}

// Words alone on a screen are set larger.
function enlarge(screen) {
  const blocks = content(screen);
  if (!blocks.every((block) => block.matches("p, ul, ol, blockquote, h2, h3")) || screen.style.fontSize) return;
  for (const size of ["36px", "32px", ""]) {
    screen.style.fontSize = size;
    for (const block of blocks) fit(screen, block);
    if (room(screen) >= 0 && blocks.every((block) => block.scrollWidth <= WIDTH)) return;
  }
}

function flow(first, title) {
  const waiting = [...first.children];
  first.replaceChildren();
  let screen = first;
  const heading = waiting.find((block) => !isNote(block));
  if (title && !isHeading(heading)) {
    screen = empty(first, title);
    delete screen.dataset.more;
    first.remove();
  }
  for (let block = waiting.shift(); block; block = waiting.shift()) {
    screen.append(block);
    if (isNote(block)) continue;
    if (isHeading(block)) title = block.innerHTML;
    fit(screen, block);
    if (room(screen) < 0) makeRoom(screen);
    if (room(screen) >= 0) continue;
    const before = content(screen).slice(0, -1);
    let moved = [block];
    while (before.length && leadsOn(before.at(-1))) moved.unshift(before.pop());
    if (!before.length) {
      before.push(...moved.slice(0, -1));
      moved = before.every(isHeading) ? [] : [block];
    }
    if (before.length && moved.length) {
      const last = screen;
      screen = empty(screen, isHeading(moved[0]) ? "" : title);
      screen.append(...moved);
      fit(screen, block);
      if (room(screen) < 0) makeRoom(screen);
      if (room(screen) < 0 && moved.length > 1 && !isHeading(moved[0])) {
        last.append(...moved.slice(0, -1));
        fit(screen, block);
      }
    }
    const rest = room(screen) < 0 && cut(screen, block);
    if (rest) {
      waiting.unshift(rest);
      screen = empty(screen, title);
    }
  }
  return title;
}

// A quiz goes question by question, with one option open at a time.
function splitQuiz() {
  for (const option of document.querySelectorAll(".output > div > p + details")) {
    const question = document.createElement("div");
    question.className = "output question";
    const box = option.parentElement.parentElement;
    const parts = [option.previousElementSibling, option];
    while (parts.at(-1).nextElementSibling?.matches("details")) parts.push(parts.at(-1).nextElementSibling);
    question.append(...parts);
    for (const part of question.querySelectorAll("details")) part.name = question.firstChild.textContent;
    box.parentElement.insertBefore(question, box.nextElementSibling ?? null);
    while (question.nextElementSibling?.matches(".question")) question.nextElementSibling.after(question);
  }
}

// Open the longest option, so that there is room for each.
function openLongest(question) {
  const heights = [...question.querySelectorAll("details")].map((option) => {
    option.open = true;
    return [question.offsetHeight, option];
  });
  heights.sort((one, other) => other[0] - one[0])[0][1].open = true;
}

// A cell of type "fragment" comes at the next key; where it opens a screen there is nothing to wait for.
function unwrap() {
  document.querySelectorAll(".later").forEach((later, index) => {
    for (const block of later.children) {
      if (!isNote(block)) block.dataset.fragmentIndex = index;
    }
    later.replaceWith(...later.children);
  });
}

function revealLater() {
  for (const screen of screens()) {
    const blocks = content(screen);
    const here = blocks[0]?.dataset.fragmentIndex;
    for (const block of blocks) {
      if (block.dataset.fragmentIndex === here) delete block.dataset.fragmentIndex;
      else if (block.dataset.fragmentIndex) block.classList.add("fragment");
    }
  }
}

// Every screen has notes: its own, else those that follow in the same cell, else those before it.
function shareNotes() {
  for (const column of document.querySelectorAll(".slides > section")) {
    const list = [...column.children];
    const own = list.map((screen) => [...screen.children].filter(isNote));
    list.forEach((screen, k) => {
      if (own[k].length) return;
      const next = list.slice(k + 1).findIndex((later) => !later.dataset.more) + k + 1 || list.length;
      const found = own.slice(k + 1, Math.max(next, k + 1)).find((notes) => notes.length);
      const before = own.slice(0, k).findLast((notes) => notes.length);
      screen.append(...(found ?? before ?? []).map((note) => note.cloneNode(true)));
    });
  }
  // The speaker view has no style for the hidden half of a formula.
  document.querySelectorAll("aside.notes mjx-assistive-mml").forEach((double) => double.remove());
}

// Keys pressed in a view or a quiz are theirs; Escape leaves it. A presenter's remote control turns the slides all the same.
function keepKeys() {
  const turn = { PageUp: () => Reveal.prev(), PageDown: () => Reveal.next() };
  for (const output of document.querySelectorAll(".output")) {
    output.addEventListener("keydown", (event) => event.stopPropagation());
    output.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" && !turn[event.key]) return;
      event.stopPropagation();
      event.preventDefault();
      if (event.key === "Escape") event.composedPath()[0].blur();
      else turn[event.key]();
    }, { capture: true });
  }
}

// Recorded views come to life after the page has loaded; wait until each has drawn itself and keeps its height.
async function alive() {
  const views = [...document.querySelectorAll(".wgan-edu-recorded")];
  const ready = () => views.every((view) => !view.shadowRoot || view.shadowRoot.querySelector(".wgan-edu"));
  const heights = () => views.map((view) => view.offsetHeight).join();
  for (let tries = 0, since = 0, last = ""; views.length && tries < 60 && since < 5; tries++) {
    await new Promise((done) => setTimeout(done, 100));
    const now = heights();
    since = ready() && views.every((view) => view.dataset.alive !== undefined) && now === last ? since + 1 : 0;
    last = now;
  }
}

async function arrange() {
  await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
  await document.fonts.ready;
  await alive();
  splitQuiz();
  unwrap();
  for (const column of document.querySelectorAll(".slides > section")) {
    let title = "";
    for (const screen of [...column.children]) title = flow(screen, title);
  }
  screens().forEach(enlarge);
  for (const option of document.querySelectorAll("details")) option.open = false;
  revealLater();
  shareNotes();
  keepKeys();
  document.body.classList.remove("arranging");
  await Reveal.initialize({
    width: 1280, height: HEIGHT, margin: 0, maxScale: 4, center: false, transition: "none", hash: true,
    navigationMode: "linear", slideNumber: "c/t", plugins: [RevealNotes],
  });
}

window.MathJax = {
  tex: { inlineMath: [["$", "$"]], processEscapes: true },
  svg: { fontCache: "none" }, // so that the notes carry their formulas into the speaker's window
  options: { enableMenu: false },
  startup: {
    pageReady: () => MathJax.startup.defaultPageReady().then(arrange),
  },
};
