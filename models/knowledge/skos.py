"""Export the thesaurus as SKOS (Turtle, RDF/XML or N-Triples).

    python models/knowledge/skos.py --out thesaurus.ttl [--own concepts.tsv]

One ``skos:ConceptScheme`` per field; ``prefLabel`` is the term, ``altLabel`` its other
wordings; broader and related terms that are concepts of the same field (or else of any) become
links, the others a ``skos:note``.  ``distinct`` becomes ``align:distinct``, for SKOS has no
word for false friends.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from urllib.parse import quote

from rdflib import RDF, SKOS, Graph, Literal, Namespace, URIRef

from align.knowledge import Concept, load_thesaurus

BASE = "urn:shuzheng-align:concept:"
ALIGN = Namespace("urn:shuzheng-align:ns#")


def name(concept: Concept) -> URIRef:
    """The concept's name: field and term, so that a term of two fields is two concepts."""
    return URIRef(f"{BASE}{quote(concept.field)}/{quote(concept.term)}")


def graph_of(concepts: tuple[Concept, ...]) -> Graph:
    """The thesaurus as an RDF graph."""
    graph = Graph()
    graph.bind("skos", SKOS)
    graph.bind("align", ALIGN)
    by_field = {(c.field, c.term): c for c in concepts}
    anywhere: dict[str, Concept] = {}
    for c in concepts:
        anywhere.setdefault(c.term, c)
    links = (("broader", SKOS.broader), ("related", SKOS.related), ("distinct", ALIGN.distinct))
    for c in concepts:
        me, scheme = name(c), URIRef(f"{BASE}{quote(c.field)}")
        graph.add((scheme, RDF.type, SKOS.ConceptScheme))
        graph.add((scheme, SKOS.prefLabel, Literal(c.field, lang="zh")))
        graph.add((me, RDF.type, SKOS.Concept))
        graph.add((me, SKOS.inScheme, scheme))
        graph.add((me, SKOS.prefLabel, Literal(c.term, lang="zh")))
        for wording in c.alt:
            graph.add((me, SKOS.altLabel, Literal(wording, lang="zh")))
        for column, predicate in links:
            for term in getattr(c, column):
                other = by_field.get((c.field, term)) or anywhere.get(term)
                if other is not None:
                    graph.add((me, predicate, name(other)))
                else:
                    graph.add((me, SKOS.note, Literal(f"{column}: {term}", lang="zh")))
    return graph


def main() -> None:
    """Write the file; its suffix gives the format."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--own", type=Path, help="the college's own concepts")
    options = parser.parse_args()
    thesaurus = load_thesaurus(Path(__file__).resolve().parent, options.own)
    form = {".rdf": "xml", ".nt": "nt"}.get(options.out.suffix, "turtle")
    graph_of(thesaurus.concepts).serialize(options.out, format=form, encoding="utf-8")
    print(len(thesaurus.concepts), "concepts ->", options.out)


if __name__ == "__main__":
    main()
