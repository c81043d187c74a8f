"""What a training step minimises."""

from __future__ import annotations

import torch
import torch.nn.functional as functional

# Cosines times this are the logits of a softmax: a temperature of 0.05, the usual one for
# sentence embeddings (MultipleNegativesRankingLoss of sentence-transformers).
SCALE = 20.0


def info_nce(
    a: torch.Tensor, b: torch.Tensor, negative: torch.Tensor | None = None, scale: float = SCALE
) -> torch.Tensor:
    """Symmetric InfoNCE (van den Oord et al. 2018) over a batch of pairs.

    Parameters
    ----------
    a, b : Tensor, shape (n, d)
        Unit vectors; row i of ``a`` belongs with row i of ``b``, every other row is a negative.
    negative : Tensor, shape (k, d), optional
        Written hard negatives: further candidates that no row of ``a`` belongs with.
    """
    target = torch.arange(len(a))
    there = a @ b.T * scale
    back = there.T
    if negative is not None:
        there = torch.cat([there, a @ negative.T * scale], dim=1)
    return (functional.cross_entropy(there, target) + functional.cross_entropy(back, target)) / 2


def relation(mine: torch.Tensor, theirs: torch.Tensor) -> torch.Tensor:
    """Mean squared difference of two sides' cosines inside a batch (Park et al. 2019).

    Parameters
    ----------
    mine, theirs : Tensor, shape (n, n)
        Cosines of the batch with itself; the diagonals are 1 on both sides.
    """
    return functional.mse_loss(mine, theirs)


def listwise(mine: torch.Tensor, theirs: torch.Tensor, scale: float = SCALE) -> torch.Tensor:
    """Divergence of each text's softmax over the others from the teacher's.

    The near neighbours weigh most, where :func:`relation` is ruled by the many far ones.
    Same parameters.
    """
    itself = torch.eye(len(mine)) * 1e4
    wanted = (theirs * scale - itself).log_softmax(dim=1)
    got = (mine * scale - itself).log_softmax(dim=1)
    return functional.kl_div(got, wanted, reduction="batchmean", log_target=True)
