"""Who a sentence is about: the people and animals in a user's life, as words.

The screen asks here whether a dream lends one person's trait to another: "My husband repairs violins" must not become
"You repair violins". Word lists, no model: blind to what the lists do not hold.
"""

import re

from oneiro.text import proper_names, words

_PEOPLE = {
    "mother": "mother mum mom mama mummy",
    "father": "father dad papa daddy",
    "sister": "sister sisters sis",
    "brother": "brother brothers bro",
    "son": "son sons boy boys",
    "daughter": "daughter daughters girl girls",
    "child": "child children kid kids baby",
    "sibling": "sibling siblings",
    "parent": "parent parents",
    "husband": "husband hubby",
    "wife": "wife",
    "partner": "partner boyfriend girlfriend spouse fiancé fiancée lover mistress",
    "grandmother": "grandmother grandma granny gran nan",
    "grandfather": "grandfather grandpa grandad",
    "grandson": "grandson grandsons",
    "granddaughter": "granddaughter granddaughters",
    "grandchild": "grandchild grandchildren grandkid grandkids",
    "godchild": "godchild godson goddaughter",
    "stepmother": "stepmother stepmum stepmom",
    "stepfather": "stepfather stepdad",
    "aunt": "aunt auntie aunts",
    "uncle": "uncle uncles",
    "cousin": "cousin cousins",
    "niece": "niece nieces",
    "nephew": "nephew nephews",
    "friend": "friend friends buddy mate pal",
    "neighbour": "neighbour neighbours neighbor neighbors",
    "colleague": "colleague colleagues coworker coworkers",
    "boss": "boss",
    "landlord": "landlord landlady",
    "flatmate": "flatmate roommate flatmates roommates housemate",
}
_OTHERS = frozenset(  # no relations to the screen; no plurals that are verbs too, as "coaches" is
    "ex doctor doctors surgeon surgeons nurse midwife teacher teachers tutor trainer coach instructor professor "
    "advisor dentist vet physio therapist plumber electrician mechanic builder gardener cleaner carer babysitter "
    "hairdresser barber priest vicar rabbi imam pastor monk nun lawyer solicitor judge accountant manager supervisor "
    "foreman apprentice trainee intern assistant secretary receptionist pupil pupils student students lodger lodgers "
    "tenant tenants guest guests customer customers client clients patient patients penfriend classmate classmates "
    "schoolmate schoolmates twin twins in-laws grandparents relatives ancestors mates teammate teammates postman "
    "postwoman policeman policewoman mayor cook chef waiter waitress driver pilot sailor captain king "
    "family folks toddler nanny gp stepson stepsons stepdaughter stepdaughters stepbrother stepsister stepchild "
    "stepchildren stepparents godmother godfather godparents godsons goddaughters fiance fiancee "
    "queen man woman men women widow widower".split()
)
_ANIMALS = frozenset(
    "dog dogs puppy cat cats kitten horse pony parrot bird budgie rabbit hamster tortoise turtle fish goldfish snake "
    "lizard ferret pet pets hen hens goat donkey".split()
)
_SHE = frozenset(
    "mum mom mother mam nan nana gran granny grandma grandmother sister aunt auntie daughter wife niece girlfriend "
    "stepmum stepmother stepsister granddaughter goddaughter widow girl lady woman".split()
)
_HE = frozenset(
    "dad father papa pa grandad grandpa grandfather brother uncle son husband nephew boyfriend stepdad stepfather "
    "stepbrother grandson godson widower boy lad man".split()
)
_SOME_OF = re.compile(r"(?:the )?(?:one|two|three|four|five|six|some|many|most|all|both|none|half|\d+) of ")
_OF_WHAT = re.compile(r" (?:of|at|in|from|on) ")
_OF_WHOM = re.compile(r"(?:['’]s|s['’]) ")
_ITS_NAME = re.compile(r"(?: [A-ZÀ-Þ][\w'’-]*)+$")
_PERSON = {word: person for person, spelled in _PEOPLE.items() for word in spelled.split()}
_WIDER = {
    **dict.fromkeys(("son", "daughter"), "child"),
    **dict.fromkeys(("mother", "father"), "parent"),
    **dict.fromkeys(("sister", "brother"), "sibling"),
    **dict.fromkeys(("husband", "wife"), "partner"),
    **dict.fromkeys(("grandson", "granddaughter"), "grandchild"),
}
_POSSESSED = re.compile(rf"\b(?:my|your|our) (?:[\w'’-]+ ){{0,2}}?({'|'.join(_PERSON)})\b")
_SUBJECT = re.compile(r"(?:the user['’]s|my|our) ((?:[\w'’-]+ ?){1,4})", re.IGNORECASE)
_VERB = re.compile(r"\b(is|are|was|were|has|have|had|will|can|does|do|did|and|who|which|that|'s)\b")
# "Nan's name is …", "Best mate's called …": one's own, without a "my".
_FAMILY = "nan|nana|gran|granny|grandma|grandpa|grandad|mum|mom|mummy|mama|dad|daddy|papa"
_CLOSE = "best (?:mate|friend)|hubby|husband|wife|sister|brother|son|daughter|mother|father|boss|landlord|landlady"
_BEGINS = re.compile(rf"(^|[.!?] +)({_FAMILY}|{_CLOSE})(?! of\b|['’]s day\b)(?=['’]s\b| [a-z])", re.IGNORECASE)
_WITHIN = re.compile(rf"\b([\w'’]+,?) ({'|'.join(word.title() for word in _FAMILY.split('|'))})\b(?! [A-Z])")
_SOME = re.compile(  # "a stay at home Mum" is nobody's, unlike the one in "a hat for Mum"
    r"\ban? (?:[\w-]+ ){0,4}(?!(?:to|for|with|from|of|by|and|but|about|when|that|because)\b)[\w-]+$"
)
_INTRODUCES = (
    r"\b(?:i['’]?m|i am|im|me|it['’]?s|this is|my (?:\w+ )?(?:nick)?name(?:['’]?s| is)) (?:(?:\w+ )?called )?{0}\b|"
    r"\b(?:name:|i go by) {0}\b|^name(?:['’]?s| is) {0}\b|"
    r"\b{0} (?:here|is my (?:first )?name|(?:i['’]?m|i am|im) called)\b|^\W*{0}\W*$"
)
_OWN_RELATION = re.compile(rf"The user['’]s (?:[a-z-]+ )??({'|'.join(_PERSON)})\b")
_OF_THE_USER = re.compile(r"The user(?:['’]s (?:first |sur)?name)? ")
_OWN = re.compile(r"\b(?:i|me|my|mine|we|us|our)\b", re.IGNORECASE)
_ANOTHERS = re.compile(r"his|her|their|.*['’]s", re.IGNORECASE)
_FULL_NAME = re.compile(r"\W*([A-ZÀ-Þ][\w'’-]+(?: [A-ZÀ-Þ][\w'’-]+)+) [a-z]")  # at the beginning of a sentence
_WEDDED = re.compile(r"\b(?:married|wedding|engaged|divorced|widow(?:er|ed)?|gf|bf)\b", re.IGNORECASE)
_WORD_BEFORE = re.compile(r"([\w'’-]+) $")
_SAYS_NOTHING_OF = frozenset(  # of whom the name behind them is
    "mr mrs ms miss dr poor old dear and but so that with to of for from about when because since as if met is "
    "called named".split()
)
_SOME_CHILD = re.compile(r"\b(?:an?|the|this|that|some) (?:[a-z]+ )?(?:girls?|boys?)\b")  # of nobody's
_TITLE = re.compile(r"\b(?:Mrs?|Ms|Miss|Dr|Doctor|Señora?) [A-ZÀ-Þ]")
_OWNED_OR_NAMED = frozenset(
    "my our your his her their the a this poor dear called named name is am i'm im it's".split()
)


