"""The dream generator's training data: kinds of things people tell, filled with invented values.

Reads `dreamer_data/*.toml` (all of our own writing): about 385 kinds of facts, each with ways to tell it and questions
about it, turns that hold nothing to remember, and turns written by hand, some of them with questions. Names are half
real, half made of syllables, so that the generator learns to copy rather than to guess. Everything is drawn from one
seeded generator.
"""

import random
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from oneiro.errors import InputError
from oneiro.text import content_words, key_terms, stems, words_told
from oneiro.types import DreamKind, Turn

_SLOT = re.compile(r"\{(a )?([a-z_]+?)(2)?\}")
_FILES = ("people", "work", "life", "tastes", "details", "relatives", "own_life")
_PLAIN = ("direct", "reverse", "yesno")
_JUDGED = 6  # true dreams of a turn, at most, and as many false ones
_PER_KIND: dict[DreamKind, int] = {"direct": 3, "reverse": 1, "yesno": 1, "indirect": 2, "never": 1, "change": 2}

_REAL: dict[str, str] = {
    "woman": "Anna Hannah Mira Lina Noa Ingrid Fatima Yuki Olga Carmen Priya Ruth Sofia Leila Greta Chiara Amara Zofia "
    "Maeve Nadia Esther Paula Tilda Rosa Emily Sarah Laura Julia Helen Maria",
    "man": "Jonas Omar Pavel Diego Kenji Lars Ahmed Tom Viktor Samuel Rafael Anton Yusuf Henrik Marco Kwame Ivan Felix "
    "Arjun Noah Daniel Peter David Michael James Lukas Emil Hugo Stefan Robert",
    "surname": "Berg Okafor Tanaka Silva Novak Haddad Moreau Lindqvist Kowalski Murphy Rossi Petrov Nguyen Fischer "
    "Costa Andersen Mehta Kaya Walsh Horvat",
    "pet": "Biscuit Pixel Luna Rex Mochi Pepper Oscar Bella Ziggy Nala Pumpkin Shadow Waffle Simba Olive Gizmo Cleo "
    "Bandit Hazel Toffee",
    "city": "Oslo Lyon Porto Leeds Turin Ghent Kyoto Bergen Austin Denver Quito Cairo Lisbon Krakow Dublin Hamburg "
    "Perth Nantes Zagreb Boston Toronto Madrid Vienna Chicago Mumbai Nairobi Seville Basel Malmo Cork",
    "country": "Norway|Portugal|Japan|Kenya|Peru|Ireland|Poland|Morocco|India|Canada|Iceland|Chile|Vietnam|Greece|"
    "Turkey|Mexico|Sweden|Ghana|New Zealand|Italy|Spain|Brazil|Egypt|Austria|Finland",
    "company": "Northwind|Brightline|Hexagon|Alder & Sons|Bluefin|Kestrel Labs|Oakridge|Siemens|Ikea|Nordlicht|Papyrus|"
    "Quantum Freight|Riverstone|Solaria|Tramontana",
    "street": "Mill Lane|Station Road|Elm Street|Harbour Street|Church Lane|Rose Alley|King Street|Orchard Way|"
    "Bridge Street|Tulip Road|Castle Hill|Baker Street",
    "month": "January February March April May June July August September October November December",
    "weekday": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "hour": "5 am|6 am|6:30 am|7 am|7:15 am|8 am|9 am|10 am|noon|2 pm|3 pm|4:30 pm|6 pm|8 pm|9 pm|10 pm|11 pm|midnight",
}
_NUMBERS = {"day": (1, 28), "year": (1960, 2024), "age": (20, 79), "small": (2, 9)}
_SYLLABLES = (
    "ba bel bri cal cor da del dor el fa fen gar hal ka kel lo lu mar mi nor o per qui ra ri sa sel ta tor u va ven wi "
    "xa yor ze zu"
).split()
_ENDINGS = {
    "woman": ("a", "ia", "ine", "elle", "is"),
    "man": ("o", "us", "an", "ik", "en"),
    "surname": ("son", "ski", "ero", "mann", "ley"),
    "pet": ("y", "o", "ie", "a", "ix"),
    "city": ("ville", "ford", "stad", "burg", "mouth", "ona"),
    "company": (" Ltd", "tec", " Works", "soft", " Foods"),
    "street": (" Street", " Lane", " Road", " Way", " Alley"),
}
_OPENERS = (
    *("", "", "", "", "", "", "Hey! ", "So, ", "btw, ", "Oh and ", "Good morning. ", "Guess what: ", "ok so "),
    *("Just so you know, ", "Hi there. ", "By the way, ", "Fun fact: ", "Well, "),
)
_CLOSERS = (
    *(
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        " Anyway.",
        " How are you?",
        " lol",
        " Just saying.",
        " What do you think?",
        " Thanks!",
    ),
    *(" Crazy, right?", " That's all for now.", " Can you help me with an email later?"),
)
_JOINERS = (" ", " ", " Also, ", " And ", "\n", " Oh, and ", " By the way, ")
_ASSISTANT_LINES = (
    "Hello! How can I help you today?",
    "That sounds lovely. Tell me more!",
    "I see. Is there anything else?",
    "Great question! Let me know if you need more details.",
    "How was your day?",
    "Sure, I can help with that.",
    "You could try a new recipe this weekend.",
    "I'm glad to hear that.",
)


