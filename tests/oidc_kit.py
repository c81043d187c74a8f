"""A college's sign-in server (OpenID Connect), small and real, on the loopback address.

Authorisation code flow with PKCE: discovery, authorise, token (RS256 id_token), keys.  Whoever
the test names is signed in at once, as somebody who has typed the right password would be.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

CLIENT, SECRET = "align-test", "a-client-secret"


class Provider:
    """The server; ``claims`` say who signs in next, ``refused`` what it did not accept."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {}
        self.refused: list[str] = []
        self.given = 0  # tokens handed out
        self.redirects: set[str] = set()
        self.key = rsa.generate_private_key(65537, 2048)
        self.signing = self.key  # a test may sign with a stranger's
        self._codes: dict[str, dict[str, str]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                given = dict(parse_qsl(parts.query))
                if parts.path == "/.well-known/openid-configuration":
                    self.answer(provider.discovery())
                elif parts.path == "/keys":
                    self.answer({"keys": [provider.public()]})
                elif parts.path == "/authorize" and (where := provider.authorize(given)):
                    self.send_response(302)
                    self.send_header("Location", where)
                    self.end_headers()
                else:
                    self.answer({"error": "invalid_request"}, 400)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                kind, _, given = self.headers.get("Authorization", "").partition(" ")
                known = kind == "Basic" and base64.b64decode(given).decode() == f"{CLIENT}:{SECRET}"
                answer = provider.token(dict(parse_qsl(body))) if known else None
                self.answer(answer or {"error": "invalid_grant"}, 200 if answer else 400)

            def answer(self, data: dict[str, Any], status: int = 200) -> None:
                body = json.dumps(data).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def secrets(self, folder: Path, port: int) -> None:
        """The settings that a college writes for its server, in ``.streamlit/secrets.toml``."""
        back = f"http://127.0.0.1:{port}/oauth2callback"
        self.redirects.add(back)
        file = folder / ".streamlit" / "secrets.toml"
        file.parent.mkdir()
        file.write_text(
            f'[auth]\nredirect_uri = "{back}"\ncookie_secret = "{secrets.token_hex(32)}"\n'
            f'client_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n'
            f'server_metadata_url = "{self.address}/.well-known/openid-configuration"\n',
            encoding="utf-8",
        )

    def discovery(self) -> dict[str, Any]:
        here = self.address
        return {
            "issuer": here,
            "authorization_endpoint": f"{here}/authorize",
            "token_endpoint": f"{here}/token",
            "jwks_uri": f"{here}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def public(self) -> dict[str, str]:
        numbers = self.key.public_key().public_numbers()
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "one",
                "n": _number(numbers.n), "e": _number(numbers.e)}  # fmt: skip

    def authorize(self, given: dict[str, str]) -> str:
        """Where the browser goes next; "" where the request is not as it should be."""
        right = (
            given.get("response_type") == "code"
            and given.get("client_id") == CLIENT
            and given.get("redirect_uri") in self.redirects
            and {"openid", "email"} <= set(given.get("scope", "").split())
            and given.get("code_challenge_method") == "S256"
            and given.get("nonce")
            and given.get("state")
        )
        if not right:
            self.refused.append(f"authorize {given}")
            return ""
        code = secrets.token_urlsafe(16)
        self._codes[code] = given
        return f"{given['redirect_uri']}?{urlencode({'code': code, 'state': given['state']})}"

    def token(self, given: dict[str, str]) -> dict[str, Any] | None:
        asked = self._codes.pop(given.get("code", ""), None)  # a code is good once
        proof = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        if (
            asked is None
            or given.get("redirect_uri") != asked["redirect_uri"]
            or _text(proof) != asked["code_challenge"]
        ):
            self.refused.append(f"token {given}")
            return None
        self.given += 1
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 300,
                  "nonce": asked["nonce"], **self.claims}  # fmt: skip
        return {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer",
                "expires_in": 300, "id_token": self._signed(claims)}  # fmt: skip

    def _signed(self, claims: dict[str, Any]) -> str:
        head = {"alg": "RS256", "typ": "JWT", "kid": "one"}
        body = ".".join(_text(json.dumps(part).encode()) for part in (head, claims))
        mark = self.signing.sign(body.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{body}.{_text(mark)}"


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _number(n: int) -> str:
    return _text(n.to_bytes((n.bit_length() + 7) // 8, "big"))
