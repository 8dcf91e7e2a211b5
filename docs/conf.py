"""How Sphinx makes the site. `make book` runs it on docs/_build/source, which docs/book.py puts together."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE / "_ext")]

from wgan_edu import __version__  # noqa: E402
from wgan_edu.links import address_of  # noqa: E402

project = "Wasserstein GANs, with nothing only claimed"
author = "The wgan-edu authors"
copyright = "The wgan-edu authors; code under MIT, texts and figures under CC BY 4.0"
version = release = __version__
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx-mathjax-offline",
    "chapter_pages",
    "map_of_ideas",
    "from_chapters",
    "markdown_docstrings",
]

# Chapters: they ran before, in docs/execute.py. A view's recording goes before the view itself.
nb_execution_mode = "off"
nb_mime_priority_overrides = [("html", "text/html", 1)]
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
myst_mathjax_classes = "math|tex2jax_process|mathjax_process|text_html"  # the last: captions of figures

# Nothing comes from a CDN: MathJax from sphinx-mathjax-offline, ipywidgets' script from docs/vendor.
mathjax3_config = {"tex": {"inlineMath": [["\\(", "\\)"], ["$", "$"]]}}
nb_ipywidgets_js = {"embed.js": {}}
[widgets_script] = (HERE / "vendor").glob("jupyter-widgets-html-manager-*")

# The reference: names in `__all__`, in the order of their modules, as docstrings tell them.
autosummary_generate = ["docs/api.rst"]
autosummary_ignore_module_all = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # docstrings say shapes, which annotations cannot
autodoc_preserve_defaults = True
napoleon_use_ivar = True
napoleon_attr_annotations = False
napoleon_use_rtype = False
add_module_names = False

templates_path = [str(HERE / "_templates")]  # autosummary would look for them beside the pages
html_static_path = ["_static", str(widgets_script)]
html_css_files = ["site.css"]
html_js_files = [("typeset.js", {"defer": "defer", "priority": 900})]
html_context = {"default_mode": "auto"}  # light or dark, as the reader's system has it
html_theme = "sphinx_book_theme"
html_title = "Wasserstein GANs"
html_theme_options = {
    "repository_url": f"https://github.com/{address_of(HERE.parent)}",
    "repository_branch": "main",
    "use_repository_button": True,
    "use_download_button": False,
    "launch_buttons": {
        "binderhub_url": "https://mybinder.org",
        "colab_url": "https://colab.research.google.com",
        "notebook_interface": "jupyterlab",
    },
    "navbar_persistent": [],  # the search stands in the sidebar
    "show_toc_level": 2,
    "show_navbar_depth": 1,
}
html_use_index = html_domain_indices = False  # the search and the pages of the reference do as much
html_copy_source = False
html_show_sourcelink = False
