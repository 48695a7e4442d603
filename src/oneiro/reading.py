"""The first half of the dream stage: the dream generator reads what the day tells of its user.

In: the day's turns. Out: memories, one plain statement each, with the turn it came from.

Whether a turn tells anything is decided by the odds of "The user" against "(nothing)". A turn that does is read several
times: once the surest way, else by chance. What enough readings agree on is kept, since a small model's slips are
seldom the same twice. What they leave out and a rule can state (`stating.py`) stands beside it; a sentence in the first
person that nothing speaks of stands for itself.

Source: to sample several answers and keep what they agree on is self-consistency (https://arxiv.org/abs/2203.11171).
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from oneiro.acquaintances import acquainted, with_whose
from oneiro.changes import as_renamed
from oneiro.config import DreamConfig
from oneiro.earnest import in_earnest, is_question, is_request
from oneiro.relations import introduces, is_of_a_stranger, is_somebody_elses, lends_a_relation, with_my
from oneiro.stating import stated, told_name, told_plainly
from oneiro.text import BARE_DENIALS, DENIALS, names_and_numbers, opened, sentences, stems, words, words_told
from oneiro.types import ChatMessage, Completion, Memory, Sampling, Turn, Writer
from oneiro.verbs import is_verb, plain

SYSTEM = ChatMessage("system", "Dream generator")
FIRST_PERSON = re.compile(r"\b(i|i'm|i've|i'd|i'll|im|my|mine|me|we|we're|we've|our|ours|us)\b", re.IGNORECASE)
_NOTHING = "(nothing)"
_OPENING = "The user"
_STATEMENT_TOKENS = 24
_ALIKE = 0.7  # Jaccard overlap of two statements' stems from which on they say the same
_OF_WHOM_AND_WHEN = frozenset(("user", "used", "now"))
_RARE = 5  # letters of a word from which on it may be more than one token
_NEW = 0.5  # share of the words of a rule's statement above which it tells something that no other does
_STATEMENT = re.compile(r"The (\w+ ){0,4}?user\b")
_USERS_NAME = re.compile(r"The user(?:['’]s (?:first |nick)?name is| is called| is named) (\w+)")
_UNCHANGED = re.compile(r"\bfrom (?:the )?(.+?) to (?:the )?\1\b|\bused to be (.+?) and is now \2\b")
_TYPED_SMALL = re.compile(r"(\b(?:called|named) )((?!the\b|an?\b|after\b|by\b|to\b|in\b|out\b|up\b|off\b|on\b)[a-z])")
_ROUGHLY = re.compile(
    r"\b(about|around|roughly|nearly|almost|over|more than|less than|at least) "
    r"(\d[\d,.]*\d|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|"
    r"(?:a|one|two|three|four|five|six|seven|eight|nine) (?:dozen|hundred|thousand))\b(?! (?:o'clock|am|pm)\b)",
    re.IGNORECASE,
)
_ANSWERS = re.compile(r"\W*(?:no|yes|yeah|yep|nope|nah|not|right|correct|actually|exactly)\b", re.IGNORECASE)
_DENIES = re.compile(rf"\b(?:{'|'.join(sorted(DENIALS | BARE_DENIALS))}|nor|neither|nothing)\b|n['’]t\b", re.IGNORECASE)
_LACKS = re.compile(  # says as much without a denial
    r"\b(?:used to|without|only|stop\w*|quit|g[ai]ve[ns]? up|dislike\w*|hate\w*|avoid\w*|refuse\w*|lack\w*|fail\w*|"
    r"allergic|intolerant|afraid|lost|misse[sd]|sold|seldom|rarely|hardly)\b",
    re.IGNORECASE,
)
_OF_THE_USER = re.compile(r"The user (\w+)")
_AM = frozenset(("am", "i'm", "im"))
_CLAUSE_END = re.compile(
    r"[,;:.!?()–—]|\b(?:but|and|n|because|so|since|though|tho|although|while|which|who|that|if|when|until|except|or|"
    r"with|w|just)\b",
    re.IGNORECASE,
)
_TO_ONESELF = re.compile(r"The user \w+ the user\b(?!['’]s)")  # "owes the user": another's debt, misread


def read_turns(
    turns: Sequence[Turn], writer: Writer, config: DreamConfig, *, night: int, seed: int, known: Sequence[str] = ()
) -> list[tuple[Memory, Turn]]:
    """Read every turn that tells something; what is said twice has the later words as its source.

    `known` are the statements of earlier nights: they tell whose a name is.
    """
    told = _telling(by_themselves(turns, known), writer, config)
    if not told:
        return []
    chats = [[*read_chat(turn), ChatMessage("assistant", _OPENING)] for turn in told]
    most = _STATEMENT_TOKENS * config.max_statements
    surest = writer.complete(chats, Sampling(most))
    others = writer.complete(chats * config.readings, Sampling(most, config.read_temperature, config.top_p, seed))
    found: dict[str, Turn] = {}
    for n, turn in enumerate(told):
        for statement in choose_statements(turn, [surest[n], *others[n :: len(told)]], config):
            found.pop(statement, None)
            found[statement] = turn
    return [
        (Memory(f"n{night}m{number}", statement, turn.text, turn.message_id), turn)
        for number, (statement, turn) in enumerate(found.items(), start=1)
    ]


def by_themselves(turns: Sequence[Turn], known: Sequence[str]) -> list[Turn]:
    """Say in every turn whose the people are that it names, as earlier ones told; what it makes up is left out.

    What the assistant said before is left out unless it asked or is answered: what it says of itself is no memory.
    """
    whose, plain = acquainted(known), []
    for turn in turns:
        said = in_earnest(turn.text)
        if not said:
            continue
        asked = turn.before if turn.before.rstrip().endswith("?") or _ANSWERS.match(turn.text) else ""
        plain.append(replace(turn, text=with_whose(with_my(said), whose), before=asked))
        whose |= acquainted(_by_rule(plain[-1].text))
    return plain


def _by_rule(said: str) -> list[str]:
    """What rules can state of a turn."""
    return [_capital(statement) for sentence in sentences(told_plainly(said)) for statement in stated(sentence)]


def _telling(turns: Sequence[Turn], writer: Writer, config: DreamConfig) -> list[Turn]:
    """Leave out the turns that tell nothing."""
    chats = [read_chat(turn) for turn in turns]
    scores = writer.score(chats * 2, [_OPENING] * len(chats) + [_NOTHING] * len(chats))  # a turn is read once for both
    odds = [fact - none for fact, none in zip(scores[: len(chats)], scores[len(chats) :], strict=True)]
    return [turn for turn, o in zip(turns, odds, strict=True) if tells(turn, o, config)]


def read_chat(turn: Turn) -> list[ChatMessage]:
    """Ask for the facts in a turn."""
    return [SYSTEM, ChatMessage("user", f"{scene(turn)}\n\nFacts?")]


def scene(turn: Turn) -> str:
    """A turn as the dream generator sees it."""
    spoken = f"User: {turn.text}"
    return f"Assistant: {turn.before}\n{spoken}" if turn.before else spoken


def write_statements(statements: Sequence[str]) -> str:
    """Write the answer to the read task."""
    return "\n".join(statements) if statements else _NOTHING


def parse_statements(text: str, *, most: int) -> list[str]:
    """Read the answer to the read task; a cut or repeated line is left out."""
    lines = [line.strip() for line in text.splitlines()]
    whole = [line for line in lines if _STATEMENT.match(line) and line.endswith((".", "!"))]
    return list(dict.fromkeys(whole))[:most]


def tells(turn: Turn, odds: float, config: DreamConfig) -> bool:
    """Say whether a turn tells something to remember, by the odds of the reader.

    One of which a rule can state something is believed most easily; one that neither answers a question, nor names its
    speaker, nor states something of its user must be surer.
    """
    said = [sentence for sentence in sentences(turn.text) if not is_question(sentence)]
    own = turn.before.endswith("?") or any(FIRST_PERSON.search(s) or told_name(s) for s in said)
    if own and any(stated(sentence) for s in said for sentence in sentences(told_plainly(s))):
        return odds > config.stated_margin
    return odds > (config.read_margin if own else config.others_margin)


def choose_statements(turn: Turn, readings: Sequence[Completion], config: DreamConfig) -> list[str]:
    """Choose what a turn tells: what its readings agree on, and what they leave out.

    A sentence of the user's in the first person of which no statement holds a word stands for itself; so does all that
    was said when nothing else is left, unless it only asks.
    """
    said = turn.text
    statements = _naming(_agreed(turn, readings, config), said)
    for statement in _by_rule(said):
        own = stems(statement) - {"user"}
        if len(own - stems(" ".join(statements))) > _NEW * len(own):
            statements.append(statement)
    held = stems(" ".join(statements))
    told = [sentence for sentence in sentences(said) if not is_question(sentence) and not is_request(sentence)]
    own_words = [sentence for sentence in told if FIRST_PERSON.search(sentence) and not stems(sentence) & held]
    left = [] if not told or is_of_a_stranger(said) else [said]
    chosen = [as_renamed(statement, said) for statement in [*statements, *own_words] or left]
    return list(dict.fromkeys(chosen))[: config.max_statements]


def _naming(statements: Sequence[str], said: str) -> list[str]:
    """State the user's own name where a turn tells it and no reading does; who says "hi im ada" is no ada."""
    name = next(filter(None, map(told_name, sentences(told_plainly(said)))), None)
    if not name:
        return list(statements)
    others = [s for s in statements if not re.match(rf"The user is {re.escape(name)}\b", s, re.IGNORECASE)]
    named = any(_USERS_NAME.match(statement) for statement in others)
    return others if named else [f"The user's first name is {name}.", *others]


