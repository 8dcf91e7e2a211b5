// ipywidgets' script asks for formulas in the way of MathJax 2. The site has MathJax 3: it answers here.
if (window.MathJax?.typesetPromise) {
  window.MathJax.Hub = { Queue: ([, , element]) => window.MathJax.typesetPromise([element]) };
}
