"""The browser's application is served strictly, and its absence said plainly."""

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from services.console.site import site_routes


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Console</title>")
    (tmp_path / "assets" / "index-1a2b.js").write_text("go()")
    (tmp_path / "assets" / "index-1a2b.js.gz").write_bytes(b"packed")
    (tmp_path / "assets" / "index-1a2b.js.br").write_bytes(b"denser")
    (tmp_path / "secret.js").write_text("not an asset")
    return tmp_path


async def seen(built: Path, path: str, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=Starlette(routes=site_routes(built)))
    async with httpx.AsyncClient(transport=transport, base_url="http://console") as http:
        return await http.get(path, headers={"Accept-Encoding": "identity", **headers})


@pytest.mark.parametrize("path", ["/console/", "/console/calls/1", "/console/../console/x"])
async def test_every_address_is_the_application(built: Path, path: str) -> None:
    page = await seen(built, path)

    assert "<title>Console" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("taken", "sent"),
    [("gzip, deflate", "gzip"), ("gzip, deflate, br, zstd", "br"), ("br", "br"), ("brush", None)],
)
async def test_files_are_kept_for_good_and_sent_packed(
    built: Path, taken: str, sent: str | None
) -> None:
    plain = await seen(built, "/console/assets/index-1a2b.js")

    assert plain.text == "go()"
    assert "immutable" in plain.headers["Cache-Control"]
    transport = httpx.ASGITransport(app=Starlette(routes=site_routes(built)))
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://console") as http,
        http.stream(
            "GET", "/console/assets/index-1a2b.js", headers={"Accept-Encoding": taken}
        ) as answer,
    ):
        assert answer.headers.get("Content-Encoding") == sent
        assert answer.headers["Content-Type"].startswith("text/javascript")


@pytest.mark.parametrize("name", ["index-9.js", "..%2fsecret.js", "index-1a2b.js.gz", "%00.js"])
async def test_nothing_else_is_given_away(built: Path, name: str) -> None:
    answer = await seen(built, f"/console/assets/{name}")

    assert "not an asset" not in answer.text
    assert answer.status_code == 404 or "<title>Console" in answer.text


async def test_what_is_not_built_says_so(tmp_path: Path) -> None:
    page = await seen(tmp_path, "/console/")

    assert page.status_code == 503
    assert "make web" in page.text
    assert (await seen(tmp_path, "/")).headers["Location"] == "/console/"