class Fact(NamedTuple):
    """A statement about the user and the questions it answers, kind by kind."""

    statement: str
    questions: tuple[tuple[DreamKind, str, str], ...]


@dataclass(frozen=True)
class Told:
    """One invented turn and the facts a reader should find in it (none: nothing to remember)."""

    turn: Turn
    facts: tuple[Fact, ...]
    kinds: tuple[str, ...]


class Verdict(NamedTuple):
    """A question and its answer about a turn, and whether that is true and an answer."""

    question: str
    answer: str
    true: bool


class Judged(NamedTuple):
    """A turn and what was judged about it."""

    turn: Turn
    verdicts: tuple[Verdict, ...]


class Library(NamedTuple):
    """All kinds, slot values and turns without a memory."""

    kinds: tuple[dict[str, Any], ...]
    slots: dict[str, tuple[str, ...]]
    nothing: tuple[str, ...]


@cache
def load_library() -> Library:
    """Read the data files shipped with the package."""
    folder = resources.files("oneiro") / "dreamer_data"
    slots = {name: tuple(v.split("|") if "|" in v else v.split()) for name, v in _REAL.items()}
    kinds: list[dict[str, Any]] = []
    for name in _FILES:
        data = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
        kinds += data["kind"]
        slots |= {slot: tuple(values) for slot, values in data.get("slots", {}).items()}
    turns = tomllib.loads((folder / "nothing.toml").read_text(encoding="utf-8"))
    return Library(tuple(kinds), slots, tuple(turn for group in turns.values() for turn in group))


def read_by_hand() -> list[Told]:
    """Turns written by hand, with the facts that a person would note of them."""
    return [
        Told(_turn_by_hand(number, entry), tuple(Fact(statement, ()) for statement in entry["facts"]), ("by hand",))
        for number, entry in enumerate(_turns_of("read_by_hand"))
    ]


def dreamt_by_hand() -> list[Told]:
    """Turns written by hand, with facts and what may be asked about them."""
    return [
        Told(_turn_by_hand(number, entry), tuple(_fact_by_hand(fact) for fact in entry["fact"]), ("by hand",))
        for number, entry in enumerate(_turns_of("dreams_by_hand"))
    ]


