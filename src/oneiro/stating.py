"""States by rule what a user says of themselves.

"I drive my nan's van." → "The user drives the user's nan's van." No model, so nothing is misread: every word was said.
A sentence is cut where the user begins anew; a clause that begins otherwise or leans on another ("it", "she") is left
to the dream generator's reader.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from oneiro.relations import is_somebody, may_be, people
from oneiro.text import opened, proper_names
from oneiro.verbs import ADVERB, is_verb, third

# A sentence falls into clauses where the user speaks of themselves anew; what then leans on "she" or "it" is cut off.
_OWN_BEGINS = r"(?:(?:at|on|in|every) \w+ )?(?:I|my|we|our)\b"
_CLAUSES = re.compile(
    rf"(?:[,;:] (?:(?:and|but|so|basically|because) )?| (?:and|but|so|because) )(?={_OWN_BEGINS})|[.!]+$", re.IGNORECASE
)
_LEANING = re.compile(
    r"(?:[,;] (?:(?:and|but|so|because) )?| (?:and|but|so|because) )"
    r"(?:he|she|it|they|that|this|there)(?:['’]\w+)?\b.*$",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\W*(?:(?:and|but|so) )?(?:if|when|whenever|unless|every time|as soon as|in case)\b", re.IGNORECASE
)
_QUOTES = re.compile(r"\b(?:sa(?:id|ys?)|asks?|asked|wrote|writes|shouts|shouted|(?:told|tells?) \w+)$", re.IGNORECASE)
_ADJECTIVES = re.compile(  # "a small, red Fiat"
    r"\b(an? (?:big|small|little|large|huge|tiny|old|young|new|tall|short|long|lovely|beautiful|cute|sweet|nice|pretty|"
    r"quiet|noisy|cheap|shy|friendly|happy|silly|clever|fat|thin|soft|dark|light|"
    r"black|white|red|blue|green|brown|gr[ea]y)),(?= [\w-]+ [\w-])",
    re.IGNORECASE,
)
_AFTERTHOUGHT = re.compile(  # no list
    r", (?!(?:in|near|at|from|on|and|or|with)\b)"
    r"(?![\w'’-]+(?: [\w'’-]+){0,2}(?:, [\w'’-]+(?: [\w'’-]+){0,2})*,? (?:and|or)(?: [\w'’-]+){1,3}$)[a-z].*$"
)
_OPENER = "(?:Yes|No|Hi|Hello|Hey|Ok|Okay|Well|Oh|So|Sorry|Also|Thanks|Actually)"
_A_NAME = re.compile(rf"(?!{_OPENER}$)[A-ZÀ-Þ]\w+")
_CUT_SHORT = re.compile(
    r"\b(?:is|are|was|were|does|do|did|has|have|had|can|could|will|would|must|"
    r"\w+n['’]t)(?: (?:too|not|as well|either))?\.$"
)
_UNSAID = re.compile(r"^(?:got|been)\b", re.IGNORECASE)
_BECAME = re.compile(  # of "Got fired", nobody "has fired"
    r"^got (?:\w+ed|sick|ill|hurt|lost|stuck|drunk|caught|better|worse|rid|up|back|home|"
    r"to|into|out|on|in|through|away)\b",
    re.IGNORECASE,
)
_NAMED_LATER = re.compile(
    r"\b(an? [a-z]+(?: [a-z]+){0,3}?)(?: at home)?[,.;] (?:and )?"
    r"(?:(?:[Hh]is|[Hh]er|[Ii]ts) name(?: is|['’]s)|(?:[Hh]e|[Ss]he|[Ii]t)(?:['’]s| is) (?:called|named)) ([A-Z]\w+)"
)
_NAMED_FIRST = re.compile(rf"^(?!{_OPENER},)([A-Z]\w+), (my|our) ([^,]+), (.+)$")
_NAMED_AFTER = re.compile(r"^((?i:my|our)) ([^,]+), ((?:[A-ZÀ-Þ][\w.]*\s?)+), (.+)$")
_PUT_FIRST = re.compile(
    r"^((?:on|every|in|at|for|after|before|with|by|since) [^,]{2,40}?),? ((?:I|we)\b.*)$", re.IGNORECASE
)
_OWN = re.compile(r"(my|our|i|we)(['’](?:m|ve|re|d|ll))?\s+(.+)$", re.IGNORECASE)
_TOGETHER = re.compile(r"^(?:all|both|each) ", re.IGNORECASE)
_PLAIN_VERB = re.compile(
    r"(?!ain['’]t$)(?!(?:not|and|or|who|with|as|for|in|at|on|from|to|of|the|an?|so|then|one|two|three)$)[a-z]+(?:n['’]t)?"
)
_TO_DO = (
    "(?:want|like|love|hope|plan|need|have|used|try|trying|going|able|got) to|can|could|will|would|must|should|might"
)
_SECOND_VERB = re.compile(  # "I live in Oslo and work as a nurse"
    rf"\b(?P<who>I|we)\b(?!['’](?:d|ll)\b)(?P<first>(?:(?!\b(?:{_TO_DO}|\w+n['’]t)\b)[^.,;:!?])*?)"
    r"(?P<joint>,? (?:and|but) )"
    r"(?=(?:(?:now|also|then|always|still|usually|often|sometimes) )?(?:"
    r"(?:live|have|am|teach|speak|hate|own|keep|eat|go|sing|collect|prefer|commute|volunteer|don['’]t) |"
    r"(?:work|study|play|love|drive|drink|run|train|write|read) (?:as|at|in|for|with|from|on|the|an?|my|our|every)\b))",
    re.IGNORECASE,
)
_CONTRACTED = {"'m": "am", "'ve": "have", "'re": "are"}
_NOT_ALONE = re.compile(
    r"\b(i|i['’]\w+|we|we['’]\w+|he|she|it|they|you|your|him|them|mine|ours|that|these|those|which|"
    r"dey|haha|lol|btw|"
    r"this(?! (?:morning|afternoon|evening|week|month|year|spring|summer|autumn|winter))|her(?! (?-i:[a-z])))\b",
    re.IGNORECASE,
)
_SOMEBODYS = re.compile(r"\b(his|her|its|their|there)\b", re.IGNORECASE)  # whose, where: told elsewhere
_NOT_SAID = "".join(rf"(?<!\b{word} )" for word in "think thinks thought says said that if wish like".split())
_NAME = re.compile(
    r"^(?:(?:[Hh]i|[Hh]ello|[Hh]ey)\W+)?([A-Z]\w+) here(?=[,.!]|$)|"
    rf"{_NOT_SAID}\b[Mm]y (?:first )?name(?: is|['’]s) ([A-Z]\w+)|^[Nn]ame(?::| is|['’]s) ([A-Z]\w+)|"
    r"(?:^\W*|(?i:everyone|everybody|they|people|friends|all|you|can|just|please|and|but|so),? "
    r"(?:\w+ly |always |also )?)[Cc]alls? me ([A-Z]\w+)"
)
_GREETS_AS = re.compile(
    r"^\W*(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day))\b(?: (?:there|again|hey|all))?\W*"
    r"(?:i['’]?m|i am|it['’]?s|this is|(?:my )?name(?:['’]?s| is)) (?P<name>[^\W\d_][\w'-]+)"
    r"(?=\W*$|[,.!;]| and\b| here\b)",
    re.IGNORECASE,
)
_NO_NAME = re.compile(  # what else somebody may say that they are: "hi, im bored"
    r"(?:new|back|here|ill|sick|sad|mad|glad|bad|good|fine|okay|ok|well|great|lost|late|early|ready|done|stuck|home|alone|"
    r"lonely|happy|hungry|sorry|busy|free|curious|nervous|anxious|depressed|single|vegan|vegetarian|dyslexic|autistic|"
    r"pregnant|blind|deaf|raining|snowing|cold|hot|me|monday|tuesday|wednesday|thursday|friday|saturday|sunday|"
    r"christmas|tired|bored|confused|worried|stressed|exhausted|married|divorced|retired|interested|scared|excited|"
    r"thirsty|guilty|twenty|thirty|forty|fifty|sixty|seventy|eighty|american|german|italian|russian|indian|canadian|"
    r"australian|mexican|french|dutch|greek|welsh|jewish|(?:engl|ir|scott|brit|dan|swed|finn|pol|turk|span)ish|"
    r"(?:brazil|argentin|austr|belg|bulgar|canad|colomb|croat|egypt|eston|ethiop|hungar|iran|jordan|latv|lithuan|malays|"
    r"niger|norweg|palestin|pers|peruv|roman|serb|syr|tunis|ukrain|palestin)ian|afghan|african|algerian|arab|asian|chilean|"
    r"cuban|czech|european|filipin[ao]|ghanaian|iraqi|israeli|kenyan|korean|latin[ao]|moroccan|pakistani|swiss|thai|"
    r"venezuelan|sunny|rainy|cloudy|windy|snowy|foggy|freezing|same|over|up|down|out|right|still|nothing|beginner|newbie|"
    r"expert|fan|native|local|engineer|developer|programmer|designer|writer|artist|dr|mrs?|ms|miss|prof|professor|sir|"
    r"muslim|christian|catholic|protestant|buddhist|hindu|sikh|atheist|widowed|gay|lesbian|bi|trans|queer|straight|"
    r"coeliac|celiac|bipolar|homeless|unemployed|female|male|unwell|poorly|broke|engaged|disabled|hungover|urgent|"
    r"\w+(?:ing|ese|teen|betic|leptic|thmatic|sexual|handed|blind|blooded|phobic|praxic|lactic|tolerant|weight|sick|less|ful|ous|"
    r"[cgkpst]ed|(?:bb|ll|nn|rr)ed))$",
    re.IGNORECASE,
)
_IS_MY = re.compile(r"(?<![\w'’] and )\b([A-ZÀ-Þ]\w+)(?: is|['’]s) (?:my|our) ((?:[a-z]+ )?[a-z-]+)(?=$|[.,!;]| and\b)")
_NAME_AND_AGE = re.compile(r"\bI['’]?m ([A-Z]\w+),? (\d{1,3})\b(?:,? (?:and )?from ([A-Z]\w+(?: [A-Z]\w+)*))?")
_PRONOUN = re.compile(
    r"(?P<joint>[,;] (?:(?:and|but) )?| (?:and|but) |[.!] (?:(?:And|But) )?)"
    r"(?P<pronoun>[Hh]e|[Ss]he)(?P<is>['’]s)?(?= )"
)
_STATE = (  # "she's married": what somebody is, and not what they have done
    "married|called|named|divorced|widowed|engaged|retired|tired|exhausted|obsessed|addicted|qualified|trained|educated|"
    "scared|frightened|terrified|worried|stressed|bored|excited|interested|depressed|disabled|gifted|talented|allowed|"
    "supposed|used|based|related|spoiled|employed|convinced|annoyed|pleased|confused|embarrassed|neutered|spayed|aged|red"
)
_PERFECT = re.compile(rf" (?:just |always |never )?(?:got|been|had|gone|become|(?!(?:{_STATE})\b)\w+ed(?!-))\b")
_BREAK = re.compile(r"[.!?]\s+|[,;] (?:and |but )?(?=(?:my|our|I)\b)| (?:and|but) (?=(?:my|our|I)\b)", re.IGNORECASE)
_HAS_ONE = re.compile(
    r"\b(?:I|we)(?:['’]ve)? (?:have|keep|own|got|adopted|bought) an? (?:\w+ ){0,2}?(\w+) (?:called|named)\b",
    re.IGNORECASE,
)
_WRITTEN = {"im": "I'm", "ive": "I've", "wanna": "want to", "gonna": "going to", "gotta": "have to", "hes": "he's"}
_WRITTEN |= {
    f"{verb}nt": f"{verb}n't" for verb in "do does did is are was were has have had ca wo would could should".split()
}
_SLIPS = re.compile(rf"\b({'|'.join(_WRITTEN)})\b", re.IGNORECASE)
_NAMED = re.compile(r"((?:[\w-]+ )*[\w-]+)['’]s (?:called|named|(?:first )?name)\b")
_IS_WHOSE = re.compile(r"\b[A-ZÀ-Þ]\w+(?: is|['’]s) (?:my|our) ((?:[a-z]+ )?[a-z-]+)$")
_IS_CALLED = re.compile(r"(?:(?<=name)['’]s(?= [A-Z])|['’]s(?= (?:called|named)\b))")


def stated(said: str) -> list[str]:
    """List statements about the user, one for each clause that says something of themselves."""
    statements = (_state(clause) for clause in _clauses(_in_order(said.strip())))
    named = f"The user is {told_name(said)}."  # who says "hi, im ada" is no ada
    told = (statement for statement in statements if statement and statement.casefold() != named.casefold())
    return list(dict.fromkeys([*_introduction(said), *told]))


def _clauses(said: str) -> Iterator[str]:
    """Cut a sentence where the user speaks of themselves anew; "my sister and I" are not one of them alone.

    What holds only if something else does, or is said by somebody else, is left out.
    """
    clauses = [clause.strip() for clause in _CLAUSES.split(_SECOND_VERB.sub(_with_i, said))]
    for before, clause in pairwise(["", *clauses]):
        owned = re.match(r"(?:my|our|me)\b", before, re.IGNORECASE) and not any(map(is_verb, before.split()[1:]))
        leans = _CONDITION.match(before) or _QUOTES.search(before) or _QUOTES.search(clause)
        if not owned and not leans and not _A_NAME.fullmatch(before):
            yield clause


def _with_i(found: re.Match[str]) -> str:
    return f"{found['who']}{found['first']}{found['joint']}{found['who']} "


def _introduction(said: str) -> Iterator[str]:
    """State who introduces themselves or somebody of theirs: in "I'm Ada, 31, from Ghent" age and home town too."""
    relative = _IS_MY.search(said)
    if relative and people(relative[2]):
        yield f"The user's {relative[2]} is called {relative[1]}."
    name, all_told = told_name(said), _NAME_AND_AGE.search(said)
    if name:
        yield f"The user's first name is {name}."
    if all_told:
        yield f"The user is {all_told[2]} years old."
        yield from [f"The user is from {all_told[3]}."] if all_told[3] else []


def with_name(said: str) -> str:
    """Say a name with what it names: "I have a dog. She's called Ida." is "I have a dog called Ida."."""
    return _NAMED_LATER.sub(r"\1 called \2", said)


def told_plainly(said: str) -> str:
    """Say names with what they name, and of whom "he" and "she" speak where the clause before leaves no doubt.

    "My best mate's called Wiremu, he builds drones." → "…, my best mate builds drones." The clause before must have one
    of the user's as its subject and name nobody else.
    """
    plain, at = with_name(_apostrophes(said)), 0
    while found := _PRONOUN.search(plain, at):
        before = _BREAK.split(plain[: found.start()])[-1]
        owner = _subject(before)
        at = found.end()
        alone = bool(_IS_WHOSE.search(before)) or len(people(before)) <= 1 >= len(proper_names(before))
        if owner and alone and may_be(found["pronoun"].lower(), owner):
            my = "My" if found["pronoun"][0].isupper() else "my"
            be = (" has" if _PERFECT.match(plain[found.end() :]) else " is") if found["is"] else ""
            said_anew = f"{found['joint']}{my} {owner}{be}"
            plain, at = f"{plain[: found.start()]}{said_anew}{plain[found.end() :]}", found.start() + len(said_anew)
    return plain


def _apostrophes(said: str) -> str:
    """Write "dont" and "im" with their apostrophe, and "wanna" in full."""
    return _SLIPS.sub(lambda found: _WRITTEN[found[0].lower()], said)


def _subject(clause: str) -> str:
    """Whom of the user's a clause is about ("nan" of "my nan's name is Ida"); empty where about nobody of theirs."""
    has = _HAS_ONE.search(clause) or _IS_WHOSE.search(clause)
    own = re.match(r"\W*(?:my|our) (.+)$", _in_order(clause.strip()), re.IGNORECASE)
    named = _NAMED.match(own[1]) if own else None
    if has or named or not own:
        return has[1] if has else named[1] if named else ""
    parts = own[1].split()
    head = parts[: next((n for n, part in enumerate(parts) if n and is_verb(part)), 0)]
    somebodys = any("'" in part or "’" in part for part in head)
    return "" if somebodys else " ".join(part for part in head if not part[:1].isupper())


