"""A Unigram tokenizer whose pieces are Chinese words, so that none are needed at run time.

    python models/training/tokenizer.py --corpus DIR --work DIR [--words 70000]

The most frequent words of the corpus as rjieba cuts it, every frequent character, and every
Latin term go in with log-frequency scores: Unigram's best path then cuts as the segmenter
did.  Terms of the project's knowledge count more, so that 验视 or MySQL is one piece.
Writes ``tokenizer.json`` and ``frequency.json`` (piece -> share of the corpus).
"""

from __future__ import annotations

import argparse
import json
import math
import re
from collections import Counter
from collections.abc import Set
from pathlib import Path

import data
import rjieba
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

# Words of knowledge and occupations are what the model is asked about.
KNOWLEDGE_WEIGHT = 20
# An everyday word that laws and manuals hardly use (熊猫, 冲浪) is worth a piece all the same
# when the dictionary translates it: the teacher then says what it means.
DICTIONARY_BONUS = 8
PUNCTUATION = r"[，。、；：！？（）()《》“”\"',;:!?\[\]【】\-—…·/\\|<>=*&%$@~`^{}]"
_WORD = re.compile(r"^[\u3400-\u9fff]{2,6}$|^[a-z][a-z0-9.+#]*$|^\d+$")
_LATIN = re.compile(r"[a-z][a-z0-9]*(?:[.+#]+[a-z0-9]*)*")


def counts(corpus: Path, knowledge: Path, out: Set[str]) -> Counter[str]:
    """Word counts of corpus (without the sentences of ``out``) and knowledge, lower case."""
    total: Counter[str] = Counter()
    batch: list[str] = []
    for sentence in data.sentences(corpus, out):
        batch.append(sentence.lower())
        if len(batch) == 20_000:
            total.update(w for s in batch for w in rjieba.cut(s))
            batch.clear()
    total.update(w for s in batch for w in rjieba.cut(s))
    own: Counter[str] = Counter()
    for pair in data.knowledge_pairs(knowledge, "train"):
        own.update(w for c in ("course", "cert", "negative") for w in rjieba.cut(pair[c].lower()))
    for concept in data.concepts(knowledge):
        for wording in concept["term"] + concept["alt"]:
            own.update(rjieba.cut(wording.lower()))
            # A short term that the segmenter cuts into characters (验视 -> 验, 视) is one piece;
            # one that it cuts into words (收寄 验视) stays cut: its words are seen more often.
            pieces = rjieba.cut(wording)
            if re.fullmatch(r"[\u3400-\u9fff]{2,4}", wording) and (
                len(wording) == 2 or min(map(len, pieces)) == 1
            ):
                own[wording] += 1
            own.update(_LATIN.findall(wording.lower()))
    for word, n in own.items():
        total[word] += KNOWLEDGE_WEIGHT * n
    for row in data.table(corpus / "thuocl_terms.tsv.xz"):
        if row[0] in total or len(row[0]) <= 4:
            total[row[0].lower()] += 2
    known = {w for row in data.table(corpus / "cow_synonyms.tsv.xz") for w in row[:2]}
    known.update(total)
    for row in data.table(corpus / "cedict_gloss.tsv.xz"):
        if row[0] in known and re.fullmatch(r"[\u3400-\u9fff]{2,4}", row[0]):
            total[row[0]] += DICTIONARY_BONUS
    return total


def build(total: Counter[str], words: int) -> tuple[Tokenizer, dict[str, float]]:
    """The tokenizer and each piece's share of all counted words."""
    characters: Counter[str] = Counter()
    for word, n in total.items():
        for character in word:
            characters[character] += n
    chosen = [(w, n) for w, n in total.most_common() if len(w) > 1 and _WORD.match(w)][:words]
    pieces = dict(chosen)
    for character, _ in characters.most_common(9000):
        if not character.isspace():
            pieces[character] = max(total.get(character, 0), 1)
    everything = sum(pieces.values())
    ranked = sorted(pieces.items(), key=lambda p: (-p[1], p[0]))
    vocabulary = [("[PAD]", -99.0), ("[UNK]", -98.0)]
    vocabulary += [(piece, round(math.log(n / everything), 4)) for piece, n in ranked]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=1, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.WhitespaceSplit(),
            pre_tokenizers.Split(Regex(PUNCTUATION), "isolated"),
            # A Latin term is one piece or pieces of its own, never glued to Han characters.
            pre_tokenizers.Split(Regex(r"[a-z][a-z0-9.+#]*|[0-9]+"), "isolated"),
        ]
    )
    return tokenizer, {piece: n / everything for piece, n in ranked}


def main() -> None:
    """Build and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--knowledge", type=Path, default=Path("models/knowledge"))
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--words", type=int, default=70_000)
    parser.add_argument("--tests", type=Path, nargs="*", default=[], help="kept out of training")
    options = parser.parse_args()
    out = data.held_out(options.corpus, options.knowledge, options.tests)
    options.work.mkdir(parents=True, exist_ok=True)
    tokenizer, frequency = build(counts(options.corpus, options.knowledge, out), options.words)
    # Without indents the file is half as large.
    tokenizer.save(str(options.work / "tokenizer.json"), pretty=False)
    (options.work / "frequency.json").write_text(json.dumps(frequency, ensure_ascii=False))
    print(len(frequency), "pieces")
    for text in ("收寄验视与禁限寄物品识别", "使用Servlet与MySQL完成登录", "静脉输液与压疮预防"):
        print(tokenizer.encode(text).tokens)


if __name__ == "__main__":
    main()
