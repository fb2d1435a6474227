"""How fast narratives are redacted on one core, beside Presidio as it comes with the same model.

    python benchmarks/records/redaction.py CORPUS.jsonl [documents]

Documents of one language are joined to about 280 words, as long as a narrative is. Process time is measured,
so that other work on the machine does not count.
"""

import json
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider

from anonymisers.redaction.engine.engine import MODEL, engine

WORDS = 280
LATIN = {"en", "vi", "id", "ms", "tl", "tet"}


def documents(path: Path, most: int) -> dict[str, list[str]]:
    """Texts of about 280 words (1,700 characters where words are not spaced), by language."""
    joined: dict[str, list[str]] = {}
    for line in path.read_text("utf-8").splitlines():
        record = json.loads(line)
        texts = joined.setdefault(record["lang"], [""])
        full = len(texts[-1].split()) >= WORDS if record["lang"] in LATIN else len(texts[-1]) >= 1700
        if full:
            texts.append("")
        texts[-1] = f"{texts[-1]} {record['text']}".strip()
    return {language: texts[:most] for language, texts in joined.items()}


def rate(work: Callable[[str], object], texts: list[str]) -> float:
    """Documents per second of process time."""
    work(texts[0])
    start = time.process_time()
    for text in texts:
        work(text)
    return len(texts) / (time.process_time() - start)


def main() -> None:
    corpus, most = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 30
    warnings.simplefilter("ignore")
    settings = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": MODEL}]}
    plain = AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=settings).create_engine())
    ours = engine()
    for language, texts in sorted(documents(corpus, most).items()):
        theirs = rate(lambda text: plain.analyze(text, "en"), texts)
        mine = rate(lambda text, tag=language: ours.redact(text, language=tag), texts)
        print(f"{language:4} {mine:7.1f}/s  Presidio {theirs:6.1f}/s  {mine / theirs:5.1f} times as fast")


if __name__ == "__main__":
    main()
