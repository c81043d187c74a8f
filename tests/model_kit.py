"""A real transformer made on the spot, and a model hub that serves it on this machine."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

#: Every character of the self-test, and those of the texts the tests embed.
CHARACTERS = "静脉输液操作流程数据库表的创建收寄验视快件查询：内容段落"


def tiny_bert(folder: Path, characters: str = CHARACTERS) -> Path:
    """A two-layer BERT in sentence-transformers format, with safetensors weights."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Transformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
    from transformers import BertConfig, BertModel, BertTokenizerFast

    bert = folder.with_name(f"{folder.name}-bert")
    bert.mkdir(parents=True)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *sorted(set(characters))]
    (bert / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    BertTokenizerFast.from_pretrained(str(bert)).save_pretrained(bert)
    torch.manual_seed(1)
    shape = BertConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=64,
    )  # fmt: skip
    BertModel(shape).save_pretrained(bert)
    SentenceTransformer(
        modules=[Transformer(str(bert)), Pooling(32), Normalize()], device="cpu"
    ).save(str(folder))
    return folder


class Hub:
    """What the hub serves, what it was asked, and how it misbehaves."""

    def __init__(self, model: str, folder: Path, extra: dict[str, bytes]) -> None:
        self.model = model
        self.files = {
            p.relative_to(folder).as_posix(): p.read_bytes()
            for p in sorted(folder.rglob("*"))
            if p.is_file()
        } | extra
        self.asked: list[str] = []
        self.ranges: list[str] = []
        self.break_after: int | None = None
        self.damage: str = ""
        self.address = ""

    def hub_list(self) -> object:
        return {
            "sha": "c0ffee",
            "siblings": [
                {"rfilename": n, "size": len(b)}
                | ({"lfs": {"size": len(b), "sha256": hashlib.sha256(b).hexdigest()}}
                   if n.endswith(".safetensors") else {})
                for n, b in self.files.items()
            ],
        }  # fmt: skip

    def modelscope_list(self) -> object:
        files = [
            {"Path": n, "Type": "blob", "Size": len(b), "Sha256": hashlib.sha256(b).hexdigest()}
            for n, b in self.files.items()
        ]
        return {"Code": 200, "Data": {"Files": [{"Path": "1_Pooling", "Type": "tree"}, *files]}}

    def body(self, target: str) -> bytes | None:
        """The answer to a path with its query; None is 404."""
        url = urlsplit(target)
        path, query = unquote(url.path), parse_qs(url.query)
        root = f"/api/v1/models/{self.model}/repo"
        if re.fullmatch(rf"/api/models/{self.model}/revision/(main|refs/pr/1)", path):
            return json.dumps(self.hub_list()).encode()
        if path == f"{root}/files":
            return json.dumps(self.modelscope_list()).encode()
        name = query.get("FilePath", [""])[0] if path == root else ""
        if path.startswith(f"/{self.model}/resolve/c0ffee/"):
            name = path.split("/c0ffee/")[1]
        found = self.files.get(name)
        if found is not None and name == self.damage:
            return bytes([found[0] ^ 1]) + found[1:]
        return found


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """The hub on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hub.asked.append(unquote(self.path))
            body = hub.body(self.path)
            if body is None:
                self.send_error(404)
                return
            start = 0
            if wanted := self.headers.get("Range"):
                hub.ranges.append(wanted)
                start = int(wanted.removeprefix("bytes=").rstrip("-"))
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            rest = body[start:]
            if hub.break_after is not None and len(rest) > hub.break_after:
                rest = rest[: hub.break_after]
                self.close_connection = True
            self.wfile.write(rest)

        def log_message(self, *_: object) -> None:
            """Nothing on the error stream."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
