"""How fast, and with how much memory: one module per question, each prints a markdown table.

    python -m benchmarks.all FOLDER  what follows, as one table; goes on where it was ended
    python -m benchmarks.reading     pages a second, against the bare libraries
    python -m benchmarks.screens     what each page costs the server, against an empty one
    python -m benchmarks.neighbours  the labelled pairs by Harmony, TF-IDF and the bare model
    python -m benchmarks.colleges    `align batch` over 1, 10, 100 colleges
    python -m benchmarks.topk        exact top-k against the bare product and other libraries
    python -m benchmarks.coldstart   `align --help`
    python -m benchmarks.cache       a second run with a transformer
    python -m benchmarks.scaling     the whole tool as the documents grow
    python -m benchmarks.encode      sentences a second
    python -m benchmarks.reviewers   many people deciding at once on one server; nothing lost
    python -m benchmarks.hostile     hostile files: a library alone, and what we answer
    python -m benchmarks.fuzz        fuzzing of every reader, guided by the code it reaches
    python -m benchmarks.faults      killed at random moments, full disks: what is lost (nothing)

What counts are ratios between things measured in the same run on the same machine; seconds
are of the machine that is named above the table.  docs/performance.md keeps the last figures.
"""