def people(text: str) -> set[str]:
    """Name the relations a text speaks of, each by one word: "mum" is "mother"."""
    return {_PERSON[word] for word in words(text) if word in _PERSON}


def is_somebody(text: str) -> bool:
    """Say whether a noun with what belongs to it names somebody: "two of your nieces", "chemistry teacher at Eton"."""
    thing = _OF_WHAT.split(_SOME_OF.sub("", text))[0]  # "the bike of your aunt" is nobody
    head = _OF_WHOM.split(thing)[-1]  # so is "your aunts' bike"
    return bool(people(head) or _OTHERS & {word.lower() for word in head.split()[-1:]})


def ends_in_somebody(noun: str) -> bool:
    """Say whether a noun's last word names somebody, with or without a name: "pupil Ada", but no "baby blanket"."""
    return is_somebody(_ITS_NAME.sub("", noun).rpartition(" ")[2])


def is_person_or_animal(word: str) -> bool:
    """Say whether a word names a relation or an animal that one keeps: "mum", "goldfish"."""
    return word in _PERSON or word in _ANIMALS


def may_be(pronoun: str, owner: str) -> bool:
    """Say whether "he" or "she" can be this person or animal: "mother-in-law" is no he."""
    head = set(words(owner.split()[-1]))
    return not head & (_HE if pronoun == "she" else _SHE)


