// Goes through all screens of a deck and measures what the room sees, at 1280 x 720. Evaluates to what it found.
async () => {
  const WIDTH = 1280, HEIGHT = 720, SLACK = 1.5;
  const LEAST = { prose: 26, table: 20, code: 18, view: 12 }; // px, as seen
  const found = { screens: [], prose: 99, table: 99, code: 99, view: 99, formulas: 0, figures: 0, views: 0, notes: 0 };
  const style = document.createElement("style");
  style.textContent = "* { transition: none !important; }";
  document.head.append(style);

  const isHidden = (element) => element.closest("aside.notes, mjx-assistive-mml, svg, [hidden], details:not([open]) > :not(summary)");
  const kind = (element) =>
    element.closest("pre, code") ? "code" : element.closest("table") ? "table" : "prose";

  const sections = [...document.querySelectorAll(".slides > section")];
  for (const [h, column] of sections.entries()) {
    const count = [...column.children].filter((child) => child.matches("section")).length;
    for (let v = 0; v < count; v++) {
      Reveal.slide(h, v, 99);
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      const screen = Reveal.getCurrentSlide();
      const problems = [];
      const at = `${h}/${v} ${screen.textContent.trim().slice(0, 40).replace(/\s+/g, " ")}`;
      const say = (what, element) => problems.push(`${at}: ${what}: ${element.tagName} ${element.textContent.trim().slice(0, 50)}`);
      const alive = [...screen.querySelectorAll(".wgan-edu-recorded")].filter((view) => view.shadowRoot);
      let bottom = 0;
      const measure = () => {
        for (const element of [screen, ...alive.map((view) => view.shadowRoot)].flatMap((tree) => [...tree.querySelectorAll("*")])) {
          const box = element.getBoundingClientRect();
          if (isHidden(element) || !box.width || !box.height) continue;
          bottom = Math.max(bottom, box.bottom);
          if (box.bottom > HEIGHT - 8 + SLACK) say(`${Math.round(box.bottom)} px is below the screen`, element);
          if (box.top < -SLACK) say("above the screen", element);
          if (box.right > WIDTH + SLACK || box.left < -SLACK) say(`${Math.round(box.right)} px is beside the screen`, element);
          const { overflowX, overflowY, display } = getComputedStyle(element);
          if (display === "inline" || element.matches("input, select, canvas, img, mjx-container, mjx-container *")) continue;
          const clipped =
            (overflowY !== "visible" && element.scrollHeight > element.clientHeight + 2) ||
            (overflowX !== "visible" && element.scrollWidth > element.clientWidth + 2);
          if (clipped) say("cut off", element);
          if (element.querySelector(":scope > mjx-container[display]")) continue; // its hidden half is wider
          if (overflowX === "visible" && element.matches("pre, p, li, td") && element.scrollWidth > element.clientWidth + 2) {
            say("wider than its place", element);
          }
        }
      };
      measure();
      for (const more of screen.querySelectorAll("details")) {
        more.open = true;
        measure();
        more.open = false;
      }
      for (const tree of [screen, ...alive.map((view) => view.shadowRoot)]) {
        const view = tree.host;
        const texts = document.createTreeWalker(tree, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
          const parent = texts.currentNode.parentElement;
          const box = parent.getBoundingClientRect();
          if (!texts.currentNode.data.trim() || isHidden(parent) || !box.width || parent.closest("style, script")) continue;
          const isInline = parent.matches("code") && !parent.closest("pre"); // a little smaller than the words around it
          const what = view ? "view" : kind(isInline ? parent.parentElement : parent);
          const scale = view ? parseFloat(getComputedStyle(view).zoom) : isInline ? 1 / 0.88 : 1;
          const size = parseFloat(getComputedStyle(parent).fontSize) * scale;
          if (what in found) found[what] = Math.min(found[what], size);
          if (size < LEAST[what] - 0.1) say(`${Math.round(size)} px is small`, parent);
          if (what === "prose" && /\$[^$]+\$/.test(texts.currentNode.data)) say("a formula is not typeset", parent);
        }
      }
      for (const formula of screen.querySelectorAll("mjx-container > svg")) {
        if (formula.closest("aside.notes")) continue;
        if (formula.getBoundingClientRect().right > WIDTH - 40) say("a formula is beside the screen", formula);
      }
      for (const bad of screen.querySelectorAll("[data-mjx-error], mjx-merror")) say("a formula has an error", bad);
      for (const image of screen.querySelectorAll("img")) {
        found.figures += 1;
        if (!image.naturalWidth) say("a picture is missing", image);
        if (image.closest("figure") && image.offsetHeight < 240) say("a picture is small", image);
      }
      found.formulas += screen.querySelectorAll("mjx-container").length;
      found.views += alive.length;
      found.notes += screen.querySelectorAll(":scope > aside.notes").length > 0;
      found.screens.push({ at, bottom, problems });
    }
  }
  return found;
}
