"""Words: how texts are compared, wherever a stage asks whether two of them say the same.

Plain word sets, no model: fast, explainable, and blind to synonyms.
"""

import re
import unicodedata

_MARKS = "".join(chr(c) for c in range(0x300, 0xFFFF) if unicodedata.category(chr(c))[0] == "M")
_WORD = re.compile(rf"(?:[^\W_][{_MARKS}]*)+(?:['’](?:[^\W_][{_MARKS}]*)+)*")
_TITLES = frozenset("Mr. Mrs. Ms. Dr. Prof. St.".split())
_SHORT = (*sorted(_TITLES), "approx.", "e.g.", "i.e.", "vs.")  # a stop behind these ends no sentence
_SENTENCE_END = re.compile(
    r"(?<=[.!?\n])"
    + "".join(rf"(?<!\b{re.escape(short)})" for short in _SHORT)
    + r"(?<!\b[ap]\.m\.(?=\s[a-z]))(?<!\bNo\.(?=\s\d))"
    r"(?<!\b(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\.(?=\s\d))\s+"
)
_I = re.compile(r"I(['’]\w+)?")
_STOP = frozenset(
    "a an the is are was were be been am do does did has have had i me my mine you your yours it its this that "
    "these those of to in on at for from with by as and or but if so than then there here what which who whom "
    "whose when where why how can could would will shall should may might must about into out up down not no yes "
    "he she they him her his their them we us our one please tell remind name called "
    "near every each since until during after before really very just also too because got get going go "
    "hello hi hey oh ok mostly usually always often maybe quite pretty way".split()
)

CALENDAR = frozenset(
    word + ending
    for word in (
        "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
        "september october november december"
    ).split()
    for ending in ("", "s")
)