def _agreed(turn: Turn, readings: Sequence[Completion], config: DreamConfig) -> list[str]:
    """List what readings agree on: of the surest, what enough others say much alike; of others, what enough say alike.

    Of two statements that say the same one is kept.
    """
    told = words_told(f"{turn.before} {turn.text}")
    read = [
        [
            statement
            for line in parse_statements(reading.text, most=config.max_statements)
            for statement in [_about(_capital(_parted(line, told)), turn.text)]
            if names_and_numbers(statement) - {"user"} <= told
            and not _misnames(statement, turn.text)
            and not _UNCHANGED.search(statement)
            and not _TO_ONESELF.match(statement)
            and not _affirms_what_is_denied(statement, turn.text)
            and not is_somebody_elses(statement, turn.text)
            and not lends_a_relation(statement, f"{turn.before} {turn.text}")
        ]
        for reading in readings
    ]
    surest, bar = read[0], config.agreement * len(readings)
    much_the_same = {s: sum(any(_alike(s, other) for other in own) for own in read) for s in surest}
    the_same = Counter(frozenset(stems(s)) for own in read for s in own)
    others = {s: the_same[frozenset(stems(s))] for own in read[1:] for s in own}
    agreed: list[str] = []
    for statement, count in [*much_the_same.items(), *sorted(others.items(), key=lambda one: -one[1])]:
        said_already = any(_alike(statement, other) or stems(statement) <= stems(other) for other in agreed)
        if count >= bar and not said_already:
            agreed.append(statement)
    return agreed


