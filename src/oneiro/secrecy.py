"""What is told in confidence and must never become a memory: passwords, cards, accounts, keys.

Key formats are recognised by `detect-secrets`, card and account numbers by their check digits, all else by the words
around it.

Does *not* see: secrets in unusual forms.
"""

import re

from detect_secrets.core.scan import scan_line
from detect_secrets.settings import transient_settings

_PASSWORD = re.compile(
    r"\b(?:passwords?|passcodes?|pwd|my pw|pw(?=:| is)|wi-?fi pass|pass ?phrases?|(?:seed|recovery) phrases?|"
    r"pin (?:code|number)s?|cvv|secret keys?|api keys?|(?:door|alarm|gate|safe|access|entry) (?:code|combination)s?)\b|"
    r"\bcode(?<!zip code)(?<!postal code)(?<!area code)(?<!country code)\b[^.!?]{0,40}(?::| is) ?\d{4,8}\b|"
    r"\bpins?\b.{0,40}\b\d{4,8}\b|\b\d{4,8}\b.{0,40}\bpins?\b",  # a pin without digits is for rolling or bowling
    re.IGNORECASE,
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b", re.IGNORECASE)
_ACCOUNT = re.compile(r"\b(?:account (?:number|no\.?)|sort code)s?\b\D{0,20}\d[\d -]{4,}", re.IGNORECASE)
_SOCIAL_SECURITY = re.compile(r"\b\d{3}-\d{2}-\d{4}\b|\b(?:social security|ssn)\b\D{0,20}\d{9}\b", re.IGNORECASE)
_KEY = re.compile(r"\bsk-(?:[a-z]+-)?[\w-]{16,}")
_DIGIT_GROUPS = re.compile(r"\d+(?:[\s.-]{1,3}\d+)*")
_SHORTEST_IBAN = 15  # characters, Norway's
# Detectors of unmistakable key formats; entropy detectors flag ordinary words.
_KEY_DETECTORS = (
    *("AWSKeyDetector", "AzureStorageKeyDetector", "BasicAuthDetector", "GitHubTokenDetector", "GitLabTokenDetector"),
    *("JwtTokenDetector", "KeywordDetector", "OpenAIDetector", "PrivateKeyDetector", "SlackDetector", "StripeDetector"),
)


def find_secret(text: str) -> str | None:
    """Name the kind of secret in a text: passwords, cards, accounts, keys and tokens; None if none is seen."""
    if _PASSWORD.search(text):
        return "password or PIN"
    if any(_holds_card(re.split(r"\D", match[0])) for match in _DIGIT_GROUPS.finditer(text)):
        return "card number"
    if _ACCOUNT.search(text) or any(_begins_with_iban(match[0]) for match in _IBAN.finditer(text)):
        return "account number"
    if _KEY.search(text):
        return "secret key"
    if _SOCIAL_SECURITY.search(text):
        return "social security number"
    with transient_settings({"plugins_used": [{"name": name} for name in _KEY_DETECTORS]}):
        found = next((secret for line in text.splitlines() for secret in scan_line(line)), None)
    return found.type.lower() if found else None


def _begins_with_iban(text: str) -> bool:
    """Say whether an account number stands at the beginning of what may hold the next word too."""
    groups = text.split(" ")
    return any(_is_iban("".join(groups[:count])) for count in range(1, len(groups) + 1))


def _is_iban(plain: str) -> bool:
    """The check digits of bank accounts (ISO 13616: 97 divides the rearranged number less one)."""
    return len(plain) >= _SHORTEST_IBAN and int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


def _holds_card(groups: list[str]) -> bool:
    """Say whether neighbouring groups of digits make up a card number of 13 to 19 digits."""
    for start in range(len(groups)):
        run = ""
        for group in groups[start : start + 19]:
            run += group
            if len(run) > 19:
                break
            if len(run) >= 13 and _luhn(run):
                return True
    return False


def _luhn(digits: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1, annex B)."""
    doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0
