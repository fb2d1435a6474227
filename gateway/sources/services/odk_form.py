"""What an ODK form calls its questions and choices, from the form's XML (https://getodk.github.io/xforms-spec).

Labels stand in the body, beside each question, or in `itext` by language; choices stand beside a question, or
in an instance that its `itemset` names, or in a file of their own (`odk_choices`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from xml.etree.ElementTree import Element, ParseError, fromstring

from gateway.sources.model.metadata import Labels, Metadata
from gateway.sources.services.odk_choices import ReadFile, external_choices, external_files, no_files

_INSTANCE = re.compile(r"instance\('([^']+)'\)")
_TEXT = re.compile(r"jr:itext\('([^']+)'\)")
_QUESTIONS = frozenset({"input", "select", "select1", "rank", "upload", "range", "trigger"})


def form_metadata(xml: str, repeats: Sequence[str], read: ReadFile = no_files) -> Metadata:
    """The labels of the questions and of their choices, in the form's default language.

    `repeats`: paths of the repeats, as `victims`; a question within one is called by its path from there on.
    `read` gives the files of choices; a question whose file is missing has no choices, and is named as such.
    Raises ValueError for a text that is no form.
    """
    if "<!DOCTYPE" in xml or "<!ENTITY" in xml:  # no form has one, and entities can grow without end
        raise ValueError("a form with a document type")
    try:
        root = fromstring(xml)  # noqa: S314 - without a document type there are no entities
    except ParseError:
        raise ValueError("no XML") from None
    texts = _texts(root)
    lists, files = dict(_lists(root, texts)), external_files(root)
    labels = Labels()
    read = cache(read)
    for question in root.iter():
        if _tag(question) in _QUESTIONS and (path := _path(question.get("ref", ""))):
            inside = max((r for r in repeats if path.startswith(f"{r}/")), key=len, default="")
            heading = path.removeprefix(f"{inside}/") if inside else path
            elsewhere = external_choices(question, files, read)
            if elsewhere is None:
                labels.lack(heading)
            labels.add(heading, _label(question, texts), elsewhere or _choices(question, texts, lists))
    return labels.metadata()


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _children(element: Element, tag: str) -> Iterator[Element]:
    return (child for child in element if _tag(child) == tag)


def _said(element: Element) -> str:
    """The text of an element, without the answers of other questions that it repeats."""
    return " ".join("".join(element.itertext()).split())


def _path(ref: str) -> str:
    """`/data/accident/province` without the name of the form's own node."""
    return "/".join(ref.strip("/").split("/")[1:])


def _texts(root: Element) -> Mapping[str, str]:
    """The texts of the default language, by their identifier."""
    languages = [one for one in root.iter() if _tag(one) == "translation"]
    chosen = next((one for one in languages if one.get("default")), languages[0] if languages else None)
    found: dict[str, str] = {}
    for text in _children(chosen, "text") if chosen is not None else ():
        plain = [value for value in _children(text, "value") if not value.get("form")]
        found[text.get("id", "")] = _said(plain[0]) if plain else ""
    return found


def _label(element: Element, texts: Mapping[str, str]) -> str:
    label = next(_children(element, "label"), None)
    if label is None:
        return ""
    named = _TEXT.fullmatch(label.get("ref", "").strip())
    return texts.get(named.group(1), "") if named else _said(label)


def _lists(root: Element, texts: Mapping[str, str]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The lists of choices that stand in instances of the model: name -> code -> label."""
    for instance in root.iter():
        if _tag(instance) != "instance" or not instance.get("id"):
            continue
        codes: dict[str, str] = {}
        for item in (one for one in instance.iter() if _tag(one) == "item"):
            cells = {_tag(cell): _said(cell) for cell in item}
            code = cells.get("name") or cells.get("value", "")
            label = texts.get(cells.get("itextId", ""), "") or cells.get("label", "")
            if code and label:
                codes[code] = label
        yield instance.get("id", ""), codes


def _choices(
    question: Element, texts: Mapping[str, str], lists: Mapping[str, Mapping[str, str]]
) -> Mapping[str, str]:
    beside = {
        _said(value): label
        for item in _children(question, "item")
        if (value := next(_children(item, "value"), None)) is not None and (label := _label(item, texts))
    }
    named = [_INSTANCE.search(one.get("nodeset", "")) for one in _children(question, "itemset")]
    return beside or next((lists.get(name.group(1), {}) for name in named if name), {})