def _alike(statement: str, other: str) -> bool:
    """Say whether two statements say the same, as far as their words show, of today or of once.

    A reader that is told of a change ("sold the car, I have a Vespa now") may call the new value the old one as well.
    """
    one, two = stems(statement) - _OF_WHOM_AND_WHEN, stems(other) - _OF_WHOM_AND_WHEN
    return len(one & two) >= _ALIKE * len(one | two)


def _parted(statement: str, told: set[str]) -> str:
    """Part two words run into one, as where a small model skips a rare word's first letter: "hatesennel", of fennel."""
    for run in set(words(statement)) - told:
        for word in told:
            before = run.removesuffix(word[1:])
            if len(word) >= _RARE and before != run and (before in told or is_verb(before)):
                return statement.replace(run, f"{before} {word}")
    return statement


def _about(statement: str, said: str) -> str:
    """Say of a number that it is only about right, as the turn does: "about three hundred" records."""
    for found in _ROUGHLY.finditer(said):
        plain = re.compile(rf"(?<!{found[1]} )\b{re.escape(found[2])}\b", re.IGNORECASE)
        statement = plain.sub(f"{found[1].lower()} {found[2]}", statement)
    return statement


def _capital(statement: str) -> str:
    """Write a name large that was typed small: "has a ferret called biscotti"."""
    return _TYPED_SMALL.sub(lambda found: f"{found[1]}{opened(found[2])}", statement)


def _affirms_what_is_denied(statement: str, said: str) -> bool:
    """Say whether all that a statement tells of the user stands in denied clauses: "A licence I do not have."."""
    found, own = _OF_THE_USER.match(statement), stems(statement) - {"user"}
    if not found or not own or _DENIES.search(statement) or _LACKS.search(statement):
        return False
    verb = {found[1], plain(found[1])} | (_AM if found[1] == "is" else set())
    of_it = [clause for clause in _CLAUSE_END.split(said) if own <= stems(clause) and verb & set(words(clause))]
    return bool(of_it) and all(_DENIES.search(clause) for clause in of_it)


def _misnames(statement: str, said: str) -> bool:
    """Say whether a statement gives the user a name that was told of somebody else, or of nobody."""
    found = _USERS_NAME.match(statement)
    return bool(found) and not introduces(said, found[1])
