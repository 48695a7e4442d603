"""Verbs in the third person and with "you": the forms that statements about the user and answers to them need.

Rules for English and lists of what they miss; a past form that is not listed is taken for a present one.
"""

import re

_TO_YOU = {"is": "are", "was": "were", "has": "have", "does": "do"}
_TO_YOU |= {"isn't": "aren't", "wasn't": "weren't", "hasn't": "haven't", "doesn't": "don't"}
_MODAL = frozenset(
    "can can't cannot could couldn't will won't would wouldn't must should may might shall shan't used didn't".split()
)
PAST = frozenset(
    "had did lost became fell got left went died broke met ran took gave found bought sold grew came saw made won "
    "built began wrote read put cut hurt quit kept slept taught spent sent felt told swam sang drove flew drank ate "
    "knew meant thought wore fed hid shook woke rode stole paid dreamt learnt spilt held heard stood sat lay "
    "rang chose said lent brought caught bit blew bent burst clung crept dealt drew dug fought fled forgot forgave "
    "froze hit hung knelt laid led leant let lit rose sank set shone shot shut slid spoke spread sprang stuck stung "
    "struck swore swept swung tore threw understood wept withdrew wound overtook beat bet cost split spun strode "
    "undertook withstood".split()
)
_NOUNS_TOO = frozenset("bit set hit rose shot wound lit led let spread bet cost split beat".split())  # a rose, an LED
_NO_VERB = frozenset(
    "this his its hers theirs maths physics tennis pelvis iris oasis basis crisis gas as perhaps besides".split()
)
_NO_PAST = frozenset("need feed bleed breed speed weed seed heed".split())
_HAS_DONE = re.compile(
    r"(?!red$)\w+ed|been|never|not|known|seen|done|gone|come|become|given|taken|mistaken|written|driven|broken|spoken|"
    r"stolen|forgotten|forgiven|eaten|drunk|sung|swum|begun|grown|flown|worn|torn|sworn|drawn|thrown|shown|chosen|fallen|"
    r"frozen|hidden|ridden|risen|shaken|woken|beaten|bitten|sewn|sown|overcome|always|already|also|often|recently|once|just|finally|lately|nearly|actually|really|completely"
)
ADVERB = re.compile(
    r"(also|now|always|never|ever|often|sometimes|once|just|still|only|no|longer|already|rather|even|too|almost|quite|"
    r"(?!(?:fly|rely|bully|rally|tally|ally|dally|\w*ply)$)\w+ly)$"
)
_TO_THIRD = {"am": "is", "are": "is", "were": "was", "have": "has", "do": "does"}
_TO_THIRD |= {"aren't": "isn't", "weren't": "wasn't", "haven't": "hasn't", "don't": "doesn't"}


def third(verb: str) -> str:
    """The form of a verb that goes with "the user"."""
    verb = verb.replace("’", "'")
    if verb in _TO_THIRD or not is_present(verb):
        return _TO_THIRD.get(verb, verb)
    if re.search(r"[^aeiou]y$", verb):
        return f"{verb[:-1]}ies"
    return f"{verb}{'es' if re.search(r'(s|sh|ch|x|z|o)$', verb) else 's'}"


def plain(verb: str) -> str:
    """The form of a verb that goes with "you": "has" → "have", "carries" → "carry", "lives" → "live"."""
    if verb in _TO_YOU or verb in _MODAL or verb in PAST:
        return _TO_YOU.get(verb, verb)
    if re.search(r"[^aeiou]ies$", verb) and len(verb) > 4:
        return f"{verb[:-3]}y"
    if re.search(r"(ss|sh|ch|x|zz|o)es$", verb):
        return verb[:-2]
    return verb.removesuffix("s") if verb.endswith("s") and not verb.endswith("ss") else verb


def is_present(verb: str) -> bool:
    """Say whether a verb is one in the present that "do" can stand in for."""
    return (
        verb not in _MODAL
        and verb not in _TO_YOU
        and verb not in _TO_THIRD
        and verb not in PAST
        and not (verb.endswith("ed") and verb not in _NO_PAST)
    )


def has_done(word: str) -> bool:
    """Say whether "has" before a word tells what was done and not what is owned: "has mended", "has never"."""
    return word in PAST or bool(_HAS_DONE.fullmatch(word))


def is_verb(word: str) -> bool:
    """Say whether a word after its subject, in the third person, looks like a verb."""
    if word in _TO_YOU or word in _MODAL or word in PAST - _NOUNS_TOO or word == "are":
        return True
    ends_like_one = bool(re.search(r"([^su'’]s|ed)$", word))  # unlike "bus"
    return ends_like_one and word[:1].islower() and not ADVERB.match(word) and word not in _NO_VERB
