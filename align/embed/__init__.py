"""The one seam between text and numbers: ``embed(texts) -> float32 (n, d)``.

Everything that compares meanings takes an :class:`Embedder`.  Behind it stands a
sentence-transformers model from a local folder, or, where there is none, a hashing
embedder that knows characters only and says so in its identity.  :class:`CachedEmbedder`
keeps vectors on disk by model identity and text hash; a run whose texts are all cached
loads no model at all.

Some models want another prompt before a query than before a passage.  Such a model is,
for us, several embedders over the same weights, and :func:`on_side` gives the one for a
side; ``embed`` itself never learns of sides.
"""

from align.embed.cache import CachedEmbedder
from align.embed.folder import check_folder, digest_of, file_hashes, verify_files
from align.embed.seam import (
    Embedder,
    HashingEmbedder,
    Side,
    Sided,
    Vectors,
    on_side,
)
from align.embed.transformer import Dtype, ModelSettings, SentenceTransformerEmbedder

__all__ = [
    "CachedEmbedder",
    "Dtype",
    "Embedder",
    "HashingEmbedder",
    "ModelSettings",
    "SentenceTransformerEmbedder",
    "Side",
    "Sided",
    "Vectors",
    "check_folder",
    "digest_of",
    "file_hashes",
    "on_side",
    "verify_files",
]