def told_name(said: str) -> str | None:
    """Find the name by which a sentence introduces its speaker: "Ada here.", "hi im ada", "they call me Ada"; or None.

    Stricter than `relations.introduces`, which is told the name: "I'm Ada" may be "I'm Irish".
    """
    greeting = _GREETS_AS.match(said)
    if greeting and _may_be_a_name(greeting["name"]):
        return opened(greeting["name"])
    found = _NAME.search(said) or _NAME_AND_AGE.search(said)
    name = next(filter(None, found.groups())) if found else None
    return name if name and _may_be_a_name(name) else None


def _may_be_a_name(word: str) -> bool:
    """Say whether a word is none that tells what somebody is: "Brazilian", "Nurse"."""
    return not _NO_NAME.match(word) and not is_somebody(word)


def _in_order(said: str) -> str:
    """Put a name behind whom it names ("Ramiro, my uncle, owes me"), and an I before "Got a dog"."""
    have = "I" if _BECAME.match(said) else "I have"
    said = _UNSAID.sub(lambda found: f"{have} {found[0].lower()}", _LEANING.sub("", said))
    said = _NAMED_FIRST.sub(lambda found: f"{found[2].title()} {found[3]} {found[1]} {found[4]}", said)
    return _NAMED_AFTER.sub(lambda found: f"{found[1]} {found[2]} {found[3].strip()} {found[4]}", said)