def _turns_of(name: str) -> list[dict[str, Any]]:
    text = (resources.files("oneiro") / "dreamer_data" / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["turn"]


def _turn_by_hand(number: int, entry: dict[str, Any]) -> Turn:
    return Turn(number, entry["say"], entry.get("before", ""))


def _fact_by_hand(fact: dict[str, Any]) -> Fact:
    return Fact(fact["statement"], tuple((kind, q, a) for kind in _PER_KIND for q, a in fact.get(kind, ())))


def judged() -> list[Judged]:
    """Dreams of an earlier generator about the turns written by hand, each with a reader's verdict."""
    return [
        Judged(
            _turn_by_hand(number, entry),
            tuple(Verdict(q, a, true) for true in (True, False) for q, a in entry.get("true" if true else "false", ())),
        )
        for number, entry in enumerate(_turns_of("dreams_judged"))
    ]


def judge(told: Sequence[Told], *, seed: int) -> list[Judged]:
    """Draw true dreams of turns and make false ones: the answer to another fact, and a told word in a strange answer.

    The false ones are those that a generator makes: "Your sister is called La Gorda." of a press that bears the name.
    """
    rng = random.Random(seed)
    full = [one for one in told if any(fact.questions for fact in one.facts)]
    return [Judged(one.turn, (*_true(one, rng), *_crossed(one, rng), *_estranged(one, full, rng))) for one in full]


def _true(told: Told, rng: random.Random) -> list[Verdict]:
    own = [Verdict(q, a, true=True) for fact in told.facts for _, q, a in fact.questions]
    return rng.sample(own, min(_JUDGED, len(own)))


def _crossed(told: Told, rng: random.Random) -> list[Verdict]:
    """Answer questions about one fact with the answers about another."""
    plain = [[(q, a) for kind, q, a in fact.questions if kind in _PLAIN] for fact in told.facts]
    pairs = [(q, a) for one in plain for other in plain if one is not other for q, _ in one for _, a in other]
    return [Verdict(q, a, true=False) for q, a in rng.sample(pairs, min(_JUDGED // 2, len(pairs)))]


def _estranged(told: Told, others: Sequence[Told], rng: random.Random) -> list[Verdict]:
    """Answer questions about other turns with a word of this one."""
    own = [a for fact in told.facts for kind, _, a in fact.questions if kind in _PLAIN]
    said = words_told(told.turn.text)
    spelled = {w for a in own for w in re.findall(r"[\w'’-]+", a) if {w.lower()} & said & content_words(a)}
    found = []
    for other in rng.sample(others, min(_JUDGED * 4, len(others))):
        plain = [(q, a) for fact in other.facts for kind, q, a in fact.questions if kind in _PLAIN]
        question, answer = rng.choice(plain) if plain else ("", "")
        terms = key_terms(question, answer, other.turn.text)
        if len(terms) == 1 and spelled and not stems(question) & stems(told.turn.text):
            changed = re.sub(rf"\b{re.escape(terms[0])}\b", rng.choice(sorted(spelled)), answer, flags=re.IGNORECASE)
            found.append(Verdict(question, changed, true=False))
    return found[: _JUDGED // 2]


def invent(count: int, *, seed: int, kinds: Sequence[str] | None = None, nothing: float = 0.2) -> Iterator[Told]:
    """Draw `count` turns; the share `nothing` holds nothing to remember. `kinds` limits which kinds are told.

    Raises:
        InputError: `kinds` names a kind that does not exist.
    """
    rng = random.Random(seed)
    library = load_library()
    chosen = _choose(library, kinds)
    deck: list[dict[str, Any]] = []
    for number in range(count):
        if rng.random() < nothing:
            yield _tell_nothing(library, rng, number)
            continue
        if len(deck) < 3:
            cards = _cards(chosen)
            deck += rng.sample(cards, len(cards))
        size = min(rng.choices((1, 2, 3), (0.72, 0.2, 0.08))[0], len(chosen))
        yield _tell(library, _draw(deck, size), rng, number)


def _choose(library: Library, kinds: Sequence[str] | None) -> list[dict[str, Any]]:
    chosen = [kind for kind in library.kinds if kinds is None or kind["name"] in kinds]
    if not chosen or (kinds is not None and len(chosen) < len(set(kinds))):
        raise InputError("Some of the kinds asked for do not exist.", hint="Their names are in dreamer_data/*.toml.")
    return chosen


def _cards(kinds: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Repeat each kind as often as its weight: what people tell most comes up most."""
    return [kind for kind in kinds for _ in range(kind.get("weight", 1))]


def _draw(deck: list[dict[str, Any]], size: int) -> list[dict[str, Any]]:
    """Take the next kinds from the deck, none twice: one turn does not contradict itself."""
    drawn: list[dict[str, Any]] = []
    while (
        len(drawn) < size and (found := next((i for i, kind in enumerate(deck) if kind not in drawn), None)) is not None
    ):
        drawn.append(deck.pop(found))
    return drawn


def _tell_nothing(library: Library, rng: random.Random, number: int) -> Told:
    text = rng.choice(library.nothing)
    turn = Turn(number, _register(_fill(text, _values(library, [text], rng)), rng), _before(rng))
    return Told(turn, (), ())


def _tell(library: Library, kinds: Sequence[dict[str, Any]], rng: random.Random, number: int) -> Told:
    texts, facts, before = [], [], _before(rng)
    for kind in kinds:
        changed = "change_tell" in kind and rng.random() < 0.4
        values = _values(library, _all_texts(kind), rng)
        if changed:
            told = rng.choice(kind["change_tell"])
        elif len(kinds) == 1 and kind.get("asked") and rng.random() < 0.15:
            question, told = rng.choice(kind["asked"])
            before = _fill(question, values)
        else:
            told = rng.choice(kind["tell"])
        texts.append(_fill(_typos(told, rng), values))
        facts.append(_fact(kind, values, rng, changed=changed))
    spoken = _after(rng.choice(_OPENERS), texts[0])
    for text in texts[1:]:
        spoken = _after(spoken + rng.choice(_JOINERS), text)
    spoken = _register(spoken + rng.choice(_CLOSERS), rng)
    return Told(Turn(number, spoken, before), tuple(facts), tuple(kind["name"] for kind in kinds))


def _fact(kind: dict[str, Any], values: dict[str, str], rng: random.Random, *, changed: bool) -> Fact:
    questions: list[tuple[DreamKind, str, str]] = []
    for name, count in _PER_KIND.items():
        pairs = kind.get(name, []) if name != "change" or changed else []
        for question, answer in rng.sample(pairs, min(count, len(pairs))):
            questions.append((name, _fill(question, values), _fill(answer, values)))
    return Fact(_fill(kind["change_statement" if changed else "statement"], values), tuple(questions))


def _all_texts(kind: dict[str, Any]) -> list[str]:
    fields = ("tell", "change_tell", "asked", "change", *_PER_KIND)
    texts = [kind["statement"], kind.get("change_statement", "")]
    for field in fields:
        for entry in kind.get(field, []):
            texts += [entry] if isinstance(entry, str) else entry
    return texts


def _values(library: Library, texts: Sequence[str], rng: random.Random) -> dict[str, str]:
    """Draw a value, and a different second one, for every slot named in the texts."""
    values: dict[str, str] = {}
    for name in sorted({match[2] for text in texts for match in _SLOT.finditer(text)}):
        first = second = _value(library, name, rng)
        while second == first:
            second = _value(library, name, rng)
        values[name], values[f"{name}2"] = first, second
    return values


def _value(library: Library, name: str, rng: random.Random) -> str:
    if name == "person":
        name = rng.choice(("woman", "man"))
    if name in _NUMBERS:
        return str(rng.randint(*_NUMBERS[name]))
    if name in _ENDINGS and rng.random() < 0.5:
        stem = "".join(rng.choices(_SYLLABLES, k=rng.choice((1, 2, 2))))
        return (stem + rng.choice(_ENDINGS[name])).title()
    return rng.choice(library.slots[name])


def _fill(text: str, values: dict[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        found = values[match[2] + (match[3] or "")]
        if match[1]:
            return f"{'an' if found[0].lower() in 'aeiou' else 'a'} {found}"
        return found

    filled = _SLOT.sub(value, text)
    # A slot may open the sentence with a lower-case value; users' own lower case is kept.
    return filled[0].upper() + filled[1:] if text.startswith("{") else filled


def _before(rng: random.Random) -> str:
    return rng.choice(_ASSISTANT_LINES) if rng.random() < 0.35 else ""


def _typos(text: str, rng: random.Random) -> str:
    """Now and then swap two letters of a word outside the slots."""
    if rng.random() > 0.12:
        return text
    words = list(re.finditer(r"(?<![{\w ])\b[a-z]{5,}\b|(?<= )[a-z]{5,}(?= )", text))
    words = [word for word in words if "{" not in text[max(0, word.start() - 3) : word.start()]]
    if not words:
        return text
    at = rng.choice(words).start() + rng.randint(1, 3)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _after(opening: str, text: str) -> str:
    """Join two pieces; after a comma an ordinary word loses its capital."""
    common = re.match(
        r"(The|My|We|It|It's|They|There|People|When|At|In|On|Our|Can|What|How|Just|This|After|Every)\b", text
    )
    return opening + (text[0].lower() + text[1:] if common and opening.endswith((", ", "ok so ", " And ")) else text)


def _register(text: str, rng: random.Random) -> str:
    style = rng.random()
    if style < 0.15:
        return text.lower()
    if style < 0.25:
        return text.rstrip(".!").replace("'", "")
    return text
