"""A college's own sign-in: a real OpenID Connect server, a real browser, the real app."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from playwright.sync_api import Page, Response, expect

from align.access import COMMAND_LINE, SERVER
from align.decisions import Role
from align.store import open_store
from align.ui.words import ZH
from tests import test_app_browser
from tests.kit import write_files
from tests.oidc_kit import Provider
from tests.test_app_browser import free_port, served

base_url = test_app_browser.base_url
browser_type_launch_args = test_app_browser.browser_type_launch_args


def came_back(response: Response) -> bool:
    """The first page after the college's server has sent the browser back."""
    before = response.request.redirected_from
    return before is not None and "/oauth2callback" in before.url


def sign_in(page: Page) -> None:
    page.get_by_role("button", name=ZH["sign.oidc"]).click()


def test_the_colleges_server_vouches_for_its_people_and_for_nobody_else(
    page: Page, tmp_path: Path
) -> None:
    write_files(tmp_path)
    store = open_store(data=tmp_path / "data")
    college = store.add_college("物流学院")
    store.add_person(COMMAND_LINE, college.id, "吴老师", Role.FACULTY, "wu@college.example")
    store.add_person(COMMAND_LINE, SERVER, "学分银行中心", Role.CENTRE, "centre@bank.example")
    store.close()
    provider, port = Provider(), free_port()
    provider.secrets(tmp_path, port)
    page.set_default_timeout(30_000)
    try:
        # Streamlit logs the token it refused with its traceback.
        with served(tmp_path, "--sign-in", port=port, clean=False) as server:
            # Somebody the college knows and this program does not: one line, nothing else.
            provider.claims = {"sub": "2", "email": "zheng@college.example"}
            page.goto(server)
            sign_in(page)
            told = ZH["sign.unknown"].format(address="zheng@college.example")
            expect(page.get_by_text(told)).to_be_visible()
            expect(page.get_by_text("快递运营")).to_have_count(0)
            page.get_by_role("button", name=ZH["sign.other"]).click()

            # An address that the server itself does not vouch for is nobody's.
            provider.claims = {"sub": "3", "email": "wu@college.example", "email_verified": False}
            sign_in(page)
            expect(page.get_by_role("button", name=ZH["sign.other"])).to_be_visible()
            expect(page.get_by_text("吴老师")).to_have_count(0)
            page.get_by_role("button", name=ZH["sign.other"]).click()

            # A token that another than the college's server has signed opens nothing.
            provider.claims = {"sub": "1", "email": "wu@college.example", "email_verified": True}
            provider.signing = rsa.generate_private_key(65537, 2048)
            before = provider.given
            with page.expect_response(came_back):
                sign_in(page)
            assert provider.given == before + 1
            expect(page.get_by_role("button", name=ZH["sign.oidc"])).to_be_visible()
            expect(page.get_by_text("吴老师")).to_have_count(0)
            provider.signing = provider.key

            sign_in(page)
            expect(page.get_by_text("吴老师")).to_be_visible()
            expect(page.get_by_text(ZH["role.faculty"])).to_be_visible()
            page.reload()
            expect(page.get_by_text("吴老师")).to_be_visible()
            page.get_by_role("button", name=ZH["sign.out"]).click()
            expect(page.get_by_role("button", name=ZH["sign.oidc"])).to_be_visible()
            page.reload()
            expect(page.get_by_role("button", name=ZH["sign.oidc"])).to_be_visible()

            # The address that the centre hands on is answered: to whoever must still sign in,
            # and to the centre, whose own first page is another.
            provider.claims = {"sub": "4", "email": "centre@bank.example", "email_verified": True}
            page.goto(f"{server}/overview")
            sign_in(page)
            expect(page.get_by_role("heading", name=ZH["role.centre"])).to_be_visible()
            page.goto(f"{server}/overview")
            expect(page.get_by_text(ZH["gate.none_to_see"])).to_be_visible()
            expect(page.get_by_text("Page not found")).to_have_count(0)
    finally:
        provider.close()
    assert not provider.refused