def _state(clause: str) -> str | None:
    """Turn one clause of the user's into a statement about them."""
    clause = _ADJECTIVES.sub(r"\1", clause.strip(" ,;"))
    put_first = _PUT_FIRST.match(clause)
    clause = _AFTERTHOUGHT.sub("", put_first[2] if put_first else clause)
    found = _OWN.match(f"{clause} {put_first[1][0].lower()}{put_first[1][1:]}" if put_first else clause)
    if not found or _NOT_ALONE.search(found[3]) or "?" in clause:
        return None
    if found[1].lower() in ("i", "we") and _SOMEBODYS.search(found[3]):
        return None
    rest = re.sub(r"\b(my|our)\b", "the user's", found[3], flags=re.IGNORECASE)
    rest = re.sub(r"\b(me|us)\b", "the user", rest, flags=re.IGNORECASE)
    if found[1].lower() in ("my", "our"):
        if _NAME.search(clause):
            return None  # an introduction, stated as such
        rest = _IS_CALLED.sub(" is", rest)
        said = not found[2] and any(is_verb(word) for word in rest.split()[1:])
        return f"The user's {rest}." if said and not _CUT_SHORT.search(f"{rest}.") else None
    rest = _TOGETHER.sub("", rest)
    begun = _CONTRACTED.get((found[2] or "").replace("’", "'"), "")
    if bool(found[2]) != bool(begun):
        return None
    parts = [*begun.split(), *rest.split()]
    if re.match(r"am [A-Z]\w+(,|$)", " ".join(parts)):
        return None  # a name or a nationality: the reader's to say
    at = next((n for n, part in enumerate(parts) if not ADVERB.match(part)), 0)
    if not _PLAIN_VERB.fullmatch(parts[at]):
        return None
    parts[at] = third(parts[at])
    statement = f"The user {' '.join(parts)}.".replace(" has got ", " has ")
    return None if _CUT_SHORT.search(statement) else statement
