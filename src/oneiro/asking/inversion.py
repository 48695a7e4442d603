"""The word order of a question: a clause with its verb taken apart, so that a part can stand before the subject.

"Your mum works on a trawler." → "does" + "my mum" + "work" + …. Clause → its subject and verb as a direct question, an
indirect one ("where my mum works") and an answer have them.

Source: main-verb decomposition and subject-auxiliary inversion are steps of Heilman and Smith's (2009) transformations.
"""

import re
from typing import NamedTuple

from oneiro.asking.clauses import ADDS_NOTHING, PREPOSITIONS, Clause, head_and_name
from oneiro.verbs import is_present, plain

_HELPERS = frozenset("does do did can cannot could will would must should may might shall".split())
_HELPED = {  # what opens a question about the user, and about another, where the statement's verb needs another one
    **{"will": ("will", "will"), "shall": ("will", "will"), "won't": ("won't", "won't"), "can": ("can", "can")},
    **{"can't": ("can't", "can't"), "cannot": ("can't", "can't"), "doesn't": ("don't", "doesn't")},
    **{verb: (verb, verb) for verb in "could couldn't would wouldn't should shouldn't must may might".split()},
    **{"didn't": ("didn't", "didn't"), "hasn't": ("haven't", "hasn't")},
}
_ADVERB = re.compile(r"never|always|still|often|seldom|sometimes|once|only|no longer|hardly ever|\w+ly")
# With these behind it a verb of `_HELPED` asks for no phrase: "can't help knocking on wood".
_OPENS_NOTHING = frozenset(
    "be have been had not even only help seem get never always still hardly barely rather as also".split()
)


class Inverted(NamedTuple):
    """Who does what: the subject in the user's mouth (perhaps in two ways) and in the answer, the verb, all the rest.

    `auxiliary` opens a question ("does", "am"; empty where the verb has none of its own), `base` is the verb behind it
    ("work"; empty with a form of "be"). What is true of a `whole` clause need not be of a part: who doesn't play
    cricket in June may play it in May.
    """

    mine: tuple[str, ...]
    yours: str
    auxiliary: str
    base: str
    verb_mine: str
    verb_yours: str
    rest: str
    whole: bool = False


def inverted(clause: Clause) -> Inverted | None:
    """Take a clause's verb apart; None for a verb that needs another which no question can begin with."""
    owner, verb, rest = clause.owner, clause.verb, clause.rest
    adverb = " ".join(word for word in clause.adverb.split() if word not in ADDS_NOTHING)
    mine, yours = _subjects(owner), f"your {owner}" if owner else "you"
    if verb in _HELPED:
        helper, (base, _, further) = _HELPED[verb][bool(owner)], rest.partition(" ")
        if base in _OPENS_NOTHING or adverb or base.endswith("ly"):
            return None
        helped = f"{helper} {base}"
        return Inverted(mine, yours, helper, base, helped, helped, further, whole=helper != "will")
    if verb.endswith("n't") or verb in _HELPERS or (adverb and not _ADVERB.fullmatch(adverb)):
        return None
    you, before = plain(verb), f"{adverb} " if adverb else ""
    if verb in ("is", "was", "are", "were"):
        am = "am" if verb == "is" and not owner else verb
        is_so, are_so = f"{am} {adverb}".strip(), f"{verb if owner else you} {adverb}".strip()
        return Inverted(mine, yours, am, adverb, is_so, are_so, rest, whole=bool(adverb))
    with_you = before + (verb if owner else you)
    helper = ("does" if owner and not clause.of_several else "do") if is_present(verb) else ""
    return Inverted(mine, yours, helper, before + you, with_you, with_you, rest, whole=bool(adverb))


def _subjects(owner: str) -> tuple[str, ...]:
    """In what ways the user may speak of the subject: "my best mate" and "Wiremu"."""
    if not owner:
        return ("I",)
    head, name = head_and_name(owner)
    inside = set(head.split()) & PREPOSITIONS  # "my gran's house in Hull"
    return (f"my {head}", name) if name and not inside else (f"my {owner}",)