def with_my(text: str) -> str:
    """Say whose the people are that are named by their relation alone: "Nan's deaf" is "My nan's deaf"."""

    def within(found: re.Match[str]) -> str:
        before = words(found[1])
        some = _SOME.search(found.string[: found.end(1)])
        stands_alone = (
            some or not before or before[0] in _OWNED_OR_NAMED or before[0] in _PERSON or found[1][-1:] in "'’s,"
        )
        return found[0] if stands_alone else f"{found[1]} my {found[2].lower()}"

    begun = _BEGINS.sub(lambda found: f"{found[1]}My {found[2].lower()}", text)
    return _WITHIN.sub(within, begun)


def introduces(said: str, name: str) -> bool:
    """Say whether somebody tells a name as their own: "I'm Ada.", "call me Ada", "Ada here"."""
    return bool(re.search(_INTRODUCES.format(re.escape(name)), said, re.IGNORECASE))


def strangers(text: str, told: str) -> set[str]:
    """Name the relations a text lends its user ("your twin brother") that nothing told speaks of; a son is a child."""
    known = people(told)
    lent = {_PERSON[found[1]] for found in _POSSESSED.finditer(text.casefold())}
    return lent - known - {_WIDER.get(person) for person in known}


def lends_a_relation(statement: str, said: str) -> bool:
    """Say whether a statement gives somebody a place in the user's life that nobody told: "father", of a Mr Duxbury.

    Only where the name stands bare in what was said: "our Leanne" or "bossman Gaz" may be a daughter or a boss.
    """
    known = people(_SOME_CHILD.sub("", said))
    near = known | {_WIDER.get(person) for person in known}  # of a daughter one may say "child", and the other way
    if all(p in near or _WIDER.get(p) in known for p in people(statement)) or _WEDDED.search(said):
        return False
    named = proper_names(statement)
    if not named:
        return bool(_TITLE.search(said))
    before = [_WORD_BEFORE.search(said[: said.index(name)]) for name in named if name in said]
    return any(not word or word[1].lower() in _SAYS_NOTHING_OF for word in before)


def leaves_out_its_subject(dreamed: str, sentence: str) -> str | None:
    """Name the person or animal a sentence begins with ("My husband Anders …") when a dream of it speaks of neither."""
    found = _SUBJECT.match(sentence.strip())
    phrase = words(_VERB.split(found[1])[0]) if found else []
    about = next((word for word in phrase if word in _PERSON or word in _ANIMALS), None)
    if not about or about in words(dreamed) or _PERSON.get(about) in people(dreamed):
        return None
    return None if {w for name in proper_names(sentence) for w in words(name)} & set(words(dreamed)) else about


def is_of_a_stranger(said: str) -> bool:
    """Say whether somebody's full name begins what was said, and the user is not in it: "Marie Curie was born …"."""
    return bool(_FULL_NAME.match(said)) and not _OWN.search(said)


def is_somebody_elses(statement: str, said: str) -> bool:
    """Say whether a statement gives the user what is another's: "her sister", "my dad's wife", Curie's birthplace."""
    named = _FULL_NAME.match(said)
    if (
        named
        and is_of_a_stranger(said)
        and _OF_THE_USER.match(statement)
        and not set(words(named[1])) <= set(words(statement))
    ):
        return True
    own = _OWN_RELATION.match(statement)
    whose = re.findall(rf"\b([\w'’]+) (?:[a-z-]+ )??{own[1]}\b", said, re.IGNORECASE) if own else []
    return bool(whose) and all(map(_ANOTHERS.fullmatch, whose))
