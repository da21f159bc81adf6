"""`zollverein.case.data.fetching`: files come whole, under agreed terms, once, and go on where they broke off."""

import errno
import gzip
import hashlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from filelock import FileLock
from tests.case.data.serving import LONG_AGO, Published, Site, serving

from zollverein.case.data import downloading, registry
from zollverein.case.data.dataset import Dataset, RemoteFile
from zollverein.case.data.downloading import Patience
from zollverein.case.data.fetching import get, licence_notice
from zollverein.case.data.http_answers import refuse, validator
from zollverein.errors import DataError, InputError, OutputError, UnknownNameError

DATA = random.Random(7).randbytes(400_000)
SHA256 = hashlib.sha256(DATA).hexdigest()
QUICK = Patience(connect_s=2, read_s=2, tries=3, pause_s=0)
TABLE = Dataset(
    name="made-up",
    title="A made-up table, 2020 edition",
    publisher="Nobody",
    kind="trade",
    page="https://example.org/table",
    licence="Free to use with attribution.",
    citation="Nobody (2020), A made-up table.",
    layout="bytes",
    files=(RemoteFile("table.bin", "https://example.org/table.bin"),),
)


@pytest.fixture(scope="module")
def server() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture
def site(server: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("NO_PROXY", "*")
    server.files.clear()
    server.asked.clear()
    return server


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Put a dataset into the registry."""

    def register(**changes: Any) -> Dataset:
        held = replace(TABLE, **changes)
        monkeypatch.setattr(registry, "_registered", lambda: {held.name: (held, downloading)})
        return held

    register()
    return register


def fetch(site: Site, folder: Path, **options: Any) -> Path:
    (path,) = get("made-up", folder, accepted=True, base_url=site.url, patience=QUICK, **options)
    return path


def left_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_file_comes_whole_and_its_checksum_is_noted(site: Site, known: Any, tmp_path: Path) -> None:
    site.files["/table.bin"] = Published(DATA)
    told: list[tuple[str, float]] = []
    path = fetch(site, tmp_path / "new" / "folder", tell=lambda what, share: told.append((what, share)))
    assert path.read_bytes() == DATA
    assert (path.parent / "table.bin.sha256").read_text() == f"{SHA256}  table.bin\n"
    assert left_in(path.parent) == {"table.bin", "table.bin.sha256"}
    assert told[-1] == ("table.bin", 1.0)


def test_what_is_there_and_right_is_not_fetched_again(site: Site, known: Any, tmp_path: Path) -> None:
    site.files["/table.bin"] = Published(DATA)
    fetch(site, tmp_path)
    fetch(site, tmp_path)
    assert len(site.asked) == 1


@pytest.mark.parametrize("checksum", [f"sha256:{SHA256}", f"md5:{hashlib.md5(DATA).hexdigest()}"])
def test_a_stated_checksum_is_verified(site: Site, known: Any, tmp_path: Path, checksum: str) -> None:
    known(files=(RemoteFile("table.bin", "https://example.org/", checksum=checksum, bytes=len(DATA)),))
    site.files["/table.bin"] = Published(DATA)
    assert fetch(site, tmp_path).read_bytes() == DATA
    site.files["/table.bin"] = Published(DATA[:-1] + b"!")
    (tmp_path / "table.bin").unlink()
    with pytest.raises(DataError, match=r"table\.bin has the checksum [0-9a-f]{32,64} where the publisher states"):
        fetch(site, tmp_path)
    assert left_in(tmp_path) == {"table.bin.sha256"}


def test_a_file_that_changed_since_the_first_download_is_refused(site: Site, known: Any, tmp_path: Path) -> None:
    site.files["/table.bin"] = Published(DATA)
    fetch(site, tmp_path).unlink()
    site.files["/table.bin"] = Published(b"new edition")
    with pytest.raises(DataError, match=r"the first download had .* delete .*table\.bin\.sha256"):
        fetch(site, tmp_path)
    (tmp_path / "table.bin.sha256").unlink()
    assert fetch(site, tmp_path).read_bytes() == b"new edition"


def test_a_file_that_is_there_and_another_is_left_alone(site: Site, known: Any, tmp_path: Path) -> None:
    site.files["/table.bin"] = Published(DATA)
    path = fetch(site, tmp_path)
    path.write_bytes(b"mine")
    with pytest.raises(InputError, match="is not what is due"):
        fetch(site, tmp_path)
    assert path.read_bytes() == b"mine"
    (tmp_path / "table.bin.sha256").write_text("not one")
    with pytest.raises(InputError, match="holds no checksum"):
        fetch(site, tmp_path)


@pytest.mark.parametrize("validator", ["etag", "modified"])
def test_a_broken_download_goes_on_where_it_broke(site: Site, known: Any, tmp_path: Path, validator: str) -> None:
    file = Published(DATA, break_after=[150_000, 100_000])
    setattr(file, "modified" if validator == "etag" else "etag", None)
    site.files["/table.bin"] = file
    assert fetch(site, tmp_path).read_bytes() == DATA
    ranges = [headers.get("Range") for _, headers in site.asked]
    assert ranges == [None, "bytes=150000-", "bytes=250000-"]
    assert left_in(tmp_path) == {"table.bin", "table.bin.sha256"}


def test_the_next_command_goes_on_too(site: Site, known: Any, tmp_path: Path) -> None:
    site.files["/table.bin"] = Published(DATA, break_after=[123_456, 0, 0, 0])
    with pytest.raises(DataError, match=r"broke off, 3 times in a row; 123,456 bytes are kept in .*table\.bin\.part"):
        fetch(site, tmp_path)
    assert not (tmp_path / "table.bin").exists()
    assert fetch(site, tmp_path).read_bytes() == DATA
    assert site.asked[-1][1]["Range"] == "bytes=123456-"


@pytest.mark.parametrize(
    "changed",
    [
        Published(DATA[::-1], etag='"v2"', modified="Tue, 07 Jan 2020 10:00:00 GMT"),
        Published(DATA[::-1][:1000], etag='"v2"', modified="Tue, 07 Jan 2020 10:00:00 GMT"),
        Published(DATA[::-1], etag='"v2"', modified=None, ranges=False),
    ],
    ids=["as long", "shorter", "without ranges"],
)
def test_what_changed_meanwhile_is_begun_anew(site: Site, known: Any, tmp_path: Path, changed: Published) -> None:
    site.files["/table.bin"] = Published(DATA, break_after=[150_000, 0, 0, 0])
    with pytest.raises(DataError):
        fetch(site, tmp_path)
    site.files["/table.bin"] = changed
    assert fetch(site, tmp_path).read_bytes() == changed.content


@pytest.mark.parametrize(
    "file",
    [
        Published(DATA, ranges=False, break_after=[150_000]),
        Published(DATA, etag=None, modified=None, break_after=[150_000]),
        Published(DATA, etag='W/"weak"', modified=None, break_after=[150_000]),
    ],
    ids=["no ranges", "no validator", "weak validator"],
)
def test_where_it_cannot_be_gone_on_it_is_begun_anew(site: Site, known: Any, tmp_path: Path, file: Published) -> None:
    site.files["/table.bin"] = file
    assert fetch(site, tmp_path).read_bytes() == DATA
    assert len(site.asked) == 2


@pytest.mark.parametrize(
    "liar",
    [
        Published(DATA[::-1], etag='"v2"', careless=True),
        Published(DATA[::-1][:-1], etag=None, modified=None, careless=True),
        Published(DATA, shifted=1000),
    ],
    ids=["another version", "another size", "another place"],
)
def test_a_server_that_sends_another_piece_is_not_believed(
    site: Site, known: Any, tmp_path: Path, liar: Published
) -> None:
    site.files["/table.bin"] = Published(DATA, break_after=[150_000, 0, 0, 0])
    with pytest.raises(DataError):
        fetch(site, tmp_path)
    site.files["/table.bin"] = liar
    assert fetch(site, tmp_path).read_bytes() == liar.content
    assert [headers.get("Range") for _, headers in site.asked][-2:] == ["bytes=150000-", None]


def test_without_a_name_for_the_version_no_piece_is_asked_for(site: Site, known: Any, tmp_path: Path) -> None:
    site.files["/table.bin"] = Published(DATA, etag=None, modified=None, break_after=[150_000, 0, 0, 0])
    with pytest.raises(DataError):
        fetch(site, tmp_path)
    site.files["/table.bin"] = Published(DATA[::-1], etag=None, modified=None, careless=True)
    assert fetch(site, tmp_path).read_bytes() == DATA[::-1]


def test_a_part_from_another_address_is_not_gone_on_from(site: Site, tmp_path: Path) -> None:
    site.files |= {"/a": Published(DATA, break_after=[150_000, 0, 0, 0]), "/b": Published(DATA[::-1])}
    part = tmp_path / "table.bin.part"
    with pytest.raises(DataError):
        downloading.download(f"{site.url}/a", part, patience=QUICK)
    downloading.download(f"{site.url}/b", part, patience=QUICK)
    assert part.read_bytes() == DATA[::-1]


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ({"ETag": '"a"', "Last-Modified": LONG_AGO}, '"a"'),
        ({"ETag": 'W/"a"'}, ""),
        ({"ETag": 'W/"a"', "Last-Modified": LONG_AGO, "Date": "Mon, 06 Jan 2020 10:00:01 GMT"}, LONG_AGO),
        ({"Last-Modified": LONG_AGO, "Date": LONG_AGO}, ""),
        ({"Last-Modified": LONG_AGO}, ""),
        ({"Last-Modified": "yesterday", "Date": LONG_AGO}, ""),
        ({"ETag": '"a"', "Content-Encoding": "gzip"}, ""),
    ],
)
def test_only_what_is_strong_names_a_version(headers: dict[str, str], name: str) -> None:
    answer: Any = SimpleNamespace(headers=headers)
    assert validator(answer) == name


def test_a_part_that_holds_all_is_taken(site: Site, known: Any, tmp_path: Path) -> None:
    site.files["/table.bin"] = Published(DATA, break_after=[150_000, 0, 0, 0])
    with pytest.raises(DataError):
        fetch(site, tmp_path)
    with (tmp_path / "table.bin.part").open("ab") as part:
        part.write(DATA[150_000:])
    asked = len(site.asked)
    assert fetch(site, tmp_path).read_bytes() == DATA
    assert len(site.asked) == asked


def test_passing_trouble_is_waited_out(site: Site, known: Any, tmp_path: Path) -> None:
    site.files["/table.bin"] = Published(DATA, fail=[503, 429])
    assert fetch(site, tmp_path).read_bytes() == DATA
    site.files["/other.bin"] = Published(DATA, length=False)
    known(files=(RemoteFile("other.bin", "https://example.org/"),))
    assert fetch(site, tmp_path).read_bytes() == DATA


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (
            Published(b"", status=403),
            r"refuses access \(403 Forbidden\); get it by hand from https://example.org/table",
        ),
        (Published(b"", status=401), "refuses access"),
        (Published(b"", status=410), "no such file there"),
        (Published(b"", status=400), "answers 400"),
        (Published(b"", fail=[500] * 3), "answers 500 .* 3 times in a row"),
        (Published(b"\n<!DOCTYPE html><title>Log in</title>"), "a web page came in place of the file"),
        (Published(b"<h1>Agree</h1>", type="text/html; charset=utf-8"), "a web page came in place of the file"),
        (Published(b""), "sent nothing"),
        (Published(b"", location="/table.bin"), "leads from one address to the next"),
        (Published(b"", location="ftp://example.org/x"), "leads to an address that is not fetched"),
        (Published(DATA, hang_s=0.3), "fell silent"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, str) else "",
)
def test_what_cannot_be_had_is_said_with_its_address(
    site: Site, known: Any, tmp_path: Path, file: Published, words: str
) -> None:
    site.files["/table.bin"] = file
    patience = replace(QUICK, read_s=0.1, tries=3 if file.fail else 1)
    with pytest.raises(DataError, match=words) as told:
        get("made-up", tmp_path, accepted=True, base_url=site.url, patience=patience)
    assert f"{site.url}/table.bin" in str(told.value)
    assert "table.bin" not in left_in(tmp_path)


def test_a_page_to_log_in_does_not_cost_what_has_come(site: Site, known: Any, tmp_path: Path) -> None:
    site.files["/table.bin"] = Published(DATA, break_after=[150_000, 0, 0, 0])
    with pytest.raises(DataError):
        fetch(site, tmp_path)
    site.files["/table.bin"] = Published(b"", location="/login")
    site.files["/login"] = Published(b"<html>log in</html>", etag=None, modified=None, type="text/html")
    with pytest.raises(DataError, match=r"which led to .*/login"):
        fetch(site, tmp_path)
    site.files["/table.bin"] = Published(DATA)
    assert fetch(site, tmp_path).read_bytes() == DATA
    assert site.asked[-1][1]["Range"] == "bytes=150000-"


def test_no_such_file_and_no_network_are_told_apart(
    site: Site, known: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(DataError, match="no such file there"):
        fetch(site, tmp_path)
    once = replace(QUICK, tries=1)
    with pytest.raises(DataError, match="the connection is refused"):
        get("made-up", tmp_path, accepted=True, base_url="http://127.0.0.1:9", patience=once)
    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(DataError, match="the name of the site is not found"):
        get("made-up", tmp_path, accepted=True, base_url="http://example.invalid", patience=once)


def test_without_a_network_it_is_said_and_soon_given_up(known: Any, tmp_path: Path) -> None:
    said: list[str] = []
    patience = replace(QUICK, tries=5, first_tries=2)
    address = {"accepted": True, "base_url": "http://127.0.0.1:9"}
    with pytest.raises(DataError, match="2 times in a row"):
        get("made-up", tmp_path / "new" / "deep", patience=patience, say=said.append, **address)  # type: ignore[arg-type]
    assert said == ["http://127.0.0.1:9/table.bin: the connection is refused; trying again in 0 s, try 2 of 2"]
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "old").mkdir()
    with pytest.raises(DataError):
        get("made-up", tmp_path / "old", patience=patience, **address)  # type: ignore[arg-type]
    assert (tmp_path / "old").is_dir()


def test_another_size_than_stated_is_refused_before_it_is_fetched(site: Site, known: Any, tmp_path: Path) -> None:
    known(files=(RemoteFile("table.bin", "https://example.org/", bytes=17),))
    site.files["/table.bin"] = Published(DATA)
    with pytest.raises(DataError, match="offered with 400,000 bytes where 17 are stated"):
        fetch(site, tmp_path)
    (tmp_path / "table.bin").write_bytes(b"half")
    with pytest.raises(InputError, match="is there with 4 bytes where 17 are due"):
        fetch(site, tmp_path)


def test_packing_for_the_way_is_undone_and_an_archive_stays_one(site: Site, known: Any, tmp_path: Path) -> None:
    packed = gzip.compress(DATA)
    site.files["/table.bin"] = Published(packed, encoding="gzip")
    site.files["/table.csv.gz"] = Published(packed, encoding="gzip")
    assert fetch(site, tmp_path).read_bytes() == DATA
    known(files=(RemoteFile("table.csv.gz", "https://example.org/"),))
    assert fetch(site, tmp_path).read_bytes() == packed


def test_a_full_disk_keeps_what_has_come(
    site: Site, known: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.files["/table.bin"] = Published(DATA)
    usage = shutil.disk_usage(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
        with pytest.raises(OutputError, match="1,000 bytes free and 400,000 are still to come"):
            fetch(site, tmp_path)
    write = downloading._put

    def full_after_200k(file: Any, piece: bytes, part: Path) -> None:
        if part.stat().st_size > 200_000:
            raise downloading._unwritable(part, OSError(errno.ENOSPC, "No space left on device"))
        write(file, piece, part)

    with monkeypatch.context() as patch:
        patch.setattr(downloading, "_put", full_after_200k)
        with pytest.raises(OutputError, match=r"the disk is full; what has come stays in .*table\.bin\.part"):
            fetch(site, tmp_path)
    kept = (tmp_path / "table.bin.part").stat().st_size
    assert fetch(site, tmp_path).read_bytes() == DATA
    assert site.asked[-1][1]["Range"] == f"bytes={kept}-"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is Linux's")
def test_a_device_that_is_full_is_named_as_such(site: Site, known: Any, tmp_path: Path) -> None:
    site.files["/table.bin"] = Published(DATA)
    (tmp_path / "table.bin.part").symlink_to("/dev/full")
    with pytest.raises(OutputError, match="the disk is full"):
        fetch(site, tmp_path)


def test_places_that_cannot_be_written_are_named(site: Site, known: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be made"):
        fetch(site, tmp_path / "file" / "folder")
    (tmp_path / "table.bin").mkdir()
    with pytest.raises(OutputError, match="is no file"):
        fetch(site, tmp_path)


def test_only_one_process_fetches_a_file(site: Site, known: Any, tmp_path: Path) -> None:
    site.files["/table.bin"] = Published(DATA)
    with FileLock(tmp_path / ".table.bin.lock"), pytest.raises(OutputError, match="another process is fetching"):
        fetch(site, tmp_path)


def test_ctrl_c_keeps_the_part(site: Site, known: Any, tmp_path: Path) -> None:
    site.files["/table.bin"] = Published(DATA * 20)

    def stop(_: str, share: float) -> None:
        if share > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(site, tmp_path, tell=stop)
    assert left_in(tmp_path) == {"table.bin.part", "table.bin.part.json"}
    assert fetch(site, tmp_path).read_bytes() == DATA * 20
    assert "Range" in site.asked[-1][1]


def test_a_killed_process_goes_on(site: Site, tmp_path: Path) -> None:
    """kill -9 in the middle of a download: nothing stands under the final name, and the next process takes it up."""
    site.files["/table.bin"] = Published(DATA * 30, break_after=[5_000_000])
    code = (
        "import sys, os, signal; from pathlib import Path; from zollverein.case.data.downloading import download\n"
        "def tell(_, share):\n    if share > 0.2: os.kill(os.getpid(), signal.SIGKILL)\n"
        "download(sys.argv[1], Path(sys.argv[2]), tell=tell)\n"
    )
    part = tmp_path / "table.bin.part"
    address = f"{site.url}/table.bin"
    done = subprocess.run([sys.executable, "-c", code, address, str(part)], env=os.environ, check=False)
    assert done.returncode == -signal.SIGKILL
    kept = part.stat().st_size
    assert 0 < kept < len(DATA) * 30
    downloading.download(address, part, patience=QUICK)
    assert part.read_bytes() == DATA * 30
    assert site.asked[-1][1]["Range"] == f"bytes={kept}-"


def test_nothing_is_fetched_before_the_terms_are_agreed_to(site: Site, known: Any, tmp_path: Path) -> None:
    site.files["/table.bin"] = Published(DATA)
    with pytest.raises(InputError, match=r"Free to use with attribution.*--accept-licence"):
        get("made-up", tmp_path / "new", base_url=site.url)
    assert not site.asked
    assert not (tmp_path / "new").exists()
    notice = licence_notice(known(), [RemoteFile("table.bin", "https://example.org/", bytes=5 << 20)])
    assert "table.bin (5 MiB)" in notice
    assert all(told in notice for told in (TABLE.licence, TABLE.citation, TABLE.page, TABLE.title))


def test_what_no_program_may_fetch_is_said_with_its_place(known: Any, tmp_path: Path) -> None:
    known(files=(), by_hand="Fill in the form and choose the file 'table.bin'.")
    with pytest.raises(InputError, match=r"Fill in the form.*https://example.org/table.*data read made-up FILE"):
        get("made-up", tmp_path, accepted=True)


def test_some_files_of_several(site: Site, known: Any, tmp_path: Path) -> None:
    known(files=tuple(RemoteFile(f"{year}.bin", "https://example.org/") for year in (2009, 2019, 2020)))
    site.files |= {f"/{year}.bin": Published(DATA[:year]) for year in (2009, 2019, 2020)}
    with pytest.raises(InputError, match=r"has 3 files; say which with --file.*2009\.bin, 2019\.bin, 2020\.bin"):
        get("made-up", tmp_path, accepted=True, base_url=site.url)
    (path,) = get("made-up", tmp_path, file="2020.bin", accepted=True, base_url=site.url)
    assert path.read_bytes() == DATA[:2020]
    several = get("made-up", tmp_path, file=["*9.bin", "2009.bin"], accepted=True, base_url=site.url)
    assert [path.name for path in several] == ["2009.bin", "2019.bin"]
    assert len(get("made-up", tmp_path, file="*", accepted=True, base_url=site.url)) == 3
    assert len(site.asked) == 3
    with pytest.raises(UnknownNameError, match=r"did you mean '2020\.bin'"):
        get("made-up", tmp_path, file="2020.bim", accepted=True, base_url=site.url)


@pytest.mark.parametrize("name", ["../table.bin", "/etc/table", "a/b", "..", "", "c:x", "a\\b", "a\nb"])
def test_a_name_never_leads_out_of_the_folder(site: Site, known: Any, tmp_path: Path, name: str) -> None:
    known(files=(RemoteFile(name, f"{site.url}/table.bin"),))
    with pytest.raises(InputError, match="is no name of a file"):
        get("made-up", tmp_path, accepted=True)
    assert not site.asked


@pytest.mark.parametrize("url", ["ftp://example.org/x", "file:///etc/passwd", "example.org/x", "https:///x"])
def test_only_the_web_is_fetched_from(known: Any, tmp_path: Path, url: str) -> None:
    known(files=(RemoteFile("table.bin", url),))
    with pytest.raises(InputError, match="begins with https"):
        get("made-up", tmp_path, accepted=True)


def test_a_way_that_is_not_encrypted_any_more_is_not_gone() -> None:
    answer: Any = SimpleNamespace(url="http://elsewhere.org/x", status_code=200, reason="OK", headers={})
    with pytest.raises(DataError, match="not encrypted"):
        refuse(answer, "https://example.org/x", "get it by hand")


def test_a_slow_server_is_not_hammered(site: Site, known: Any, tmp_path: Path) -> None:
    site.files["/table.bin"] = Published(DATA, fail=[503, 503])
    begun = time.monotonic()
    get("made-up", tmp_path, accepted=True, base_url=site.url, patience=replace(QUICK, pause_s=0.1))
    assert time.monotonic() - begun >= 0.3
