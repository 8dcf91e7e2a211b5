"""What the site does to pages: numbers, links to glossary and reference, nothing from elsewhere."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from docutils import nodes

STATE, VIEW = (f"application/vnd.jupyter.widget-{what}+json" for what in ("state", "view"))
GLOSSARY = "docs/glossary"
# Where a link would disturb: other links, headings, code, formulas.
PLAIN = (nodes.reference, nodes.title, nodes.literal, nodes.literal_block, nodes.math, nodes.math_block)


def first_places(texts: list[str], terms: Mapping[str, str]) -> Iterator[tuple[int, re.Match[str]]]:
    """Where each entry of a glossary comes up first: the index of the text, and the match in it.

    Args:
        texts: the running texts of a page, in their order.
        terms: for each term, in lower case, the entry that explains it. Several terms may share one.
    """
    if not terms:
        return
    longest_first = "|".join(re.escape(term) for term in sorted(terms, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w-])({longest_first})(?:s|(?<=s)es)?(?![\w-])", re.IGNORECASE)
    seen: set[str] = set()
    for i, text in enumerate(texts):
        for found in pattern.finditer(text.replace("\n", " ").replace("’", "'")):
            entry = terms[found[1].lower()]
            if entry not in seen:
                seen.add(entry)
                yield i, found


def link_terms(app, document, docname) -> None:
    """Link the first occurrence of each glossary term in a chapter."""
    if not docname.startswith("notebooks/"):
        return
    entries, anchors = {}, {}
    for entry in app.env.get_doctree(GLOSSARY).findall(nodes.definition_list_item):
        for term in entry.findall(nodes.term):
            entries[_said(term)] = _said(entry)  # the whole of it, so that other words for it share it
            anchors[_said(term)] = term["ids"][0]
    page = app.builder.get_relative_uri(docname, GLOSSARY)
    running = [node for node in document.findall(nodes.Text) if _is_plain(node)]
    matches: dict[int, list[re.Match[str]]] = {}
    for i, found in first_places([*map(str, running)], entries):
        matches.setdefault(i, []).append(found)
    for i, found_here in matches.items():
        parts, done, text = [], 0, str(running[i])
        for found in found_here:
            words, uri = text[slice(*found.span())], f"{page}#{anchors[found[1].lower()]}"
            link = nodes.reference("", words, refuri=uri, internal=True, classes=["term"])
            parts += [nodes.Text(text[done : found.start()]), link]
            done = found.end()
        running[i].parent.replace(running[i], [*parts, nodes.Text(text[done:])])


def _said(node: nodes.Node) -> str:
    return node.astext().lower().replace("’", "'")


def link_names(app, document, docname) -> None:
    """Link a full name, `wgan_edu.module.name`, to its place in the reference, or to that of its class."""
    known = app.env.domains.python_domain.objects
    for code in [node for node in document.findall(nodes.literal) if node.astext().startswith("wgan_edu.")]:
        name = code.astext()
        while name and name not in known:
            name = name.rpartition(".")[0]
        if name and not isinstance(code.parent, nodes.reference):
            found = known[name]
            uri = f"{app.builder.get_relative_uri(docname, found.docname)}#{found.node_id}"
            code.replace_self(nodes.reference("", "", code.deepcopy(), refuri=uri, internal=True))


def _is_plain(node: nodes.Text) -> bool:
    """Whether a text is prose of the page: no link, heading, code or formula, and not what a cell put out."""
    above, inside = node.parent, False
    while above is not None:
        if isinstance(above, PLAIN) or "cell" in above.get("classes", []):
            return False
        inside = inside or isinstance(above, nodes.paragraph)
        above = above.parent
    return inside


def keep_pictures_here(app, document) -> None:
    """Put words in the place of pictures from elsewhere, such as badges."""
    for image in list(document.findall(nodes.image)):
        if "://" in image["uri"]:
            image.parent.replace(image, nodes.Text(image.get("alt", image["uri"])))


def number(app, document) -> None:
    """Put the number of a chapter before its question."""
    key = app.env.docname.removeprefix("notebooks/")[:2]
    if key.isdigit():
        title = next(document.findall(nodes.title))
        title.insert(0, nodes.Text(f"{key}. "))


def read_again(app, docname, content) -> None:
    """Read a chapter again when the glossary has changed, and without what needs a kernel."""
    if docname.startswith("notebooks/"):
        app.env.note_dependency(f"{GLOSSARY}.md")
        content[0] = json.dumps(without_kernel(json.loads(content[0])))


def without_kernel(notebook: dict[str, Any]) -> dict[str, Any]:
    """The same notebook, with none but core widgets: the others would be looked for on a CDN."""
    widgets = notebook["metadata"].get("widgets", {}).get(STATE, {}).get("state", {})
    core = {key: it for key, it in widgets.items() if it["model_module"].startswith("@jupyter-widgets/")}
    shown = set()
    for output in (output for cell in notebook["cells"] for output in cell.get("outputs", [])):
        view = output.get("data", {}).get(VIEW)
        if view and ("text/html" in output["data"] or view["model_id"] not in core):
            del output["data"][VIEW]
        elif view:
            shown.add(view["model_id"])
    if shown:
        notebook["metadata"]["widgets"][STATE]["state"] = core
    else:  # then the page does without the script, too
        notebook["metadata"].pop("widgets", None)
    return notebook


def setup(app):
    """Connect to the reading and to the writing of pages."""
    app.connect("source-read", read_again)
    app.connect("doctree-read", number, priority=400)  # before Sphinx collects the titles
    app.connect("doctree-read", keep_pictures_here)
    app.connect("doctree-resolved", link_terms)
    app.connect("doctree-resolved", link_names)
    return {"parallel_read_safe": True}
