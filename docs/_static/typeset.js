// ipywidgets' script asks for formulas in the way of MathJax 2. The site has MathJax 3: it answers here.
if (window.MathJax?.typesetPromise) {
  window.MathJax.Hub = { Queue: ([, , element]) => window.MathJax.typesetPromise([element]) };
}

// The theme folds the navigation with a button that has a sign and no words: a reader who hears the page gets some.
for (const fold of document.querySelectorAll("summary")) {
  if (!fold.textContent.trim()) fold.setAttribute("aria-label", "The pages below this one");
}