_SHORT_FORMS = (  # and what they stand for: "what's my name" asks what "What is my name?" does
    (re.compile(r"\bcannot\b|\bcan't\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"\bi'm\b"), "i am"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"'ll\b"), " will"),
    (re.compile(r"\b(what|who|where|when|how|why|that|there|it|he|she)'s\b"), r"\1 is"),
)
ROMAN_ONE = re.compile(  # of "World War I" and "Charles I", within a sentence
    rf"(?<=[a-z] )(?!(?i:{'|'.join(sorted(CALENDAR))})\b)([A-ZÀ-Þ][a-z]+) I\b(?!['’])"
)
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)?")
_SHORTENED = {
    name[:length]: name for name in CALENDAR if not name.endswith("s") for length in (3, 4, 5) if length < len(name)
}


def utf8(text: str) -> str:
    """Replace what UTF-8 cannot hold: half an emoji, as some terminals send it, is a lone surrogate."""
    return text.encode("utf-8", "replace").decode("utf-8")


def words(text: str) -> list[str]:
    """Split into lower-case words; possessive 's is dropped, accents are kept."""
    plain = unicodedata.normalize("NFC", text).replace("’", "'").casefold()
    return [word.removesuffix("'s") for word in _WORD.findall(plain)]


def bare(text: str) -> str:
    """A text as its words alone: two wordings that differ in marks, capitals or short forms ("what's") only are one."""
    plain = text.replace("’", "'").casefold()
    for short, full in _SHORT_FORMS:
        plain = short.sub(full, plain)
    return " ".join(words(plain))


def words_told(text: str) -> set[str]:
    """The words of what was said, and forms they may be told again in: "nov" in full, "Fridays", "9th"."""
    said = set(words(text))
    said |= {_SHORTENED[word] for word in said & _SHORTENED.keys()}
    days = {form for word in said & CALENDAR for form in (word.removesuffix("s"), f"{word.removesuffix('s')}s")}
    numbers = {found[1] for word in said if (found := _ORDINAL.fullmatch(word))}
    return said | days | {f"{number}{ending}" for number in numbers for ending in ("", "st", "nd", "rd", "th")}


def tidied(text: str) -> str:
    """Single spaces, and none before the stop, where a part was empty."""
    return re.sub(r"\s+([.?])", r"\1", " ".join(text.split()))


def opened(text: str) -> str:
    """Begin with a capital."""
    return f"{text[:1].upper()}{text[1:]}"


def with_article(noun: str) -> str:
    """Put the article before a noun: "an owl"."""
    return f"{'an' if noun[0].lower() in 'aeiou' else 'a'} {noun}"


def sentences(text: str) -> list[str]:
    """Cut a text after its full stops, exclamation and question marks, and at empty lines."""
    return _SENTENCE_END.split(text.strip())


def content_words(text: str) -> set[str]:
    """The words that carry meaning: no articles, pronouns, auxiliaries or question words."""
    return {word for word in words(text) if word not in _STOP}


def stems(text: str) -> set[str]:
    """Content words without their commonest endings, so that "works" meets "working"."""
    return {re.sub(r"(?<=\w{3})(ing|ed|es|s|e)$", "", word) for word in content_words(text)}


def names_and_numbers(text: str) -> set[str]:
    """Words that must be copied, not invented: capitalised inside a sentence, or holding a digit."""
    found = set()
    for sentence in re.split(r"(?<=[.!?])\s+|(?<=^Yes),\s+|(?<=^No),\s+|(?<=^Well),\s+", text):
        for position, word in enumerate(sentence.split()):
            bare = word.strip("\"'.,!?;:()“”’‘")
            if any(c.isdigit() for c in bare) or (position and bare[:1].isupper() and not _I.fullmatch(bare)):
                found.update(words(bare))
    return found


def told_names(text: str, source: str) -> set[str]:
    """The names and numbers of a text that stand in its source."""
    return names_and_numbers(text) & words_told(source)


def proper_names(text: str) -> list[str]:
    """List the names a sentence holds, of several words too: capitalised inside it, and no weekday, month or number."""
    spans: list[list[str]] = [[]]
    for position, word in enumerate(text.split()):
        bare = word.strip("\"'.,!?;:()“”’‘")
        if position and bare[:1].isupper() and not _I.fullmatch(bare) and not set(words(bare)) & CALENDAR:
            spans[-1].append(word if word in _TITLES else bare.removesuffix("'s").removesuffix("’s"))
        if word in _TITLES:
            continue
        if not spans[-1] or word[-1] in ".,!?;:)" or not bare[:1].isupper():
            spans.append([])
    return list(dict.fromkeys(" ".join(span) for span in spans if span))


def similarity(left: str, right: str) -> float:
    """Jaccard overlap of two texts' words, 0..1."""
    a, b = set(words(left)), set(words(right))
    return len(a & b) / len(a | b) if a | b else 1.0


def key_terms(question: str, answer: str, source: str) -> tuple[str, ...]:
    """The words of an answer that a right answer cannot do without: told by the user, not in the question."""
    said, asked = words_told(source), set(words(question))
    names = names_and_numbers(answer)  # a son called Will, a birthday in May
    return tuple(
        w for w in dict.fromkeys(words(answer)) if w in said and w not in asked and (w not in _STOP or w in names)
    )


def checked_words(question: str, answer: str, source: str) -> tuple[str, ...]:
    """The words by which an answer is checked: its key terms that are told names, or all of them where none is."""
    terms = key_terms(question, answer, source)
    names = told_names(answer, source)
    return tuple(term for term in terms if term in names) or terms


DENIALS = frozenset(
    "not no never don't doesn't isn't haven't aren't wasn't didn't cannot can't shouldn't won't".split()
)
BARE_DENIALS = frozenset(denial.replace("'", "") for denial in DENIALS if "'" in denial)  # "what havent i got"

# What is asked with these, a denial answers: "What do I refuse to eat?"
_SHUN = frozenset(
    "refuse refuses refused avoid avoids without skip omit forbidden unable dislike hate "
    "lack lacks missing fail".split()
)
_NOBODY = frozenset("nobody none nothing neither".split())
_DISLIKES = re.compile(r"\bcan(?:['’]t|not) (?:stand|bear)\b", re.IGNORECASE)  # denies nothing that it names


def says(answer: str, alternative: str, *, asked: str = "") -> bool:
    """Say whether all words of an alternative stand in an answer, or one of its sentences, that does not deny them.

    "It is Venus. However, Venus is not the largest." says Venus. A denial is no fault where the alternative or the
    question holds one ("Which herb should never …?"), or the question asks for what is shunned ("What should a cook
    leave out?").
    """
    return any(_affirms(part, alternative, asked) for part in dict.fromkeys((answer, *sentences(answer))))


def _affirms(answer: str, alternative: str, asked: str) -> bool:
    given, wanted = _on_days(_DISLIKES.sub("dislike", answer)), _on_days(alternative)
    if not wanted or not set(wanted) <= set(given):
        return False
    question = {*wanted, *words(asked)}
    return not (DENIALS & set(given)) or _holds_denial(question)


def denies(answer: str, alternative: str, *, asked: str) -> bool:
    """Say whether an answer gives an alternative as what is not so; `asked` is a question about something denied.

    A sentence of it denies or shuns the alternative ("You don't eat gherkins."), or adds nothing of its own: it names
    it only ("Gherkins.") or tells of the user in the words of a question that does not deny ("What makes me gag?").
    Anything else that it says of the user is the opposite: "You love gherkins."
    """
    return any(_denied(part, alternative, asked) for part in sentences(answer))


def _denied(sentence: str, alternative: str, asked: str) -> bool:
    said, wanted = _DISLIKES.sub("dislike", sentence), set(_on_days(alternative))
    given = set(_on_days(said))
    if not wanted or not wanted <= given:
        return False
    if _holds_denial(given) or given & _NOBODY:
        return True
    added = stems(said) - stems(asked) - stems(alternative)
    return not given & {"you", "your", "yours"} or not (added or _holds_denial(set(words(asked))))


def _holds_denial(found: set[str]) -> bool:
    """Say whether words deny, or ask for what a denial answers."""
    return bool((DENIALS | BARE_DENIALS | _SHUN) & found) or {"leave", "out"} <= found


def _on_days(text: str) -> list[str]:
    """The words of a text; "on Mondays" is on a Monday."""
    return [word.removesuffix("s") if word in CALENDAR else word for word in words(text)]
